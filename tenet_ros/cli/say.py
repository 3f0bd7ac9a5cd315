"""``tenet-ros say``: tell a running node what to look for."""

from __future__ import annotations

import argparse
from typing import Any

from tenet_ros.cli.options import seconds
from tenet_ros.errors import ConfigError

__all__ = ['add_parser', 'run']

EPILOG = """\
examples:
  tenet-ros say "the red mug left of the laptop"
  tenet-ros say "the dog; the woman in the yellow jacket"     two targets at once
  tenet-ros say ""                                            look for nothing
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'say',
        help='tell a running node what to look for',
        description='Publish a command on <node>/command, reliably: wait until the node has '
        'subscribed, and until it has the message.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('sentence', help="one sentence, or several separated by ';'; '' for none")
    parser.add_argument('--to', default='/tenet', metavar='NODE', help='default: %(default)s')
    parser.add_argument(
        '--wait', action='store_true', help='until ~/status answers this very command, and print it'
    )
    parser.add_argument(
        '--timeout', type=seconds, default=10.0, metavar='S', help='default: %(default)s seconds'
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Publish the command; raise ``ConfigError`` when nobody takes it in time."""
    from tenet_ros.cli.monitor import Monitor
    from tenet_ros.cli.session import client_node, full_name, spin_until
    from tenet_ros.ros import api
    from tenet_ros.types import Command

    target = full_name(args.to)
    with client_node('say', args.ros_args) as node:
        profile = api.QoSProfile(depth=10)
        publisher = node.create_publisher(api.String, f'{target}/command', profile)
        monitor = Monitor(node, target) if args.wait else None
        if not spin_until(node, lambda: publisher.get_subscription_count() > 0, args.timeout):
            raise ConfigError(
                f'nobody subscribed to {target}/command within {args.timeout:g} s; is the node '
                'running, on the same ROS_DOMAIN_ID, and is --to its name?'
            )
        publisher.publish(api.String(data=args.sentence))
        if not publisher.wait_for_all_acked(api.Duration(nanoseconds=int(args.timeout * 1e9))):
            raise ConfigError(f'{target} did not acknowledge the command within {args.timeout:g} s')
        if monitor is None:
            return 0
        wanted = Command.parse(0, args.sentence).sentences

        def answered() -> bool:
            heard = monitor.status.count > 0
            return heard and Command.parse(0, monitor.command).sentences == wanted

        if not spin_until(node, answered, args.timeout):
            raise ConfigError(_silence(target, args.timeout, heard=monitor.status.count > 0))
        text = monitor.command or '(no command)'
        print(f'command {monitor.command_id}: {text}: {monitor.status.message}')
    return 0


def _silence(target: str, timeout_s: float, *, heard: bool) -> str:
    """Say why no status answered."""
    if heard:
        return (
            f'{target} has the command, but its status did not name it within {timeout_s:g} s; '
            "either no camera frame came since, or it refused the sentence (see the node's log)"
        )
    return (
        f'{target} has the command, but published no status within {timeout_s:g} s; '
        'is it active, and does a camera publish?'
    )
