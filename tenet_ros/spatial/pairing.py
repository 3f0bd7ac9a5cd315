"""Which depth image belongs to which colour image."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import final

from tenet_ros.spatial.seen import DepthImage

__all__ = ['DepthPairing']

_KEPT = 16
"""Depth images that are kept: half a second at 30 Hz, 10 MB at 640x480."""


@final
class DepthPairing:
    """Pairs by stamp: the same stamp first, then the nearest within a tolerance.

    A depth image that is only near is taken once a newer one has come, or the tolerance has passed:
    until then the exact one may still be on its way. For one thread.

    Args:
        tolerance_ms: two stamps that differ by more belong to different moments.
        kept: newest depth images that are remembered.
    """

    def __init__(self, *, tolerance_ms: float = 15.0, kept: int = _KEPT) -> None:
        self._tolerance_ns = round(tolerance_ms * 1e6)
        self._kept = kept
        self._images: OrderedDict[int, DepthImage] = OrderedDict()
        self._newest_ns: int | None = None
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """Images so far: ``exact``, ``near``, ``unpaired``, and depth that came ``out_of_order``."""
        return dict(self._counts)

    def add(self, depth: DepthImage) -> None:
        """Take in a depth image. Stamps that go back by more than all that is kept start anew."""
        if self._newest_ns is not None and depth.stamp_ns < self._newest_ns:
            if self._images and depth.stamp_ns < next(iter(self._images)):
                self._images.clear()
                self._newest_ns = None
            else:
                self._counts['out_of_order'] += 1
        self._newest_ns = max(self._newest_ns or depth.stamp_ns, depth.stamp_ns)
        self._images[depth.stamp_ns] = depth
        self._images.move_to_end(depth.stamp_ns)
        while len(self._images) > self._kept:
            self._images.popitem(last=False)

    def settled(self, stamp_ns: int) -> bool:
        """Return whether waiting longer cannot find a better pair for an image of this stamp."""
        if stamp_ns in self._images:
            return True
        return self._newest_ns is not None and self._newest_ns >= stamp_ns + self._tolerance_ns

    def pair(self, stamp_ns: int) -> DepthImage | None:
        """Return the depth of an image, and count how it was found.

        Args:
            stamp_ns: of the colour image.
        """
        exact = self._images.get(stamp_ns)
        if exact is not None:
            self._counts['exact'] += 1
            return exact
        near = min(self._images, key=lambda each: abs(each - stamp_ns), default=None)
        if near is not None and abs(near - stamp_ns) <= self._tolerance_ns:
            self._counts['near'] += 1
            return self._images[near]
        self._counts['unpaired'] += 1
        return None

    def why_unpaired(self, stamp_ns: int) -> str:
        """Return why an image has no depth, in a few words."""
        if self._newest_ns is None:
            return 'no depth'
        lag_ms = (stamp_ns - self._newest_ns) / 1e6
        if lag_ms > 0:
            return f'depth is {lag_ms:.0f} ms behind the image'
        nearest = min(self._images, key=lambda each: abs(each - stamp_ns))
        return f'nearest depth is {abs(nearest - stamp_ns) / 1e6:.0f} ms away'
