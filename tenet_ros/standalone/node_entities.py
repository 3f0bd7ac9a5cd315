"""What a node makes: publishers, subscriptions, timers, guard conditions; and who runs them."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tenet_ros.standalone.callback_groups import CallbackGroup, MutuallyExclusiveCallbackGroup
from tenet_ros.standalone.clock import Clock, ROSClock
from tenet_ros.standalone.context import Context
from tenet_ros.standalone.dds_qos import CQos
from tenet_ros.standalone.events import (
    EventHandler,
    PublisherEventCallbacks,
    SubscriptionEventCallbacks,
)
from tenet_ros.standalone.exceptions import NeedsRosError
from tenet_ros.standalone.graph import NodeEntry
from tenet_ros.standalone.log import Logger, get_logger
from tenet_ros.standalone.messages import Message, type_hash
from tenet_ros.standalone.names import RemapRule, to_dds_topic, to_dds_type
from tenet_ros.standalone.node_graph import NodeGraph
from tenet_ros.standalone.node_parameters import NodeParameters
from tenet_ros.standalone.publisher import Publisher
from tenet_ros.standalone.qos import QoSProfile, as_qos_profile
from tenet_ros.standalone.qos_overriding import QoSOverridingOptions, apply_qos_overrides
from tenet_ros.standalone.subscription import Subscription
from tenet_ros.standalone.timer import GuardCondition, Timer

if TYPE_CHECKING:
    from tenet_ros.standalone.executors import SingleThreadedExecutor

__all__ = ['NodeEntities']


class _Takeable(Protocol):
    def take(self) -> Callable[[], Any] | None: ...


class NodeEntities(NodeGraph, NodeParameters):
    """Base of `Node`: what `rclpy.node.Node` offers to make and destroy.

    Args:
        context: Where the node lives.
        name: After remapping.
        namespace: After remapping.
        remaps: For topics.
        overrides: Of parameters.
        allow_undeclared: Let undeclared parameters be set and read.
    """

    def __init__(
        self,
        context: Context,
        name: str,
        namespace: str,
        remaps: Sequence[RemapRule],
        overrides: Mapping[str, Any],
        *,
        allow_undeclared: bool,
    ) -> None:
        NodeGraph.__init__(self, context, name, namespace, remaps)
        NodeParameters.__init__(self, overrides, allow_undeclared=allow_undeclared)
        self.__logger = get_logger(self.get_fully_qualified_name()[1:].replace('/', '.'))
        self.__clock = ROSClock()
        self.__publishers: list[Publisher] = []
        self.__subscriptions: list[Subscription] = []
        self.__timers: list[Timer] = []
        self.__guards: list[GuardCondition] = []
        self.__executor: weakref.ref[SingleThreadedExecutor] | None = None
        self.__default_callback_group: CallbackGroup = MutuallyExclusiveCallbackGroup()
        self.__entry = NodeEntry(name, namespace)
        context.add_node()
        context.graph.add_node(self.__entry)

    def get_logger(self) -> Logger:
        """Return the node's logger."""
        return self.__logger

    def get_clock(self) -> ROSClock:
        """Return the node's ROS clock."""
        return self.__clock

    @property
    def default_callback_group(self) -> CallbackGroup:
        """The group of callbacks that were given none."""
        return self.__default_callback_group

    @property
    def executor(self) -> SingleThreadedExecutor | None:
        """The executor that runs its callbacks."""
        return self.__executor() if self.__executor else None

    @executor.setter
    def executor(self, executor: SingleThreadedExecutor | None) -> None:
        current = self.executor
        if current is executor:
            return
        self.__executor = None if executor is None else weakref.ref(executor)
        if current is not None:
            current.remove_node(self)
        if executor is not None:
            executor.add_node(self)

    @property
    def publishers(self) -> Iterator[Publisher]:
        """Its publishers."""
        return iter(list(self.__publishers))

    @property
    def subscriptions(self) -> Iterator[Subscription]:
        """Its subscriptions."""
        return iter(list(self.__subscriptions))

    @property
    def timers(self) -> Iterator[Timer]:
        """Its timers."""
        return iter(list(self.__timers))

    def create_publisher(
        self,
        msg_type: Any,
        topic: str,
        qos_profile: QoSProfile | int,
        *,
        callback_group: CallbackGroup | None = None,
        event_callbacks: PublisherEventCallbacks | None = None,
        qos_overriding_options: QoSOverridingOptions | None = None,
        publisher_class: type[Publisher] = Publisher,
    ) -> Publisher:
        """Create a publisher; `qos_profile` may be a depth.

        Raises:
            InvalidTopicNameException: The name is not legal.
        """
        del callback_group
        name, profile, qos = self.__endpoint(
            msg_type, topic, qos_profile, 'publisher', qos_overriding_options
        )
        with qos:
            writer = self.context.participant.create_writer(
                to_dds_topic(name), to_dds_type(msg_type.__msgtype__), qos
            )
        events = EventHandler(writer, name, self.__logger, event_callbacks)
        publisher = publisher_class(writer, msg_type, name, profile, self.__logger, events)
        self.__publishers.append(publisher)
        self.__entry.writers.append(writer.gid)
        self.__changed()
        return publisher

    def create_subscription(
        self,
        msg_type: Any,
        topic: str,
        callback: Callable[..., Any],
        qos_profile: QoSProfile | int,
        *,
        callback_group: CallbackGroup | None = None,
        event_callbacks: SubscriptionEventCallbacks | None = None,
        qos_overriding_options: QoSOverridingOptions | None = None,
        raw: bool = False,
    ) -> Subscription:
        """Create a subscription; `qos_profile` may be a depth, `raw` hands over CDR bytes.

        Raises:
            InvalidTopicNameException: The name is not legal.
        """
        del callback_group
        _plain(callback)
        name, profile, qos = self.__endpoint(
            msg_type, topic, qos_profile, 'subscription', qos_overriding_options
        )
        with qos:
            reader = self.context.participant.create_reader(
                to_dds_topic(name), to_dds_type(msg_type.__msgtype__), qos
            )
        events = EventHandler(reader, name, self.__logger, event_callbacks)
        subscription = Subscription(
            reader, msg_type, name, callback, profile, self.__logger, events, raw=raw
        )
        self.__subscriptions.append(subscription)
        self.__entry.readers.append(reader.gid)
        self.__changed()
        return subscription

    def __endpoint(
        self,
        msg_type: Any,
        topic: str,
        qos_profile: QoSProfile | int,
        kind: str,
        options: QoSOverridingOptions | None,
    ) -> tuple[str, QoSProfile, CQos]:
        if not (isinstance(msg_type, type) and issubclass(msg_type, Message)):
            raise TypeError(f'{topic}: expected a message class, got {msg_type!r}')
        name = self.resolve_topic_name(topic)
        profile = as_qos_profile(qos_profile)
        if options is not None:
            apply_qos_overrides(self, profile, name, kind, options)
        user_data = f'typehash={type_hash(msg_type.__msgtype__)};'.encode()
        return name, profile, CQos.from_profile(profile, user_data)

    def create_timer(
        self,
        timer_period_sec: float,
        callback: Callable[[], Any],
        callback_group: CallbackGroup | None = None,
        clock: Clock | None = None,
        autostart: bool = True,  # noqa: FBT001, FBT002, rclpy's signature
    ) -> Timer:
        """Create a timer on the node's clock, or on another."""
        del callback_group
        _plain(callback)
        timer = Timer(
            callback,
            int(float(timer_period_sec) * 1e9),
            clock or self.__clock,
            self.__wake,
            autostart=autostart,
        )
        self.__timers.append(timer)
        self.__wake()
        return timer

    def create_guard_condition(
        self, callback: Callable[[], Any], callback_group: CallbackGroup | None = None
    ) -> GuardCondition:
        """Create a condition that any thread can trigger."""
        del callback_group
        _plain(callback)
        guard = GuardCondition(callback, self.__wake)
        self.__guards.append(guard)
        return guard

    def create_service(self, *_: Any, **__: Any) -> Any:
        """Not supported."""
        raise NeedsRosError('create_service()')

    def create_client(self, *_: Any, **__: Any) -> Any:
        """Not supported."""
        raise NeedsRosError('create_client()')

    def create_rate(self, *_: Any, **__: Any) -> Any:
        """Not supported."""
        raise NeedsRosError('create_rate()', 'Here, use create_timer().')

    def destroy_publisher(self, publisher: Publisher) -> bool:
        """Destroy a publisher; False if it is not one of this node's."""
        if publisher not in self.__publishers:
            return False
        self.__publishers.remove(publisher)
        self.__entry.writers.remove(publisher.writer.gid)
        publisher.destroy()
        self.__changed()
        return True

    def destroy_subscription(self, subscription: Subscription) -> bool:
        """Destroy a subscription; False if it is not one of this node's."""
        if subscription not in self.__subscriptions:
            return False
        self.__subscriptions.remove(subscription)
        self.__entry.readers.remove(subscription.reader.gid)
        subscription.destroy()
        self.__changed()
        return True

    def destroy_timer(self, timer: Timer) -> bool:
        """Destroy a timer; False if it is not one of this node's."""
        if timer not in self.__timers:
            return False
        self.__timers.remove(timer)
        timer.destroy()
        return True

    def destroy_guard_condition(self, guard: GuardCondition) -> bool:
        """Destroy a guard condition; False if it is not one of this node's."""
        if guard not in self.__guards:
            return False
        self.__guards.remove(guard)
        guard.destroy()
        return True

    def destroy_entities(self) -> None:
        """Close everything the node made and take it off the graph."""
        self.executor = None
        for timer in self.__timers:
            timer.destroy()
        for subscription in self.__subscriptions:
            subscription.destroy()
        for publisher in self.__publishers:
            publisher.destroy()
        self.__timers, self.__subscriptions, self.__publishers = [], [], []
        self.context.graph.remove_node(self.__entry)
        self.context.remove_node()

    def __changed(self) -> None:
        self.context.graph.announce()
        self.__wake()

    def __wake(self) -> None:
        if executor := self.executor:
            executor.wake()

    # For the executor.

    def entities(self) -> Iterator[_Takeable]:
        """Everything that may have a callback due, in the order of service."""
        yield from list(self.__timers)
        yield from list(self.__subscriptions)
        yield from list(self.__guards)
        yield from self.__events()

    def wait_handles(self) -> list[int]:
        """DDS handles that end a wait."""
        handles = [s.reader.condition for s in list(self.__subscriptions) if s.reader.handle]
        return handles + [events.handle for events in self.__events()]

    def __events(self) -> list[EventHandler]:
        found = [s.events for s in list(self.__subscriptions)]
        found += [p.events for p in list(self.__publishers)]
        return [events for events in found if events and events.handle]

    def wait_limits_ns(self) -> list[int]:
        """How long the timers allow a wait to last."""
        return [limit for t in list(self.__timers) if (limit := t.wait_ns()) is not None]


def _plain(callback: Callable[..., Any]) -> None:
    if not callable(callback):
        raise TypeError(f'expected a callable, got {callback!r}')
    if inspect.iscoroutinefunction(callback):
        raise NeedsRosError('a coroutine as callback', 'Here, use a plain function.')
