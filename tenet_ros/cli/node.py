"""``tenet-ros node``: the ROS 2 node, with short options for what one sets most."""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tenet_ros.errors import ConfigError

__all__ = ['add_parser', 'ros_arguments', 'run']

EPILOG = """\
whatever stands after --ros-args goes to ROS as usual:
  tenet-ros node --ros-args -r image:=/front/image_raw -p threads:=2 --params-file tenet.yaml
"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'node',
        help='run the ROS 2 node',
        description='Run the node "tenet": camera topics and sentences in; masks, tracks and '
        'status out. With ROS 2 sourced it runs on rclpy, without on the standalone runtime.',
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--image',
        metavar='TOPIC',
        help='the camera (default: /camera/image_raw, where "tenet-ros camera" publishes)',
    )
    parser.add_argument(
        '--camera-info',
        metavar='TOPIC',
        help='its calibration (default: camera_info beside the image topic)',
    )
    parser.add_argument(
        '--depth',
        metavar='TOPIC',
        help='its registered depth (default: depth/image_raw beside the image topic)',
    )
    parser.add_argument('--transport', choices=('raw', 'compressed'), help='default: raw')
    parser.add_argument('--command', dest='sentence', metavar='TEXT', help='look for this at once')
    parser.add_argument('--preset', help='default: coco')
    parser.add_argument('--model', type=Path, metavar='FILE', help="in place of the preset's own")
    parser.add_argument('--name', help='of the node (default: tenet)')
    parser.add_argument('--namespace', help='default: /')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the node until somebody stops it."""
    arguments = ros_arguments(args)
    try:
        from tenet_ros.ros.main import main
    except ImportError as error:
        raise ConfigError(str(error)) from error
    # The node has its own way of ending on SIGTERM, after which the exit status is 0.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return int(main(['tenet-ros', *arguments]) or 0)


def ros_arguments(args: argparse.Namespace) -> list[str]:
    """Translate the short options into ROS arguments; the user's own come first and win.

    Raises:
        ConfigError: a model file that is not there, or no such preset.
    """
    if args.preset is not None:
        _check_preset(args.preset)
    given: Sequence[str] = args.ros_args
    remaps: dict[str, str] = {}
    if not any(argument.startswith('image:=') for argument in given) or args.image:
        remaps['image'] = args.image or '/camera/image_raw'
        base = remaps['image'].removesuffix('/compressed')
        beside = base[: base.rfind('/') + 1]
        remaps['camera_info'] = args.camera_info or f'{beside}camera_info'
        remaps['depth'] = args.depth or f'{beside}depth/image_raw'
    else:
        given_topics = {'camera_info': args.camera_info, 'depth': args.depth}
        remaps |= {name: topic for name, topic in given_topics.items() if topic}
    remaps |= {'__node': args.name} if args.name else {}
    remaps |= {'__ns': args.namespace} if args.namespace else {}
    parameters = {
        'image_transport': args.transport,
        'command': args.sentence,
        'preset': args.preset,
        'model': str(_existing(args.model)) if args.model else None,
    }
    own: list[str] = []
    for name, target in remaps.items():
        own += ['-r', f'{name}:={target}']
    for name, value in parameters.items():
        if value is not None:
            # A JSON string is a YAML string, whatever stands in it.
            own += ['-p', f'{name}:={json.dumps(value, ensure_ascii=False)}']
    if not own:
        return list(given)
    return [*(given or ['--ros-args']), *own]


def _existing(model: Path) -> Path:
    if not model.is_file():
        raise ConfigError(f'--model: expected a model file, {model} is not there; check the path')
    return model.absolute()


def _check_preset(name: str) -> None:
    """Refuse at once what the node would only warn of."""
    from tenet_ros.factory import PRESETS

    if name not in PRESETS:
        raise ConfigError(f'--preset: expected one of {", ".join(PRESETS)}, got {name!r}; use one')
