"""``tenet-ros bench depth``: how far poses are from the truth, and what space costs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenet_ros.evaluation.bench_depth import Case

__all__ = ['add_parser', 'measure']

_WORST = 12
"""Objects on the film strip, the worst first."""


def add_parser(kinds: Any) -> argparse.ArgumentParser:
    """Add the benchmark to those of ``bench``; the caller sets what runs it."""
    parser: argparse.ArgumentParser = kinds.add_parser(
        'depth',
        help='poses on simulated stills with a noisy depth camera, and on recorded RGB-D',
        description='Place every visible object of simulated stills from what the bundled detector '
        'and segmenter make of them and from depth as a sensor gives it; and the annotated objects '
        'of a recorded RGB-D sequence.',
    )
    parser.add_argument('--stills', type=count, default=100, help='default: %(default)s')
    parser.add_argument('--rgbd', type=Path, metavar='DIR', help='a recorded sequence as well')
    parser.add_argument('--strip', type=Path, metavar='JPG', help='the worst objects, to look at')
    return parser


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Run it and return the figures: ``tabletop``, and ``rgbd`` where a sequence is given."""
    from tenet_ros.config import Settings
    from tenet_ros.evaluation.bench_depth import recorded, simulated, summary
    from tenet_ros.factory import build

    figures: dict[str, Any] = {}
    with build(Settings(preset='tabletop')) as system:
        cases = list(simulated(system, args.stills))
        figures['tabletop'] = summary(cases)
        if args.rgbd is not None:
            placed = list(recorded(args.rgbd, system.segmenter))
            figures['rgbd'] = summary(placed)
            cases += placed
    if args.strip is not None:
        _write_strip(args.strip, cases)
    return figures


def _write_strip(path: Path, cases: Sequence[Case]) -> None:
    """Write the objects with the largest errors, their masks outlined, as one picture."""
    import cv2
    import numpy as np

    from tenet_ros.errors import ConfigError

    tiles = []
    for case in sorted(cases, key=lambda case: -(case.error_m or 0.0))[:_WORST]:
        tile = cv2.cvtColor(case.image, cv2.COLOR_RGB2BGR)
        full = case.mask.full(*case.image.shape[:2])
        outlines, _ = cv2.findContours(full, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(tile, outlines, -1, (255, 255, 255), 2)
        error = case.reason if case.error_m is None else f'{100 * case.error_m:.1f} cm'
        turn = '' if case.turn_deg is None else f', {case.turn_deg:.0f} deg'
        tile = cv2.resize(tile, (480, 360), interpolation=cv2.INTER_AREA)
        place, font = (8, 22), cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(tile, f'{case.name}: {error}{turn}', place, font, 0.6, (255, 255, 255), 2)
        tiles.append(tile)
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 4)
    rows = [np.hstack(tiles[at : at + 4]) for at in range(0, len(tiles), 4)]
    if not cv2.imwrite(str(path), np.vstack(rows)):
        raise ConfigError(f'{path}: cannot be written; choose another place, ending in .jpg')
