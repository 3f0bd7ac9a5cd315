"""Publishers."""

from __future__ import annotations

from typing import Any

from tenet_ros.standalone.dds import Writer
from tenet_ros.standalone.dds_qos import MAX_BLOCKING_NS
from tenet_ros.standalone.events import EventHandler
from tenet_ros.standalone.log import Logger
from tenet_ros.standalone.messages import Message, serialize
from tenet_ros.standalone.qos import QoSProfile
from tenet_ros.standalone.times import Duration

__all__ = ['Publisher']


class Publisher:
    """Sends messages on a topic; made by `Node.create_publisher`. Any thread may publish."""

    def __init__(
        self,
        writer: Writer,
        msg_type: type[Message],
        topic: str,
        qos_profile: QoSProfile,
        logger: Logger,
        events: EventHandler | None,
    ) -> None:
        self.msg_type = msg_type
        self.qos_profile = qos_profile
        self.topic = topic
        self.dropped = 0
        self._writer = writer
        self._logger = logger
        self._events = events

    @property
    def topic_name(self) -> str:
        """The fully qualified topic name, after remapping."""
        return self.topic

    @property
    def writer(self) -> Writer:
        """The DDS side."""
        return self._writer

    @property
    def events(self) -> EventHandler | None:
        """QoS events, None where not watched."""
        return self._events

    def publish(self, msg: Any) -> None:
        """Send a message, or its CDR bytes.

        With history KEEP_LAST this never waits for a reader. With KEEP_ALL, a reliable reader that
        does not keep up makes it wait for at most 100 ms; then the message is dropped for all,
        counted in `dropped`, and said in the log.

        Raises:
            TypeError: Not a message of this publisher's type, or a field of a wrong type.
            MiddlewareError: The publisher was destroyed.
        """
        if isinstance(msg, self.msg_type):
            payload = serialize(msg)
        elif isinstance(msg, (bytes, bytearray, memoryview)):
            payload = memoryview(msg)
        else:
            raise TypeError(
                f'{self.topic}: expected a {self.msg_type.__msgtype__}, '
                f'got {getattr(msg, "__msgtype__", type(msg).__name__)}'
            )
        if not self._writer.write(payload):
            self.dropped += 1
            text = (
                f'{self.topic}: a reliable subscription did not take a message of '
                f'{payload.nbytes} bytes within {MAX_BLOCKING_NS // 1_000_000} ms; '
                f'{self.dropped} dropped so far'
            )
            self._logger.warning(text, throttle_duration_sec=5.0)

    def get_subscription_count(self) -> int:
        """Number of matched subscriptions."""
        return self._writer.matched_count()

    def assert_liveliness(self) -> None:
        """Say "still alive" under MANUAL_BY_TOPIC liveliness."""
        self._writer.assert_liveliness()

    def wait_for_all_acked(self, timeout: Duration | None = None) -> bool:
        """Wait until every reliable subscription has everything; False on timeout."""
        return self._writer.wait_for_acks(2**62 if timeout is None else timeout.nanoseconds)

    def destroy(self) -> None:
        """Close the DDS side; prefer `Node.destroy_publisher`, which also tells the graph."""
        self._writer.close()
