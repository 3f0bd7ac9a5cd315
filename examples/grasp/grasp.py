"""Pick up what a sentence refers to, and with a second sentence put it somewhere.

    python grasp.py "the yellow ball" "put it in the bowl"

Hears what the node /tenet says of its target in the frame `world`; moves a gripper by
`gripper/target` (pose between the fingertips, pointing down) and `gripper/target_opening` (metres).
"""

from __future__ import annotations

import math
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from tenet_ros.ros import api
from tenet_ros.ros.convert import stamp_ns

DOWN_M, LEAST_Z_M = 0.065, 0.012  # how far the fingers go down beside a thing, and to where
SLACK_M, HELD_M = 0.055, 0.008  # room for what a camera does not see; fingers hold something
STEADY, STEADY_M, ARRIVED_M, PATIENCE_S = 4, 0.01, 0.006, 15.0
Float64 = api.msg('std_msgs/msg/Float64')


def plan(points: np.ndarray) -> tuple[float, float, float, float, float]:
    """Plan a grasp from above, across the narrower horizontal axis of points (N, 3), z up.

    Return x, y, z of the fingertips, their yaw (at 0 they close along y), and the width seen.
    """
    top = float(np.percentile(points[:, 2], 99))
    upper, crown = (points[points[:, 2] > top - m, :2].astype(np.float32) for m in (DOWN_M, 0.015))
    centre, (one, other), degrees = cv2.minAreaRect(upper)
    crown_centre, _ = cv2.minEnclosingCircle(crown)  # is not drawn aside by a handle
    across = math.radians(degrees if one <= other else degrees + 90)
    closing = np.asarray((math.cos(across), math.sin(across)))
    x, y = (crown_centre + closing * (closing @ np.subtract(centre, crown_centre))).tolist()
    return x, y, max(top - DOWN_M, LEAST_Z_M), across % math.pi - math.pi / 2, min(one, other)


class Robot(api.Node):
    """What the program hears, and what it does with its hand."""

    def __init__(self) -> None:
        super().__init__('grasp')
        self.sentence, self.state, self.hand = '', '', None
        self.sure: set[int] = set()  # stamps at which the node had committed to the sentence
        self.poses, self.clouds, self.openings = deque(maxlen=20), deque(maxlen=1), deque(maxlen=8)
        hear, latched = self.create_subscription, api.QoSProfile(depth=10)
        latched.durability = api.DurabilityPolicy.TRANSIENT_LOCAL
        hear(api.DiagnosticStatus, '/tenet/status', self.on_status, latched)
        hear(api.PoseStamped, '/tenet/target/pose', self.poses.append, 10)
        hear(api.PointCloud2, '/tenet/target/points', self.clouds.append, 10)
        hear(api.PoseStamped, 'gripper/pose', lambda m: setattr(self, 'hand', m.pose), 10)
        hear(Float64, 'gripper/opening', lambda m: self.openings.append(m.data), 10)
        self.command = self.create_publisher(api.String, '/tenet/command', 10)
        self.target = self.create_publisher(api.PoseStamped, 'gripper/target', 10)
        self.fingers = self.create_publisher(Float64, 'gripper/target_opening', 10)

    def on_status(self, status: Any) -> None:
        values = {each.key: each.value for each in status.values}
        if values.get('command') == self.sentence and 'stamp' in values:
            self.state = f'{values["state"]}, space: {values.get("space", "")}'
            if values['state'] == 'COMMITTED':
                self.sure.add(int(values['stamp'].replace('.', '')))

    def until(self, true: Callable[[], Any], timeout_s: float = PATIENCE_S) -> bool:
        end = time.monotonic() + timeout_s
        while not true() and time.monotonic() < end:
            api.spin_once(self, timeout_sec=0.1)
        return bool(true())

    def steady(self) -> bool:
        """Return whether the node is sure of a thing that stands still, and has points of it."""
        seen = [m.pose.position for m in self.poses if stamp_ns(m.header) in self.sure][-STEADY:]
        points = any(stamp_ns(m.header) in self.sure for m in self.clouds)
        moved_m = np.ptp([(p.x, p.y, p.z) for p in seen] or [(0, 0, 0)], axis=0).max()
        return points and len(seen) == STEADY and bool(moved_m < STEADY_M)

    def find(self, sentence: str) -> np.ndarray:
        """Ask for a thing and return its points, (N, 3) in the frame `world`."""
        self.sentence, self.state, self.sure = sentence, 'no answer', set()
        self.command.publish(api.String(data=sentence))
        if not self.until(self.steady):
            sys.exit(f'{sentence}: {self.state}')
        cloud = self.clouds[0]
        if cloud.header.frame_id != 'world':
            sys.exit(f'points are in {cloud.header.frame_id!r}; set target_frame:=world')
        rows = api.as_bytes_view(cloud.data).view('<f4').reshape(-1, cloud.point_step // 4)
        return rows[:, :3].astype(np.float64)

    def go(self, x: float, y: float, z: float, yaw: float) -> None:
        """Move the fingertips to a place and wait until they are there."""
        message = api.PoseStamped(header=api.Header(frame_id='world'))
        at, turn = message.pose.position, message.pose.orientation
        at.x, at.y, at.z, turn.z, turn.w = x, y, z, math.sin(yaw / 2), math.cos(yaw / 2)
        self.target.publish(message)

        def there() -> bool:
            p, q = self.hand.position, self.hand.orientation
            turned = abs(q.z * turn.w - q.w * turn.z) < 0.02
            return turned and math.dist((p.x, p.y, p.z), (x, y, z)) < ARRIVED_M

        self.until(there)

    def open_to(self, width: float) -> float:
        """Move the fingers, wait until they stand still, and return how wide they are open."""
        self.fingers.publish(Float64(data=width))
        self.openings.clear()
        self.until(lambda: len(self.openings) == 8 and np.ptp(self.openings) < 3e-4)
        return self.openings[-1]


def main(sentence: str, then: str = '') -> None:
    """Pick up what the one sentence means; put it where the other says."""
    robot = Robot()
    if not robot.until(lambda: robot.hand and robot.command.get_subscription_count(), 60.0):
        sys.exit('no gripper or no node: see the README beside this program')
    home = robot.hand.position
    for _ in range(3):
        x, y, z, yaw, width = plan(robot.find(sentence))
        robot.open_to(width + SLACK_M)
        robot.go(x, y, home.z, yaw)
        robot.go(x, y, z, yaw)
        held_m = robot.open_to(0.0)
        robot.go(x, y, home.z, yaw)
        robot.go(home.x, home.y, home.z, yaw)  # out of the camera's way
        if held_m > HELD_M:
            break
    else:
        sys.exit(f'{sentence}: slips out of the fingers')
    if then:
        points = robot.find(re.split(r'\b(?:into|in|onto|on|to)\b', then)[-1].strip())
        (x, y), _ = cv2.minEnclosingCircle(points[:, :2].astype(np.float32))
        robot.go(x, y, home.z, yaw)
        robot.go(x, y, float(points[:, 2].max()) + z, yaw)
        robot.open_to(held_m + SLACK_M)
        robot.go(home.x, home.y, home.z, yaw)


if __name__ == '__main__':
    api.init()
    main(*api.remove_ros_args(sys.argv)[1:3])
