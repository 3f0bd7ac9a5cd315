"""``tenet-ros bench follow``: the following example acts on what the node says, run after run."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import count
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.evaluation.bench_follow import Outcome
    from tenet_ros.ros import api
    from tenet_ros.types import UInt8Array

__all__ = ['PROGRAM', 'add_parser', 'measure', 'play']

PROGRAM = Path(__file__).resolve().parents[2] / 'examples' / 'follow' / 'follow.py'
READY_S, STILL_TICKS = 60.0, 150
"""The wait for the node; pictures of the standing room until the node must have found it."""


def add_parser(kinds: Any) -> argparse.ArgumentParser:
    """Add the benchmark to those of ``bench``; the caller sets what runs it."""
    parser: argparse.ArgumentParser = kinds.add_parser(
        'follow',
        help='a mobile base follows "the person in red" among others, in a simulated room',
        description='For each seed somebody in red walks round a room among others, and the base '
        'follows. The node runs as a process of its own, the program of examples/follow as '
        'another; this process is the room, which waits for both. Once a run the lens is covered.',
    )
    parser.add_argument('--seeds', type=count, default=20, help='how many (default: %(default)s)')
    parser.add_argument('--first', type=count, default=0, help='seed (default: %(default)s)')
    parser.add_argument(
        '--seconds',
        type=float,
        default=60.0,
        metavar='S',
        help='of each run (default: %(default)g)',
    )
    parser.add_argument(
        '--model', type=Path, metavar='FILE', help="detector in place of preset coco's own"
    )
    parser.add_argument('--strip', type=Path, metavar='DIR', help='one film strip per run')
    parser.add_argument('--program', type=Path, default=PROGRAM, metavar='FILE', help='what acts')
    parser.add_argument('--domain', type=int, metavar='ID', help='ROS domain (default: by chance)')
    return parser


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Play every run and return the figures.

    Raises:
        ConfigError: no program, no runs, or a folder that cannot be written.
    """
    from tenet_ros.cli.children import loopback
    from tenet_ros.cli.session import client_node
    from tenet_ros.evaluation.bench_follow import summary

    if not args.program.is_file():
        raise ConfigError(
            f'--program: {args.program} is not there; it comes with a checkout of the repository'
        )
    if args.seeds < 1 or not args.seconds >= 1:
        raise ConfigError(
            f'expected at least one seed and one second, got {args.seeds} and {args.seconds:g}'
        )
    if args.strip is not None:
        args.strip.mkdir(parents=True, exist_ok=True)
    command = ['node', '--preset', 'coco']
    command += ['--model', str(args.model)] if args.model else []
    outcomes, start = [], time.monotonic()
    with loopback(args.domain) as environment:
        os.environ.update(environment)
        with client_node('bench', []) as node:
            for seed in range(args.first, args.first + args.seeds):
                outcome, pictures = play(
                    node, seed, args.program, command, environment, seconds=args.seconds
                )
                print(_line(outcome), flush=True)
                outcomes.append(outcome)
                if args.strip is not None:
                    _write_strip(args.strip, outcome, pictures)
    return {**summary(outcomes), 'wall_s': round(time.monotonic() - start, 1)}


def play(
    node: api.Node,
    seed: int,
    program: Path,
    command: list[str],
    environment: Mapping[str, str],
    *,
    seconds: float,
) -> tuple[Outcome, list[UInt8Array]]:
    """Play one run.

    Args:
        node: of this process, for the room.
        seed: of the task.
        program: drives the base.
        command: runs the node, as arguments of ``tenet-ros``.
        environment: of the two other processes.
        seconds: of simulated time.

    Returns:
        What happened, and (240, 320, 3) uint8 RGB pictures of it, one every three seconds.

    Raises:
        ConfigError: the node or the program did not come up, or ended.
    """
    from tenet_ros.cli.children import Child
    from tenet_ros.cli.follow_stage import FollowStage
    from tenet_ros.cli.room_node import NODE_ARGUMENTS
    from tenet_ros.evaluation.bench_follow import outcome_of
    from tenet_ros.sim.room.task import follow_task

    task = follow_task(seed)
    with ExitStack() as stack:
        server = Child('node', [*command, *NODE_ARGUMENTS], environment)
        robot = Child('program', [task.sentence], environment, program=program)
        stage = stack.enter_context(FollowStage(node, task))
        for name, child in (('node', server), ('program', robot)):
            stack.enter_context(child)
            if not stage.wait_for(name, READY_S):
                child.check()
                raise ConfigError(
                    f'the {name} did not come within {READY_S:g} s: {child.last_words()}'
                )
        for _ in range(STILL_TICKS):
            stage.tick(still=True)
            if stage.known:
                break
        while stage.world.seconds < seconds:
            server.check()
            robot.check()
            stage.tick()
        outcome = outcome_of(seed, task.sentence, stage.moments, stage.world.collisions)
        return outcome, stage.pictures


def _line(outcome: Outcome) -> str:
    row = outcome.row()
    seed = row.pop('seed')
    return f'{seed:4} ' + '  '.join(f'{name} {value}' for name, value in row.items())


def _write_strip(folder: Path, outcome: Outcome, pictures: list[UInt8Array]) -> None:
    import cv2

    from tenet_ros.evaluation.bench_follow import film_strip

    path = folder / f'{outcome.seed:03}.jpg'
    strip = film_strip(f'"{outcome.sentence}" {_line(outcome)}', pictures)
    if not cv2.imwrite(str(path), cv2.cvtColor(strip, cv2.COLOR_RGB2BGR)):
        raise ConfigError(f'{path}: cannot be written; choose another folder')
