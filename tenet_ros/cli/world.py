"""``tenet-ros world``: a simulated world that a program can act in."""

from __future__ import annotations

import argparse
import math
import time
from contextlib import suppress
from typing import Any

from tenet_ros.cli.options import count, seconds
from tenet_ros.errors import ConfigError

__all__ = ['add_parser', 'run_follow', 'run_grasp']

EPILOG = """\
  tenet-ros world grasp --seed 7
  tenet-ros node --preset tabletop --ros-args -p target_frame:=world
  python examples/grasp/grasp.py "the apple on the left" "put it in the bowl"
"""
FOLLOW_EPILOG = """\
  tenet-ros world follow --seed 7
  tenet-ros node --preset coco --ros-args -p target_frame:=map
  python examples/follow/follow.py "the person in red"
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and its worlds."""
    parser = subparsers.add_parser(
        'world', help='a simulated world with a camera and a robot in it, to act in over ROS 2'
    )
    kinds = parser.add_subparsers(dest='world', metavar='WORLD', required=True)
    grasp = kinds.add_parser(
        'grasp',
        help='a table with physics and a gripper',
        description='Publish a camera with depth under /camera, its pose on /tf and the state of a '
        'gripper; hear gripper/target and gripper/target_opening. Stamps are those of the simulation.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grasp.add_argument('--seed', type=count, default=0, help='which table (default: %(default)s)')
    grasp.add_argument(
        '--rate', type=float, default=10.0, metavar='HZ', help='frames per second, default 10'
    )
    grasp.add_argument('--duration', type=seconds, default=math.inf, metavar='S')
    grasp.set_defaults(run=run_grasp)
    follow = kinds.add_parser(
        'follow',
        help='a room with walking people and a mobile base',
        description='Publish a camera with depth under /camera, odom and /tf; hear cmd_vel, and '
        'stop half a second after the last command. Stamps are those of the simulation.',
        epilog=FOLLOW_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    follow.add_argument('--seed', type=count, default=0, help='who walks (default: %(default)s)')
    follow.add_argument('--duration', type=seconds, default=math.inf, metavar='S')
    follow.set_defaults(run=run_follow)


def run_grasp(args: argparse.Namespace) -> int:
    """Run the grasping world until somebody stops it."""
    from tenet_ros.cli.grasp_world import GraspNode
    from tenet_ros.cli.session import client_node, spin_until
    from tenet_ros.sim.grasp.task import task_of
    from tenet_ros.sim.grasp.world import GraspWorld

    if not 1.0 <= args.rate <= 60.0:
        raise ConfigError(f'--rate: expected 1 to 60 frames per second, got {args.rate}')
    task = task_of(args.seed)
    world = GraspWorld(task)
    things = ', '.join(f'{thing.colour} {thing.category}' for thing in task.scene.things)
    print(f'on the table: {things}', flush=True)
    print(f'to try: "{task.sentence}"' + (f' "{task.then}"' if task.then else ''), flush=True)
    with suppress(KeyboardInterrupt), client_node('world', args.ros_args) as node:
        made = GraspNode(node, world, rate_hz=args.rate, start_ns=time.time_ns())
        end = time.monotonic() + args.duration
        while (now := time.monotonic()) < end:
            made.tick()
            spin_until(node, lambda: False, max(0.001, now + 1 / args.rate - time.monotonic()))
    return 0


def run_follow(args: argparse.Namespace) -> int:
    """Run the room until somebody stops it."""
    from tenet_ros.cli.room_node import MOVES, RATE_HZ, RoomNode
    from tenet_ros.cli.session import client_node, spin_until
    from tenet_ros.sim.room.task import follow_task
    from tenet_ros.sim.room.world import RoomWorld

    task = follow_task(args.seed)
    world = RoomWorld(task)
    print(f'in the room: in {", in ".join(figure.name for figure in task.figures)}', flush=True)
    print(f'to try: "{task.sentence}"', flush=True)
    with suppress(KeyboardInterrupt), client_node('world', args.ros_args) as node:
        made = RoomNode(node, world, start_ns=time.time_ns())
        end, collisions = time.monotonic() + args.duration, 0
        while (now := time.monotonic()) < end:
            made.look()
            for move in range(1, MOVES + 1):
                due = now + move / (MOVES * RATE_HZ)
                spin_until(node, lambda: False, max(0.001, due - time.monotonic()))
                made.move()
            if world.collisions > collisions:
                collisions = world.collisions
                print(f'{world.seconds:.1f} s: the base has run into something', flush=True)
    return 0
