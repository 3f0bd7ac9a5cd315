"""Lifecycle nodes, with transitions triggered in process.

The state machine is that of the ROS 2 design article "Managed Nodes"; the callbacks, return values
and the behaviour of lifecycle publishers are rclpy's.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast

from tenet_ros.standalone.exceptions import MiddlewareError
from tenet_ros.standalone.managed_entity import (
    LifecyclePublisher,
    LifecycleState,
    ManagedEntity,
    TransitionCallbackReturn,
)
from tenet_ros.standalone.messages import message
from tenet_ros.standalone.node import Node
from tenet_ros.standalone.publisher import Publisher
from tenet_ros.standalone.qos import QoSProfile

__all__ = ['LifecycleNode']

_State: Final = message('lifecycle_msgs/msg/State')
_Transition: Final = message('lifecycle_msgs/msg/Transition')
_Event: Final = message('lifecycle_msgs/msg/TransitionEvent')


def _state(label: str) -> LifecycleState:
    primary = getattr(_State, f'PRIMARY_STATE_{label.upper()}', None)
    number = getattr(_State, f'TRANSITION_STATE_{label.upper()}') if primary is None else primary
    return LifecycleState(label, number)


class _Step(NamedTuple):
    """A transition: where from, through which state and callback, and where to."""

    transition_id: int
    starts: tuple[str, ...]
    through: str
    callback: str
    success: str
    failure: str


_STEPS: Final = {
    'configure': _Step(
        1, ('unconfigured',), 'configuring', 'on_configure', 'inactive', 'unconfigured'
    ),
    'cleanup': _Step(2, ('inactive',), 'cleaningup', 'on_cleanup', 'unconfigured', 'inactive'),
    'activate': _Step(3, ('inactive',), 'activating', 'on_activate', 'active', 'inactive'),
    'deactivate': _Step(4, ('active',), 'deactivating', 'on_deactivate', 'inactive', 'active'),
    'shutdown': _Step(
        5,
        ('unconfigured', 'inactive', 'active'),
        'shuttingdown',
        'on_shutdown',
        'finalized',
        'finalized',
    ),
}


class LifecycleNode(ManagedEntity, Node):
    """A managed node.

    Args:
        node_name: See `Node`.
        enable_communication_interface: Publish `~/transition_event`. (There are no lifecycle
            services here: trigger transitions in process, or with the helper `autostart`.)
        kwargs: See `Node`.
    """

    def __init__(
        self, node_name: str, *, enable_communication_interface: bool = True, **kwargs: Any
    ) -> None:
        Node.__init__(self, node_name, **kwargs)
        self.__managed_entities: set[ManagedEntity] = set()
        self.__state = _state('unconfigured')
        self.__transition_events: Publisher | None = None
        if enable_communication_interface:
            self.__transition_events = self.create_publisher(
                _Event, '~/transition_event', QoSProfile(depth=10)
            )

    @property
    def current_state(self) -> LifecycleState:
        """Where the machine is; not in rclpy, which tells by service only."""
        return self.__state

    def trigger_configure(self) -> TransitionCallbackReturn:
        """Unconfigured to inactive."""
        return self.__trigger('configure')

    def trigger_cleanup(self) -> TransitionCallbackReturn:
        """Inactive to unconfigured."""
        return self.__trigger('cleanup')

    def trigger_activate(self) -> TransitionCallbackReturn:
        """Inactive to active."""
        return self.__trigger('activate')

    def trigger_deactivate(self) -> TransitionCallbackReturn:
        """Active to inactive."""
        return self.__trigger('deactivate')

    def trigger_shutdown(self) -> TransitionCallbackReturn:
        """Every state but finalized, to finalized."""
        return self.__trigger('shutdown')

    def __trigger(self, name: str) -> TransitionCallbackReturn:
        """Run a transition as rclpy does.

        SUCCESS and FAILURE lead to the transition's two goals; ERROR, or an exception, leads to
        on_error, whose SUCCESS leads to unconfigured and anything else to finalized.
        """
        step = _STEPS[name]
        start = self.__state
        if start.label not in step.starts:
            raise MiddlewareError(
                f'{name}: expected state {" or ".join(step.starts)}, the node is {start.label}'
            )
        self.__enter(step.through, step.transition_id, name)
        result = self.__call(step.callback, start)
        if result is TransitionCallbackReturn.SUCCESS:
            self.__enter(step.success, result, result.to_label())
        elif result is TransitionCallbackReturn.FAILURE:
            self.__enter(step.failure, result, result.to_label())
        else:
            self.__enter('errorprocessing', result, result.to_label())
            recovery = self.__call('on_error', start)
            recovered = recovery is TransitionCallbackReturn.SUCCESS
            goal = 'unconfigured' if recovered else 'finalized'
            self.__enter(goal, recovery, recovery.to_label())
        return result

    def __call(self, callback: str, start: LifecycleState) -> TransitionCallbackReturn:
        try:
            result = getattr(self, callback)(start)
            if not isinstance(result, TransitionCallbackReturn):
                raise TypeError(  # noqa: TRY301, a wrong return value counts as an exception
                    f'expected a TransitionCallbackReturn, got {result!r}'
                )
        except Exception as error:  # noqa: BLE001, any failure of the node's code is its ERROR
            self.get_logger().error(f'{callback}() raised {type(error).__name__}: {error}')
            return TransitionCallbackReturn.ERROR
        return result

    def __enter(self, label: str, transition_id: int, transition_label: str) -> None:
        start, self.__state = self.__state, _state(label)
        if self.__transition_events is None:
            return
        event = _Event(timestamp=self.get_clock().now().nanoseconds)
        event.transition = _Transition(id=int(transition_id), label=transition_label)
        event.start_state = _State(id=start.state_id, label=start.label)
        event.goal_state = _State(id=self.__state.state_id, label=label)
        self.__transition_events.publish(event)

    def add_managed_entity(self, entity: ManagedEntity) -> None:
        """Have `entity` take part in the transitions."""
        if not isinstance(entity, ManagedEntity):
            raise TypeError(f'expected a ManagedEntity, got {type(entity).__name__}')
        self.__managed_entities.add(entity)

    def create_lifecycle_publisher(self, *args: Any, **kwargs: Any) -> LifecyclePublisher:
        """Create a publisher that publishes while the node is active; see `create_publisher`."""
        publisher = self.create_publisher(*args, publisher_class=LifecyclePublisher, **kwargs)
        assert isinstance(publisher, LifecyclePublisher)
        self.__managed_entities.add(publisher)
        return publisher

    def destroy_lifecycle_publisher(self, publisher: LifecyclePublisher) -> bool:
        """Destroy a lifecycle publisher; False if it is not one of this node's."""
        self.__managed_entities.discard(publisher)
        return self.destroy_publisher(publisher)

    def __all(self, callback: str, state: LifecycleState) -> TransitionCallbackReturn:
        for entity in self.__managed_entities:
            result = getattr(entity, callback)(state)
            if result is not TransitionCallbackReturn.SUCCESS:
                return cast('TransitionCallbackReturn', result)
        return TransitionCallbackReturn.SUCCESS

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Configure the managed entities; call it from your own."""
        return self.__all('on_configure', state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Clean up the managed entities; call it from your own."""
        return self.__all('on_cleanup', state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Shut the managed entities down; call it from your own."""
        return self.__all('on_shutdown', state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Activate the managed entities; call it from your own."""
        return self.__all('on_activate', state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Deactivate the managed entities; call it from your own."""
        return self.__all('on_deactivate', state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let the managed entities recover; call it from your own."""
        return self.__all('on_error', state)
