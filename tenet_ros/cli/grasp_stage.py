"""One scene of the grasping benchmark: the world ticks, and somebody keeps the score."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

import cv2

from tenet_ros.cli.grasp_world import GraspNode
from tenet_ros.cli.session import spin_until
from tenet_ros.evaluation.bench_grasp import Outcome
from tenet_ros.ros import api
from tenet_ros.sim.grasp.task import Task
from tenet_ros.sim.grasp.world import GraspWorld
from tenet_ros.types import UInt8Array

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ['GraspStage']

_PICTURE_EVERY = 5
_SIZE = (320, 240)


class GraspStage:
    """A task's world on ROS, and what became of it.

    Args:
        node: of this process.
        task: what is to be done.
        rate_hz: frames per second, of simulated time, and of the wall's where the machine can.
    """

    def __init__(self, node: api.Node, task: Task, *, rate_hz: float) -> None:
        self._node, self._task, self._period_s = node, task, 1.0 / rate_hz
        self._world = GraspWorld(task)
        self._ros = GraspNode(node, self._world, rate_hz=rate_hz, start_ns=time.time_ns())
        self._box: Any = None
        self._heard = node.create_subscription(
            api.Detection2DArray, '/tenet/target', self._on_target, 5
        )
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
        """Leave the graph and let go of the renderer."""
        self._node.destroy_subscription(self._heard)
        self._ros.destroy()
        self._world.close()

    @property
    def seconds(self) -> float:
        """Simulated time so far."""
        return self._ros.seconds

    def wait_for_node(self, timeout_s: float) -> bool:
        """Wait until somebody wants the pictures; False when the time is over."""
        return spin_until(self._node, lambda: self._ros.subscribers() > 0, timeout_s)

    def tick(self) -> None:
        """Let one period pass, in the wall's time or slower."""
        due = time.monotonic() + self._period_s
        sight = self._ros.tick()
        if self._ros.frames % _PICTURE_EVERY == 1:
            self.pictures.append(self._picture(sight.image))
        spin_until(self._node, lambda: False, max(0.001, due - time.monotonic()))

    def outcome(self, seconds: float, said: str) -> Outcome:
        """Return what became of the task."""
        task, world = self._task, self._world
        there = world.in_bowl(task.target) if task.then else world.held() == task.target
        return Outcome(
            seed=task.seed,
            sentence=task.sentence,
            kind=task.kind,
            then=task.then,
            lifted=task.target in world.ever_held,
            done=there,
            wrong=bool(world.ever_held - {task.target}),
            seconds=seconds,
            said=said,
        )

    def _picture(self, image: UInt8Array) -> UInt8Array:
        """Return a small picture with the box of what the node takes for the target."""
        picture = image.copy()
        for each in self._box.detections if self._box is not None else ():
            centre, box = each.bbox.center.position, each.bbox
            half = (box.size_x / 2, box.size_y / 2)
            low = (round(centre.x - half[0]), round(centre.y - half[1]))
            high = (round(centre.x + half[0]), round(centre.y + half[1]))
            cv2.rectangle(picture, low, high, (255, 0, 255), 2)
        small: UInt8Array = cv2.resize(picture, _SIZE, interpolation=cv2.INTER_AREA)
        return small

    def _on_target(self, message: Any) -> None:
        self._box = message
