"""The process of the node: begins, spins, and ends well whatever tells it to."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import cv2

from tenet_ros.errors import TenetError
from tenet_ros.ros import api
from tenet_ros.ros.loading import still_loading
from tenet_ros.ros.node import TenetNode

__all__ = ['main']


def main(args: list[str] | None = None) -> int:
    """Run the node until it is told to stop.

    Args:
        args: ROS arguments (``--ros-args ...``); of the process by default.

    Returns:
        0 after an interrupt or a termination signal, 2 if the arguments are no good.
    """
    # OpenCV's own threads wait for work in a loop that never sleeps, beside networks that could use
    # the core, and share out what takes a fraction of a millisecond.
    cv2.setNumThreads(1)
    status = _run(args)
    if still_loading():
        # An interpreter that ends stops such a thread amid C++, which aborts the process.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


def _run(args: list[str] | None) -> int:
    extra = api.remove_ros_args(sys.argv if args is None else args)[1:]
    if extra:
        print(
            f'tenet_node: expected ROS arguments only, got {" ".join(extra)}; give parameters as '
            '--ros-args -p preset:=coco -r image:=/camera/image_raw',
            file=sys.stderr,
        )
        return 2
    node, begun = None, False
    _take_interrupts(_let_spinning_end)
    try:
        api.init(args=args)
        begun = True
        node = TenetNode()
        api.spin(node)
    except (KeyboardInterrupt, api.ExternalShutdownException):
        return 0
    except (TenetError, RuntimeError) as error:
        if begun and not api.ok():  # a signal came while rclpy was amid a transition
            return 0
        if node is not None:
            raise
        print(f'tenet_node: {error}', file=sys.stderr)
        return 2
    finally:
        _ignore_interrupts()
        if node is not None:
            node.destroy_node()
        api.try_shutdown()
        _ignore_interrupts()  # ROS has put back the handler of before
    return 0


def _ignore_interrupts() -> None:
    """Let a second SIGINT not break off what the first began; the process is about to end.

    Ctrl-C under ``ros2 launch --noninteractive`` sends two: the terminal's own, and the one that
    launch passes on. People send two by themselves.
    """
    _take_interrupts(signal.SIG_IGN)


def _take_interrupts(how: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, how)


def _let_spinning_end(number: int, frame: FrameType | None) -> None:
    """Do no more than ROS does at an interrupt: as at SIGTERM, spinning ends.

    A KeyboardInterrupt would come between any two bytecodes, also those by which a callback enters
    a condition: its lock would stay locked, and the end of the stream would wait for it.
    """


if __name__ == '__main__':
    sys.exit(main())
