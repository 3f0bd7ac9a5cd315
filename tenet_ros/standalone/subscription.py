"""Subscriptions."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tenet_ros.errors import ContractError
from tenet_ros.standalone.dds import Reader, Sample
from tenet_ros.standalone.events import EventHandler
from tenet_ros.standalone.log import Logger
from tenet_ros.standalone.messages import Message, deserialize
from tenet_ros.standalone.qos import QoSProfile

__all__ = ['Subscription']


class Subscription:
    """Calls back for every message on a topic; made by `Node.create_subscription`.

    Args:
        reader: The DDS side.
        msg_type: Class of the messages.
        topic: Fully qualified name.
        callback: Called with the message, and with a dict of `source_timestamp` and
            `received_timestamp` (Unix nanoseconds) if it takes two arguments.
        qos_profile: As requested.
        logger: Of the node.
        events: QoS events.
        raw: Hand the callback CDR bytes instead of a message.
    """

    def __init__(
        self,
        reader: Reader,
        msg_type: type[Message],
        topic: str,
        callback: Callable[..., Any],
        qos_profile: QoSProfile,
        logger: Logger,
        events: EventHandler | None,
        *,
        raw: bool,
    ) -> None:
        self.msg_type = msg_type
        self.qos_profile = qos_profile
        self.topic = topic
        self.callback = callback
        self.raw = raw
        self.undecodable = 0
        self._reader = reader
        self._logger = logger
        self._events = events
        self._wants_info = _takes_two(callback)

    @property
    def topic_name(self) -> str:
        """The fully qualified topic name, after remapping."""
        return self.topic

    @property
    def reader(self) -> Reader:
        """The DDS side."""
        return self._reader

    @property
    def events(self) -> EventHandler | None:
        """QoS events, None where not watched."""
        return self._events

    def take(self) -> Callable[[], None] | None:
        """Take the oldest message that waits and return the call that delivers it, or None.

        Bytes that are not such a message are counted in `undecodable`, said in the log, dropped.
        """
        while (sample := self._reader.take()) is not None:
            try:
                content = self._decode(sample)
            except ContractError as error:
                self.undecodable += 1
                text = f'{self.topic}: message {self.undecodable} dropped: {error}'
                self._logger.error(text, throttle_duration_sec=5.0)  # noqa: TRY400, not logging's
                continue
            if not self._wants_info:
                return partial(self.callback, content)
            info = {
                'source_timestamp': sample.source_timestamp_ns,
                'received_timestamp': time.time_ns(),
            }
            return partial(self.callback, content, info)
        return None

    def _decode(self, sample: Sample) -> Any:
        if self.raw:
            return sample.data.tobytes()
        return deserialize(sample.data, self.msg_type.__msgtype__)

    def get_publisher_count(self) -> int:
        """Number of matched publishers."""
        return self._reader.matched_count()

    def destroy(self) -> None:
        """Close the DDS side; prefer `Node.destroy_subscription`, which also tells the graph."""
        self._reader.close()


def _takes_two(callback: Callable[..., Any]) -> bool:
    try:
        signature = inspect.signature(callback)
    except ValueError:  # a builtin without a signature, such as list.append
        return False
    try:
        signature.bind(object())
    except TypeError:
        pass
    else:
        return False
    try:
        signature.bind(object(), object())
    except TypeError as error:
        raise RuntimeError(
            'subscription callback: expected a callable of (message) or (message, info)'
        ) from error
    return True
