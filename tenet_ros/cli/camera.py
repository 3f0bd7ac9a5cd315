"""``tenet-ros camera``: publish a recording, a webcam or a simulation as a ROS 2 camera."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tenet_ros.cli.options import (
    add_source_options,
    count,
    hertz,
    opened_text,
    seconds,
    source_of,
)
from tenet_ros.errors import ConfigError, ContractError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenet_ros.cli.pacing import Pacer
    from tenet_ros.sources import Source

__all__ = ['add_parser', 'run']

WAIT_S = 60.0


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'camera',
        help='publish a video, folder, bag, webcam or simulation as a ROS 2 camera',
        description='Publish pictures as sensor_msgs/Image or CompressedImage, with camera_info '
        'and depth where the source has them. Frames are paced by deadlines that do not drift; '
        'a late frame is published at once, and none is left out.',
    )
    add_source_options(parser)
    group = parser.add_argument_group('of the simulation (SOURCE is sim)')
    group.add_argument(
        '--seed', type=count, metavar='N', help='of the first clip; the clips of N + 1, ... follow'
    )
    group.add_argument('--split', choices=('train', 'val', 'test'), help='default: train')
    parser.add_argument('--rate', type=hertz, metavar='HZ', help='instead of the recorded rate')
    parser.add_argument(
        '--loop',
        action='store_true',
        help='start again at the end; of the simulation, play one clip over and over',
    )
    parser.add_argument(
        '--topic',
        default='/camera/image_raw',
        help='of the images; camera_info and depth/image_raw lie beside it (default: %(default)s)',
    )
    parser.add_argument(
        '--transport',
        choices=('raw', 'compressed', 'both'),
        default='raw',
        help='compressed publishes JPEG on TOPIC/compressed (default: %(default)s)',
    )
    parser.add_argument(
        '--stamps',
        choices=('now', 'recorded'),
        default='now',
        help='what header.stamp says; of the simulation "now" is when the frame is due, so that '
        'stamps are regular (default: %(default)s)',
    )
    parser.add_argument('--frame-id', help="header.frame_id (default: the recording's, or camera)")
    parser.add_argument(
        '--wait-for-subscribers',
        type=count,
        default=0,
        metavar='N',
        help=f'begin when N have subscribed to the images; gives up after {WAIT_S:.0f} s',
    )
    parser.add_argument(
        '--start-delay',
        type=seconds,
        default=0.0,
        metavar='S',
        help='seconds before the first frame',
    )
    parser.add_argument(
        '--duration', type=seconds, metavar='S', help='end after this many seconds of playing'
    )
    parser.add_argument(
        '--stamp-log',
        type=Path,
        metavar='FILE',
        help='write index and stamp of every published frame, one JSON object per line',
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Publish until the source ends, the time is over, or somebody stops it."""
    from tenet_ros.cli.camera_publisher import CameraPublisher
    from tenet_ros.cli.pacing import Pacer
    from tenet_ros.cli.session import client_node
    from tenet_ros.sources import opened

    source = _source(args)
    with ExitStack() as stack:
        stack.enter_context(opened(source))
        log = stack.enter_context(opened_text(args.stamp_log)) if args.stamp_log else None
        node = stack.enter_context(client_node('camera', args.ros_args))
        camera = CameraPublisher(node, args.topic, transport=args.transport, frame_id=args.frame_id)
        info = source.info
        if not info.live:
            for first in islice(source.frames(), 1):
                camera.announce(first)
        print(
            f'{info.name} ({info.kind}; {info.detail}; {args.rate or info.rate_hz:.4g} Hz) '
            f'on {", ".join(camera.topics)}',
            file=sys.stderr,
        )
        _await_subscribers(camera, args.wait_for_subscribers)
        time.sleep(args.start_delay)
        pacer = Pacer()
        try:
            # A camera goes on until somebody stops it: that is how it ends well.
            with suppress(KeyboardInterrupt):
                _play(source, camera, pacer, args, log)
                camera.flush()
        finally:
            print(camera.summary(pacer), file=sys.stderr)
        if camera.skipped and not camera.published:
            raise ConfigError(f'{info.name}: none of its frames could be decoded')
    return 0


def _source(args: argparse.Namespace) -> Source:
    """Open the source; a simulation that cannot be rendered here is played from a recording."""
    from tenet_ros.sources.tabletop import is_tabletop, open_tabletop

    if not is_tabletop(args.source) or Path(args.source).exists():
        if args.seed is not None or args.split:
            raise ConfigError(f'--seed and --split are for the source "sim", not {args.source!r}')
        return source_of(args, fps=args.rate)
    spec = args.source
    if args.seed is not None or args.split:
        if spec != 'sim':
            raise ConfigError(f'--seed and --split are for the source "sim"; {spec!r} has its own')
        spec = f'sim:{args.split or "train"}:{args.seed or 0}'
    return open_tabletop(
        spec,
        say=lambda line: print(line, file=sys.stderr),
        after='again' if args.loop else 'next',
        rate_hz=args.rate,
        depth=args.depth_topic != '',
    )


def _await_subscribers(camera: Any, wanted: int) -> None:
    end = time.monotonic() + WAIT_S
    while camera.subscribers() < wanted:
        if time.monotonic() > end:
            raise ConfigError(
                f'expected {wanted} subscribers of {camera.image_topic} within {WAIT_S:.0f} s, '
                f'got {camera.subscribers()}; is the node running on the same ROS_DOMAIN_ID?'
            )
        time.sleep(0.02)


def _play(
    source: Source, camera: Any, pacer: Pacer, args: argparse.Namespace, log: TextIO | None
) -> None:
    """Publish every frame at its time, over and over with ``--loop``."""
    from tenet_ros.cli.pacing import LateNotice

    period_ns = round(1e9 / (args.rate or source.info.rate_hz))
    end_ns = round(args.duration * 1e9) if args.duration is not None else None
    base_ns, index = 0, 0
    simulated = source.info.kind == 'simulation'
    stamp = _stamps('due' if simulated and args.stamps == 'now' else args.stamps, pacer)
    notice = LateNotice(pacer, lambda line: print(f'{source.info.name}: {line}', file=sys.stderr))
    while True:
        due_ns = base_ns - period_ns
        for number, frame in enumerate(source.frames()):
            due_ns = base_ns + (number * period_ns if args.rate else frame.due_ns)
            if end_ns is not None and due_ns >= end_ns:
                return
            try:
                prepared = camera.prepare(frame)
            except ContractError as error:
                camera.skip(f'frame {number} of {source.info.name} left out: {error}')
                continue
            if not source.info.live:
                pacer.wait(due_ns)
            stamp_ns = stamp(frame.stamp_ns + base_ns, due_ns)
            camera.publish(prepared, stamp_ns)
            if simulated:
                notice.look()
            if log:
                log.write(json.dumps({'index': index, 'stamp_ns': stamp_ns}) + '\n')
            index += 1
        if not args.loop or source.info.live:
            return
        base_ns = due_ns + period_ns


def _stamps(kind: str, pacer: Pacer) -> Callable[[int, int], int]:
    """Return what makes a stamp of the recorded one and of the time at which a frame is due."""
    if kind == 'recorded':
        return lambda recorded_ns, _: recorded_ns
    if kind == 'now':
        return lambda *_: time.time_ns()
    wall_ns = time.time_ns() - time.monotonic_ns()
    return lambda _, due_ns: wall_ns + pacer.shown_ns(due_ns)
