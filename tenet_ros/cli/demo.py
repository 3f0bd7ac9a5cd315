"""``tenet-ros demo``: see it work, on the simulated tabletop or on a source of one's own."""

from __future__ import annotations

import argparse
import math
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import (
    add_model_options,
    add_source_options,
    camera_arguments,
    hertz,
    node_arguments,
    seconds,
    settings_of,
    source_of,
)
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.cli.children import Child

__all__ = ['add_parser', 'run']

EPILOG = """\
without SOURCE a simulated camera looks at a table: a tour of sentences, about a minute, scored
against the truth; video, contact sheet and figures are written to out/demo
  tenet-ros demo
  tenet-ros demo --live                            type the sentences yourself
with SOURCE it is played in a loop, for one sentence:
  tenet-ros demo video.mp4 "the dog on the left"
The camera and the node are processes of their own, on this machine's loopback. With SOURCE they
are on the domain of ROS_DOMAIN_ID, so that from another terminal, with
ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST, one can:
  tenet-ros say "something else"       or   ros2 topic echo /tenet/status
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'demo',
        help='see it work: camera, node and sentences at once',
        description='Play a simulated tabletop, or a source, through the node and show what it '
        'does. Ctrl-C ends all of it.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_source_options(parser, required=False)
    parser.add_argument('sentence', metavar='SENTENCE', nargs='?', help='what to look for in it')
    add_model_options(
        parser, preset='', preset_help='default: tabletop for the simulated one, else coco'
    )
    parser.add_argument('--rate', type=hertz, metavar='HZ', help='instead of the recorded rate')
    parser.add_argument('--duration', type=seconds, metavar='S', help='end after this many seconds')
    group = parser.add_argument_group('of the tabletop (no SOURCE)')
    group.add_argument('--live', action='store_true', help='go on; sentences come from stdin')
    group.add_argument(
        '--out', type=Path, default=Path('out/demo'), metavar='DIR', help='default: %(default)s'
    )
    group.add_argument('--cache', type=Path, metavar='DIR', help='where rendered clips are kept')
    group.add_argument(
        '--recordings', type=Path, metavar='DIR', help='play these instead of rendering the tour'
    )
    group.add_argument('--domain', type=int, metavar='ID', help='ROS domain (default: by chance)')
    group.add_argument('--render', help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show the tour, go on with what is typed, or play a source."""
    if args.render is not None:
        return _render(args)
    args.preset = args.preset or _preset_for(args.source)
    if args.source is None:
        return _go_on(args) if args.live else _tour(args)
    if args.sentence is None:
        raise ConfigError(f'expected a SENTENCE after {args.source}: what to look for in it')
    return _play(args)


def _preset_for(source: str | None) -> str:
    """Return the preset that knows what is to be seen."""
    from tenet_ros.sim.recording import recordings_in
    from tenet_ros.sources.tabletop import is_tabletop

    simulated = source is None or is_tabletop(source) or recordings_in(Path(source))
    return 'tabletop' if simulated else 'coco'


def _render(args: argparse.Namespace) -> int:
    """Render stops of the tour: what the tour runs as processes of their own."""
    from tenet_ros.cli.tour.footage import default_cache, render

    render([int(number) for number in args.render.split(',')], args.cache or default_cache())
    return 0


def _tour(args: argparse.Namespace) -> int:
    from tenet_ros.cli.tour.report import tour

    _check_models(args)
    return tour(args)


def _go_on(args: argparse.Namespace) -> int:
    from tenet_ros.cli.tour.footage import default_cache, programme
    from tenet_ros.cli.tour.live import go_on

    _check_models(args)
    try:
        go_on(programme(args.cache or default_cache(), args.recordings), args)
    except KeyboardInterrupt:
        return 0
    return 0


def _check_models(args: argparse.Namespace) -> None:
    """Say what is wrong with the models before anything takes long, and here."""
    from tenet_ros.factory import build

    args.sentence = ''
    build(settings_of(args)).close()


def _play(args: argparse.Namespace) -> int:
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
