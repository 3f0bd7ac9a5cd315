"""Transforms between frames, as ``/tf`` and ``/tf_static`` tell them; for either runtime.

A small part of tf2: a tree of frames, each with a few seconds of its pose in its parent, looked up
at a stamp and interpolated between the two poses around it, never beyond the newest.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation, Slerp

from tenet_ros.errors import TenetError

__all__ = ['TransformError', 'Transforms', 'compose', 'inverse']

Matrix = npt.NDArray[np.float64]

_KEPT_NS = 10_000_000_000
"""How far back a frame's poses are remembered, as in tf2."""
_FARTHEST_M = 1e9
"""No two frames of a robot are this far apart, be one of them the middle of the Earth."""


class TransformError(TenetError):
    """Two frames are not connected at the stamp that was asked for."""


@dataclass(slots=True)
class _Link:
    """A frame's poses in its parent, sorted by stamp."""

    parent: str
    static: bool
    stamps_ns: list[int] = field(default_factory=list)
    poses: list[Matrix] = field(default_factory=list)

    def at(self, child: str, stamp_ns: int) -> Matrix:
        if self.static:
            return self.poses[-1]
        after = bisect_left(self.stamps_ns, stamp_ns)
        if after < len(self.stamps_ns) and self.stamps_ns[after] == stamp_ns:
            return self.poses[after]
        if after == len(self.stamps_ns):
            late_ms = (stamp_ns - self.stamps_ns[-1]) / 1e6
            raise TransformError(
                f'the newest pose of {child} is {late_ms:.0f} ms older than the image'
            )
        if after == 0:
            early_ms = (self.stamps_ns[0] - stamp_ns) / 1e6
            raise TransformError(
                f'the oldest pose of {child} is {early_ms:.0f} ms younger than the image'
            )
        start, end = self.stamps_ns[after - 1], self.stamps_ns[after]
        share = (stamp_ns - start) / (end - start)
        return _between(self.poses[after - 1], self.poses[after], share)


@final
class Transforms:
    """A tree of frames. ``add`` and ``pose`` may be called from different threads."""

    def __init__(self) -> None:
        self._links: dict[str, _Link] = {}
        self._changed = threading.Condition()

    def add(self, transforms: Iterable[Any], *, static: bool) -> None:
        """Take in the transforms of a ``tf2_msgs/TFMessage``; broken ones are left out.

        Args:
            transforms: ``geometry_msgs/TransformStamped``.
            static: whether they hold for ever.
        """
        with self._changed:
            for each in transforms:
                parent = str(each.header.frame_id).lstrip('/')
                child = str(each.child_frame_id).lstrip('/')
                matrix = _matrix(each.transform)
                if matrix is not None and child and child != parent:
                    stamp = each.header.stamp
                    stamp_ns = int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)
                    self._insert(parent, child, matrix, stamp_ns, static=static)
            self._changed.notify_all()

    def pose(self, target: str, source: str, stamp_ns: int, *, timeout_s: float = 0.0) -> Matrix:
        """Return the pose of ``source`` in ``target``: (4, 4) float64, source points to target's.

        Args:
            target: frame to come to.
            source: frame to come from.
            stamp_ns: when.
            timeout_s: how long to wait for transforms that may be on their way.

        Raises:
            TransformError: they are not connected, or not at that time.
        """
        end_s = time.monotonic() + timeout_s
        target, source = target.lstrip('/'), source.lstrip('/')
        with self._changed:
            found = self._try(target, source, stamp_ns)
            while isinstance(found, TransformError):
                left_s = end_s - time.monotonic()
                if left_s <= 0:
                    raise found
                self._changed.wait(left_s)
                found = self._try(target, source, stamp_ns)
            return found

    def _try(self, target: str, source: str, stamp_ns: int) -> Matrix | TransformError:
        try:
            return self._pose(target, source, stamp_ns)
        except TransformError as error:
            return error

    def _pose(self, target: str, source: str, stamp_ns: int) -> Matrix:
        of_source, of_target = self._chain(source), self._chain(target)
        common = next((frame for frame in of_source if frame in of_target), None)
        if common is None:
            known = ', '.join(sorted({*self._links, *(x.parent for x in self._links.values())})[:9])
            raise TransformError(
                f'no transform connects {source} with {target} (frames on /tf: {known or "none"})'
            )
        up = self._climb(of_source[: of_source.index(common)], stamp_ns)
        down = self._climb(of_target[: of_target.index(common)], stamp_ns)
        return inverse(down) @ up

    def _chain(self, frame: str) -> list[str]:
        """Return a frame and everything above it."""
        chain = [frame]
        while (link := self._links.get(chain[-1])) is not None:
            if link.parent in chain:
                loop = ' > '.join([*chain, link.parent])
                raise TransformError(
                    f'frames on /tf form a loop: {loop}; end one of its publishers'
                )
            chain.append(link.parent)
        return chain

    def _break_loop(self, frame: str, now_ns: int) -> None:
        """Of a loop through a frame forget what is published no more: it went the wrong way."""
        loop = [frame]
        while (link := self._links.get(loop[-1])) is not None and link.parent not in loop:
            loop.append(link.parent)
        if link is None or link.parent != frame:
            return
        for each in loop:
            link = self._links[each]
            if not link.static and link.stamps_ns[-1] < now_ns - _KEPT_NS:
                del self._links[each]

    def _climb(self, frames: list[str], stamp_ns: int) -> Matrix:
        result = np.eye(4)
        for frame in frames:
            result = self._links[frame].at(frame, stamp_ns) @ result
        return result

    def _insert(
        self, parent: str, child: str, matrix: Matrix, stamp_ns: int, *, static: bool
    ) -> None:
        link = self._links.get(child)
        if link is None or link.parent != parent or link.static != static or static:
            link = self._links[child] = _Link(parent=parent, static=static)
        elif link.stamps_ns and stamp_ns < link.stamps_ns[-1] - _KEPT_NS:
            link.stamps_ns.clear()  # time has started over
            link.poses.clear()
        at = bisect_left(link.stamps_ns, stamp_ns)
        if at < len(link.stamps_ns) and link.stamps_ns[at] == stamp_ns:
            link.poses[at] = matrix
            return
        link.stamps_ns.insert(at, stamp_ns)
        link.poses.insert(at, matrix)
        old = bisect_left(link.stamps_ns, link.stamps_ns[-1] - _KEPT_NS)
        del link.stamps_ns[:old], link.poses[:old]
        self._break_loop(child, link.stamps_ns[-1])


def compose(rotation: Matrix, translation: Matrix) -> Matrix:
    """Return a (4, 4) transform of a (3, 3) rotation and a (3,) translation."""
    result = np.eye(4)
    result[:3, :3], result[:3, 3] = rotation, translation
    return result


def inverse(transform: Matrix) -> Matrix:
    """Return the inverse of a rigid (4, 4) transform.

    >>> inverse(compose(np.eye(3), np.asarray([1.0, 2, 3])))[:3, 3].tolist()
    [-1.0, -2.0, -3.0]
    """
    rotation = transform[:3, :3].T
    return compose(rotation, -rotation @ transform[:3, 3])


def _matrix(transform: Any) -> Matrix | None:
    """Return a ``geometry_msgs/Transform`` as a matrix; None if it is none."""
    t, q = transform.translation, transform.rotation
    values = np.asarray([t.x, t.y, t.z, q.x, q.y, q.z, q.w], np.float64)
    length = float(np.linalg.norm(values[3:]))
    near = np.abs(values[:3]) < _FARTHEST_M
    if not np.isfinite(values).all() or abs(length - 1) > 0.05 or not near.all():
        return None
    return compose(Rotation.from_quat(values[3:] / length).as_matrix(), values[:3])


def _between(first: Matrix, second: Matrix, share: float) -> Matrix:
    rotations = Rotation.from_matrix(np.stack([first[:3, :3], second[:3, :3]]))
    rotation = Slerp([0.0, 1.0], rotations)([share]).as_matrix()[0]
    return compose(rotation, (1 - share) * first[:3, 3] + share * second[:3, 3])
