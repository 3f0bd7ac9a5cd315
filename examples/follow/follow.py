"""Follow whom a sentence refers to: python follow.py "the person in red".

Hears what the node `tenet` says of its target in the frame of `odom`, and the depth camera for what
is in the way. Every odometry message is answered with one Twist on `cmd_vel`: without odometry, the base stops.
"""

from __future__ import annotations

import math
import sys
from collections import deque
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from tenet_ros.ros import api, transforms

KEEP_M, MOST_MPS, MOST_RPS, SPEED_UP_MPS2, TURN_RPS2 = 1.5, 0.9, 1.4, 0.9, 5.0
STALE_S, FRESH_S = 0.22, 0.15
"""A pose that is older than the first is none; beyond the second the base slows down."""
STOP_M, BESIDE_M, LOW_M, HIGH_M = 0.55, 0.33, 0.12, 1.3
"""What is so near ahead, so little to the side and between these heights, is in the way."""
SEARCH_AFTER_S, SEARCH_S, SEARCH_RPS = 1.0, 14.0, 0.5


class Speeds(NamedTuple):
    """Forward, metres per second, and counter-clockwise, radians per second."""

    forward: float = 0.0
    turn: float = 0.0


def free(points: np.ndarray, heading: float) -> float:
    """Return how far one can go along a heading, metres; points: (N, 2) ahead and left."""
    along = points @ (math.cos(heading), math.sin(heading))
    beside = points @ (-math.sin(heading), math.cos(heading))
    return float(np.min(along[(along > 0) & (abs(beside) < BESIDE_M)], initial=9.0))


def approach(target: np.ndarray, age_s: float, points: np.ndarray) -> Speeds:
    """Return the speeds that follow a target seen `age_s` ago, round points (N, 2); metres."""
    if not age_s < STALE_S:
        return Speeds()
    way, bearing = math.hypot(*target) - KEEP_M, math.atan2(target[1], target[0])
    others = points[np.hypot(*(points - target).T) > 0.6]
    need = min(max(way, 0.0) + STOP_M + 0.2, 1.6)
    lack = {d: max(0.0, need - free(others, bearing + d)) for d in np.arange(-3, 4) * 0.15}
    detour = min(lack, key=lambda d: lack[d] + 0.3 * abs(d)) if way > 0 else 0.0
    heading = bearing + float(detour)
    most = min(MOST_MPS, 1.2 * max(0.0, free(others, 0.0) - STOP_M))
    forward = min(most, 2.0 * max(0.0, way)) * max(0.0, math.cos(1.5 * heading))
    forward *= min(1.0, (STALE_S - age_s) / (STALE_S - FRESH_S))
    return Speeds(forward, max(-MOST_RPS, min(MOST_RPS, 2.2 * heading)))


def search(lost_s: float, side: float, points: np.ndarray) -> Speeds:
    """Return a slow turn to the side where the target went; none where one cannot see safely."""
    safe = len(points) > 0 and float(np.hypot(*points.T).min()) > STOP_M / 2
    turning = safe and SEARCH_AFTER_S < lost_s < SEARCH_AFTER_S + SEARCH_S
    return Speeds(0.0, math.copysign(SEARCH_RPS, side) if turning else 0.0)


def limited(wish: Speeds, now: Speeds, period_s: float) -> Speeds:
    """Return the wish as far as it can be reached in a period; slower is possible at once."""
    forward = min(wish.forward, now.forward + SPEED_UP_MPS2 * period_s)
    most = TURN_RPS2 * period_s
    turn = now.turn + max(-most, min(most, wish.turn - now.turn)) if any(wish) else 0.0
    return Speeds(forward, turn)


class Follower(api.Node):
    """Ears and wheels of the program."""

    def __init__(self, sentence: str) -> None:
        super().__init__('follow')
        self.sentence, self.sure, self.said, self.last_s = sentence, False, Speeds(), math.inf
        self.targets: deque[tuple[float, np.ndarray]] = deque(maxlen=16)
        self.points, self.points_s, self.side = np.zeros((0, 2)), -math.inf, 1.0
        self.k, self.frames = None, transforms.Transforms()
        latched = api.QoSProfile(depth=10, durability=api.DurabilityPolicy.TRANSIENT_LOCAL)
        hear, sensor = self.create_subscription, api.qos_profile_sensor_data
        hear(api.DiagnosticStatus, 'tenet/status', self.on_status, latched)
        hear(api.PoseStamped, 'tenet/target/pose', self.on_pose, 5)
        hear(api.Image, 'camera/depth/image_raw', self.on_depth, sensor)
        hear(api.CameraInfo, 'camera/camera_info', lambda m: setattr(self, 'k', m.k), sensor)
        hear(api.msg('tf2_msgs/msg/TFMessage'), '/tf_static', self.on_static, latched)
        hear(api.msg('nav_msgs/msg/Odometry'), 'odom', self.on_odom, 5)
        self.command = self.create_publisher(api.String, 'tenet/command', 10)
        self.twist = api.msg('geometry_msgs/msg/Twist')
        self.wheels = self.create_publisher(self.twist, 'cmd_vel', 5)

    def on_status(self, status: Any) -> None:
        values = {each.key: each.value for each in status.values}
        if values.get('command') != self.sentence:
            self.command.publish(api.String(data=self.sentence))
        self.sure = values.get('command') == self.sentence and values['state'] == 'COMMITTED'

    def on_pose(self, message: Any) -> None:
        at = message.pose.position
        self.targets.append((seconds(message), np.asarray((at.x, at.y))))

    def on_static(self, message: Any) -> None:
        self.frames.add(message.transforms, static=True)

    def on_depth(self, message: Any) -> None:
        try:
            mount = self.frames.pose('base_link', message.header.frame_id, 0)
        except transforms.TransformError:
            return
        if self.k is None:
            return
        raw = api.as_bytes_view(message.data).view('<u2').reshape(message.height, -1)
        v, u = np.mgrid[2 : message.height : 4, 2 : message.width : 4]
        x, y = (u - self.k[2]) / self.k[0], (v - self.k[5]) / self.k[4]
        metres = raw[v, u, None] / 1000 * np.stack((x, y, np.ones_like(x)), axis=-1)
        base = metres[raw[v, u] > 0] @ mount[:3, :3].T + mount[:3, 3]
        self.points = base[(base[:, 2] > LOW_M) & (base[:, 2] < HIGH_M), :2]
        self.points_s = seconds(message)

    def on_odom(self, message: Any) -> None:
        now, at, turn = seconds(message), message.pose.pose.position, message.pose.pose.orientation
        away = Rotation.from_quat((turn.x, turn.y, turn.z, turn.w)).as_matrix()[:2, :2]
        places = [(place - (at.x, at.y)) @ away for _, place in self.targets]
        lost_s = now - self.targets[-1][0] if places else math.inf
        wish, looking = Speeds(), now - self.points_s < STALE_S
        if looking and self.sure and lost_s < STALE_S:
            self.side = math.atan2(places[-1][1], places[-1][0]) + places[-1][1] - places[0][1]
            wish = approach(places[-1], lost_s, self.points)
        elif looking and places:
            wish = search(lost_s, self.side, self.points)
        self.said = limited(wish, self.said, min(max(now - self.last_s, 0.0), 0.1))
        self.last_s, twist = now, self.twist()
        twist.linear.x, twist.angular.z = map(float, self.said)
        self.wheels.publish(twist)


def seconds(message: Any) -> float:
    """Return a message's stamp."""
    return float(message.header.stamp.sec) + 1e-9 * float(message.header.stamp.nanosec)


if __name__ == '__main__':
    api.init(args=sys.argv)
    try:
        api.spin(Follower(' '.join(api.remove_ros_args(sys.argv)[1:]) or 'the person in red'))
    except (KeyboardInterrupt, api.ExternalShutdownException):
        api.try_shutdown()
