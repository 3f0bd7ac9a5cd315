"""``tenet-ros view``: what a node sees and says, in pictures, in 3D and over time."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import seconds
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.cli.view_scene import Scene

__all__ = ['add_parser', 'check_extra', 'run']

EPILOG = """\
live, in a window:           tenet-ros view
live, on a machine without:  tenet-ros view --save out.rrd --duration 30
a recording:                 tenet-ros record out.mcap --inputs      and then
                             tenet-ros view out.mcap
The images are those of the node's own camera: live they are found by what the node says on
/diagnostics, in a bag as well if it was recorded with --inputs. "rerun out.rrd" opens what was
saved. It needs the extra: pip install "tenet_ros[viz]".
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'view',
        help='see image, masks, tracks, 3D and figures over time in Rerun',
        description='Show what a node sees and says in the Rerun viewer, live or from a bag: '
        'image, masks, tracks with ids and preferences, points and boxes in space, latency, rates '
        'and state over time. Ctrl-C ends it.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'bag', nargs='?', type=Path, metavar='BAG', help='a recorded bag (default: live)'
    )
    parser.add_argument('--node', default='/tenet', help='default: %(default)s')
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        '--save', type=Path, metavar='OUT.rrd', help='write a file; no display is needed'
    )
    where.add_argument(
        '--connect',
        metavar='URL',
        help='to a viewer that runs already, such as rerun+http://127.0.0.1:9876/proxy',
    )
    parser.add_argument('--image', metavar='TOPIC', help="in place of the node's own camera")
    parser.add_argument('--depth', metavar='TOPIC', help='registered depth, to show as points')
    parser.add_argument(
        '--image-hz',
        type=float,
        default=10.0,
        metavar='HZ',
        help='images and masks shown per second of stamps at most; 0 for all; figures, tracks and '
        'what is in space always are (default: %(default)s)',
    )
    parser.add_argument('--duration', type=seconds, metavar='S', help='end after this many seconds')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show until somebody stops it, the time is over or the bag is."""
    check_extra()
    if not args.save and not args.connect:
        check_display()
    from tenet_ros.cli.view_scene import Scene
    from tenet_ros.cli.view_window import recording

    with recording(args.node, save=args.save, connect=args.connect) as stream:
        scene = Scene(stream, args.node, image_hz=args.image_hz)
        if args.bag is None:
            _live(scene, args)
        else:
            from tenet_ros.cli.view_bag import play

            play(scene, args.bag, image=args.image, depth=args.depth, seconds=args.duration)
    shown = ', '.join(f'{count} {part}' for part, count in sorted(scene.counts.items()))
    print(f'shown: {shown or "nothing"}', file=sys.stderr)
    if args.save:
        print(args.save, file=sys.stderr)
    return 0


def check_extra() -> None:
    """See that Rerun is installed.

    Raises:
        ConfigError: it is not.
    """
    try:
        import rerun  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f'expected the Rerun SDK, it does not import ({error}); pip install "tenet_ros[viz]". '
            'It needs NumPy 2: beside a ROS 2 whose Python has NumPy 1, install it into an '
            'environment of its own, which needs no ROS 2'
        ) from error


def check_display() -> None:
    """See that a window can be opened.

    Raises:
        ConfigError: there is no display.
    """
    if sys.platform == 'linux' and not {'DISPLAY', 'WAYLAND_DISPLAY'} & os.environ.keys():
        raise ConfigError(
            'expected a display, DISPLAY and WAYLAND_DISPLAY are not set; write a file with '
            '--save OUT.rrd, or --connect to a viewer on another machine'
        )


def _live(scene: Scene, args: argparse.Namespace) -> None:
    from tenet_ros.cli.session import client_node, full_name
    from tenet_ros.cli.view_live import Ears

    target = full_name(args.node)
    try:
        with client_node('view', args.ros_args) as node:
            Ears(node, scene, target, image=args.image, depth=args.depth).spin(args.duration)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    if not scene.counts:
        raise ConfigError(
            f'nothing was heard of {target}; is the node running, on the same ROS_DOMAIN_ID, and '
            'is --node its name?'
        )
