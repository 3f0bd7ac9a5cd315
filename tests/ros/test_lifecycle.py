"""Transitions, parameters and the life of the process."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tenet_ros.ros import api, node
from tenet_ros.ros.parameter_table import TABLE

SUCCESS = api.TransitionCallbackReturn.SUCCESS
MANUAL = {'autostart': False}


def stream_threads():
    return [t for t in threading.enumerate() if t.name.startswith('tenet-')]


def topics_of(made):
    return sorted(p.topic_name for p in made.publishers)


def test_transitions_can_be_repeated_and_leave_nothing_behind(make_node):
    made = make_node(**MANUAL)
    before = topics_of(made)
    for _ in range(2):
        assert made.trigger_configure() == SUCCESS
        configured = topics_of(made)
        assert '/tenet/target/mask' in configured
        assert not stream_threads()
        for _ in range(2):
            assert made.trigger_activate() == SUCCESS
            assert len(stream_threads()) == 3
            assert made.trigger_deactivate() == SUCCESS
            assert not stream_threads()
            assert topics_of(made) == configured
        assert made.trigger_cleanup() == SUCCESS
        assert topics_of(made) == before
    assert made.trigger_shutdown() == SUCCESS


def test_destroying_an_active_node_joins_its_threads(make_node):
    made = make_node(**MANUAL)
    assert api.autostart(made)
    made.destroy_node()
    assert not stream_threads()


def test_the_names_of_the_interface(make_node):
    made = make_node(**MANUAL)
    assert api.autostart(made)
    assert {
        '/tenet/target/mask',
        '/tenet/target/mask/compressed',
        '/tenet/target/mask/camera_info',
        '/tenet/instances/label_image',
        '/tenet/label_info',
        '/tenet/tracks',
        '/tenet/target',
        '/tenet/status',
        '/tenet/overlay',
        '/tenet/overlay/compressed',
        '/diagnostics',
    } <= set(topics_of(made))
    inputs = {s.topic_name: s.qos_profile for s in made.subscriptions}
    assert {'/image', '/camera_info', '/tenet/command'} <= inputs.keys()
    assert inputs['/image'].reliability == api.ReliabilityPolicy.BEST_EFFORT
    assert inputs['/tenet/command'].reliability == api.ReliabilityPolicy.RELIABLE
    outputs = {p.topic_name: p.qos_profile for p in made.publishers}
    assert outputs['/tenet/target/mask'].reliability == api.ReliabilityPolicy.RELIABLE
    for latched in ('/tenet/status', '/tenet/label_info'):
        assert outputs[latched].durability == api.DurabilityPolicy.TRANSIENT_LOCAL


def test_qos_can_be_overridden_by_parameters(make_node):
    given = {'qos_overrides./image.subscription.reliability': 'reliable'}
    made = make_node(**MANUAL, **given)
    assert api.autostart(made)
    (images,) = (s for s in made.subscriptions if s.topic_name == '/image')
    assert images.qos_profile.reliability == api.ReliabilityPolicy.RELIABLE


@pytest.mark.parametrize(
    ('endpoint', 'step'),
    [('/image.subscription', 'activate'), ('/tenet/tracks.publisher', 'configure')],
)
def test_a_qos_override_that_is_no_good_is_one_line(make_node, capfd, endpoint, step):
    given = {f'qos_overrides.{endpoint}.reliability': 'banana'}
    made = make_node(**MANUAL, **given)
    assert not api.autostart(made)
    said = capfd.readouterr().err
    assert f'cannot {step}: ' in said
    assert 'banana' in said
    assert 'Traceback' not in said


def test_an_import_that_a_signal_broke_off_is_no_fault(make_node, monkeypatch, capfd):
    def interrupted(_settings):
        api.try_shutdown()
        raise ImportError('initialization failed')

    made = make_node(**MANUAL)
    monkeypatch.setattr(node, 'build', interrupted)
    with suppress(RuntimeError):  # rclpy: a transition that ends after the shutdown
        made.trigger_configure()
    assert 'initialization failed' not in capfd.readouterr().err


def set_to(made, name, value):
    return made.set_parameters([api.Parameter(name, value=value)])[0]


def test_every_parameter_has_a_descriptor(make_node):
    made = make_node(**MANUAL)
    for row in TABLE:
        assert len(made.describe_parameter(row.name).description) > 10


@pytest.mark.parametrize(
    ('name', 'value', 'words'),
    [
        ('overlay_quality', 101, ''),
        ('overlay_quality', 'high', ''),
        ('image_transport', 'theora', 'one of raw, compressed'),
        ('preset', 'mystery', 'expected one of'),
        ('command', '; '.join(f'the dog number {n}' for n in range(40)), 'at most 32 sentences'),
        ('autostart', True, ''),
    ],
)
def test_a_wrong_value_is_refused_with_a_reason(make_node, name, value, words):
    made = make_node(**MANUAL)
    before = made.get_parameter(name).value
    result = set_to(made, name, value)
    assert not result.successful
    assert words in result.reason
    assert made.get_parameter(name).value == before


def test_every_severity_can_be_logged_by_one_node(make_node, capfd):
    made = make_node(**MANUAL)
    made._failures.report('one', 'an error')
    made._notices.report('two', 'a warning')
    made._diagnostics._hints.report('three', 'a hint')
    said = capfd.readouterr().err
    assert all(words in said for words in ('an error', 'a warning', 'a hint'))


def test_what_is_read_at_configuring_cannot_change_while_configured(make_node):
    made = make_node(**MANUAL)
    assert set_to(made, 'threads', 2).successful
    made.trigger_configure()
    result = set_to(made, 'threads', 1)
    assert not result.successful
    assert 'deactivate' in result.reason
    assert set_to(made, 'overlay_quality', 50).successful
    made.trigger_cleanup()
    assert set_to(made, 'threads', 1).successful


def test_unknown_and_unusable_parameters_are_one_line_each(make_node, capfd):
    made = make_node(
        **MANUAL, prest='coco', treads=2, overlay_quality=7000, image_transport='x', max_rate_hz=5
    )
    logged = capfd.readouterr().err
    (line,) = (line for line in logged.splitlines() if 'unknown parameter' in line)
    assert "'prest' (did you mean 'preset'?)" in line
    assert "'treads' (did you mean 'threads'?)" in line
    (line,) = (line for line in logged.splitlines() if 'overlay_quality' in line)
    assert '7000' in line
    assert 'one of raw, compressed' in line
    assert made.get_parameter('overlay_quality').value == 80
    assert made.get_parameter('max_rate_hz').value == 5.0
    assert not made.has_parameter('prest')


def test_a_command_parameter_is_a_command(run_node, robot):
    made = run_node()
    me = robot()
    me.wait_for_node()
    me.follow(me.squares(red=9), 'IDLE')
    assert set_to(made, 'command', 'the dog').successful
    assert me.values(me.follow(me.squares(red=9)))['command'] == 'the dog'


def test_a_command_survives_deactivation(make_node, run_node, robot):
    made = run_node(command='the dog', **MANUAL)
    made.trigger_configure()
    me = robot()
    for _ in range(2):
        made.trigger_activate()
        me.wait_for_node()
        assert me.values(me.follow(me.squares(red=9)))['command'] == 'the dog'
        made.trigger_deactivate()
        me.spin_until(lambda: me.values(me.heard['status'][-1])['state'] == 'INACTIVE')


def test_a_node_that_waits_says_so(run_node, robot, capfd):
    run_node(**MANUAL)
    said = capfd.readouterr()
    word = (
        'ros2 lifecycle set /tenet' if api.HAVE_RCLPY else 'autostart is false, and without ROS 2'
    )
    assert word in said.out + said.err
    me = robot()
    me.spin_until(lambda: me.heard['status'])
    assert me.values(me.heard['status'][-1])['state'] == 'UNCONFIGURED'
    assert me.images.get_subscription_count() == 0


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_the_process_ends_well_in_the_middle_of_a_stream(start_node, robot, number):
    process = start_node('--ros-args', '-p', 'command:=the dog')
    process.expect('waiting for images on /image')
    me = robot(outputs=('status', 'mask', 'overlay'))
    me.wait_for_node()
    threading.Timer(0.2, process.signal, [number]).start()
    me.spin_until(lambda: me.show(me.squares(red=9)) and process.ended)
    assert process.wait() == 0
    logged = process.said
    assert 'Traceback' not in logged
    assert 'ERROR' not in logged


def test_an_interrupt_breaks_off_no_callback(start_node):
    """Where it would be a KeyboardInterrupt, a lock could stay locked for ever."""
    process = start_node('struck')
    assert process.wait() == 0
    assert process.said.count('the callback has come to its end') == 1
    assert 'Traceback' not in process.said


def test_a_second_interrupt_does_not_break_off_the_end(start_node):
    process = start_node()
    process.expect('waiting for images on /image')
    for delay_s in (0.0, 0.01, 0.02, 0.05, 0.1):  # as from the terminal, and again from launch
        threading.Timer(delay_s, process.signal, [signal.SIGINT]).start()
    assert process.wait() == 0
    assert 'Traceback' not in process.said


def test_arguments_that_are_not_understood_end_the_process(start_node):
    process = start_node('--preset', 'coco')
    assert process.wait() == 2
    assert 'expected ROS arguments only, got --preset coco' in process.said


def test_a_model_that_arrives_later_is_picked_up(start_node, robot):
    process = start_node('missing', '--ros-args', '-p', 'diagnostics_period_s:=0.1')
    line = process.expect('cannot configure: expected a model file, got none; fetch it')
    assert '[ERROR]' in line
    assert 'trying again every 0.2 s' in line
    process.expect('waiting for images')
    robot().wait_for_node()


def test_a_stream_that_fails_is_an_error_and_starts_over(start_node, robot):
    process = start_node('broken', '--ros-args', '-p', 'diagnostics_period_s:=0.1')
    process.expect('waiting for images')
    me = robot()
    me.wait_for_node()
    me.say('the dog')
    me.spin_until(
        lambda: (
            me.show(me.squares(red=5))
            and any(me.values(s)['state'] == 'ERROR' for s in me.heard['status'])
        )
    )
    failed = next(s for s in me.heard['status'] if me.values(s)['state'] == 'ERROR')
    assert 'the engine is gone' in failed.message
    assert failed.level == api.DiagnosticStatus.ERROR
    process.expect('waiting for images')
    assert process.stop(signal.SIGINT) == 0


def test_the_table_and_the_file_for_people_agree():
    path = Path(node.__file__).parents[2] / 'config' / 'tenet.yaml'
    tree = YAML(typ='safe').load(path)['/**']['ros__parameters']
    flat = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat |= {f'{name}.{key}': each for key, each in value.items()}
        else:
            flat[name] = value
    assert flat == {row.name: row.default for row in TABLE}
