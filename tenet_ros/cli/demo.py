"""``tenet-ros demo``: camera, node and live table in one terminal."""

from __future__ import annotations

import argparse
import math
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import (
    add_model_options,
    add_source_options,
    camera_arguments,
    node_arguments,
    source_of,
)

if TYPE_CHECKING:
    from tenet_ros.cli.children import Child

__all__ = ['add_parser', 'run']

EPILOG = """\
The camera and the node are processes of their own, on this machine's loopback and the domain of
ROS_DOMAIN_ID. From another terminal, with ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST:
  tenet-ros say "something else"       or   ros2 topic echo /tenet/status
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'demo',
        help='camera, node and live table at once',
        description='Play a source in a loop through the node and show what it does. Ctrl-C ends '
        'all of it.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_source_options(parser)
    parser.add_argument('sentence', metavar='SENTENCE', help='what to look for')
    add_model_options(parser)
    parser.add_argument('--rate', type=float, metavar='HZ', help='instead of the recorded rate')
    parser.add_argument('--duration', type=float, metavar='S', help='end after this many seconds')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start both processes and show the table until somebody stops it."""
    from tenet_ros.cli.children import Child

    # What cannot be opened is said here, not in the log of a process.
    source_of(args).close()
    environment = {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    os.environ.update(environment)
    with ExitStack() as stack:
        node = stack.enter_context(Child('node', node_arguments(args), environment))
        camera = stack.enter_context(
            Child('camera', [*camera_arguments(args), '--loop'], environment)
        )
        try:
            _show(args, [node, camera])
        except KeyboardInterrupt:
            return 0
    return 0


def _show(args: argparse.Namespace, children: list[Child]) -> None:
    from tenet_ros.cli.monitor import Monitor
    from tenet_ros.cli.session import client_node
    from tenet_ros.cli.watch import follow

    def check() -> None:
        for child in children:
            child.check()

    with client_node('demo', []) as node:
        monitor = Monitor(node, '/tenet')
        follow(node, monitor, seconds=args.duration or math.inf, check=check)
