"""Playing a source through a camera and a node, and watching from a third process."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from tenet_ros.cli.children import Child, loopback
from tenet_ros.cli.monitor import Monitor
from tenet_ros.cli.options import camera_arguments, node_arguments
from tenet_ros.cli.session import client_node, spin_until
from tenet_ros.errors import ConfigError
from tenet_ros.evaluation.bench_stream import NodeFigures, Result, StreamRun, Truth, report
from tenet_ros.evaluation.clips import load_clip
from tenet_ros.ros import api

__all__ = ['Observer', 'await_ready', 'measure', 'node_figures', 'settle', 'truth_of']

NODE = '/tenet'
DIAGNOSTICS_S = 0.5
READY_S = 90.0
SETTLE_S = 10.0
RSS_PERIOD_S = 0.5
ERROR = 2
"""Of diagnostic_msgs/DiagnosticStatus."""


class Observer:
    """Subscribes to the node's masks and keeps when each was published.

    Args:
        node: runs the callbacks.
        keep_masks: for scoring; otherwise the pixels are let go.
    """

    def __init__(self, node: api.Node, *, keep_masks: bool) -> None:
        self.results: list[Result] = []
        self._keep_masks = keep_masks
        node.create_subscription(
            api.Image, f'{NODE}/target/mask', self._on_mask, api.QoSProfile(depth=50)
        )

    def _on_mask(self, message: Any, info: Any) -> None:
        stamp = message.header.stamp
        mask = None
        if self._keep_masks:
            pixels = api.as_bytes_view(message.data).reshape(message.height, message.step)
            mask = pixels[:, : message.width].copy()
        self.results.append(
            Result(
                stamp_ns=int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec),
                published_ns=_source_ns(info),
                mask=mask,
            )
        )


def _source_ns(info: Any) -> int:
    """Return when a message was handed to the middleware, Unix nanoseconds."""
    if isinstance(info, dict):
        return int(info['source_timestamp'])
    return int(info.source_timestamp)


def truth_of(args: argparse.Namespace) -> Truth | None:
    """Load the ground truth that the command line names, if it does.

    Raises:
        ConfigError: the clip has none, or the command is not one of its sentences.
    """
    if args.gt is None:
        return None
    if args.duration:
        raise ConfigError('--gt: expected to play the source once, got --duration; leave it out')
    clip = load_clip(args.gt)
    if not clip.dense:
        raise ConfigError(f'--gt: {clip.name} has no dense ground truth')
    known = {sentence.text: sentence.object_ids for sentence in clip.sentences}
    if args.object is not None:
        object_ids: tuple[int, ...] = (args.object,)
    elif args.sentence in known:
        object_ids = known[args.sentence]
    else:
        raise ConfigError(
            f'--gt: expected one of the sentences of {clip.name} ({"; ".join(known)}), '
            f'got {args.sentence!r}; say with --object which object it means'
        )
    labels = [clip.labels(index) for index in range(len(clip.frames))]
    return Truth(labels=labels, object_ids=object_ids)


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Run camera and node, and return the figures of the run.

    Raises:
        ConfigError: a process failed, or the node never became ready.
    """
    truth = truth_of(args)
    with ExitStack() as stack:
        environment = stack.enter_context(loopback(args.domain))
        os.environ.update(environment)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix='tenet-bench-')))
        node = stack.enter_context(client_node('bench', []))
        observer = Observer(node, keep_masks=truth is not None)
        monitor = Monitor(node, NODE)
        server = stack.enter_context(Child('node', _node_arguments(args), environment))
        await_ready(node, monitor, server)
        stamps = folder / 'stamps.jsonl'
        arguments = _camera_arguments(args, stamps)
        rss_mb: list[float] = []
        before_s = server.cpu_s()
        with Child('camera', arguments, environment) as camera:
            while camera.running:
                spin_until(node, lambda: not camera.running, RSS_PERIOD_S)
                rss_mb.append(server.rss_mb())
                server.check()
            camera.check()
            print(camera.last_words(), file=sys.stderr)
        sent_ns = [json.loads(line)['stamp_ns'] for line in stamps.read_text().splitlines()]
        settle(node, monitor, lambda: len(observer.results))
        rss_mb.append(server.rss_mb())
        cpu_s = server.cpu_s() - before_s
        run = StreamRun(
            sent_ns=sent_ns,
            results=observer.results,
            node=node_figures(monitor),
            rss_mb=rss_mb,
            cpu_s=cpu_s,
            truth=truth,
        )
        return {
            'source': Path(args.source).name,
            'command': args.sentence,
            'preset': args.preset,
            'transport': args.transport,
            'backend': api.BACKEND,
            **report(run),
        }


def _node_arguments(args: argparse.Namespace) -> list[str]:
    return [
        *node_arguments(args),
        *('-p', f'diagnostics_period_s:={DIAGNOSTICS_S}'),
        *('-p', f'image_transport:={args.transport}'),
    ]


def _camera_arguments(args: argparse.Namespace, stamps: Path) -> list[str]:
    arguments = [*camera_arguments(args), '--transport', args.transport]
    arguments += ['--stamps', 'now', '--stamp-log', str(stamps)]
    return arguments + (['--loop', '--duration', str(args.duration)] if args.duration else [])


def await_ready(node: api.Node, monitor: Monitor, server: Child) -> None:
    """Wait until the watched node is active.

    Raises:
        ConfigError: its process has ended, or it was not ready in time.
    """
    end = time.monotonic() + READY_S
    while not spin_until(node, lambda: monitor.diagnostics.values.get('state') == 'ACTIVE', 0.5):
        server.check()
        if time.monotonic() > end:
            raise ConfigError(
                f'the node was not ready within {READY_S:.0f} s: {server.last_words()}'
            )


def settle(node: api.Node, monitor: Monitor, received: Callable[[], int]) -> None:
    """Wait until the watched node has answered or dropped all that it got, and says so.

    Args:
        node: runs the callbacks.
        monitor: of the watched node.
        received: returns how many results have come.
    """
    seen = (-1.0, -1)

    def settled() -> bool:
        nonlocal seen
        if monitor.diagnostics.count == seen[1]:
            return False
        before, seen = seen, (monitor.number('frames_in'), monitor.diagnostics.count)
        done = monitor.number('frames_out') + monitor.number('drops')
        complete = received() >= monitor.number('frames_out')
        return before[0] == seen[0] == done and complete

    spin_until(node, settled, SETTLE_S)


def node_figures(monitor: Monitor) -> NodeFigures:
    """Return what the watched node said last of its own work."""

    def count(name: str) -> int:
        value = monitor.number(name)
        return 0 if np.isnan(value) else int(value)

    failed = monitor.diagnostics.level == ERROR
    values = monitor.diagnostics.values
    stages = [k for k in values if k.startswith('stage_') and k.endswith('_ms_p50')]
    return NodeFigures(
        fault=monitor.diagnostics.message if failed else '',
        frames_in=count('frames_in'),
        frames_out=count('frames_out'),
        drops=count('drops'),
        overhead_ms={p: monitor.number(f'overhead_ms_{p}') for p in ('p50', 'p95')},
        stage_ms={
            k.removeprefix('stage_').removesuffix('_ms_p50'): monitor.number(k) for k in stages
        },
    )
