"""``tenet-ros bench grasp``: the grasping example acts on what the node says, scene after scene."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenet_ros.cli.options import count
from tenet_ros.errors import ConfigError

if TYPE_CHECKING:
    from tenet_ros.evaluation.bench_grasp import Outcome
    from tenet_ros.ros import api
    from tenet_ros.types import UInt8Array

__all__ = ['add_parser', 'measure', 'play']

PROGRAM = Path(__file__).resolve().parents[2] / 'examples' / 'grasp' / 'grasp.py'
RATE_HZ = 10.0
MOST_S, READY_S, HOLD_S = 60.0, 60.0, 1.0
"""Simulated time for a scene; the wait for the node; how long what is held must stay held."""


def add_parser(kinds: Any) -> argparse.ArgumentParser:
    """Add the benchmark to those of ``bench``; the caller sets what runs it."""
    parser: argparse.ArgumentParser = kinds.add_parser(
        'grasp',
        help='a gripper picks up what sentences refer to, in a simulated world with physics',
        description='For each seed a table, a sentence about one thing on it and, for every second '
        'one, "put it in the bowl". The node runs as a process of its own with the bundled '
        'models, the program of examples/grasp as another; this process is the world. A success '
        'is the right thing held 10 cm above its place to the end, or let go in the bowl.',
    )
    parser.add_argument('--seeds', type=count, default=50, help='how many (default: %(default)s)')
    parser.add_argument('--first', type=count, default=0, help='seed (default: %(default)s)')
    parser.add_argument('--strip', type=Path, metavar='DIR', help='one film strip per scene')
    parser.add_argument('--program', type=Path, default=PROGRAM, metavar='FILE', help='what acts')
    parser.add_argument('--domain', type=int, metavar='ID', help='ROS domain (default: by chance)')
    return parser


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Play every scene and return the figures.

    Raises:
        ConfigError: no program, no scenes, or a folder that cannot be written.
    """
    from tenet_ros.cli.children import loopback
    from tenet_ros.cli.session import client_node
    from tenet_ros.evaluation.bench_grasp import summary

    if not args.program.is_file():
        raise ConfigError(
            f'--program: {args.program} is not there; it comes with a checkout of the repository'
        )
    if args.seeds < 1:
        raise ConfigError(f'--seeds: expected at least 1, got {args.seeds}')
    if args.strip is not None:
        args.strip.mkdir(parents=True, exist_ok=True)
    outcomes, start = [], time.monotonic()
    with loopback(args.domain) as environment:
        os.environ.update(environment)
        with client_node('bench', []) as node:
            for seed in range(args.first, args.first + args.seeds):
                outcome, pictures = play(node, seed, args.program, environment)
                word = 'ok' if outcome.success else 'WRONG' if outcome.wrong else 'failed'
                print(f'{seed:4} {word:6} {outcome.seconds:5.1f} s  {outcome.sentence}', flush=True)
                outcomes.append(outcome)
                if args.strip is not None:
                    _write_strip(args.strip, outcome, pictures)
    return {**summary(outcomes), 'wall_s': round(time.monotonic() - start, 1)}


def play(
    node: api.Node, seed: int, program: Path, environment: Mapping[str, str]
) -> tuple[Outcome, list[UInt8Array]]:
    """Play one scene.

    Args:
        node: of this process, for the world.
        seed: of the task.
        program: acts in it.
        environment: of the two other processes.

    Returns:
        What happened, and (240, 320, 3) uint8 RGB pictures of it, two a second.

    Raises:
        ConfigError: the node did not come up, or ended.
    """
    from tenet_ros.cli.children import Child
    from tenet_ros.cli.grasp_stage import GraspStage
    from tenet_ros.cli.grasp_world import NODE_ARGUMENTS
    from tenet_ros.sim.grasp.task import task_of

    task = task_of(seed)
    command = ['node', '--preset', 'tabletop', *NODE_ARGUMENTS]
    words = [task.sentence, *([task.then] if task.then else [])]
    with ExitStack() as stack:
        server = stack.enter_context(Child('node', command, environment))
        stage = stack.enter_context(GraspStage(node, task, rate_hz=RATE_HZ))
        if not stage.wait_for_node(READY_S):
            server.check()
            raise ConfigError(f'the node did not come within {READY_S:g} s: {server.last_words()}')
        robot = stack.enter_context(Child('program', words, environment, program=program))
        while robot.running and stage.seconds < MOST_S:
            server.check()
            stage.tick()
        end = stage.seconds
        said = robot.said()[-1:] if not robot.running else ['it was still at it']
        robot.stop()
        while stage.seconds < end + HOLD_S:
            stage.tick()
        return stage.outcome(end, said[0] if said else ''), stage.pictures


def _write_strip(folder: Path, outcome: Outcome, pictures: Sequence[UInt8Array]) -> None:
    import cv2

    from tenet_ros.evaluation.bench_grasp import film_strip

    path = folder / f'{outcome.seed:03}-{"ok" if outcome.success else "failed"}.jpg'
    strip = cv2.cvtColor(film_strip(outcome, pictures), cv2.COLOR_RGB2BGR)
    if not cv2.imwrite(str(path), strip):
        raise ConfigError(f'{path}: cannot be written; choose another folder')
