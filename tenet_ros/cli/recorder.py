"""Finding the topics of a node and writing their messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tenet_ros.cli.bag_writer import BagWriter, qos_of
from tenet_ros.cli.session import spin_until
from tenet_ros.ros import api

__all__ = ['Recorder']

DEPTH = 100
"""Messages that may wait for the disk."""
EVERYBODYS = ('/rosout', '/parameter_events')
"""Topics that every node publishes, and nobody wants in a recording of one."""
HEAVY = ('overlay',)
"""Outputs of the node that have a compressed twin, which is recorded instead."""


class Recorder:
    """Subscribes to what a node publishes as it appears, and writes it as it comes.

    Args:
        node: runs the callbacks.
        bag: open for writing.
        target: fully qualified name of the recorded node.
        topics: exactly these, in place of the node's own.
        inputs: what the node subscribes to as well.
    """

    DISCOVERY_S = 0.25

    def __init__(
        self,
        node: api.Node,
        bag: BagWriter,
        *,
        target: str,
        topics: Sequence[str] | None,
        inputs: bool,
    ) -> None:
        self._node = node
        self._bag = bag
        self._target = target
        self._topics = None if topics is None else {t if t[0] == '/' else f'/{t}' for t in topics}
        self._inputs = inputs
        self._seen: set[str] = set()

    def spin(self, seconds: float) -> None:
        """Take messages for a while."""
        spin_until(self._node, lambda: False, seconds)

    def discover(self) -> Iterator[str]:
        """Subscribe to every wanted topic that is new; yield a line about each."""
        for topic, types in self._node.get_topic_names_and_types():
            if topic in self._seen or not self._wanted(topic):
                continue
            offers = self._node.get_publishers_info_by_topic(topic)
            if not offers:
                continue
            self._seen.add(topic)
            if not self._bag.knows(types[0]):
                yield f'{topic}: left out, the definition of {types[0]} is not known here'
                continue
            self._bag.add_topic(topic, types[0], [qos_of(offer.qos_profile) for offer in offers])
            self._subscribe(topic, types[0], [offer.qos_profile for offer in offers])
            yield f'recording {topic} ({types[0]})'

    def _wanted(self, topic: str) -> bool:
        if self._topics is not None:
            return topic in self._topics
        if topic in EVERYBODYS or topic in {f'{self._target}/{name}' for name in HEAVY}:
            return False
        publishers = self._node.get_publishers_info_by_topic(topic)
        if any(self._is_target(info) for info in publishers):
            return True
        subscribers = self._node.get_subscriptions_info_by_topic(topic)
        return self._inputs and any(self._is_target(info) for info in subscribers)

    def _is_target(self, info: Any) -> bool:
        return f'{info.node_namespace.rstrip("/")}/{info.node_name}' == self._target

    def _subscribe(self, topic: str, type_name: str, offers: Sequence[Any]) -> None:
        """Ask for no more than every publisher of the topic offers, so that all match."""
        reliable = all(o.reliability == api.ReliabilityPolicy.RELIABLE for o in offers)
        latched = all(o.durability == api.DurabilityPolicy.TRANSIENT_LOCAL for o in offers)
        profile = api.QoSProfile(
            depth=DEPTH,
            reliability=api.ReliabilityPolicy.RELIABLE
            if reliable
            else api.ReliabilityPolicy.BEST_EFFORT,
            durability=api.DurabilityPolicy.TRANSIENT_LOCAL
            if latched
            else api.DurabilityPolicy.VOLATILE,
        )
        self._node.create_subscription(
            api.msg(type_name), topic, self._writer(topic), profile, raw=True
        )

    def _writer(self, topic: str) -> Callable[[bytes], None]:
        def write(data: bytes) -> None:
            self._bag.write(topic, time.time_ns(), data)

        return write
