"""What several subcommands ask for, and how it is handed on to processes of our own."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.config import Settings
    from tenet_ros.sources import Source

__all__ = [
    'add_model_options',
    'add_source_options',
    'camera_arguments',
    'camera_size',
    'count',
    'hertz',
    'node_arguments',
    'opened_text',
    'seconds',
    'settings_of',
    'source_of',
]

MOST_SECONDS = 1e6
"""Eleven days: longer waits overflow what the middleware counts in."""

LEAST_SIDE, LARGEST_SIDE = 64, 8192
"""Of a camera's image, pixels: less shows nothing, and more no camera gives."""

MOST_HERTZ = 1000.0
"""No source is asked for more."""

_TOPICS = ('image_topic', 'depth_topic', 'info_topic')


SOURCE_HELP = (
    'a video file, a folder of JPEG or PNG images, an RVOS clip, a ROS 2 bag (folder, .mcap or '
    '.db3), a webcam (0, /dev/video0), or a simulated tabletop (sim, sim:SEED, sim:SPLIT:SEED)'
)


def seconds(text: str) -> float:
    """Read a length of time, for ``argparse``.

    >>> seconds('2.5')
    2.5
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f'expected seconds from 0 to {MOST_SECONDS:g}, got {text!r}'
        )
    return value


def count(text: str) -> int:
    """Read a number of things, for ``argparse``.

    >>> count('3')
    3
    """
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError(f'expected a whole number, 0 or more, got {text!r}')
    return int(text)


def camera_size(text: str) -> tuple[int, int]:
    """Read the size of a camera's images, for ``argparse``.

    Returns:
        (height, width), pixels.

    >>> camera_size('1280x720')
    (720, 1280)
    """
    matched = re.fullmatch(r'(\d{1,9})x(\d{1,9})', text, re.ASCII)
    sides = [int(side) for side in matched.groups()] if matched else []
    if not sides or not LEAST_SIDE <= min(sides) <= max(sides) <= LARGEST_SIDE:
        raise argparse.ArgumentTypeError(
            f'expected WIDTHxHEIGHT such as 1280x720, each from {LEAST_SIDE} to {LARGEST_SIDE}, '
            f'got {text!r}'
        )
    width, height = sides
    return height, width


def hertz(text: str) -> float:
    """Read a frame rate, for ``argparse``.

    >>> hertz('7.5')
    7.5
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MOST_HERTZ:
        raise argparse.ArgumentTypeError(
            f'expected frames per second, above 0 and up to {MOST_HERTZ:g}, got {text!r}'
        )
    return value


def opened_text(path: Path) -> TextIO:
    """Open a text file for writing.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        return path.open('w', encoding='utf-8')
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error


def add_source_options(
    parser: argparse.ArgumentParser, *, positional: bool = True, required: bool = True
) -> None:
    """Add what every subcommand asks that reads pictures.

    Args:
        parser: of the subcommand.
        positional: take the source as an argument, or as ``--source``.
        required: False where the subcommand can do without the argument.
    """
    if positional:
        number = None if required else '?'
        parser.add_argument('source', metavar='SOURCE', nargs=number, help=SOURCE_HELP)
    else:
        parser.add_argument('--source', required=True, help=SOURCE_HELP)
    group = parser.add_argument_group('of a bag')
    topic = 'TOPIC'
    group.add_argument(
        '--image-topic', metavar=topic, help='which images to play (default: the colour ones)'
    )
    group.add_argument('--depth-topic', metavar=topic, help="which depth to play ('' for none)")
    group.add_argument(
        '--info-topic', metavar=topic, help="which camera_info to play ('' for none)"
    )


def source_of(args: argparse.Namespace, *, fps: float | None = None) -> Source:
    """Open what the source options name.

    Args:
        args: with the source options.
        fps: frames per second in place of the recorded rate.

    Raises:
        SourceError: it cannot be opened.
    """
    from tenet_ros.sources import open_source

    topics = {name: getattr(args, name) for name in _TOPICS}
    return open_source(args.source, fps=fps, **topics)


_PARTS = {
    'detector': 'finds boxes',
    'segmenter': 'turns boxes into masks',
    'preference': 'chooses tracks',
}


def add_model_options(
    parser: argparse.ArgumentParser,
    *,
    preset: str = 'coco',
    preset_help: str = 'default: %(default)s',
) -> None:
    """Add what every subcommand asks that runs the method.

    Args:
        parser: of the subcommand.
        preset: unless another is asked for.
        preset_help: where the default needs more words.
    """
    parser.add_argument('--preset', default=preset, help=preset_help)
    parser.add_argument('--model', type=Path, metavar='FILE', help="in place of the preset's own")
    for part, work in _PARTS.items():
        parser.add_argument(
            f'--{part}', default='auto', metavar='NAME', help=f"what {work} (default: the preset's)"
        )
    parser.add_argument(
        '--engine', default='auto', metavar='NAME', help='what runs exported models, default auto'
    )
    parser.add_argument(
        '--camera-motion',
        choices=('auto', 'none', 'sparse'),
        default='auto',
        help="take the camera's own motion out of tracks: always (sparse), never, or while a "
        'sentence speaks of motion (default: %(default)s)',
    )
    parser.add_argument(
        '--threads', type=count, default=0, help='for one inference; 0 lets it choose'
    )


def settings_of(args: argparse.Namespace) -> Settings:
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
        engine=args.engine,
        detector=args.detector,
        segmenter=args.segmenter,
        preference=args.preference,
    )


def camera_arguments(args: argparse.Namespace) -> list[str]:
    """Return the command line of a camera that plays what the source options name."""
    arguments = ['camera', str(args.source), '--wait-for-subscribers', '1']
    arguments += ['--rate', str(args.rate)] if args.rate else []
    for name in _TOPICS:
        value = getattr(args, name)
        arguments += [f'--{name.replace("_", "-")}', value] if value is not None else []
    return arguments


def node_arguments(args: argparse.Namespace) -> list[str]:
    """Return the command line of a node that answers ``args.sentence`` with the model options.

    What the user gave after ``--ros-args`` is for this node.
    """
    arguments = ['node', '--preset', args.preset, '--command', args.sentence]
    arguments += ['--model', str(args.model)] if args.model else []
    arguments += ['--ros-args', '-p', f'camera_motion:={args.camera_motion}']
    for part in (*_PARTS, 'engine'):
        # detector.score_threshold and its like have taken the plain name.
        parameter = 'detector_model' if part == 'detector' else part
        arguments += ['-p', f'{parameter}:={getattr(args, part)}']
    return [*arguments, '-p', f'threads:={args.threads}', *args.ros_args[1:]]
