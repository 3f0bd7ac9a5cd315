"""``tenet-ros cameras``: a node for each of several cameras, without a ROS 2 installation."""

from __future__ import annotations

import argparse
import re
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.cli.children import Child

__all__ = ['add_parser', 'camera_name', 'node_of', 'run']

EPILOG = """\
  tenet-ros cameras front left --preset tabletop --command "the red mug"
reads /front/image, /front/camera_info and /front/depth, answers as /front/tenet, and names the
target's frame on /tf front/target; likewise for left. Speak to one of them with
  tenet-ros say --to /front/tenet "the blue cup"
It is the same as "tenet-ros node --namespace front ..." once for each. A node that ends leaves the
others alone. With ROS 2: ros2 launch tenet_ros cameras.launch.py cameras:=front,left
"""
POLL_S = 0.2
_NAME = re.compile(r'[A-Za-z_]\w*(/[A-Za-z_]\w*)*', re.ASCII)


def camera_name(text: str) -> str:
    """Read the name of a camera, for ``argparse``.

    >>> camera_name('/robot/front')
    'robot/front'
    """
    name = text.strip('/')
    if not _NAME.fullmatch(name):
        raise argparse.ArgumentTypeError(
            f'expected a ROS namespace of letters, digits and _, such as front, got {text!r}'
        )
    return name


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'cameras',
        help='run a node for each of several cameras',
        description='Run one node for each camera, in a process and a namespace of its own. Ctrl-C '
        'ends all of them.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'cameras', nargs='+', type=camera_name, metavar='CAMERA', help='its namespace'
    )
    parser.add_argument(
        '--image',
        default='image',
        metavar='NAME',
        help='of the images within the namespace, such as color/image_raw (default: %(default)s)',
    )
    parser.add_argument('--camera-info', metavar='NAME', help='default: camera_info beside them')
    parser.add_argument('--depth', metavar='NAME', help='default: depth beside them')
    parser.add_argument('--command', dest='sentence', metavar='TEXT', help='look for this at once')
    parser.add_argument('--preset', help='default: coco')
    parser.add_argument('--transport', choices=('raw', 'compressed'), help='default: raw')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the nodes until somebody stops them, or all have ended."""
    from tenet_ros.cli.children import Child

    repeated = sorted({name for name in args.cameras if args.cameras.count(name) > 1})
    if repeated:
        raise ConfigError(f'expected every camera once, got {", ".join(repeated)} again')
    with ExitStack() as stack:
        nodes = {
            name: stack.enter_context(Child(name, node_of(name, args), {}, shown=True))
            for name in args.cameras
        }
        failed = _follow(nodes)
    return 1 if failed else 0


def node_of(camera: str, args: argparse.Namespace) -> list[str]:
    """Return the command line of a camera's node.

    Relative names are within the node's namespace. Frames on ``/tf`` are not, which is why the
    camera's name stands before them.
    """
    folder, slash, _ = args.image.rpartition('/')
    info, depth = (
        given or f'{folder}{slash}{name}'
        for given, name in ((args.camera_info, 'camera_info'), (args.depth, 'depth'))
    )
    arguments = ['node', '--namespace', f'/{camera}', '--image', args.image]
    arguments += ['--camera-info', info, '--depth', depth]
    for option, value in (
        ('--command', args.sentence), ('--preset', args.preset), ('--transport', args.transport),
    ):  # fmt: skip
        arguments += [option, value] if value is not None else []
    prefix = ['-p', f'frame_prefix:={camera}/']
    return [*arguments, '--ros-args', *prefix, *args.ros_args[1:]]


def _follow(nodes: dict[str, Child]) -> list[str]:
    """Wait until all nodes have ended; return the names of those that failed."""
    running, failed = dict(nodes), []
    while running:
        for name, node in list(running.items()):
            if not node.running:
                del running[name]
                if node.status:
                    failed.append(name)
                rest = f'; {", ".join(running)} go on' if running else ''
                print(f'{name}: its node ended with status {node.status}{rest}', file=sys.stderr)
        time.sleep(POLL_S)
    return failed
