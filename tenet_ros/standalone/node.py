"""The node: publishers, subscriptions, timers, and who else is there."""

from __future__ import annotations

import inspect
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any, Final, Protocol

from tenet_ros.standalone.arguments import RosArguments
from tenet_ros.standalone.callback_groups import CallbackGroup, MutuallyExclusiveCallbackGroup
from tenet_ros.standalone.clock import Clock, ROSClock
from tenet_ros.standalone.context import Context, get_default_context
from tenet_ros.standalone.dds_qos import CQos
from tenet_ros.standalone.events import (
    EventHandler,
    PublisherEventCallbacks,
    SubscriptionEventCallbacks,
)
from tenet_ros.standalone.exceptions import NeedsRosError, NotInitializedException
from tenet_ros.standalone.graph import NodeEntry, TopicEndpointInfo
from tenet_ros.standalone.log import Logger, LoggingSeverity, get_logger, set_rosout
from tenet_ros.standalone.messages import Message, message, type_hash
from tenet_ros.standalone.names import (
    fully_qualified_node_name,
    normalize_namespace,
    remap_identity,
    resolve_topic_name,
    to_dds_topic,
    to_dds_type,
    validate_namespace,
    validate_node_name,
)
from tenet_ros.standalone.node_parameters import NodeParameters
from tenet_ros.standalone.parameters import Parameter
from tenet_ros.standalone.publisher import Publisher
from tenet_ros.standalone.qos import (
    DurabilityPolicy,
    QoSProfile,
    as_qos_profile,
    qos_profile_parameter_events,
)
from tenet_ros.standalone.qos_overriding import QoSOverridingOptions, apply_qos_overrides
from tenet_ros.standalone.subscription import Subscription
from tenet_ros.standalone.time_source import TimeSource
from tenet_ros.standalone.timer import GuardCondition, Timer
from tenet_ros.standalone.times import Duration

if TYPE_CHECKING:
    from tenet_ros.standalone.executors import SingleThreadedExecutor

__all__ = ['Node']

_ROSOUT_QOS: Final = QoSProfile(
    depth=1000,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
    lifespan=Duration(seconds=10),
)


class _Takeable(Protocol):
    def take(self) -> Callable[[], Any] | None: ...


class Node(NodeParameters):
    """A ROS 2 node.

    Args:
        node_name: Letters, digits, underscores.
        context: The default one when None.
        cli_args: ROS arguments for this node alone, without `--ros-args`.
        namespace: Absolute or relative; `/` when empty.
        use_global_arguments: Heed the process's command line.
        enable_rosout: Publish logs on `/rosout` too.
        start_parameter_services: Accepted; there are no services here.
        parameter_overrides: Values that win over declared defaults, and over the command line.
        allow_undeclared_parameters: Let undeclared parameters be set and read.
        automatically_declare_parameters_from_overrides: Declare whatever has an override.
        enable_logger_service: Accepted; there are no services here.

    Raises:
        NotInitializedException: `init` was not called.
        NameValidationException: A name that is not legal.
    """

    def __init__(
        self,
        node_name: str,
        *,
        context: Context | None = None,
        cli_args: Sequence[str] | None = None,
        namespace: str | None = None,
        use_global_arguments: bool = True,
        enable_rosout: bool = True,
        start_parameter_services: bool = True,
        parameter_overrides: Sequence[Parameter] | None = None,
        allow_undeclared_parameters: bool = False,
        automatically_declare_parameters_from_overrides: bool = False,
        enable_logger_service: bool = False,
    ) -> None:
        del start_parameter_services, enable_logger_service
        self._context = context or get_default_context()
        if not self._context.ok():
            raise NotInitializedException('cannot create a node: init() has not been called')
        own = RosArguments.parse(cli_args or (), all_ros=True)
        shared = self._context.arguments if use_global_arguments else RosArguments()
        self._remaps = own.remaps + shared.remaps
        validate_node_name(node_name)
        wanted = normalize_namespace(namespace or '')
        validate_namespace(wanted)
        self._name, self._namespace = remap_identity(node_name, wanted, self._remaps)
        overrides = shared.overrides_for(self.get_fully_qualified_name())
        overrides |= own.overrides_for(self.get_fully_qualified_name())
        overrides |= {p.name: p.value for p in parameter_overrides or ()}
        super().__init__(overrides, allow_undeclared=allow_undeclared_parameters)
        self._logger = get_logger(self.get_fully_qualified_name()[1:].replace('/', '.'))
        self._clock = ROSClock()
        self._publishers: list[Publisher] = []
        self._subscriptions: list[Subscription] = []
        self._timers: list[Timer] = []
        self._guards: list[GuardCondition] = []
        self._executor: weakref.ref[SingleThreadedExecutor] | None = None
        self._default_callback_group: CallbackGroup = MutuallyExclusiveCallbackGroup()
        self._destroyed = False
        self._entry = NodeEntry(self._name, self._namespace)
        self._context.add_node()
        self._context.graph.add_node(self._entry)
        self._start(rosout=enable_rosout and shared.rosout)
        if automatically_declare_parameters_from_overrides:
            for name, value in overrides.items():
                if not self.has_parameter(name):
                    self.declare_parameter(name, value)

    def _start(self, *, rosout: bool) -> None:
        if rosout:
            log_type = message('rcl_interfaces/msg/Log')
            publisher = self.create_publisher(log_type, '/rosout', _ROSOUT_QOS)
            set_rosout(self._logger.name, partial(_publish_log, publisher, log_type))
        event_type = message('rcl_interfaces/msg/ParameterEvent')
        events = self.create_publisher(
            event_type, '/parameter_events', qos_profile_parameter_events
        )

        def say(changes: dict[str, list[Parameter]]) -> None:
            event = event_type(stamp=self._clock.now().to_msg())
            event.node = self.get_fully_qualified_name()
            for field, parameters in changes.items():
                setattr(event, field, [p.to_parameter_msg() for p in parameters])
            events.publish(event)

        self._parameter_store.on_change = say
        self._time_source = TimeSource(self, self._clock)

    # Identity.

    def get_name(self) -> str:
        """Return the node's name."""
        return self._name

    def get_namespace(self) -> str:
        """Return the node's namespace, `/` or `/a/b`."""
        return self._namespace

    def get_fully_qualified_name(self) -> str:
        """Return namespace and name."""
        return fully_qualified_node_name(self._name, self._namespace)

    def get_logger(self) -> Logger:
        """Return the node's logger."""
        return self._logger

    def get_clock(self) -> Clock:
        """Return the node's ROS clock."""
        return self._clock

    @property
    def context(self) -> Context:
        """The context it was made in."""
        return self._context

    @property
    def default_callback_group(self) -> CallbackGroup:
        """The group of callbacks that were given none."""
        return self._default_callback_group

    @property
    def executor(self) -> SingleThreadedExecutor | None:
        """The executor that runs its callbacks."""
        return self._executor() if self._executor else None

    @executor.setter
    def executor(self, executor: SingleThreadedExecutor | None) -> None:
        current = self.executor
        if current is executor:
            return
        self._executor = None if executor is None else weakref.ref(executor)
        if current is not None:
            current.remove_node(self)
        if executor is not None:
            executor.add_node(self)

    @property
    def publishers(self) -> Iterator[Publisher]:
        """Its publishers."""
        return iter(list(self._publishers))

    @property
    def subscriptions(self) -> Iterator[Subscription]:
        """Its subscriptions."""
        return iter(list(self._subscriptions))

    @property
    def timers(self) -> Iterator[Timer]:
        """Its timers."""
        return iter(list(self._timers))

    # Making and destroying.

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
        name, profile, qos = self._endpoint(
            msg_type, topic, qos_profile, 'publisher', qos_overriding_options
        )
        with qos:
            writer = self._context.participant.create_writer(
                to_dds_topic(name), to_dds_type(msg_type.__msgtype__), qos
            )
        events = EventHandler(writer, name, self._logger, event_callbacks)
        publisher = publisher_class(writer, msg_type, name, profile, self._logger, events)
        self._publishers.append(publisher)
        self._entry.writers.append(writer.gid)
        self._changed()
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
        name, profile, qos = self._endpoint(
            msg_type, topic, qos_profile, 'subscription', qos_overriding_options
        )
        with qos:
            reader = self._context.participant.create_reader(
                to_dds_topic(name), to_dds_type(msg_type.__msgtype__), qos
            )
        events = EventHandler(reader, name, self._logger, event_callbacks)
        subscription = Subscription(
            reader, msg_type, name, callback, profile, self._logger, events, raw=raw
        )
        self._subscriptions.append(subscription)
        self._entry.readers.append(reader.gid)
        self._changed()
        return subscription

    def _endpoint(
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
            clock or self._clock,
            self._wake,
            autostart=autostart,
        )
        self._timers.append(timer)
        self._wake()
        return timer

    def create_guard_condition(
        self, callback: Callable[[], Any], callback_group: CallbackGroup | None = None
    ) -> GuardCondition:
        """Create a condition that any thread can trigger."""
        del callback_group
        _plain(callback)
        guard = GuardCondition(callback, self._wake)
        self._guards.append(guard)
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
        if publisher not in self._publishers:
            return False
        self._publishers.remove(publisher)
        self._entry.writers.remove(publisher.writer.gid)
        publisher.destroy()
        self._changed()
        return True

    def destroy_subscription(self, subscription: Subscription) -> bool:
        """Destroy a subscription; False if it is not one of this node's."""
        if subscription not in self._subscriptions:
            return False
        self._subscriptions.remove(subscription)
        self._entry.readers.remove(subscription.reader.gid)
        subscription.destroy()
        self._changed()
        return True

    def destroy_timer(self, timer: Timer) -> bool:
        """Destroy a timer; False if it is not one of this node's."""
        if timer not in self._timers:
            return False
        self._timers.remove(timer)
        timer.destroy()
        return True

    def destroy_guard_condition(self, guard: GuardCondition) -> bool:
        """Destroy a guard condition; False if it is not one of this node's."""
        if guard not in self._guards:
            return False
        self._guards.remove(guard)
        guard.destroy()
        return True

    def destroy_node(self) -> None:
        """Take the node off the graph and close all it made; a second call does nothing."""
        if self._destroyed:
            return
        self._destroyed = True
        self.executor = None
        set_rosout(self._logger.name, None)
        self._parameter_store.on_change = None
        for timer in self._timers:
            timer.destroy()
        for subscription in self._subscriptions:
            subscription.destroy()
        for publisher in self._publishers:
            publisher.destroy()
        self._timers, self._subscriptions, self._publishers = [], [], []
        self._context.graph.remove_node(self._entry)
        self._context.remove_node()

    def _changed(self) -> None:
        self._context.graph.announce()
        self._wake()

    def _wake(self) -> None:
        if executor := self.executor:
            executor.wake()

    # For the executor.

    def entities(self) -> Iterator[_Takeable]:
        """Everything that may have a callback due, in the order of service."""
        yield from list(self._timers)
        yield from list(self._subscriptions)
        yield from list(self._guards)
        yield from self._events()

    def wait_handles(self) -> list[int]:
        """DDS handles that end a wait."""
        handles = [s.reader.condition for s in list(self._subscriptions) if s.reader.handle]
        return handles + [events.handle for events in self._events()]

    def _events(self) -> list[EventHandler]:
        found = [s.events for s in list(self._subscriptions)]
        found += [p.events for p in list(self._publishers)]
        return [events for events in found if events and events.handle]

    def wait_limits_ns(self) -> list[int]:
        """How long the timers allow a wait to last."""
        return [limit for t in list(self._timers) if (limit := t.wait_ns()) is not None]

    # Who else is there.

    def resolve_topic_name(self, topic: str, *, only_expand: bool = False) -> str:
        """Return the fully qualified name that `topic` means for this node."""
        rules = () if only_expand else self._remaps
        return resolve_topic_name(topic, self._name, self._namespace, rules)

    def get_node_names(self) -> list[str]:
        """Names of all nodes on the domain."""
        return [name for name, _ in self._context.graph.nodes()]

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        """Names and namespaces of all nodes on the domain."""
        return self._context.graph.nodes()

    def get_topic_names_and_types(
        self,
        no_demangle: bool = False,  # noqa: FBT001, FBT002, rclpy's signature
    ) -> list[tuple[str, list[str]]]:
        """Topics on the domain and their types."""
        del no_demangle
        return sorted((name, sorted(types)) for name, types in self._context.graph.topics().items())

    def get_publishers_info_by_topic(self, topic_name: str) -> list[TopicEndpointInfo]:
        """Every publisher on a topic, with its node and QoS."""
        return self._context.graph.publishers_on(self.resolve_topic_name(topic_name))

    def get_subscriptions_info_by_topic(self, topic_name: str) -> list[TopicEndpointInfo]:
        """Every subscription on a topic, with its node and QoS."""
        return self._context.graph.subscriptions_on(self.resolve_topic_name(topic_name))

    def count_publishers(self, topic_name: str) -> int:
        """Number of publishers on a topic, whoever has them."""
        return len(self.get_publishers_info_by_topic(topic_name))

    def count_subscribers(self, topic_name: str) -> int:
        """Number of subscriptions on a topic, whoever has them."""
        return len(self.get_subscriptions_info_by_topic(topic_name))


def _plain(callback: Callable[..., Any]) -> None:
    if not callable(callback):
        raise TypeError(f'expected a callable, got {callback!r}')
    if inspect.iscoroutinefunction(callback):
        raise NeedsRosError('a coroutine as callback', 'Here, use a plain function.')


def _publish_log(
    publisher: Publisher,
    log_type: Any,
    severity: LoggingSeverity,
    name: str,
    text: str,
    code: CodeType,
    line: int,
) -> None:
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    log = log_type(level=int(severity), name=name, msg=text, line=line)
    log.stamp.sec, log.stamp.nanosec = seconds, nanoseconds
    log.file, log.function = code.co_filename, code.co_name
    if publisher.writer.handle:
        publisher.publish(log)
