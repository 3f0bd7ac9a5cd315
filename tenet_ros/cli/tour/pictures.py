"""The demonstration to look at afterwards: a video, and a sheet with four moments a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from tenet_ros.cli.tour.footage import Programme
from tenet_ros.cli.tour.play import Performance
from tenet_ros.cli.tour.score import Scored
from tenet_ros.cli.tour.screen import picture_of
from tenet_ros.cli.video_writer import VideoWriter
from tenet_ros.evaluation.sheets import write_sheet
from tenet_ros.pipeline import TargetResult
from tenet_ros.types import UInt8Array, union

__all__ = ['contact_sheet', 'write_sheet', 'write_video']

MOMENTS = 4
COLUMNS = 2
TILE = (320, 240)
HEAD, FOOT, GAP = 34, 22, 12
WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (24, 24, 28)
GOOD, POOR = (0, 190, 120), (230, 80, 60)
MASK = (255, 0, 200)
"""Magenta, because nothing on the table is."""
OPACITY = 0.5
FONT = cv2.FONT_HERSHEY_SIMPLEX


def write_video(path: Path, programme: Programme, performance: Performance) -> None:
    """Write every frame with its own answer; one without an answer shows that of before.

    Raises:
        ConfigError: the file cannot be written.
    """
    with VideoWriter(path, programme.rate_hz) as video:
        held, clip = None, -1
        for frame, stamp_ns in enumerate(performance.stamps_ns):
            before, (clip, _) = clip, programme.at(frame)
            held = performance.heard.get(stamp_ns, held if clip == before else None)
            video.write(picture_of(programme, frame, held))


def contact_sheet(
    programme: Programme, performance: Performance, scored: Sequence[Scored]
) -> UInt8Array:
    """Return a picture of every sentence, (H, W, 3) uint8 RGB.

    Masks are magenta, the true outline is white. Below each moment stand its time in the clip, the
    state and J.

    Args:
        programme: what was played.
        performance: what was heard.
        scored: what it was worth.
    """
    starts = np.concatenate([[0], np.cumsum(programme.frames)])
    strips = [_strip(programme, performance, each, int(starts[each.clip])) for each in scored]
    height, width = strips[0].shape[:2]
    strips += [np.full((height, width, 3), GREY, np.uint8)] * (-len(strips) % COLUMNS)
    lines = -(-len(strips) // COLUMNS)
    # Down the first column, then down the second: the order in which it was said.
    columns = [np.vstack(strips[at * lines : (at + 1) * lines]) for at in range(COLUMNS)]
    return np.hstack(columns)


def _strip(programme: Programme, performance: Performance, each: Scored, start: int) -> UInt8Array:
    """Return one sentence: a line of words, four pictures, and what is known at each."""
    tiles = [_tile(programme, performance, each, start, frame) for frame in _moments(each)]
    row = np.hstack(tiles)
    head = np.full((HEAD, row.shape[1], 3), GREY, np.uint8)
    colour = GOOD if each.good else POOR
    cv2.rectangle(head, (6, 9), (22, 25), colour, cv2.FILLED)
    _write(head, f'"{each.case.text}"', (32, 24), 0.68, WHITE)
    _write_right(head, _outcome(each), (head.shape[1] - 8, 23), 0.55, colour)
    frame = np.full((HEAD + row.shape[0] + GAP, row.shape[1] + GAP, 3), GREY, np.uint8)
    frame[:HEAD, : row.shape[1]] = head
    frame[HEAD : HEAD + row.shape[0], : row.shape[1]] = row
    return frame


def _outcome(each: Scored) -> str:
    words = [each.answer]
    if np.isfinite(each.commit_s):
        words.append(f'after {each.commit_s:.1f} s')
    if np.isfinite(each.verdict.jf):
        words.append(f'J&F {each.verdict.jf:.2f}')
    return ', '.join(words)


def _moments(each: Scored) -> list[int]:
    """Return four frames of a sentence: from its first second to its end, judged if possible."""
    judged = np.flatnonzero(each.case.judged)
    among = judged if len(judged) >= MOMENTS else np.arange(each.first, each.last)
    picks = np.linspace(0.08, 0.95, MOMENTS) * (len(among) - 1)
    return [int(frame) for frame in among[picks.round().astype(int)]]


def _tile(
    programme: Programme, performance: Performance, each: Scored, start: int, frame: int
) -> UInt8Array:
    recording = programme.showings[each.clip].recording
    picture = np.array(recording.image(frame))
    heard = performance.heard.get(performance.stamps_ns[start + frame])
    targets = heard.result.targets if heard is not None else ()
    target = next((t for t in targets if t.sentence == each.case.text), None)
    if target is not None:
        _tint(picture, target)
    wanted = 1 + np.flatnonzero(each.case.targets[frame] & each.case.judged[frame])
    truth = np.isin(recording.labels(frame), wanted).astype(np.uint8)
    outlines, _ = cv2.findContours(truth, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(picture, outlines, -1, BLACK, 4, cv2.LINE_AA)
    cv2.drawContours(picture, outlines, -1, WHITE, 2, cv2.LINE_AA)
    tile = np.full((TILE[1] + FOOT, TILE[0], 3), GREY, np.uint8)
    cv2.resize(picture, TILE, dst=tile[: TILE[1]], interpolation=cv2.INTER_AREA)
    state = each.states[frame - each.first] or 'no answer'
    words = f'{frame / each.case.rate_hz:.1f} s   {state}'
    if each.case.judged[frame]:
        words += f'   J {each.j_near(frame):.2f}'
    _write(tile, words, (6, TILE[1] + 16), 0.48, WHITE)
    return tile


def _tint(picture: UInt8Array, target: TargetResult) -> None:
    canvas = union(target.masks, *picture.shape[:2])
    tinted = cv2.addWeighted(picture, 1 - OPACITY, np.full_like(picture, MASK), OPACITY, 0)
    cv2.copyTo(tinted, canvas, picture)
    outlines, _ = cv2.findContours(canvas, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(picture, outlines, -1, MASK, 3, cv2.LINE_AA)


def _write(
    canvas: UInt8Array, text: str, origin: tuple[int, int], scale: float, colour: tuple[int, ...]
) -> None:
    cv2.putText(canvas, text, origin, FONT, scale, colour, 1, cv2.LINE_AA)


def _write_right(
    canvas: UInt8Array, text: str, end: tuple[int, int], scale: float, colour: tuple[int, ...]
) -> None:
    width = cv2.getTextSize(text, FONT, scale, 1)[0][0]
    _write(canvas, text, (end[0] - width, end[1]), scale, colour)
