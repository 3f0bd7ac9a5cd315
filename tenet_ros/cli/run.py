"""``tenet-ros run``: a recording in, an annotated video and JSON lines out, in one process."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tenet_ros.cli.camera import add_source_options
from tenet_ros.errors import ConfigError, ContractError

if TYPE_CHECKING:
    from rich.progress import Progress

    from tenet_ros.cli.video_writer import VideoWriter
    from tenet_ros.pipeline import StepResult
    from tenet_ros.runtime.offline import OfflineStream
    from tenet_ros.sources import Source, SourceFrame
    from tenet_ros.types import Frame

__all__ = ['add_model_options', 'add_parser', 'run', 'settings_of']

EPILOG = """\
The same source and sentence give the same output, whatever the machine's speed: every frame is
answered, and the detector looks at each (or at every n-th, with --detect-every n).
The form of the JSON lines is described in tenet_ros/cli/lines.py.
"""


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add what every subcommand asks that runs the method."""
    parser.add_argument('--preset', default='coco', help='default: %(default)s')
    parser.add_argument('--model', type=Path, metavar='FILE', help="in place of the preset's own")
    parser.add_argument(
        '--camera-motion',
        choices=('none', 'sparse'),
        default='none',
        help="take the camera's own motion out of tracks (default: %(default)s)",
    )
    parser.add_argument(
        '--threads', type=int, default=0, help='for one inference; 0 lets it choose'
    )


def settings_of(args: argparse.Namespace) -> Any:
    """Return the ``Settings`` that the model options mean.

    Raises:
        ConfigError: a model file that is not there.
    """
    from tenet_ros.config import Settings

    if args.model and not args.model.is_file():
        raise ConfigError(f'--model: expected a model file, {args.model} is not there')
    return Settings(
        preset=args.preset,
        model=str(args.model.absolute()) if args.model else '',
        threads=args.threads,
        camera_motion=args.camera_motion,
    )


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'run',
        help='answer a recording in one process: annotated video and JSON lines',
        description='Find and follow the object in every frame of a recording, without ROS.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_source_options(parser)
    parser.add_argument('sentence', metavar='SENTENCE', help="several are separated by ';'")
    parser.add_argument(
        '-o',
        '--output',
        type=Path,
        metavar='FILE',
        help='annotated video: .mp4 or .mkv (MPEG-4 part 2), or .avi (Motion JPEG)',
    )
    parser.add_argument(
        '--json', type=Path, metavar='FILE', help="one JSON object per frame ('-' for stdout)"
    )
    add_model_options(parser)
    parser.add_argument('--fps', type=float, metavar='HZ', help='of a folder, or of the video')
    parser.add_argument('--frames', type=int, metavar='N', help='end after N frames')
    parser.add_argument(
        '--detect-every', type=int, default=1, metavar='N', help='default: every frame'
    )
    parser.add_argument(
        '--realtime', action='store_true', help="not faster than the recording's own rate"
    )
    parser.add_argument('--quiet', action='store_true', help='no progress bar, no summary')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Answer the recording."""
    from tenet_ros.cli.video_writer import VideoWriter
    from tenet_ros.factory import build
    from tenet_ros.runtime.offline import OfflineStream
    from tenet_ros.sources import open_source, opened

    if args.detect_every < 1:
        raise ConfigError(f'--detect-every: expected at least 1, got {args.detect_every}')
    source = open_source(
        args.source,
        fps=args.fps,
        image_topic=args.image_topic,
        depth_topic='',
        info_topic='',
    )
    with ExitStack() as stack:
        stack.enter_context(opened(source))
        video = (
            stack.enter_context(VideoWriter(args.output, source.info.rate_hz))
            if args.output
            else None
        )
        lines = _open_lines(args.json, stack)
        system = stack.enter_context(build(settings_of(args)))
        stream = OfflineStream(system.pipeline, system.detector, every=args.detect_every)
        stream.command(args.sentence)
        if stream.unknown and not args.quiet:
            words = ', '.join(stream.unknown)
            print(f'this detector cannot find: {words}', file=sys.stderr)
        player = _Player(source, stream, video, lines, args)
        with _progress(source, args) as progress:
            player.play(progress)
        if not args.quiet:
            player.summarise()
    return 0


def _open_lines(path: Path | None, stack: ExitStack) -> TextIO | None:
    if path is None:
        return None
    if str(path) == '-':
        return sys.stdout
    try:
        return stack.enter_context(path.open('w', encoding='utf-8'))
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error


def _progress(source: Source, args: argparse.Namespace) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    length = source.info.length
    if args.frames:
        length = min(args.frames, length or args.frames)
    progress = Progress(
        TextColumn(source.info.name),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn('{task.fields[state]}'),
        console=Console(stderr=True),
        disable=args.quiet,
    )
    progress.add_task('frames', total=length, state='')
    return progress


class _Player:
    """Steps through a source and writes what comes out."""

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
        self._frames = 0
        self._skipped = 0
        self._spent_s: list[float] = []
        self._states: Counter[str] = Counter()

    def play(self, progress: Progress) -> None:
        """Answer every frame."""
        from tenet_ros.cli.pacing import Pacer

        pacer = Pacer()
        for recorded in self._source.frames():
            if self._args.frames and self._frames + self._skipped >= self._args.frames:
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
            self._frames += 1
            state = result.state.value
            self._states[state] += 1
            progress.update(
                progress.task_ids[0], advance=1, state=f'{state:9} {spent_s * 1e3:.0f} ms'
            )

    def _decode(self, recorded: SourceFrame) -> Frame | None:
        """Return the frame, or None with one line of warning if it cannot be decoded."""
        try:
            return recorded.frame(self._frames)
        except ContractError as error:
            self._skipped += 1
            if self._skipped <= 3:
                number = self._frames + self._skipped - 1
                print(f'frame {number} left out: {error}', file=sys.stderr)
            return None

    def _write(self, result: StepResult, frame: Frame) -> None:
        from tenet_ros.cli.lines import line_of
        from tenet_ros.overlay import draw

        if self._video is not None:
            self._video.write(draw(result, frame.image))
        if self._lines is not None:
            self._lines.write(json.dumps(line_of(result)) + '\n')

    def summarise(self) -> None:
        """Print what was done and how long it took."""
        import numpy as np

        out = sys.stderr
        skipped = f', {self._skipped} could not be decoded' if self._skipped else ''
        print(f'{self._frames} frames{skipped}: {_tally(self._states)}', file=out)
        if self._spent_s:
            p50, p95 = np.percentile(np.asarray(self._spent_s) * 1e3, [50, 95])
            print(f'per frame {p50:.0f} ms, 95 % below {p95:.0f} ms', file=out)
        if self._video is not None and self._frames:
            print(f'{self._args.output} ({self._video.codec})', file=out)
        if self._lines is not None and self._args.json and str(self._args.json) != '-':
            print(self._args.json, file=out)


def _tally(states: Counter[str]) -> str:
    return ', '.join(f'{state} {count}' for state, count in states.most_common()) or 'none'
