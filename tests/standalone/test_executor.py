from __future__ import annotations

import threading
import time

import pytest

from tenet_ros.standalone import (
    Context,
    Duration,
    Future,
    MultiThreadedExecutor,
    NeedsRosError,
    ROSClock,
    SingleThreadedExecutor,
    Time,
    message,
)
from tenet_ros.standalone.times import ClockType

Clock = message('rosgraph_msgs/msg/Clock')


@pytest.fixture
def executor(context):
    with SingleThreadedExecutor(context=context) as made:
        yield made


def at(seconds: float) -> Time:
    return Time(seconds=seconds, clock_type=ClockType.ROS_TIME)


def test_a_timer_keeps_its_period(make_node, executor):
    node = make_node()
    ticks = []
    node.create_timer(0.02, lambda: ticks.append(time.monotonic()))
    executor.add_node(node)
    while len(ticks) < 11:
        executor.spin_once(timeout_sec=1.0)
    assert 0.15 < ticks[10] - ticks[0] < 0.35


def test_missed_periods_are_skipped_not_made_up_for(make_node, executor):
    node = make_node()
    clock = ROSClock()
    clock.set_ros_time_override(at(10))
    ticks = []
    node.create_timer(1.0, lambda: ticks.append(clock.now().nanoseconds), clock=clock)
    executor.add_node(node)
    clock.set_ros_time_override(at(15.5))
    executor.spin_once(timeout_sec=1.0)
    executor.spin_once(timeout_sec=0.0)
    assert len(ticks) == 1
    clock.set_ros_time_override(at(16))
    executor.spin_once(timeout_sec=1.0)
    assert len(ticks) == 2


def test_setting_an_injected_clock_wakes_the_executor(make_node, executor):
    node = make_node()
    clock = ROSClock()
    clock.set_ros_time_override(at(1))
    ticked = threading.Event()
    node.create_timer(1.0, ticked.set, clock=clock)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    assert not ticked.wait(0.1)
    clock.set_ros_time_override(at(2))
    assert ticked.wait(5)
    executor.shutdown()
    thread.join(5)


def test_a_clock_that_jumps_back_does_not_stop_a_timer(make_node, executor):
    node = make_node()
    clock = ROSClock()
    clock.set_ros_time_override(at(100))
    ticks = []
    node.create_timer(1.0, lambda: ticks.append(1), clock=clock)
    executor.add_node(node)
    clock.set_ros_time_override(at(5))
    clock.set_ros_time_override(at(6))
    executor.spin_once(timeout_sec=1.0)
    assert ticks == [1]


def test_timers_are_cancelled_and_reset(make_node, executor):
    node = make_node()
    ticks = []
    timer = node.create_timer(0.01, lambda: ticks.append(1), autostart=False)
    executor.add_node(node)
    executor.spin_once(timeout_sec=0.05)
    assert not ticks
    assert timer.time_until_next_call() is None
    timer.reset()
    executor.spin_once(timeout_sec=1.0)
    assert ticks == [1]
    timer.cancel()
    assert timer.is_canceled()
    executor.spin_once(timeout_sec=0.05)
    assert ticks == [1]
    assert node.destroy_timer(timer)


def test_use_sim_time_follows_the_clock_topic(make_node, spin_until):
    node = make_node('robot', cli_args=['-p', 'use_sim_time:=true'])
    simulator = make_node('simulator')
    assert node.get_clock().now().nanoseconds == 0
    publisher = simulator.create_publisher(Clock, '/clock', 1)
    tick = Clock()
    tick.clock.sec = 42
    publisher.publish(tick)
    spin_until(lambda: node.get_clock().now().nanoseconds == 42_000_000_000, node)
    switch = [type(node.get_parameter('use_sim_time'))('use_sim_time', value=False)]
    assert node.set_parameters(switch)[0].successful
    assert abs(node.get_clock().now().nanoseconds - time.time_ns()) < 10**9


def test_spin_once_returns_when_the_time_is_over(make_node, executor):
    executor.add_node(make_node())
    started = time.monotonic()
    executor.spin_once(timeout_sec=0.1)
    assert 0.08 < time.monotonic() - started < 2.0
    executor.spin_once(timeout_sec=0.0)


def test_an_idle_executor_uses_no_cpu(make_node, executor):
    node = make_node()
    node.create_subscription(message('std_msgs/msg/String'), 'c', lambda _: None, 10)
    executor.add_node(node)
    executor.spin_once(timeout_sec=0.2)  # discovery settles
    before = time.thread_time()
    executor.spin_once(timeout_sec=1.0)
    assert time.thread_time() - before < 0.05


def test_an_exception_in_a_callback_ends_spinning_and_spinning_can_go_on(make_node, executor):
    node = make_node()
    calls = []

    def callback() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise LookupError('in the callback')

    node.create_timer(0.01, callback)
    executor.add_node(node)
    with pytest.raises(LookupError, match='in the callback'):
        executor.spin_once(timeout_sec=1.0)
    executor.spin_once(timeout_sec=1.0)
    assert len(calls) == 2


def test_no_callback_starves_another(make_node, executor):
    node = make_node()
    calls = []
    node.create_timer(0.0, lambda: calls.append('a'))
    node.create_timer(0.0, lambda: calls.append('b'))
    executor.add_node(node)
    for _ in range(20):
        executor.spin_once(timeout_sec=1.0)
    assert calls == ['a', 'b'] * 10


def test_guard_conditions_call_back_once_per_trigger(make_node, executor):
    node = make_node()
    calls = []
    guard = node.create_guard_condition(lambda: calls.append(1))
    executor.add_node(node)
    threading.Timer(0.05, guard.trigger).start()
    executor.spin_once(timeout_sec=5.0)
    executor.spin_once(timeout_sec=0.0)
    assert calls == [1]


def test_spinning_until_a_future_is_done(make_node, executor):
    node = make_node()
    future = Future()
    node.create_timer(0.02, lambda: future.done() or future.set_result(5))
    executor.add_node(node)
    executor.spin_until_future_complete(future, timeout_sec=5.0)
    assert future.result() == 5
    started = time.monotonic()
    executor.spin_until_future_complete(Future(), timeout_sec=0.1)
    assert time.monotonic() - started < 2.0


def test_a_future_keeps_its_exception():
    future = Future()
    seen = []
    future.add_done_callback(seen.append)
    future.set_exception(ValueError('no'))
    assert seen == [future]
    with pytest.raises(ValueError, match='no'):
        future.result()


def test_shutdown_in_a_callback_ends_spin(make_node, context, executor):
    node = make_node()
    node.create_timer(0.01, context.shutdown)
    executor.add_node(node)
    executor.spin()
    assert not context.ok()


def test_shutdown_from_another_thread_ends_spin(make_node, context, executor):
    executor.add_node(make_node())
    thread = threading.Thread(target=executor.spin)
    thread.start()
    context.shutdown()
    thread.join(5)
    assert not thread.is_alive()


def test_destroying_a_node_while_it_spins_is_safe(make_node, executor):
    node = make_node()
    node.create_timer(0.001, lambda: None)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    node.destroy_node()
    assert node.executor is None
    executor.shutdown()
    thread.join(5)
    assert not thread.is_alive()


def test_a_node_moves_to_the_executor_it_is_added_to(make_node, context, executor):
    node = make_node()
    assert executor.add_node(node)
    assert not executor.add_node(node)
    with SingleThreadedExecutor(context=context) as other:
        other.add_node(node)
        assert node.executor is other
        assert executor.get_nodes() == []


def test_several_threads_of_callbacks_need_ros():
    with pytest.raises(NeedsRosError, match='SingleThreadedExecutor'):
        MultiThreadedExecutor()


def test_contexts_come_and_go(ros_domain):
    for _ in range(3):
        context = Context()
        context.init([])
        assert context.ok()
        assert context.get_domain_id() == ros_domain
        context.shutdown()
        assert not context.ok()
        assert not context.try_shutdown()


def test_times_and_durations():
    now = at(5)
    assert (now + Duration(seconds=1)) - now == Duration(seconds=1)
    assert now - Duration(seconds=1) == at(4)
    assert at(1) < at(2) <= at(2)
    assert now.seconds_nanoseconds() == (5, 0)
    assert Time.from_msg(now.to_msg()) == now
    assert Duration.from_msg(Duration(nanoseconds=-1).to_msg()) == Duration(nanoseconds=-1)
    with pytest.raises(TypeError, match='different clocks'):
        assert now == Time(seconds=5)
    with pytest.raises(ValueError, match='>= 0'):
        Time(nanoseconds=-1)
