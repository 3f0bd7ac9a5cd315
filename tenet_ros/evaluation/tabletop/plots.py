"""Small plots as SVG text: no library, no script, and sharp at any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

__all__ = ['COLOURS', 'bars', 'curves']

COLOURS = ('#0072b2', '#e69f00', '#999999', '#cc79a7', '#009e73', '#56b4e9')
"""Okabe and Ito's, one per series, in order."""

WIDTH, HEIGHT = 860, 260
LEFT, TOP, RIGHT, BOTTOM = 44, 26, 10, 58
INNER_W, INNER_H = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM


def bars(
    series: Mapping[str, Sequence[float | None]], groups: Sequence[str], *, top: float = 1.0
) -> str:
    """Return grouped bars as an ``<svg>`` element.

    Args:
        series: name -> one value per group; None leaves a gap.
        groups: what stands below the bars.
        top: value at the upper edge.
    """
    slot = INNER_W / max(len(groups), 1)
    width = 0.8 * slot / max(len(series), 1)
    parts = [_frame(top), _legend(list(series))]
    for index, (name, values) in enumerate(series.items()):
        for group, value in enumerate(values):
            if value is None:
                continue
            height = INNER_H * min(value, top) / top
            x = LEFT + group * slot + 0.1 * slot + index * width
            parts.append(
                f'<rect x="{x:.1f}" y="{TOP + INNER_H - height:.1f}" width="{width:.1f}" '
                f'height="{height:.1f}" fill="{COLOURS[index % len(COLOURS)]}">'
                f'<title>{escape(name)}, {escape(groups[group])}: {value:.3g}</title></rect>'
            )
    for group, name in enumerate(groups):
        parts.append(_tick(LEFT + (group + 0.5) * slot, name))
    return _svg(parts)


def curves(series: Mapping[str, Sequence[tuple[float, float]]], *, right: float, unit: str) -> str:
    """Return lines over time as an ``<svg>`` element; the vertical axis goes from 0 to 1.

    Args:
        series: name -> points (x, y).
        right: x at the right edge; the left edge is 0.
        unit: what x counts.
    """
    parts = [_frame(1.0), _legend(list(series))]
    for index, points in enumerate(series.values()):
        path = ' '.join(
            f'{LEFT + INNER_W * x / right:.1f},{TOP + INNER_H * (1 - y):.1f}' for x, y in points
        )
        colour = COLOURS[index % len(COLOURS)]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    for tick in range(int(right) + 1):
        x = LEFT + INNER_W * tick / right
        parts.append(
            f'<text x="{x:.1f}" y="{TOP + INNER_H + 16}" text-anchor="middle">{tick}</text>'
        )
    parts.append(
        f'<text x="{LEFT + INNER_W / 2}" y="{TOP + INNER_H + 34}" '
        f'text-anchor="middle">{escape(unit)}</text>'
    )
    return _svg(parts)


def _svg(parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(parts)}</svg>'


def _frame(top: float) -> str:
    lines = []
    for step in range(5):
        y = TOP + INNER_H * (1 - step / 4)
        lines.append(f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + INNER_W}" y2="{y}" class="grid"/>')
        lines.append(
            f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{top * step / 4:.3g}</text>'
        )
    return ''.join(lines)


def _legend(names: Sequence[str]) -> str:
    parts, x = [], float(LEFT)
    for index, name in enumerate(names):
        colour = COLOURS[index % len(COLOURS)]
        parts.append(f'<rect x="{x}" y="4" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16}" y="14">{escape(name)}</text>')
        x += 36 + 7.0 * len(name)
    return ''.join(parts)


def _tick(x: float, name: str) -> str:
    y = TOP + INNER_H + 14
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="end" '
        f'transform="rotate(-25 {x:.1f} {y})">{escape(name)}</text>'
    )
