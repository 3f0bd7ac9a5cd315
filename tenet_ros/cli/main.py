"""``tenet-ros``: what a person types.

Nothing heavy is imported here or at the top of any subcommand's module, so that ``--help`` and
the shell's completion answer at once; each subcommand imports what it needs when it runs.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from tenet_ros import __version__
from tenet_ros.cli import (
    bench,
    camera,
    cameras,
    demo,
    doctor,
    models,
    node,
    record,
    run,
    say,
    view,
    watch,
    world,
)
from tenet_ros.errors import TenetError

__all__ = ['build_parser', 'main', 'split_ros_args']

FAILED = 1
INTERRUPTED = 130
TERMINATED = 143

QUIET = {'OPENCV_LOG_LEVEL': 'ERROR', 'OPENCV_FFMPEG_LOGLEVEL': '-8'}
"""OpenCV and FFmpeg warn of every frame of a file that we report on in one line."""

EPILOG = """\
try it, in three terminals, without any ROS 2 installation:
  tenet-ros camera video.mp4 --loop
  tenet-ros node
  tenet-ros say "the dog on the left"     and then   tenet-ros watch

or in one:
  tenet-ros demo video.mp4 "the dog on the left"
or without the network, video in and video out:
  tenet-ros run video.mp4 "the dog on the left" -o out.mp4
"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every subcommand."""
    parser = argparse.ArgumentParser(
        prog='tenet-ros',
        description='Find, segment and follow the object a sentence refers to, in a live camera '
        'stream; over ROS 2, with or without a ROS 2 installation.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--version', action='version', version=f'tenet-ros {__version__}')
    subparsers = parser.add_subparsers(dest='command', metavar='COMMAND', required=True)
    for module in (
        demo,
        run,
        node,
        camera,
        cameras,
        say,
        watch,
        view,
        record,
        models,
        doctor,
        bench,
        world,
    ):
        module.add_parser(subparsers)
    return parser


def split_ros_args(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the command line from what ``--ros-args ... [--]`` hands to the ROS runtime.

    Returns:
        Our own arguments, and the ROS ones with their ``--ros-args``; empty without any.

    >>> split_ros_args(['node', '--ros-args', '-p', 'a:=1', '--', '--preset', 'coco'])
    (['node', '--preset', 'coco'], ['--ros-args', '-p', 'a:=1'])
    """
    own: list[str] = []
    ros: list[str] = []
    inside = False
    for argument in argv:
        if argument == '--ros-args':
            inside = True
        if inside and argument == '--':
            inside = False
        else:
            (ros if inside else own).append(argument)
    return own, ros


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Args:
        argv: the command line without the program's name; ``sys.argv`` by default.

    Returns:
        The exit status: 0, or 1 after one line on stderr that says what went wrong. A wrong
        command line exits with 2, Ctrl-C gives 130 (0 for ``camera``, ``node`` and ``world``,
        which only it ends), SIGTERM 143.
    """
    for name, level in QUIET.items():
        os.environ.setdefault(name, level)
    own, ros_args = split_ros_args(sys.argv[1:] if argv is None else argv)
    args = build_parser().parse_args(own)
    args.ros_args = ros_args
    if 'TENET_ROS_PARENT' in os.environ:
        from tenet_ros.cli.children import follow_parent

        follow_parent()
    # A terminal that is closed sends SIGHUP.
    before = {s: signal.signal(s, _terminate) for s in (signal.SIGTERM, signal.SIGHUP)}
    try:
        return int(args.run(args))
    except TenetError as error:
        print(f'tenet-ros {args.command}: {error}', file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has left ("| head"). Nothing more can be said to it, so the
        # interpreter must not try when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        advice = '; make room, or write elsewhere' if error.errno == errno.ENOSPC else ''
        print(f'tenet-ros {args.command}: {error}{advice}', file=sys.stderr)
        return FAILED
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminate(_signal: int, _frame: object) -> NoReturn:
    """Leave through every ``finally``, so that files are closed and nodes are destroyed."""
    raise SystemExit(TERMINATED)


if __name__ == '__main__':
    sys.exit(main())
