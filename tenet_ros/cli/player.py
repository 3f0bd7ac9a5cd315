"""Stepping through a source: results into a video and JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from typing import TextIO

import numpy as np
from rich.progress import Progress

from tenet_ros.cli.lines import line_of
from tenet_ros.cli.pacing import Pacer
from tenet_ros.cli.video_writer import VideoWriter
from tenet_ros.errors import ContractError
from tenet_ros.overlay import draw
from tenet_ros.pipeline import StepResult
from tenet_ros.runtime.offline import OfflineStream
from tenet_ros.sources import Source, SourceFrame
from tenet_ros.types import Frame

__all__ = ['Player']


class Player:
    """Steps through a source and writes what comes out.

    Args:
        source: to play.
        stream: answers each frame; it has its command.
        video: for the annotated pictures.
        lines: for the JSON lines.
        args: of the subcommand ``run``.
    """

    def __init__(
        self,
        source: Source,
        stream: OfflineStream,
        video: VideoWriter | None,
        lines: TextIO | None,
        args: argparse.Namespace,
    ) -> None:
        self._source = source
        self._stream = stream
        self._video = video
        self._lines = lines
        self._args = args
        self.frames = 0
        """How many were answered."""
        self.skipped = 0
        """How many could not be decoded."""
        self._spent_s: list[float] = []
        self._states: Counter[str] = Counter()

    def play(self, progress: Progress) -> None:
        """Answer every frame."""
        pacer = Pacer()
        for recorded in self._source.frames():
            if self._args.frames and self.frames + self.skipped >= self._args.frames:
                return
            if self._args.realtime and not self._source.info.live:
                pacer.wait(recorded.due_ns)
            frame = self._decode(recorded)
            if frame is None:
                continue
            start = time.perf_counter()
            result = self._stream.step(frame)
            spent_s = time.perf_counter() - start
            self._spent_s.append(spent_s)
            self._write(result, frame)
            self.frames += 1
            state = result.state.value
            self._states[state] += 1
            progress.update(
                progress.task_ids[0], advance=1, state=f'{state:9} {spent_s * 1e3:.0f} ms'
            )

    def _decode(self, recorded: SourceFrame) -> Frame | None:
        """Return the frame, or None with one line of warning if it cannot be decoded."""
        try:
            return recorded.frame(self.frames)
        except ContractError as error:
            self.skipped += 1
            if self.skipped <= 3:
                number = self.frames + self.skipped - 1
                print(f'frame {number} left out: {error}', file=sys.stderr)
            return None

    def _write(self, result: StepResult, frame: Frame) -> None:
        if self._video is not None:
            self._video.write(draw(result, frame.image))
        if self._lines is not None:
            self._lines.write(json.dumps(line_of(result)) + '\n')

    def summarise(self) -> None:
        """Print what was done and how long it took."""
        out = sys.stderr
        skipped = f', {self.skipped} could not be decoded' if self.skipped else ''
        print(f'{self.frames} frames{skipped}: {_tally(self._states)}', file=out)
        if self._spent_s:
            p50, p95 = np.percentile(np.asarray(self._spent_s) * 1e3, [50, 95])
            print(f'per frame {p50:.0f} ms, 95 % below {p95:.0f} ms', file=out)
        if self._video is not None and self.frames:
            print(f'{self._args.output} ({self._video.codec})', file=out)
        if self._lines is not None and self._args.json and str(self._args.json) != '-':
            print(self._args.json, file=out)


def _tally(states: Counter[str]) -> str:
    return ', '.join(f'{state} {count}' for state, count in states.most_common()) or 'none'
