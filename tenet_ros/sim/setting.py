"""What surrounds the things of a clip: its times and what its camera can see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.sim.scene import Camera

__all__ = ['Setting']

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a proposal of motion may look at.

    Attributes:
        times: (T,) seconds.
        camera: T poses.
        top: of the highest thing, metres above the table.
        seconds: the clip's length.
    """

    times: Array
    camera: Camera
    top: float
    seconds: float

    @property
    def towards(self) -> Array:
        """(2,) unit vector on the table from its middle to the camera."""
        flat = self.camera.positions[:, :2].mean(axis=0)
        return np.asarray(flat / np.linalg.norm(flat))

    def pixels(self, point: Array) -> Array:
        """Return where a world point (3,) is seen at every frame, (T, 2); nan behind."""
        camera = self.camera
        local = np.einsum('ti,tij->tj', point - camera.positions, camera.rotations)
        depth = np.where(local[:, 2:] > 0.05, local[:, 2:], np.nan)
        middle = np.asarray((camera.width, camera.height)) / 2
        return np.asarray(camera.focal_px * local[:, :2] / depth + middle)

    def inside(self, point: Array, margin_px: float) -> bool:
        """Return whether a point stays ``margin_px`` inside the image; outside if negative."""
        pixels = self.pixels(point)
        size = np.asarray((self.camera.width, self.camera.height))
        return bool(((pixels >= margin_px) & (pixels < size - margin_px)).all())

    def outside(self, point: Array, margin_px: float) -> bool:
        """Return whether a point stays ``margin_px`` outside the image."""
        pixels = self.pixels(point)
        size = np.asarray((self.camera.width, self.camera.height))
        return not bool(((pixels >= -margin_px) & (pixels < size + margin_px)).all(axis=1).any())
