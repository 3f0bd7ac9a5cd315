"""Camera and node as processes of their own, sentences in their time, and all answers kept."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tenet_ros.cli.bench_stream import await_ready, node_figures, settle
from tenet_ros.cli.children import Child, loopback
from tenet_ros.cli.monitor import Monitor
from tenet_ros.cli.options import node_arguments
from tenet_ros.cli.session import client_node, spin_until
from tenet_ros.cli.tour.footage import Programme
from tenet_ros.cli.tour.itinerary import Ask
from tenet_ros.cli.tour.listener import NODE, Heard, Listener
from tenet_ros.cli.tour.screen import Screen
from tenet_ros.evaluation.bench_stream import NodeFigures, Result
from tenet_ros.ros import api

__all__ = ['Company', 'Given', 'Performance', 'company', 'perform']

DIAGNOSTICS_S = 0.5
TICK_S = 0.02
SHOW_EVERY = 3
"""The screen follows every so many frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A command that was given.

    Attributes:
        ask: what it said.
        sent_ns: when, Unix nanoseconds.
    """

    ask: Ask
    sent_ns: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Performance:
    """What happened.

    Attributes:
        stamps_ns: of every frame that was published, in order.
        given: the commands, in order.
        heard: the answers by their stamps.
        results: when each came out, in the order of their arrival.
        node: the node's own figures.
        rss_mb: resident memory of the node, MB (10^6 bytes), in the order of sampling.
    """

    stamps_ns: tuple[int, ...]
    given: tuple[Given, ...]
    heard: dict[int, Heard]
    results: tuple[Result, ...]
    node: NodeFigures
    rss_mb: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Company:
    """Everybody on the loopback.

    Attributes:
        node: of this process.
        listener: what the node under show publishes.
        monitor: what it says of itself.
        server: the process it runs in.
        commands: publishes to it.
        environment: for more processes on the same domain.
    """

    node: api.Node
    listener: Listener
    monitor: Monitor
    server: Child
    commands: api.Publisher
    environment: dict[str, str]

    def say(self, text: str) -> None:
        """Give a command."""
        self.commands.publish(api.String(data=text))


@contextmanager
def company(args: argparse.Namespace) -> Iterator[Company]:
    """Start the node on a domain of its own and provide it when it is ready.

    Raises:
        ConfigError: the process failed, or was not ready in time.
    """
    with ExitStack() as stack:
        environment = stack.enter_context(loopback(args.domain))
        os.environ.update(environment)
        node = stack.enter_context(client_node('demo', []))
        listener, monitor = Listener(node), Monitor(node, NODE)
        commands = node.create_publisher(api.String, f'{NODE}/command', api.QoSProfile(depth=10))
        arguments = [*node_arguments(args), '-p', f'diagnostics_period_s:={DIAGNOSTICS_S}']
        server = stack.enter_context(Child('node', arguments, environment))
        await_ready(node, monitor, server)
        yield Company(
            node=node,
            listener=listener,
            monitor=monitor,
            server=server,
            commands=commands,
            environment=environment,
        )


def camera_arguments(programme: Programme) -> list[str]:
    """Return the command line of the camera that plays a programme."""
    return [
        *('camera', str(programme.folder), '--stamps', 'now'),
        # The node alone subscribes to images; whoever counts frames is given time to be found.
        *('--wait-for-subscribers', '1', '--start-delay', '1'),
    ]


def perform(programme: Programme, args: argparse.Namespace, screen: Screen) -> Performance:
    """Play a programme once, give its commands when they are due, and keep all answers.

    Args:
        programme: what to play.
        args: with the model options and ``domain``.
        screen: shown what happens.

    Raises:
        ConfigError: a process failed.
    """
    with company(args) as cast, tempfile.TemporaryDirectory(prefix='tenet-demo-') as folder:
        log = Path(folder) / 'stamps.jsonl'
        arguments = [*camera_arguments(programme), '--stamp-log', str(log)]
        with Child('camera', arguments, cast.environment) as camera:
            given, rss_mb = _follow(programme, cast, camera, screen)
            camera.check()
        settle(cast.node, cast.monitor, lambda: len(cast.listener.results))
        stamps = tuple(json.loads(line)['stamp_ns'] for line in log.read_text().splitlines())
        heard = {stamp: cast.listener.heard(stamp) for stamp in stamps}
        return Performance(
            stamps_ns=stamps,
            given=given,
            heard={stamp: answer for stamp, answer in heard.items() if answer is not None},
            results=tuple(cast.listener.results),
            node=node_figures(cast.monitor),
            rss_mb=rss_mb,
        )


def _follow(
    programme: Programme, cast: Company, camera: Child, screen: Screen
) -> tuple[tuple[Given, ...], tuple[float, ...]]:
    """Give the commands and feed the screen until the camera has ended."""
    due: Sequence[tuple[int, Ask]] = programme.commands
    given: list[Given] = []
    rss_mb: list[float] = []
    stamps = cast.listener.stamps_ns
    shown = 0
    while camera.running:
        spin_until(cast.node, lambda: False, TICK_S)
        if len(given) < len(due) and len(stamps) > due[len(given)][0]:
            ask = due[len(given)][1]
            given.append(Given(ask=ask, sent_ns=_now_ns(cast.node)))
            cast.say(ask.command)
            screen.asked(ask.command)
            rss_mb.append(cast.server.rss_mb())
        if len(stamps) >= shown + SHOW_EVERY:
            shown = len(stamps)
            screen.show(cast.listener, cast.monitor)
        cast.server.check()
    return tuple(given), tuple(rss_mb)


def _now_ns(node: api.Node) -> int:
    return int(node.get_clock().now().nanoseconds)
