"""What a node tells everybody unasked: its log on `/rosout`, its parameters' changes."""

from __future__ import annotations

import time
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

from tenet_ros.standalone.log import LoggingSeverity, set_rosout
from tenet_ros.standalone.messages import message
from tenet_ros.standalone.qos import DurabilityPolicy, QoSProfile, qos_profile_parameter_events
from tenet_ros.standalone.times import Duration

if TYPE_CHECKING:
    from tenet_ros.standalone.node_entities import NodeEntities
    from tenet_ros.standalone.parameter import Parameter
    from tenet_ros.standalone.publisher import Publisher

__all__ = ['announce_log', 'announce_parameters']

_ROSOUT_QOS: Final = QoSProfile(
    depth=1000,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
    lifespan=Duration(seconds=10),
)
_Log: Final = message('rcl_interfaces/msg/Log')
_ParameterEvent: Final = message('rcl_interfaces/msg/ParameterEvent')


def announce_log(node: NodeEntities) -> None:
    """Publish on `/rosout` what the node's logger says from now on."""
    publisher = node.create_publisher(_Log, '/rosout', _ROSOUT_QOS)
    set_rosout(node.get_logger().name, partial(_publish_log, publisher))


def _publish_log(
    publisher: Publisher,
    severity: LoggingSeverity,
    name: str,
    text: str,
    code: CodeType,
    line: int,
) -> None:
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    log = _Log(level=int(severity), name=name, msg=text, line=line)
    log.stamp.sec, log.stamp.nanosec = seconds, nanoseconds
    log.file, log.function = code.co_filename, code.co_name
    if publisher.writer.handle:
        publisher.publish(log)


def announce_parameters(node: NodeEntities) -> None:
    """Publish on `/parameter_events` every change of a parameter from now on."""
    publisher = node.create_publisher(
        _ParameterEvent, '/parameter_events', qos_profile_parameter_events
    )

    def say(changes: dict[str, list[Parameter]]) -> None:
        fields: dict[str, Any] = {
            field: [parameter.to_parameter_msg() for parameter in parameters]
            for field, parameters in changes.items()
        }
        stamp = node.get_clock().now().to_msg()
        publisher.publish(
            _ParameterEvent(stamp=stamp, node=node.get_fully_qualified_name(), **fields)
        )

    node.on_parameter_change(say)
