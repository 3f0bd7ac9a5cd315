"""Depth in, the target in space out: subscriptions, the spatial lane and its publishers.

Only what is sure is published: a target that is committed to, with depth of its own moment, in a
frame that was asked for. For everything else there is a reason, which ``~/status`` repeats.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenet_ros.answers import StepResult
from tenet_ros.errors import ContractError, TenetError
from tenet_ros.images import BadImage
from tenet_ros.images.depth import decode_depth
from tenet_ros.pipeline import Pipeline
from tenet_ros.ros.api import (
    DurabilityPolicy,
    Image,
    LifecycleNode,
    QoSProfile,
    as_bytes_view,
    msg,
)
from tenet_ros.ros.convert import stamp_ns
from tenet_ros.ros.inputs import sensor_data, subscription
from tenet_ros.ros.notices import Notices
from tenet_ros.ros.params import Parameters
from tenet_ros.ros.pinhole import pinhole_of
from tenet_ros.ros.spatial_outputs import SpatialOutputs
from tenet_ros.ros.transforms import TransformError, Transforms
from tenet_ros.runtime.metrics import StreamMetrics
from tenet_ros.runtime.observer import Pose, SpatialResult
from tenet_ros.runtime.spatial_lane import SpatialLane, SpatialSettings
from tenet_ros.spatial.seen import DepthImage
from tenet_ros.types import Frame, IntArray, Space

__all__ = ['Placing']

_TF_WAIT_S = 0.1
"""How long a result waits for the transforms of its moment."""

_DEPTH_STALE_S = 2.0
"""Without depth for so long, results are not looked at in space any more."""


class Placing:
    """Everything of the node that has to do with space.

    The publishers live from construction to ``destroy``, subscriptions and lane from ``open`` to
    ``close``.

    Args:
        node: on whose executor callbacks run.
        parameters: the node's.
        notices: told of every message that is no good.
        metrics: the stream's.
    """

    def __init__(
        self, node: LifecycleNode, parameters: Parameters, notices: Notices, metrics: StreamMetrics
    ) -> None:
        self._node, self._parameters = node, parameters
        self._notices, self._metrics = notices, metrics
        self._target_frame = str(parameters['target_frame'])
        self._outputs = SpatialOutputs(node, parameters)
        self._transforms = Transforms()
        self._subscriptions: list[Any] = []
        self._lane: SpatialLane | None = None
        self._last_depth_s = 0.0
        self._found: NDArray[np.float64] | str = ''
        self._lock = threading.Lock()
        self._fault = ''
        self._said: tuple[dict[str, str], ...] = ()

    def open(self, pipeline: Pipeline) -> None:
        """Subscribe and start the lane.

        Args:
            pipeline: gets to know where its tracks are.

        Raises:
            ConfigError: a QoS override is no good.
        """
        self._last_depth_s, self._said, self._fault = 0.0, (), ''
        self._lane = SpatialLane(
            on_result=self._publish,
            on_error=self._give_up,
            metrics=self._metrics,
            fixed_pose=self._fixed_pose,
            settings=SpatialSettings(tolerance_ms=self._parameters['depth_tolerance_ms']),
        )
        pipeline.look_in(self._space_of)
        self._lane.start()
        self._subscribe(Image, 'depth', self._on_depth, sensor_data())
        if self._target_frame:
            tf_message = msg('tf2_msgs/msg/TFMessage')
            kept = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
            self._subscribe(tf_message, '/tf', self._on_tf, QoSProfile(depth=100))
            self._subscribe(tf_message, '/tf_static', self._on_tf_static, kept)

    def close(self, timeout_s: float) -> bool:
        """Unsubscribe and join the lane; return whether it ended in time."""
        for each in self._subscriptions:
            self._node.destroy_subscription(each)
        self._subscriptions.clear()
        lane, self._lane = self._lane, None
        return lane is None or lane.stop(timeout_s)

    def destroy(self) -> None:
        """Destroy the publishers; the lane must have ended."""
        self._outputs.destroy()

    def take_camera_info(self, info: Any) -> None:
        """Take a ``CameraInfo`` message."""
        if self._lane is None:
            return
        try:
            camera = pinhole_of(info, rectified=self._parameters['rectified'])
        except ContractError as error:
            self._notices.report('camera_info', str(error))
        else:
            self._lane.set_camera(camera)

    def take_result(self, result: StepResult, frame: Frame) -> None:
        """Take a result on its way out; never blocks. Without depth it costs nothing."""
        lane = self._lane
        if lane is not None and not self._no_depth:
            lane.add_result(result, frame.image)

    def said(self, sentences: int) -> tuple[dict[str, str], ...]:
        """Return what ``~/status`` says of each sentence's place; see ``SpatialOutputs.publish``."""
        reason = self._no_depth
        with self._lock:
            said = self._said
        if reason or len(said) != sentences:
            nothing = {'space': reason or 'no depth yet', 'position_m': '', 'velocity_mps': ''}
            return (nothing,) * sentences
        return said

    def _space_of(self, ids: IntArray) -> Space | None:
        """Return where tracks are; nothing of it is true any more once depth has ended."""
        lane = self._lane
        return None if lane is None or self._no_depth else lane.space_of(ids)

    @property
    def _no_depth(self) -> str:
        """Why results are not looked at in space, or ''."""
        if self._fault:
            return self._fault
        if not self._last_depth_s:
            return 'no depth'
        silent_s = time.monotonic() - self._last_depth_s
        return f'no depth for {silent_s:.0f} s' if silent_s > _DEPTH_STALE_S else ''

    def _subscribe(self, kind: Any, topic: str, callback: Any, qos: QoSProfile) -> None:
        self._subscriptions.append(subscription(self._node, kind, topic, callback, qos))

    def _on_depth(self, message: Any) -> None:
        try:
            depth = DepthImage(
                millimetres=decode_depth(
                    as_bytes_view(message.data),
                    encoding=str(message.encoding),
                    height=int(message.height),
                    width=int(message.width),
                    step=int(message.step),
                    big_endian=bool(message.is_bigendian),
                ),
                stamp_ns=stamp_ns(message.header),
                frame_id=str(message.header.frame_id),
            )
        except BadImage as error:
            self._notices.report(
                f'depth_{error.reason}', f'depth: {str(error).removeprefix("depth: ")}'
            )
            return
        self._last_depth_s = time.monotonic()
        if self._lane is not None:
            self._lane.add_depth(depth)

    def _on_tf(self, message: Any) -> None:
        self._transforms.add(message.transforms, static=False)

    def _on_tf_static(self, message: Any) -> None:
        self._transforms.add(message.transforms, static=True)

    # On the lane's thread.

    def _give_up(self, error: BaseException) -> None:
        """Say that there will be nothing in space any more; 2D goes on."""
        self._fault = f'ended by {type(error).__name__}: {error}; activate the node again'

    def _fixed_pose(self, frame_id: str, at_ns: int) -> Pose | None:
        """Return the camera's pose in ``target_frame``; note it, or why there is none."""
        self._found = np.eye(4)
        if not self._target_frame:
            return None
        try:
            found = self._transforms.pose(self._target_frame, frame_id, at_ns, timeout_s=_TF_WAIT_S)
        except TransformError as error:
            self._found = str(error)
            return None
        self._found = found
        optical = self._target_frame.endswith('optical_frame')
        up = np.zeros(3) if optical else np.asarray([0.0, 0.0, 1.0])  # REP 103
        return Pose(rotation=found[:3, :3], translation=found[:3, 3], up=up)

    def _publish(self, placed: SpatialResult) -> None:
        try:
            said = self._outputs.publish(placed, self._found)
        except (RuntimeError, TenetError):
            if self._node.context.ok():
                raise
            return  # a signal has shut ROS down under the lane, which is about to be told
        with self._lock:
            self._said = said
