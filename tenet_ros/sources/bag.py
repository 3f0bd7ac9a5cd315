"""A ROS 2 bag (mcap or sqlite3, with or without its metadata.yaml), read by rosbags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.highlevel import AnyReaderError
from rosbags.interfaces import Connection

from tenet_ros.errors import SourceError
from tenet_ros.images import DEPTH_ENCODINGS
from tenet_ros.sources.bag_messages import calibration_of, depth_of, picture_of, stamp_of
from tenet_ros.sources.bag_reader import listing, open_bag
from tenet_ros.sources.frame import SourceFrame
from tenet_ros.sources.source import SourceInfo

__all__ = ['BagSource', 'BagTopics']

IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED = 'sensor_msgs/msg/CompressedImage'
CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
RATE_SAMPLES = 32
"""Intervals from which a bag's nominal rate is told; reading them all would read the bag."""
DEPTH_TOLERANCE_NS = 50_000_000
"""A depth image belongs to a picture when their stamps are no further apart than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BagTopics:
    """Which topics of a bag are played.

    Attributes:
        image: the colour pictures.
        info: their camera_info, or ''.
        depth: the registered depth, or ''.
    """

    image: str
    info: str
    depth: str


class BagSource:
    """Plays the pictures of one topic at their recorded intervals, depth and calibration beside.

    The pictures' stamps are their headers'; where a header has none, the time of recording.

    Args:
        path: the bag's folder, or its only .mcap or .db3 file.
        image_topic: by default the only colour topic, or of several the one whose name says so.
        depth_topic: by default a depth topic, an aligned one first; '' for none.
        info_topic: by default the ``camera_info`` beside the images; '' for none.

    Raises:
        SourceError: not a bag, or without such topics; it lists what there is.
    """

    def __init__(
        self,
        path: Path,
        *,
        image_topic: str | None = None,
        depth_topic: str | None = None,
        info_topic: str | None = None,
    ) -> None:
        self._path = path
        self._reader = open_bag(path)
        try:
            self.topics = self._choose(image_topic, depth_topic, info_topic)
            rate_hz = self._rate()
            length = sum(c.msgcount for c in self._connections(self.topics.image))
        except BaseException:
            self._reader.close()
            raise
        beside = [topic for topic in (self.topics.info, self.topics.depth) if topic]
        self.info = SourceInfo(
            name=path.resolve().name,
            kind='bag',
            rate_hz=rate_hz,
            length=length,
            live=False,
            detail=', '.join([self.topics.image, *beside]),
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every picture in the order of recording.

        Raises:
            SourceError: the bag is damaged.
        """
        depths = self._companion(self.topics.depth)
        infos = self._companion(self.topics.info)
        first_ns: int | None = None
        for logged_ns, message in self._messages(self.topics.image):
            first_ns = logged_ns if first_ns is None else first_ns
            stamp_ns = stamp_of(message, logged_ns)
            info = infos.nearest(stamp_ns) if infos else None
            yield SourceFrame(
                picture=picture_of(message),
                stamp_ns=stamp_ns,
                due_ns=logged_ns - first_ns,
                frame_id=str(message.header.frame_id),
                calibration=calibration_of(info) if info is not None else None,
                depth=depth_of(depths.fresh(stamp_ns)) if depths else None,
            )

    def close(self) -> None:
        """Close the bag's files."""
        if self._reader.stack:
            self._reader.close()

    def _messages(self, topic: str) -> Iterator[tuple[int, Any]]:
        """Yield (time of recording, message) of one topic."""
        try:
            for connection, logged_ns, raw in self._reader.messages(self._connections(topic)):
                yield logged_ns, self._reader.deserialize(raw, connection.msgtype)
        except (AnyReaderError, OSError, ValueError) as error:
            raise SourceError(
                f'{self._path}: breaks off in {topic}: {error}; try "ros2 bag reindex"'
            ) from error

    def _companion(self, topic: str) -> _Companion | None:
        return _Companion(self._messages(topic)) if topic else None

    def _connections(self, topic: str) -> list[Connection]:
        return [c for c in self._reader.connections if c.topic == topic]

    def _rate(self) -> float:
        """Return the pictures per second that the first intervals show; 1 Hz for a lone one."""
        messages = self._reader.messages(self._connections(self.topics.image))
        times = [logged_ns for _, logged_ns, _ in islice(messages, RATE_SAMPLES)]
        period_ns = float(np.median(np.diff(times))) if len(times) > 1 else 1e9
        return 1e9 / period_ns if period_ns > 0 else 1.0

    def _choose(self, image: str | None, depth: str | None, info: str | None) -> BagTopics:
        """Find the topics to play among those of the bag."""
        types = {c.topic: c.msgtype for c in self._reader.connections if c.msgcount}
        for wanted in filter(None, (image, depth, info)):
            if wanted not in types:
                raise SourceError(f'{self._path}: has no topic {wanted}; {listing(types)}')
        pictures = [topic for topic, kind in types.items() if kind in {IMAGE, COMPRESSED}]
        deep = [topic for topic in pictures if self._is_depth(topic)]
        colour = [topic for topic in pictures if topic not in deep]
        if image is None and not colour:
            raise SourceError(f'{self._path}: holds no colour images; {listing(types)}')
        chosen = image or min(colour, key=_colour_rank)
        raw_depths = [topic for topic in deep if types[topic] == IMAGE]
        if depth is None:
            depth = min(raw_depths, key=_depth_rank, default='')
        if info is None:
            beside = _info_topic(chosen)
            info = beside if types.get(beside) == CAMERA_INFO else ''
        return BagTopics(image=chosen, info=info, depth=depth)

    def _is_depth(self, topic: str) -> bool:
        """Look at a topic's first message: does it hold distances?"""
        _, message = next(self._messages(topic))
        if hasattr(message, 'format'):
            return 'compressedDepth' in message.format
        is_grey = message.encoding in {'mono16', *DEPTH_ENCODINGS}
        return message.encoding in DEPTH_ENCODINGS or (is_grey and 'depth' in topic)


class _Companion:
    """Walks a topic beside the pictures and knows the message nearest to a stamp."""

    def __init__(self, messages: Iterator[tuple[int, Any]]) -> None:
        self._messages = ((stamp_of(message, at_ns), message) for at_ns, message in messages)
        self._current: tuple[int, Any] | None = next(self._messages, None)
        self._next: tuple[int, Any] | None = next(self._messages, None)
        self._given: int | None = None

    def nearest(self, stamp_ns: int) -> Any | None:
        """Return the message nearest to ``stamp_ns``; stamps are asked for in rising order."""
        while self._current and self._next:
            if abs(self._next[0] - stamp_ns) > abs(self._current[0] - stamp_ns):
                break
            self._current, self._next = self._next, next(self._messages, None)
        return self._current[1] if self._current else None

    def fresh(self, stamp_ns: int) -> Any | None:
        """Return the nearest message if it is near enough and was not returned before."""
        message = self.nearest(stamp_ns)
        if message is None or self._current is None:
            return None
        at_ns = self._current[0]
        if at_ns == self._given or abs(at_ns - stamp_ns) > DEPTH_TOLERANCE_NS:
            return None
        self._given = at_ns
        return message


def _colour_rank(topic: str) -> tuple[bool, bool, str]:
    """Order colour topics: one that says so, raw before compressed, then by name."""
    says_so = any(word in topic for word in ('color', 'colour', 'rgb'))
    return (not says_so, topic.endswith('/compressed'), topic)


def _depth_rank(topic: str) -> tuple[bool, str]:
    """Order depth topics: one that is registered to the colour image first."""
    return (not any(word in topic for word in ('aligned', 'registered')), topic)


def _info_topic(image: str) -> str:
    """Return where the camera_info of an image topic lies by convention."""
    base = image.removesuffix('/compressed')
    return base.rsplit('/', 1)[0] + '/camera_info'
