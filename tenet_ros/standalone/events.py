"""Events of publishers and subscriptions: somebody is there whose QoS does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tenet_ros.standalone.dds import Reader, Writer
from tenet_ros.standalone.dds_qos import policy_kind
from tenet_ros.standalone.exceptions import NeedsRosError
from tenet_ros.standalone.log import Logger
from tenet_ros.standalone.qos import QoSPolicyKind

__all__ = [
    'EventHandler',
    'PublisherEventCallbacks',
    'QoSOfferedIncompatibleQoSInfo',
    'QoSRequestedIncompatibleQoSInfo',
    'SubscriptionEventCallbacks',
]


class QoSOfferedIncompatibleQoSInfo(NamedTuple):
    """A subscription asks for more than the publisher offers."""

    total_count: int
    total_count_change: int
    last_policy_kind: QoSPolicyKind


class QoSRequestedIncompatibleQoSInfo(NamedTuple):
    """A publisher offers less than the subscription asks for."""

    total_count: int
    total_count_change: int
    last_policy_kind: QoSPolicyKind


class _EventCallbacks:
    def __init__(
        self,
        *,
        incompatible_qos: Callable[[Any], None] | None = None,
        use_default_callbacks: bool = True,
        **others: Any,
    ) -> None:
        named = [name for name, callback in others.items() if callback is not None]
        if named:
            raise NeedsRosError(
                f'the event callback {named[0]!r}', 'Here, incompatible_qos is supported.'
            )
        self.incompatible_qos = incompatible_qos
        self.use_default_callbacks = use_default_callbacks


class PublisherEventCallbacks(_EventCallbacks):
    """Callbacks of a publisher; without one of your own, an incompatible reader is logged."""


class SubscriptionEventCallbacks(_EventCallbacks):
    """Callbacks of a subscription; without one of your own, an incompatible writer is logged."""


class EventHandler:
    """Calls back when the QoS of a peer does not fit.

    Args:
        endpoint: What to watch.
        topic: For the log line.
        logger: Of the node.
        callbacks: None for the defaults.
    """

    def __init__(
        self,
        endpoint: Writer | Reader,
        topic: str,
        logger: Logger,
        callbacks: _EventCallbacks | None,
    ) -> None:
        self._endpoint = endpoint
        self._topic = topic
        self._logger = logger
        chosen = callbacks.incompatible_qos if callbacks else None
        default = callbacks is None or callbacks.use_default_callbacks
        self._callback = chosen or (self._log if default else None)
        if self._callback:
            endpoint.watch_incompatible_qos()

    @property
    def handle(self) -> int:
        """What a wait set watches; 0 for nothing."""
        return self._endpoint.handle if self._callback else 0

    def take(self) -> Callable[[], None] | None:
        """Return the call that is due, or None."""
        status = self._endpoint.take_incompatible_qos() if self._callback else None
        if status is None:
            return None
        offered = isinstance(self._endpoint, Writer)
        kind = QoSOfferedIncompatibleQoSInfo if offered else QoSRequestedIncompatibleQoSInfo
        info = kind(status.total_count, status.total_count_change, policy_kind(status.policy_id))
        callback = self._callback
        return lambda: callback(info) if callback else None

    def _log(self, info: Any) -> None:
        if isinstance(self._endpoint, Writer):
            peer, what = 'subscription', 'requests an incompatible QoS: nothing is sent to it'
        else:
            peer, what = 'publisher', 'offers an incompatible QoS: nothing is received from it'
        text = (
            f"New {peer} discovered on topic '{self._topic}' {what}. "
            f'Last incompatible policy: {info.last_policy_kind.name}'
        )
        self._logger.warning(text)
