"""One run of the following benchmark: the room goes on step by step, and somebody keeps the score."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tenet_ros.cli.room_node import MOVES, RoomNode
from tenet_ros.cli.session import spin_until
from tenet_ros.evaluation.bench_follow import Moment
from tenet_ros.ros import api
from tenet_ros.sim.room.task import FollowTask
from tenet_ros.sim.room.world import CAMERA_IN_BASE, RoomWorld, Sight
from tenet_ros.types import UInt8Array

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ['FollowStage']

_PICTURE_EVERY = 45
_SIZE = (320, 240)
_ANSWER_S, _POSE_S, _COMMAND_S = 2.0, 0.5, 0.5
"""Longest waits, of the wall's time, for the node's answer, its pose and the program's command."""


class FollowStage:
    """A task's room on ROS, and what is known of it moment by moment.

    The room waits: for the node's answer to a picture half a picture's period after it, and for
    the program's command after every odometry message. So what happens does not depend on how
    busy the machine is; it is what a machine gives that answers within 33 ms.

    Args:
        node: of this process.
        task: what happens.
    """

    def __init__(self, node: api.Node, task: FollowTask) -> None:
        self._node = node
        self.world = RoomWorld(task)
        self._ros = RoomNode(node, self.world, start_ns=time.time_ns())
        self._pose_ns, self._place, self._answered_ns, self._sure = -1, np.zeros(2), -1, False
        self._state = ''
        latched = api.QoSProfile(depth=10, durability=api.DurabilityPolicy.TRANSIENT_LOCAL)
        hear = node.create_subscription
        self._heard = [
            hear(api.PoseStamped, '/tenet/target/pose', self._on_pose, 5),
            hear(api.DiagnosticStatus, '/tenet/status', self._on_status, latched),
        ]
        self._now_ns, self._frames = -1, 0
        self.moments: list[Moment] = []
        self.pictures: list[UInt8Array] = []

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the graph and free the graphics memory."""
        for each in self._heard:
            self._node.destroy_subscription(each)
        self._ros.destroy()
        self.world.close()

    @property
    def known(self) -> bool:
        """Whether the node says where the target is."""
        return self._sure and 0 <= self._now_ns - self._pose_ns < 3e8

    def wait_for(self, what: str, timeout_s: float) -> bool:
        """Wait until the 'node' or the 'program' listens; False when the time is over."""
        index = ('node', 'program').index(what)
        return spin_until(self._node, lambda: self._ros.listeners()[index] > 0, timeout_s)

    def tick(self, *, still: bool = False) -> None:
        """Show a picture and let its period pass.

        Args:
            still: nobody in the room moves, and nothing is judged.
        """
        stamp_ns, sight = self._ros.look()
        if not still and self._frames % _PICTURE_EVERY == 0:
            self.pictures.append(self._picture(sight))
        self._frames += not still
        for move in range(MOVES):
            heard = self._ros.commands
            self._ros.move(still=still)
            self._now_ns = stamp_ns + round((move + 1) / MOVES * 1e9 / 15)
            if not still:
                self._note()
            spin_until(self._node, lambda heard=heard: self._ros.commands > heard, _COMMAND_S)  # type: ignore[misc]
            if move == 0:
                spin_until(self._node, lambda: self._answered_ns >= stamp_ns, _ANSWER_S)
                if self._sure and not sight.covered:
                    spin_until(self._node, lambda: self._pose_ns >= stamp_ns, _POSE_S)

    def _note(self) -> None:
        world = self.world
        places = np.asarray([walker.place for walker in world.walkers])
        base = world.base
        self.moments.append(
            Moment(
                seconds=world.seconds,
                covered=world.covered(),
                in_view=world.in_view(),
                sure=self._sure,
                pose_age_s=(self._now_ns - self._pose_ns) / 1e9 if self._pose_ns > 0 else math.inf,
                right=int(np.argmin(np.hypot(*(places - self._place).T))) == 0,
                forward=base.velocity.forward,
                turn=base.velocity.turn,
                distance=world.distance(),
            )
        )

    def _picture(self, sight: Sight) -> UInt8Array:
        """Return a small picture with what the node says and where it has the target."""
        picture = sight.image.copy()
        if self.known:
            pose = self.world.base_pose() @ CAMERA_IN_BASE
            x, y, z = (np.asarray((*self._place, 1.0)) - pose[:3, 3]) @ pose[:3, :3]
            if z > 0:
                at = (round(240 + 286 * x / z), round(180 + 286 * y / z))
                cv2.drawMarker(picture, at, (255, 0, 255), cv2.MARKER_CROSS, 24, 3)
        said = f'{self.world.seconds:.0f} s {self._state} {self.world.distance():.1f} m'
        cv2.putText(picture, said, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 0, 255), 2)
        small: UInt8Array = cv2.resize(picture, _SIZE, interpolation=cv2.INTER_AREA)
        return small

    def _on_pose(self, message: Any) -> None:
        stamp, at = message.header.stamp, message.pose.position
        self._pose_ns = int(stamp.sec) * 10**9 + int(stamp.nanosec)
        self._place = np.asarray((at.x, at.y))

    def _on_status(self, message: Any) -> None:
        values = {each.key: each.value for each in message.values}
        self._state = f'{values.get("state", "")} {values.get("space", "")}'
        self._sure = values.get('state') == 'COMMITTED'
        if 'stamp' in values:
            self._answered_ns = int(values['stamp'].replace('.', ''))
