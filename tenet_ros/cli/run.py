"""``tenet-ros run``: a recording in, an annotated video and JSON lines out, in one process."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tenet_ros.cli.options import (
    add_model_options,
    add_source_options,
    count,
    opened_text,
    settings_of,
    source_of,
)
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from rich.progress import Progress

    from tenet_ros.sources import Source

__all__ = ['add_parser', 'run']

EPILOG = """\
The same source and sentence give the same output, whatever the machine's speed: every frame is
answered, and the detector looks at each (or at every n-th, with --detect-every n).
The form of the JSON lines is described in tenet_ros/cli/lines.py.
"""


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
    parser.add_argument('--frames', type=count, metavar='N', help='end after N frames')
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
    from tenet_ros.cli.player import Player
    from tenet_ros.cli.video_writer import VideoWriter
    from tenet_ros.factory import build
    from tenet_ros.runtime.offline import OfflineStream
    from tenet_ros.sources import opened

    if args.detect_every < 1:
        raise ConfigError(f'--detect-every: expected at least 1, got {args.detect_every}')
    source = source_of(args, fps=args.fps)
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
        player = Player(source, stream, video, lines, args)
        with _progress(source, args) as progress:
            player.play(progress)
        if not args.quiet:
            player.summarise()
        if player.skipped and not player.frames:
            raise ConfigError(f'{source.info.name}: none of its frames could be decoded')
    return 0


def _open_lines(path: Path | None, stack: ExitStack) -> TextIO | None:
    if path is None:
        return None
    if str(path) == '-':
        return sys.stdout
    return stack.enter_context(opened_text(path))


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
