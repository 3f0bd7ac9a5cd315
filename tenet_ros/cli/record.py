"""``tenet-ros record``: everything that a node says, into a bag."""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import seconds
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.cli.recorder import Recorder

__all__ = ['add_parser', 'run']

EPILOG = """\
OUT.mcap is one file: drop it on Foxglove, or use it with "ros2 bag info/play OUT.mcap".
OUT without a suffix is a folder with metadata.yaml, as "ros2 bag record" makes it.
Without --topics: all that the node publishes, but for the uncompressed overlay, and /diagnostics.
Ctrl-C ends the recording and completes the bag.
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'record',
        help='write what a node publishes into a bag',
        description='Record the topics of a node, as they come, into a ROS 2 bag.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('output', type=Path, metavar='OUT', help='OUT.mcap, or a folder')
    parser.add_argument('--node', default='/tenet', help='default: %(default)s')
    parser.add_argument('--duration', type=seconds, metavar='S', help='end after this many seconds')
    parser.add_argument(
        '--inputs', action='store_true', help='record what the node subscribes to as well'
    )
    parser.add_argument('--topics', nargs='+', metavar='TOPIC', help='these, and no others')
    parser.add_argument('--force', action='store_true', help='replace what lies there')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record until somebody stops it, or the time is over."""
    from tenet_ros.cli.bag_writer import BagWriter
    from tenet_ros.cli.recorder import Recorder
    from tenet_ros.cli.session import client_node, full_name

    target = full_name(args.node)
    with BagWriter(args.output, overwrite=args.force) as bag:
        try:
            with client_node('record', args.ros_args) as node:
                recorder = Recorder(
                    node, bag, target=target, topics=args.topics, inputs=args.inputs
                )
                _follow(recorder, args.duration)
        except KeyboardInterrupt:
            print(file=sys.stderr)
    total = sum(bag.counts.values())
    if not total:
        raise ConfigError(
            f'nothing was heard of {target}, so {args.output} was not written; is the node '
            'running, on the same ROS_DOMAIN_ID, and is --node its name?'
        )
    for topic, count in sorted(bag.counts.items()):
        print(f'{count:8}  {topic}', file=sys.stderr)
    print(f'{total:8}  in {args.output}', file=sys.stderr)
    return 0


def _follow(recorder: Recorder, duration_s: float | None) -> None:
    """Record, and look for new topics again and again."""
    end = time.monotonic() + (duration_s if duration_s is not None else math.inf)
    while (left := end - time.monotonic()) > 0:
        for line in recorder.discover():
            print(line, file=sys.stderr)
        recorder.spin(min(left, recorder.DISCOVERY_S))
