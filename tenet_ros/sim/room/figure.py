"""A walking figure: its body as MJCF, its clothes, and the gait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ['FIGURE_JOINTS', 'RADIUS_M', 'Figure', 'figure_xml', 'gait']

Array = npt.NDArray[np.float64]
RGB = tuple[float, float, float]

HIP_M = 0.94
"""Height of the hips of a figure of scale 1, which is 1.76 m tall."""
RADIUS_M = 0.3
"""Nobody should come nearer to a figure's middle than this plus their own radius."""
STRIDE_M = 1.35
"""Way of two steps."""
FIGURE_JOINTS = (
    'x', 'y', 'z', 'yaw',
    'left_hip', 'left_knee', 'right_hip', 'right_knee',
    'left_shoulder', 'left_elbow', 'right_shoulder', 'right_elbow',
)  # fmt: skip
"""In the order of ``gait``; metres and radians, forward swings positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a figure looks like. Colours are RGB in [0, 1].

    Attributes:
        name: of the colour that it wears.
        shirt: of torso and sleeves.
        trousers: of the legs.
        shoes: of the feet.
        skin: of face and hands.
        hair: of the head's back and top.
        scale: 1 is 1.76 m tall.
        long_hair: whether it falls on the shoulders.
    """

    name: str
    shirt: RGB
    trousers: RGB
    shoes: RGB
    skin: RGB
    hair: RGB
    scale: float = 1.0
    long_hair: bool = False


def gait(phase: float, vigour: float) -> Array:
    """Return height over the hips' own, then the angles of hips, knees, shoulders and elbows.

    Args:
        phase: radians; 2 pi are two steps.
        vigour: 0 stands, 1 walks.

    Returns:
        (9,) float64: z in metres, then radians in the order of ``FIGURE_JOINTS``.
    """
    swing = np.sin(phase)
    left, right = 0.42 * swing, -0.42 * swing
    # A knee bends while its leg comes forward.
    bend = [0.08 + 0.75 * max(0.0, np.cos(phase + shift)) ** 2 for shift in (0.0, np.pi)]
    arm = 0.38 * swing
    z = -0.025 * abs(swing)
    moving = np.asarray(
        (z, left, -bend[0], right, -bend[1], -arm, 0.35 + 0.15 * swing, arm, 0.35 - 0.15 * swing)
    )
    standing = np.asarray((0, 0.02, -0.04, -0.02, -0.03, 0.03, 0.15, -0.02, 0.15))
    return np.asarray(standing + vigour * (moving - standing))


def figure_xml(index: int, figure: Figure) -> str:
    """Return a figure as a body; its joints are ``f<index>_<joint>``, group 1, no collisions.

    A capsule round it, in group 4, is what others run into.
    """
    name = f'f{index}_'
    torso = (
        _mesh('torso', figure.shirt)
        + _ball((-0.004, 0, -0.06), (0.124, 0.176, 0.115), figure.trousers)
        + _ball((-0.008, 0, 0.585), (0.052, 0.052, 0.08), figure.skin)
        + _head(figure)
        + ''.join(_leg(name, side, figure) + _arm(name, side, figure) for side in ('left', 'right'))
    )
    shell = (
        f'<geom name="{name}shell" type="capsule" fromto="0 0 -.6 0 0 .6" size="{RADIUS_M - 0.06}" '
        f'group="4" contype="2" conaffinity="1" rgba="0 0 0 0"/>'
    )
    return (
        f'<body name="{name}body" pos="0 0 {HIP_M * figure.scale:.4f}">'
        f'<joint name="{name}x" type="slide" axis="1 0 0"/>'
        f'<joint name="{name}y" type="slide" axis="0 1 0"/>'
        f'<joint name="{name}z" type="slide" axis="0 0 1"/>'
        f'<joint name="{name}yaw" type="hinge" axis="0 0 1"/>{torso}{shell}</body>'
    )


def _head(figure: Figure) -> str:
    skin, hair = figure.skin, figure.hair
    lips = (min(1.0, 0.75 * skin[0] + 0.1), 0.5 * skin[1], 0.5 * skin[2])
    parts = [
        _ball((0.008, 0, 0.70), (0.098, 0.076, 0.122), skin),
        _ball((0.04, 0, 0.64), (0.055, 0.055, 0.055), skin),
        _ball((-0.018, 0, 0.735), (0.100, 0.086, 0.105), hair),
        _ball((0.104, 0, 0.69), (0.018, 0.013, 0.024), skin),
        _ball((0.092, 0, 0.655), (0.012, 0.026, 0.007), lips),
    ]
    for side in (-1, 1):
        parts += [
            _ball((0.09, side * 0.032, 0.715), (0.014, 0.016, 0.009), (0.93, 0.92, 0.9)),
            _ball((0.1, side * 0.032, 0.715), (0.006, 0.007, 0.007), (0.1, 0.07, 0.05)),
            _ball((0.09, side * 0.034, 0.737), (0.014, 0.022, 0.006), hair),
            _ball((0.0, side * 0.078, 0.69), (0.02, 0.012, 0.032), skin),
        ]
    if figure.long_hair:
        parts.append(_ball((-0.055, 0, 0.62), (0.055, 0.088, 0.15), hair))
    return ''.join(parts)


def _leg(name: str, side: str, figure: Figure) -> str:
    y = 0.092 if side == 'left' else -0.092
    shoe = f'<body pos="0 0 -.42">{_mesh("shoe", figure.shoes)}</body>'
    return (
        f'<body pos="0 {y} -.05">{_hinge(name, side, "hip")}{_mesh("thigh", figure.trousers)}'
        f'<body pos="0 0 -.42">{_hinge(name, side, "knee")}{_mesh("shank", figure.trousers)}'
        f'{shoe}</body></body>'
    )


def _arm(name: str, side: str, figure: Figure) -> str:
    sign = 1 if side == 'left' else -1
    return (
        f'<body pos="-.008 {sign * 0.192} .45" euler="{sign * 7} 0 0">'
        f'{_hinge(name, side, "shoulder")}{_mesh("sleeve", figure.shirt)}'
        f'<body pos="0 0 -.28">{_hinge(name, side, "elbow")}{_mesh("forearm", figure.shirt)}'
        f'<body pos="0 0 -.215">{_mesh("hand", figure.skin)}</body></body></body>'
    )


def _hinge(name: str, side: str, joint: str) -> str:
    # About -y, so that a positive angle swings what hangs down forward.
    return f'<joint name="{name}{side}_{joint}" type="hinge" axis="0 -1 0"/>'


def _mesh(mesh: str, rgb: RGB) -> str:
    return f'<geom type="mesh" mesh="{mesh}" {_paint(rgb)}/>'


def _ball(place: RGB, size: RGB, rgb: RGB) -> str:
    where = ' '.join(f'{value:.4g}' for value in place)
    half = ' '.join(f'{value:.4g}' for value in size)
    return f'<geom type="ellipsoid" pos="{where}" size="{half}" {_paint(rgb)}/>'


def _paint(rgb: RGB) -> str:
    colour = ' '.join(f'{value:.3f}' for value in rgb)
    return f'class="body" rgba="{colour} 1"'
