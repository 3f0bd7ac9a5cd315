"""Publishers of what is known of targets in space.

Only what is sure is published: a target that is committed to, with depth of its own moment, in the
frame that was asked for. For everything else there is a reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenet_ros.ros import messages, spatial_messages
from tenet_ros.ros.api import (
    Detection3DArray,
    LifecycleNode,
    PointCloud2,
    PoseStamped,
    QoSProfile,
    msg,
)
from tenet_ros.ros.outputs import publisher
from tenet_ros.ros.params import Parameters
from tenet_ros.runtime.observer import SpatialResult
from tenet_ros.spatial.seen import Cloud, OrientedBox, SpatialTarget
from tenet_ros.types import State

__all__ = ['SpatialOutputs']


class SpatialOutputs:
    """The publishers of targets in space.

    Args:
        node: owns the publishers.
        parameters: the node's.
    """

    def __init__(self, node: LifecycleNode, parameters: Parameters) -> None:
        self._node, self._parameters = node, parameters
        self._points = publisher(node, PointCloud2, '~/target/points', QoSProfile(depth=5))
        self._pose = publisher(node, PoseStamped, '~/target/pose', QoSProfile(depth=5))
        self._boxes = publisher(
            node, Detection3DArray, '~/target/detections_3d', QoSProfile(depth=5)
        )
        self._tf_message = msg('tf2_msgs/msg/TFMessage')
        self._tf = publisher(node, self._tf_message, '/tf', QoSProfile(depth=100))

    def destroy(self) -> None:
        """Destroy the publishers."""
        for each in (self._points, self._pose, self._boxes, self._tf):
            self._node.destroy_publisher(each)

    def publish(
        self, placed: SpatialResult, transform: NDArray[np.float64] | str
    ) -> tuple[dict[str, str], ...]:
        """Publish what is sure.

        Args:
            placed: targets in the camera's optical frame.
            transform: (4, 4) from there to ``target_frame``, the identity without one; or why there
                is none.

        Returns:
            For each sentence what ``~/status`` says: ``space`` is "ok" or why nothing was
            published; ``position_m``, "x y z" in the published frame; ``velocity_mps``, likewise
            in ``target_frame``, or relative to the camera without one; empty where not known.
        """
        result, no_frame = placed.result, transform if isinstance(transform, str) else ''
        matrix = np.eye(4) if isinstance(transform, str) else transform
        sure: dict[int, list[tuple[SpatialTarget, OrientedBox, float]]] = {}
        said = []
        for slot, (answer, targets) in enumerate(zip(result.targets, placed.targets, strict=True)):
            state = answer.decision.state
            unsure = '' if state is State.COMMITTED else f'not committed: {state.value}'
            reason = unsure or targets[0].reason or no_frame
            said.append(_said(reason, targets[0], matrix))
            if not unsure and not no_frame:
                preference = answer.decision.preference
                placed_boxes = [
                    (each, _moved(each.box, matrix), preference)
                    for each in targets
                    if each.box is not None
                ]
                if placed_boxes:
                    sure[slot] = placed_boxes
        if sure:
            header = messages.header_of(result)
            header.frame_id = self._parameters['target_frame'] or result.frame_id
            self._send(header, sure, matrix)
        return tuple(said)

    def _send(
        self,
        header: Any,
        sure: dict[int, list[tuple[SpatialTarget, OrientedBox, float]]],
        matrix: NDArray[np.float64],
    ) -> None:
        every = [each for placed in sure.values() for each in placed]
        self._boxes.publish(spatial_messages.detections_message(header, every))
        if 0 in sure:
            self._pose.publish(spatial_messages.pose_message(header, sure[0][0][1]))
            clouds = [_moved_cloud(target.cloud, matrix) for target, _, _ in sure[0]]
            self._points.publish(spatial_messages.cloud_message(header, clouds))
        if self._parameters['publish_tf']:
            prefix = self._parameters['frame_prefix']
            transforms = [
                spatial_messages.transform_message(
                    header, f'{prefix}target' + (f'_{slot + 1}' if slot else ''), placed[0][1]
                )
                for slot, placed in sure.items()
            ]
            self._tf.publish(self._tf_message(transforms=transforms))


def _said(reason: str, target: SpatialTarget, transform: NDArray[np.float64]) -> dict[str, str]:
    if reason or target.box is None:
        return {'space': reason, 'position_m': '', 'velocity_mps': ''}
    position = _moved(target.box, transform).centre
    place = target.place
    speed = place.velocity if place is not None and place.speed_known else None
    return {
        'space': 'ok',
        'position_m': ' '.join(f'{value:.3f}' for value in position),
        'velocity_mps': '' if speed is None else ' '.join(f'{value:.3f}' for value in speed),
    }


def _moved(box: OrientedBox, transform: NDArray[np.float64]) -> OrientedBox:
    """Return a box in another frame."""
    rotation = transform[:3, :3]
    both = np.kron(np.eye(2), rotation)
    return replace(
        box,
        centre=rotation @ box.centre + transform[:3, 3],
        rotation=rotation @ box.rotation if box.oriented else box.rotation,
        covariance=both @ box.covariance @ both.T,
    )


def _moved_cloud(cloud: Cloud, transform: NDArray[np.float64]) -> Cloud:
    points = cloud.points @ transform[:3, :3].T + transform[:3, 3]
    return replace(cloud, points=points.astype(np.float32))
