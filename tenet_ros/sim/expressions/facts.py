"""What somebody has seen of a clip up to each frame, as arrays over frames and named things.

Every array at frame t depends on frames up to t only: truncating the clip changes nothing.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from tenet_ros.sim.expressions.trits import Flags, decided, past_or_now
from tenet_ros.sim.scene import ActivityKind, Array, Scene, Truth

__all__ = ['Facts', 'ground_axes', 'reach']

_SEEN_PX = 150.0
"""Visible pixels, of a 640 x 480 image, from which a person knows what a thing is."""
_GLIMPSED_PX = 12.0
_SEEN_SHARE = 0.3
_MOVED_M = 0.02
"""How far a thing may go unseen before nobody knows where it is."""


class Facts:
    """What is to be seen of the N named things of a clip in each of T frames.

    Attributes:
        frames: T.
        named: N.
        things: the N named things.
        rate_hz: frames per second.
        pixel: side of one pixel of a 640-pixel-wide image in pixels of this one.
        visible_px: (T, N) int64.
        visibility: (T, N) share of each whole thing that is visible.
        helpers: whether things that no sentence may mean are ever visible.
        world: (T, N, 3) centres, world, metres.
        glimpsed: (T, N) whether anything of it is visible now.
        clear: (T, N) whether the thing is clearly visible now.
        seen: (T, N) whether it has been clearly visible by now.
        exists: (T, N) trits: seen clearly by now, or only glimpsed, or not at all.
    """

    def __init__(self, scene: Scene, truth: Truth) -> None:
        self.scene = scene
        self.frames, self.named = len(scene), scene.named
        self.things = scene.things[: self.named]
        self.rate_hz = scene.rate_hz
        self.pixel = scene.camera.width / 640.0
        self.visible_px = truth.visible_px[:, : self.named]
        self.visibility = truth.visibility[:, : self.named]
        self.world = truth.world[:, : self.named]
        self.helpers = bool((truth.visible_px[:, self.named :] > 0).any())
        self._centres = truth.centres[:, : self.named]
        self._amodal_px = truth.amodal_px[:, : self.named]
        self._whole_px = truth.whole_px[:, : self.named]
        area = self.pixel**2
        self.clear = (self.visible_px >= _SEEN_PX * area) & (self.visibility >= _SEEN_SHARE)
        self.glimpsed = self.visible_px >= _GLIMPSED_PX * area
        self.seen = past_or_now(self.clear)
        self.exists = decided(self.seen, ~past_or_now(self.glimpsed))

    def count(self, seconds: float) -> int:
        """Return a duration in frames, at least one."""
        return max(1, round(seconds * self.rate_hz))

    @cached_property
    def inspected(self) -> Flags:
        """(T, N) whether the thing has been seen well enough by now not to be mixed up."""
        well = (self.visible_px >= 900 * self.pixel**2) & (self.visibility >= 0.6)
        return past_or_now(well)

    @cached_property
    def in_frame(self) -> Flags:
        """(T, N) whether most of the thing lies within the image, hidden or not."""
        return np.asarray(self._amodal_px >= 0.4 * np.maximum(self._whole_px, 1))

    @cached_property
    def gone(self) -> Flags:
        """(T, N) whether nothing of the thing lies within the image."""
        return np.asarray(self._amodal_px <= 0.02 * np.maximum(self._whole_px, 1))

    @cached_property
    def placed(self) -> Flags:
        """(T, N) whether one knows where in the image it is: seen now, or still there behind."""
        time = np.arange(self.frames)[:, None]
        latest = np.maximum.accumulate(np.where(self.clear, time, 0), axis=0)
        then = np.take_along_axis(self.world, latest[:, :, None], axis=0)
        stayed = np.linalg.norm(self.world - then, axis=2) < _MOVED_M
        return np.asarray(self.seen & self.in_frame & (self.clear | stayed))

    @cached_property
    def axes(self) -> Array:
        """(T, N, 3, 3) columns are each thing's own axes in the world."""
        w, x, y, z = np.moveaxis(self.scene.rotations[:, : self.named], 2, 0)
        rows = (
            (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
        )
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)

    @cached_property
    def half(self) -> Array:
        """(N, 3) half of each thing's extent, metres."""
        return np.stack([np.asarray(t.extent, np.float64) / 2 for t in self.things])

    @cached_property
    def tall(self) -> Array:
        """(T, N) half of its height as it stands or lies now, metres."""
        return np.asarray(np.linalg.norm(self.axes[:, :, 2, :] * self.half, axis=2))

    @cached_property
    def top(self) -> Array:
        """(T, N) height of its highest point, metres."""
        return np.asarray(self.world[:, :, 2] + self.tall)

    @cached_property
    def bottom(self) -> Array:
        """(T, N) height of its lowest point, metres."""
        return np.asarray(self.world[:, :, 2] - self.tall)

    @cached_property
    def breadth(self) -> Array:
        """(T, N) half of its width as the camera sees it, metres."""
        right = np.broadcast_to(self.right[:, None], self.world.shape)
        return reach(self.axes, self.half, right)

    @cached_property
    def right(self) -> Array:
        """(T, 3) the camera's right in the world, horizontal, unit."""
        return ground_axes(self.scene.camera.rotations)

    @cached_property
    def u(self) -> Array:
        """(T, N) column of the centre of the whole thing, pixels; may lie outside the image."""
        camera = self.scene.camera
        depth = np.maximum(self._centres[:, :, 2], 1e-3)
        return np.asarray(camera.focal_px * self._centres[:, :, 0] / depth + camera.width / 2)

    @cached_property
    def v(self) -> Array:
        """(T, N) row of the centre of the whole thing, pixels; may lie outside the image."""
        camera = self.scene.camera
        depth = np.maximum(self._centres[:, :, 2], 1e-3)
        return np.asarray(camera.focal_px * self._centres[:, :, 1] / depth + camera.height / 2)

    @cached_property
    def half_width_px(self) -> Array:
        """(T, N) half of its width in the image, pixels."""
        depth = np.maximum(self._centres[:, :, 2], 1e-3)
        return np.asarray(self.scene.camera.focal_px * self.breadth / depth)

    @cached_property
    def distance(self) -> Array:
        """(T, N) horizontal distance from the camera, metres."""
        offset = self.world - self.scene.camera.positions[:, None]
        return np.asarray(np.hypot(offset[:, :, 0], offset[:, :, 1]))

    @cached_property
    def apparent(self) -> Array:
        """(T, N) root of the pixels of the whole thing."""
        return np.asarray(np.sqrt(np.maximum(self._whole_px, 1.0)))

    @cached_property
    def size(self) -> Array:
        """(N,) geometric mean of each thing's extent, metres."""
        return np.asarray(np.cbrt(np.prod(2 * self.half, axis=1)))

    @cached_property
    def doing(self) -> dict[ActivityKind, Flags]:
        """(T, N) per activity: whether the thing does it at the frame."""
        time = np.arange(self.frames) / self.rate_hz
        doing = {kind: np.zeros((self.frames, self.named), np.bool_) for kind in ActivityKind}
        for activity in self.scene.activities:
            if activity.thing < self.named:
                now = (time >= activity.start_s) & (time < activity.end_s)
                doing[activity.kind][:, activity.thing] |= now
        return doing


def ground_axes(rotations: Array) -> Array:
    """Return the camera's right within the ground plane, (T, 3) unit.

    Args:
        rotations: (T, 3, 3), camera (optical) to world.
    """
    right = rotations[:, :, 0] * np.array([1.0, 1.0, 0.0])
    return np.asarray(right / np.maximum(np.linalg.norm(right, axis=1, keepdims=True), 1e-9))


def reach(axes: Array, half: Array, direction: Array) -> Array:
    """Return how far things extend from their centres along a direction, (T, N) metres.

    The support of an ellipsoid of half axes h along a is sqrt(sum_k (h_k a_k . d)^2): exact along
    a body's own axes and for a ball however it has rolled.

    Args:
        axes: (T, N, 3, 3), columns are the axes.
        half: (N, 3) metres.
        direction: (T, N, 3) unit.
    """
    along = np.einsum('tnij,tni->tnj', axes, direction) * half
    return np.asarray(np.sqrt(np.einsum('tnj,tnj->tn', along, along)))
