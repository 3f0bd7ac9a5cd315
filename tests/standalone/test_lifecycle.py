from __future__ import annotations

import pytest

from tenet_ros.standalone import (
    LifecycleNode,
    LifecycleState,
    QoSProfile,
    TransitionCallbackReturn,
    message,
)
from tenet_ros.standalone.exceptions import MiddlewareError
from tenet_ros.standalone.managed_entity import SimpleManagedEntity

String = message('std_msgs/msg/String')
SUCCESS, FAILURE, ERROR = TransitionCallbackReturn
RETURNS = {'configure': SUCCESS, 'activate': SUCCESS, 'error': SUCCESS}


class Scripted(LifecycleNode):
    """Returns what the test says, and remembers where it came from."""

    def __init__(self, name: str, **options) -> None:
        super().__init__(name, **options)
        self.returns: dict[str, object] = {}
        self.calls: list[tuple[str, str]] = []

    def _say(self, callback: str, state: LifecycleState, default):
        self.calls.append((callback, state.label))
        wish = self.returns.get(callback)
        if isinstance(wish, Exception):
            raise wish
        return default(state) if wish is None else wish

    def on_configure(self, state):
        return self._say('configure', state, super().on_configure)

    def on_activate(self, state):
        return self._say('activate', state, super().on_activate)

    def on_deactivate(self, state):
        return self._say('deactivate', state, super().on_deactivate)

    def on_cleanup(self, state):
        return self._say('cleanup', state, super().on_cleanup)

    def on_shutdown(self, state):
        return self._say('shutdown', state, super().on_shutdown)

    def on_error(self, state):
        return self._say('error', state, super().on_error)


@pytest.fixture
def node(make_node) -> Scripted:
    return make_node('managed', kind=Scripted)


def test_a_whole_life(node):
    for trigger, label, number in [
        (node.trigger_configure, 'inactive', 2),
        (node.trigger_activate, 'active', 3),
        (node.trigger_deactivate, 'inactive', 2),
        (node.trigger_cleanup, 'unconfigured', 1),
        (node.trigger_shutdown, 'finalized', 4),
    ]:
        assert trigger() is SUCCESS
        assert node.current_state == LifecycleState(label, number)
    assert node.calls == [
        ('configure', 'unconfigured'),
        ('activate', 'inactive'),
        ('deactivate', 'active'),
        ('cleanup', 'inactive'),
        ('shutdown', 'unconfigured'),
    ]


@pytest.mark.parametrize('steps', [(), ('configure',), ('configure', 'activate')])
def test_shutdown_is_possible_from_every_state(node, steps):
    for step in steps:
        getattr(node, f'trigger_{step}')()
    assert node.trigger_shutdown() is SUCCESS
    assert node.current_state.label == 'finalized'


def test_failure_leads_back(node):
    node.returns['configure'] = FAILURE
    assert node.trigger_configure() is FAILURE
    assert node.current_state.label == 'unconfigured'
    del node.returns['configure']
    node.trigger_configure()
    node.returns['activate'] = FAILURE
    assert node.trigger_activate() is FAILURE
    assert node.current_state.label == 'inactive'


@pytest.mark.parametrize('trouble', [ERROR, RuntimeError('broken'), None, 5])
def test_error_asks_on_error_and_recovers(node, trouble, capfd):
    node.returns['activate'] = trouble
    node.trigger_configure()
    if trouble is None:
        return
    assert node.trigger_activate() is ERROR
    assert node.calls[-1] == ('error', 'inactive')
    assert node.current_state.label == 'unconfigured'
    if trouble is not ERROR:
        assert 'on_activate() raised' in capfd.readouterr().err


def test_an_error_that_on_error_cannot_mend_finalizes(node):
    node.returns |= {'configure': ERROR, 'error': FAILURE}
    assert node.trigger_configure() is ERROR
    assert node.current_state.label == 'finalized'


def test_a_transition_from_the_wrong_state_is_refused(node):
    with pytest.raises(MiddlewareError, match='activate: expected state inactive'):
        node.trigger_activate()
    assert node.current_state.label == 'unconfigured'


def test_a_lifecycle_publisher_publishes_while_active(node, make_node, spin_until):
    listener = make_node('listener')
    got = []
    listener.create_subscription(String, 'c', lambda msg: got.append(msg.data), 10)
    publisher = node.create_lifecycle_publisher(String, '/c', 10)
    publisher.publish(String(data='unconfigured'))
    node.trigger_configure()
    publisher.publish(String(data='inactive'))
    node.trigger_activate()
    assert publisher.is_activated
    publisher.publish(String(data='active'))
    node.trigger_deactivate()
    publisher.publish(String(data='inactive again'))
    plain = node.create_publisher(String, '/c', 10)
    plain.publish(String(data='plain'))
    spin_until(lambda: 'plain' in got, listener)
    assert got == ['active', 'plain']
    assert node.destroy_lifecycle_publisher(publisher)


def test_managed_entities_take_part(node):
    entity = SimpleManagedEntity()
    node.add_managed_entity(entity)
    node.trigger_configure()
    node.trigger_activate()
    assert entity.is_activated
    with pytest.raises(TypeError, match='ManagedEntity'):
        node.add_managed_entity(object())


def test_transitions_are_published(node, make_node, spin_until):
    listener = make_node('listener')
    events = []
    listener.create_subscription(
        message('lifecycle_msgs/msg/TransitionEvent'),
        '/managed/transition_event',
        lambda event: events.append((event.start_state.label, event.goal_state.label)),
        QoSProfile(depth=10),
    )
    node.trigger_configure()
    spin_until(lambda: len(events) == 2, listener)
    assert events == [('unconfigured', 'configuring'), ('configuring', 'inactive')]
