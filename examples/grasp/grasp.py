"""Pick up what a sentence refers to, and with a second sentence put it somewhere.

    python grasp.py "the red mug"
    python grasp.py "the yellow ball" "put it in the bowl"

Hears what the node /tenet says of its target in the frame `world`, and moves a gripper that hears
`gripper/target` (pose between the fingertips, pointing down) and `gripper/target_opening` (metres).
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import numpy as np

from tenet_ros.ros import api

REACH_M, LEAST_Z_M, WIDEST_M, SLACK_M = 0.065, 0.012, 0.12, 0.03
"""How far fingers go down beside a thing, how low, how wide they open, room beside the thing."""
PATIENCE_S, STEADY, STEADY_M, ARRIVED_M, HELD_M = 15.0, 4, 0.01, 0.006, 0.008
Float64 = api.msg('std_msgs/msg/Float64')


class Grasp(NamedTuple):
    """Where the fingertips go (metres, radians; at yaw 0 they close along y), and how wide."""

    x: float
    y: float
    z: float
    yaw: float
    width: float


def plan(points: np.ndarray) -> Grasp:
    """Plan a grasp from above, across the narrower horizontal axis of points (N, 3), z up."""
    top = float(np.percentile(points[:, 2], 99))
    upper = points[points[:, 2] > top - REACH_M, :2]
    crown = points[points[:, 2] > top - 0.015, :2]  # its middle is not drawn aside by a handle
    _, (one, other), degrees = cv2.minAreaRect(upper.astype(np.float32))
    across = math.radians(degrees if one <= other else degrees + 90)
    closing = np.asarray((math.cos(across), math.sin(across)))
    along = np.asarray((-closing[1], closing[0]))
    middle = closing * np.mean(span(upper @ closing)) + along * np.mean(span(crown @ along))
    yaw = across % math.pi - math.pi / 2
    low, high = span(upper @ closing)
    return Grasp(*map(float, middle), max(top - REACH_M, LEAST_Z_M), yaw, high - low)


def span(values: np.ndarray) -> tuple[float, float]:
    """Return the least and the greatest value."""
    return float(values.min()), float(values.max())


class Grasper(api.Node):
    """Ears and hands of the program."""

    def __init__(self, node: str) -> None:
        """Subscribe to what the node and the gripper say."""
        super().__init__('grasp')
        self.sentence, self.state, self.hand = '', '', None
        self.sure: set[int] = set()
        self.places: deque[tuple[int, np.ndarray]] = deque(maxlen=20)
        self.points: tuple[int, np.ndarray] = (0, np.zeros((0, 3)))
        self.openings: deque[float] = deque(maxlen=8)
        hear, latched = self.create_subscription, api.QoSProfile(depth=10)
        latched.durability = api.DurabilityPolicy.TRANSIENT_LOCAL
        hear(api.DiagnosticStatus, f'{node}/status', self.on_status, latched)
        hear(api.PoseStamped, f'{node}/target/pose', self.on_pose, 10)
        hear(api.PointCloud2, f'{node}/target/points', self.on_points, 10)
        hear(api.PoseStamped, 'gripper/pose', lambda m: setattr(self, 'hand', m.pose), 10)
        hear(Float64, 'gripper/opening', lambda m: self.openings.append(m.data), 10)
        self.command = self.create_publisher(api.String, f'{node}/command', 10)
        self.target = self.create_publisher(api.PoseStamped, 'gripper/target', 10)
        self.fingers = self.create_publisher(Float64, 'gripper/target_opening', 10)

    def on_status(self, status: Any) -> None:
        """Remember the stamps at which the node was sure of the present sentence."""
        values = {each.key: each.value for each in status.values}
        if self.sentence and values.get('command') == self.sentence and 'stamp' in values:
            self.state = f'{values["state"]}, space: {values.get("space", "")}'
            if values['state'] == 'COMMITTED':
                self.sure.add(int(values['stamp'].replace('.', '')))

    def on_pose(self, message: Any) -> None:
        """Remember where the target is."""
        at = message.pose.position
        if message.header.frame_id == 'world':
            self.places.append((stamp_of(message), np.asarray((at.x, at.y, at.z))))

    def on_points(self, message: Any) -> None:
        """Remember the newest points."""
        rows = api.as_bytes_view(message.data).view('<f4').reshape(-1, message.point_step // 4)
        self.points = stamp_of(message), rows[:, :3].astype(np.float64)

    def steady(self) -> bool:
        """Return whether the node is sure of a thing that stands still, with points of it."""
        seen = [place for stamp, place in self.places if stamp in self.sure][-STEADY:]
        still = len(seen) == STEADY and np.ptp(seen, axis=0).max() < STEADY_M
        return bool(still and self.points[0] in self.sure)

    def until(self, true: Callable[[], Any], timeout_s: float = PATIENCE_S) -> bool:
        """Take messages until something is true; False when that takes too long."""
        end = time.monotonic() + timeout_s
        while not true() and time.monotonic() < end:
            api.spin_once(self, timeout_sec=0.1)
        return bool(true())

    def find(self, sentence: str) -> np.ndarray:
        """Ask for a thing and return its points once the node is sure and the pose is steady."""
        self.sentence, self.state, self.sure = sentence, 'no answer', set()
        self.command.publish(api.String(data=sentence))
        if not self.until(self.steady):
            sys.exit(f'"{sentence}" is not found: {self.state}')
        return self.points[1]

    def go(self, x: float, y: float, z: float, yaw: float) -> None:
        """Move the fingertips to a place and wait until they are there."""
        message = api.PoseStamped(header=api.Header(frame_id='world'))
        at, turn = message.pose.position, message.pose.orientation
        at.x, at.y, at.z, turn.z, turn.w = x, y, z, math.sin(yaw / 2), math.cos(yaw / 2)
        self.target.publish(message)
        there = lambda p: math.dist((p.x, p.y, p.z), (x, y, z)) < ARRIVED_M  # noqa: E731
        turned = lambda q: abs(q.z * turn.w - q.w * turn.z) < 0.02  # noqa: E731
        self.until(lambda: there(self.hand.position) and turned(self.hand.orientation))

    def open_to(self, width: float) -> float:
        """Move the fingers, wait until they stand still, and return how wide they are open."""
        self.fingers.publish(Float64(data=float(min(width, WIDEST_M))))
        self.openings.clear()
        self.until(lambda: len(self.openings) == 8 and np.ptp(self.openings) < 3e-4)
        return self.openings[-1]

    def pick(self, sentence: str) -> Grasp:
        """Grasp a thing and lift it."""
        home = self.hand.position
        for _ in range(2):
            grasp = plan(self.find(sentence))
            self.open_to(grasp.width + SLACK_M)
            self.go(grasp.x, grasp.y, home.z, grasp.yaw)
            self.go(*grasp[:4])
            held_m = self.open_to(0.0)
            self.go(grasp.x, grasp.y, home.z, grasp.yaw)
            if held_m > HELD_M:
                return grasp
            self.go(home.x, home.y, home.z, 0.0)
        sys.exit(f'"{sentence}" slips out of the fingers')

    def put(self, sentence: str, grasp: Grasp) -> None:
        """Let go of what is held over a thing: over "the bowl" for "put it in the bowl"."""
        points = self.find(re.split(r'\b(?:into|in|onto|on|to)\b', sentence)[-1].strip())
        (x, y), z = points[:, :2].min(0) / 2 + points[:, :2].max(0) / 2, points[:, 2].max()
        self.go(float(x), float(y), self.hand.position.z, grasp.yaw)
        self.go(float(x), float(y), float(z) + grasp.z, grasp.yaw)
        self.open_to(grasp.width + SLACK_M)


def stamp_of(message: Any) -> int:
    """Return a message's stamp, nanoseconds."""
    return int(message.header.stamp.sec) * 10**9 + int(message.header.stamp.nanosec)


def main() -> None:
    """Pick up, and put down where a second sentence says."""
    parser = argparse.ArgumentParser(description='Pick up what a sentence refers to.')
    parser.add_argument('sentence')
    parser.add_argument('then', nargs='?', default='', help='such as "put it in the bowl"')
    parser.add_argument('--node', default='/tenet')
    args = parser.parse_args(api.remove_ros_args(sys.argv)[1:])
    api.init()
    robot = Grasper(args.node)
    if not robot.until(lambda: robot.hand and robot.command.get_subscription_count(), 60.0):
        sys.exit('no gripper, or no node: see the README beside this program')
    home = robot.hand.position
    grasp = robot.pick(args.sentence)
    if args.then:
        robot.go(home.x, home.y, home.z, grasp.yaw)  # out of the camera's way
        robot.put(args.then, grasp)
        robot.go(home.x, home.y, home.z, 0.0)
    robot.destroy_node()
    api.try_shutdown()


if __name__ == '__main__':
    main()
