"""What a simulated clip consists of, as plain data.

Nothing here draws and nothing here moves by physics: a scene is scripted, so that the same seed
gives the same clip on every machine.

Frames of reference: the *world* is right-handed, metres, z up, the table's top at z = 0 around
the origin. The *camera* frame is optical (REP 103): x right, y down, z forward. Quaternions are
(w, x, y, z).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

__all__ = [
    'Activity',
    'ActivityKind',
    'Camera',
    'Look',
    'Part',
    'Scene',
    'Solid',
    'Thing',
    'Truth',
]

Array = npt.NDArray[np.float64]


class Solid(str, Enum):
    """A convex body that every part is."""

    BOX = 'box'
    """Size: half extents along x, y, z."""
    SPHERE = 'sphere'
    """Size: radius."""
    ELLIPSOID = 'ellipsoid'
    """Size: half extents along x, y, z."""
    CYLINDER = 'cylinder'
    """Size: radius, half height along z."""
    CAPSULE = 'capsule'
    """Size: radius, half length of the straight part along z."""
    FRUSTUM = 'frustum'
    """Size: bottom radius, top radius, half height along z."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One convex body of a thing, in the thing's own frame.

    Attributes:
        solid: which body.
        size: as ``Solid`` says, metres.
        position: (3,) float64 of its centre, metres.
        rotation: (4,) float64 unit quaternion.
        paint: which of the thing's paints it wears: 'main', 'second', 'dark', 'metal', 'light'.
        patterned: whether the thing's pattern is drawn on it.
    """

    solid: Solid
    size: tuple[float, ...]
    position: Array
    rotation: Array
    paint: str = 'main'
    patterned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thing:
    """One object. Its frame has z up and the origin at the centre of its foot when it stands.

    Attributes:
        category: key of ``catalogue.CATEGORIES``; '' for what no sentence may mean: an arm, a
            pusher, a screen that hides things.
        colour: key of ``catalogue.COLOURS``, its main colour; '' without category.
        second: colour of the pattern or '' where it is plain.
        pattern: 'plain', 'striped', 'dotted' or 'checkered'.
        rgb: main colour as drawn, (3,) in [0, 1], a variation of ``colour``.
        second_rgb: likewise.
        extent: (3,) float64 full size along x, y, z when it stands, metres.
        parts: its bodies.
    """

    category: str
    colour: str
    second: str
    pattern: str
    rgb: tuple[float, float, float]
    second_rgb: tuple[float, float, float]
    extent: Array
    parts: tuple[Part, ...]


class ActivityKind(str, Enum):
    """What a thing does for a while."""

    SLIDE = 'slide'
    ROLL = 'roll'
    PUSHED = 'pushed'
    """By a pusher or arm that stays in touch with it."""
    SPIN = 'spin'
    """About its upright axis, in place."""
    FALL = 'fall'
    """Drops from above the table, or topples."""
    LIFTED = 'lifted'
    """Upwards, by an arm or a string."""
    CIRCLE = 'circle'
    """Along a circle on the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One stretch of motion of one thing. Outside its activities a thing stands still.

    Attributes:
        thing: index into ``Scene.things``.
        kind: what it does.
        start_s: from the clip's start.
        end_s: likewise; several activities of one thing never overlap.
    """

    thing: int
    kind: ActivityKind
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Camera:
    """A pinhole camera along the clip.

    Attributes:
        width: pixels.
        height: pixels.
        focal_px: for x and y alike; the principal point is the image's centre.
        positions: (T, 3) float64 world, metres.
        rotations: (T, 3, 3) float64, camera (optical) to world.
        motion: 'static', 'pan' or 'handheld'.
    """

    width: int
    height: int
    focal_px: float
    positions: Array
    rotations: Array
    motion: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What changes the picture and not the truth.

    Attributes:
        table: procedural texture of the table: 'wood', 'plain', 'cloth', 'marble', 'checks', ...
        table_rgb: (3,) in [0, 1].
        wall_rgb: (3,) in [0, 1], behind the table.
        lights: (L, 3) world positions, metres.
        light_powers: (L,) diffuse strengths.
        ambient: in [0, 1].
        exposure: factor on linear light.
        white_balance: (3,) factors.
        noise: standard deviation of sensor noise, 0 to 255 scale.
        blur_px: sigma of a defocus blur at 640 pixels of width.
        vignette: darkening at the corners, in [0, 1].
        seed: of textures and noise.
    """

    table: str
    table_rgb: tuple[float, float, float]
    wall_rgb: tuple[float, float, float]
    lights: Array
    light_powers: Array
    ambient: float
    exposure: float
    white_balance: tuple[float, float, float]
    noise: float
    blur_px: float
    vignette: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A scripted clip.

    Attributes:
        seed: gives the scene again, with ``generator``.
        generator: version of the generator, raised whenever a seed gives another clip.
        split: 'train', 'val' or 'test'; colour-category pairs are held out by split.
        rate_hz: frames per second.
        things: N things; those without category come last.
        positions: (T, N, 3) float64 of each thing's origin, world, metres.
        rotations: (T, N, 4) float64 unit quaternions, thing to world.
        activities: what moves when.
        camera: T poses.
        look: light, textures, noise.
    """

    seed: int
    generator: int
    split: str
    rate_hz: float
    things: tuple[Thing, ...]
    positions: Array
    rotations: Array
    activities: tuple[Activity, ...]
    camera: Camera
    look: Look

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.positions)

    @property
    def named(self) -> int:
        """How many things a sentence may mean: they come first."""
        return sum(bool(thing.category) for thing in self.things)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What is to be seen of each of the N things in each of the T frames.

    Attributes:
        boxes: (T, N, 4) float32 xyxy half-open, pixels, of the visible part; zeros if unseen.
        amodal_boxes: (T, N, 4) float32, of the whole thing, clipped to the image; zeros outside.
        visible_px: (T, N) int64 visible pixels.
        amodal_px: (T, N) int64 pixels that it would have with nothing before it, in the image.
        whole_px: (T, N) int64, likewise and without the image's border.
        centres: (T, N, 3) float64, centre of its extent in the camera frame, metres.
        world: (T, N, 3) float64, the same point in the world, metres.
    """

    boxes: npt.NDArray[np.float32]
    amodal_boxes: npt.NDArray[np.float32]
    visible_px: npt.NDArray[np.int64]
    amodal_px: npt.NDArray[np.int64]
    whole_px: npt.NDArray[np.int64]
    centres: Array
    world: Array

    @property
    def visibility(self) -> Array:
        """(T, N) share of each whole thing that is visible, in [0, 1]."""
        return np.asarray(self.visible_px / np.maximum(self.whole_px, 1), np.float64)
