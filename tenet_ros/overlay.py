"""The picture for a person: what was asked, what was found, how sure, how late.

Colours are those of Okabe and Ito (jfly.uni-koeln.de/color), which people with any common colour
vision deficiency can tell apart; the state is always written out as well, and a tentative target
has a broken outline.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timezone

import cv2
import numpy as np

from tenet_ros.errors import ContractError
from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.types import FloatArray, Mask, State, UInt8Array

__all__ = ['PALETTE', 'draw']

PALETTE = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
"""RGB of the targets, in order of their slots; the eighth is the first again."""

WHITE = (255, 255, 255)
GREY = (190, 190, 190)
BLACK = (0, 0, 0)
STALE_NS = 250_000_000
"""A track unseen for longer is a guess, and a crowd of guesses hides the picture."""
OPACITY = 0.45
FONT = cv2.FONT_HERSHEY_SIMPLEX
WALL_CLOCK_NS = 10**17
"""Stamps above this (March 1973) count from the epoch, those below from a file's start."""
SHOWN_LINES = 6
"""Sentences in the header; more would hide the picture."""


def draw(
    result: StepResult,
    image: UInt8Array,
    *,
    latency_ms: float | None = None,
    show_tracks: bool = True,
) -> UInt8Array:
    """Return a copy of ``image`` with everything that ``result`` says about it.

    Args:
        result: the answer for this very image.
        image: (H, W, 3) uint8 RGB, the source image; not changed.
        latency_ms: age of the result, for the footer.
        show_tracks: draw the tracks that no sentence selected, too.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        ContractError: an image of another size than the result's.
    """
    if image.shape != (result.height, result.width, 3):
        raise ContractError(
            f'overlay: expected the image of the result, ({result.height}, {result.width}, 3), '
            f'got {image.shape}; keep the frame beside its result'
        )
    canvas = np.array(image, np.uint8, order='C')
    unit = max(0.6, min(result.height, result.width * 0.75) / 480)
    for slot, target in enumerate(result.targets):
        for mask in target.masks:
            _blend(canvas, mask, _colour(slot), unit)
    if show_tracks:
        _draw_tracks(canvas, result, unit)
    for slot, target in enumerate(result.targets):
        _draw_target(canvas, target, _colour(slot), unit)
    _header(canvas, result, unit)
    _footer(canvas, result, latency_ms, unit)
    return canvas


def _colour(slot: int) -> tuple[int, int, int]:
    return PALETTE[slot % len(PALETTE)]


def _blend(canvas: UInt8Array, mask: Mask, colour: tuple[int, int, int], unit: float) -> None:
    """Tint the mask's pixels and draw its edge."""
    height, width = canvas.shape[:2]
    top, left = max(mask.y0, 0), max(mask.x0, 0)
    bottom = min(mask.y0 + mask.crop.shape[0], height)
    right = min(mask.x0 + mask.crop.shape[1], width)
    if top >= bottom or left >= right:
        return
    crop = mask.crop[top - mask.y0 : bottom - mask.y0, left - mask.x0 : right - mask.x0]
    region = canvas[top:bottom, left:right]
    tint = np.empty_like(region)
    tint[:] = colour
    tinted = cv2.addWeighted(region, 1 - OPACITY, tint, OPACITY, 0)
    cv2.copyTo(tinted, crop, region)
    outlines, _ = cv2.findContours(crop, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(
        canvas, outlines, -1, colour, max(1, round(1.5 * unit)), cv2.LINE_8, offset=(left, top)
    )


def _draw_tracks(canvas: UInt8Array, result: StepResult, unit: float) -> None:
    """Draw, thinly, every track that no sentence selected and that was seen a moment ago."""
    selected = {track_id for target in result.targets for track_id in target.track_ids}
    names = result.tracks.labels
    for row, track_id in enumerate(result.tracks.ids.tolist()):
        if track_id in selected or result.tracks.unseen_ns[row] > STALE_NS:
            continue
        box = _corners(result.tracks.boxes[row], canvas)
        cv2.rectangle(canvas, box[:2], box[2:], GREY, 1)
        _tag(canvas, f'{track_id} {names[row]}'.strip(), box, GREY, unit * 0.8)


def _draw_target(
    canvas: UInt8Array, target: TargetResult, colour: tuple[int, int, int], unit: float
) -> None:
    """Draw the boxes of a target: whole lines when committed, corners alone when tentative."""
    thickness = max(2, round(2 * unit))
    for track_id, box in zip(target.track_ids, target.boxes, strict=True):
        corners = _corners(box, canvas)
        if target.decision.state is State.COMMITTED:
            cv2.rectangle(canvas, corners[:2], corners[2:], colour, thickness)
        else:
            _draw_corners(canvas, corners, colour, thickness)
        _tag(canvas, f'{track_id}', corners, colour, unit)


def _draw_corners(
    canvas: UInt8Array,
    box: tuple[int, int, int, int],
    colour: tuple[int, int, int],
    thickness: int,
) -> None:
    x0, y0, x1, y1 = box
    reach_x, reach_y = (x1 - x0) // 4, (y1 - y0) // 4
    for x, dx in ((x0, reach_x), (x1, -reach_x)):
        for y, dy in ((y0, reach_y), (y1, -reach_y)):
            cv2.line(canvas, (x, y), (x + dx, y), colour, thickness)
            cv2.line(canvas, (x, y), (x, y + dy), colour, thickness)


def _corners(box: FloatArray, canvas: UInt8Array) -> tuple[int, int, int, int]:
    """Return the outermost pixels of a half-open box, inside the canvas."""
    height, width = canvas.shape[:2]
    limits = np.asarray([width - 1, height - 1, width - 1, height - 1])
    x0, y0, x1, y1 = np.clip(np.round(box) - [0, 0, 1, 1], 0, limits).astype(int).tolist()
    return x0, y0, x1, y1


def _tag(
    canvas: UInt8Array,
    text: str,
    box: tuple[int, int, int, int],
    colour: tuple[int, int, int],
    unit: float,
) -> None:
    """Write a short text in a filled tag inside the box's lower left corner."""
    scale = 0.45 * unit
    (width, height), base = cv2.getTextSize(_ascii(text), FONT, scale, 1)
    x0 = max(0, min(box[0], canvas.shape[1] - width - 4))
    y1 = max(height + base + 2, box[3])
    cv2.rectangle(canvas, (x0, y1 - height - base - 2), (x0 + width + 4, y1), colour, cv2.FILLED)
    cv2.putText(canvas, _ascii(text), (x0 + 2, y1 - base), FONT, scale, BLACK, 1, cv2.LINE_AA)


def _header(canvas: UInt8Array, result: StepResult, unit: float) -> None:
    """Write one line per sentence: state, sentence, track, preference and margin."""
    if not result.targets:
        lines = [('IDLE: no command', GREY)]
    else:
        lines = [(_describe(t), _colour(i)) for i, t in enumerate(result.targets)][:SHOWN_LINES]
        hidden = len(result.targets) - len(lines)
        if hidden:
            lines.append((f'and {hidden} more', GREY))
    height = round(18 * unit)
    _shade(canvas[: height * len(lines)])
    for row, (text, colour) in enumerate(lines):
        bottom = height * (row + 1)
        side = height // 2
        top_left = (side // 2, bottom - side - side // 2)
        bottom_right = (side // 2 + side, bottom - side // 2)
        cv2.rectangle(canvas, top_left, bottom_right, colour, cv2.FILLED)
        _write(canvas, text, (2 * side, bottom - height // 3), unit)


def _describe(target: TargetResult) -> str:
    decision = target.decision
    words = [decision.state.value]
    if decision.track_ids:
        words.append('#' + ','.join(str(i) for i in decision.track_ids))
    if decision.track_ids or decision.state is State.ABSENT:
        words.append(f'p={decision.preference:.2f} margin={decision.margin:+.2f}')
    return f'{" ".join(words)}  {target.sentence}'


def _footer(canvas: UInt8Array, result: StepResult, latency_ms: float | None, unit: float) -> None:
    switches = sum(target.decision.switches for target in result.targets)
    parts = [_clock(result.stamp_ns), f'{len(result.tracks)} tracks']
    parts += [f'{switches} switches'] if switches else []
    parts += [f'{latency_ms:.0f} ms'] if latency_ms is not None else []
    height = round(16 * unit)
    _shade(canvas[-height:])
    bottom = canvas.shape[0] - height // 4
    _write(canvas, '   '.join(parts), (height // 2, bottom), unit * 0.85)


def _clock(stamp_ns: int) -> str:
    """Return a file's own time in seconds, and a wall clock's as the time of day in UTC."""
    if stamp_ns < WALL_CLOCK_NS:
        return f'{stamp_ns / 1e9:.3f} s'
    moment = datetime.fromtimestamp(stamp_ns / 1e9, tz=timezone.utc)
    return f'{moment:%H:%M:%S}.{moment.microsecond // 1000:03d} UTC'


def _shade(region: UInt8Array) -> None:
    """Darken a strip so that white text can be read on any picture."""
    np.copyto(region, region >> 2)


def _write(canvas: UInt8Array, text: str, origin: tuple[int, int], unit: float) -> None:
    """Write white text, shortened to what fits into the row."""
    scale = 0.45 * unit
    text = _ascii(text[:400])
    room = canvas.shape[1] - origin[0] - 2
    needed = cv2.getTextSize(text, FONT, scale, 1)[0][0]
    if needed > room:
        text = text[: max(1, int(len(text) * room / needed) - 3)] + '...'
    cv2.putText(canvas, text, origin, FONT, scale, WHITE, 1, cv2.LINE_AA)


def _ascii(text: str) -> str:
    """Return what OpenCV's built-in fonts can draw: accents dropped, the rest as '?'."""
    plain = unicodedata.normalize('NFKD', text)
    kept = ''.join(c for c in plain if not unicodedata.combining(c))
    return kept.encode('ascii', 'replace').decode('ascii')
