"""Which topics of a node are shown, and as what."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ['OUTPUTS', 'Topic', 'camera_topics']


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic to show.

    Attributes:
        name: absolute, or "~/" and what follows the node's name.
        type_name: of its messages, "package/msg/Name".
        part: of the scene that shows it.
        latched: whether who comes late gets the newest one.
        best_effort: whether it comes from a sensor.
    """

    name: str
    type_name: str
    part: str
    latched: bool = False
    best_effort: bool = False

    def of(self, node: str) -> str:
        """Return the full name of the topic.

        >>> Topic(name='~/status', type_name='', part='status').of('/front/tenet')
        '/front/tenet/status'
        """
        return node + self.name[1:] if self.name.startswith('~/') else self.name


OUTPUTS = (
    Topic(
        name='~/label_info', type_name='vision_msgs/msg/LabelInfo', part='sentences', latched=True
    ),
    Topic(
        name='~/target/mask/camera_info', type_name='sensor_msgs/msg/CameraInfo', part='calibration'
    ),
    Topic(name='~/instances/label_image', type_name='sensor_msgs/msg/Image', part='masks'),
    Topic(name='~/tracks', type_name='vision_msgs/msg/Detection2DArray', part='tracks'),
    Topic(name='~/target', type_name='vision_msgs/msg/Detection2DArray', part='targets'),
    Topic(name='~/target/points', type_name='sensor_msgs/msg/PointCloud2', part='points'),
    Topic(name='~/target/pose', type_name='geometry_msgs/msg/PoseStamped', part='pose'),
    Topic(
        name='~/target/detections_3d', type_name='vision_msgs/msg/Detection3DArray', part='boxes'
    ),
    Topic(
        name='~/status', type_name='diagnostic_msgs/msg/DiagnosticStatus', part='status',
        latched=True,
    ),
    Topic(name='/diagnostics', type_name='diagnostic_msgs/msg/DiagnosticArray', part='diagnostics'),
    Topic(name='/tf', type_name='tf2_msgs/msg/TFMessage', part='tf'),
    Topic(name='/tf_static', type_name='tf2_msgs/msg/TFMessage', part='tf_static', latched=True),
)  # fmt: skip
"""What a node publishes and what its poses may be relative to."""


def camera_topics(image: str | None, depth: str | None) -> tuple[Topic, ...]:
    """Return the topics of a camera.

    Args:
        image: its pictures; compressed ones end in "/compressed".
        depth: registered to them.
    """
    topics = []
    if image:
        kind = 'CompressedImage' if image.endswith('/compressed') else 'Image'
        topics.append(
            Topic(
                name=image, type_name=f'sensor_msgs/msg/{kind}', part=kind.lower(), best_effort=True
            )
        )
    if depth:
        topics.append(
            Topic(name=depth, type_name='sensor_msgs/msg/Image', part='depth', best_effort=True)
        )
    return tuple(topics)
