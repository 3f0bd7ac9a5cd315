"""`use_sim_time`: a node's clock driven by `/clock`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenet_ros.standalone.messages import message
from tenet_ros.standalone.qos import QoSProfile, ReliabilityPolicy
from tenet_ros.standalone.times import ClockType, Time

if TYPE_CHECKING:
    from tenet_ros.standalone.clock import ROSClock
    from tenet_ros.standalone.node_entities import NodeEntities
    from tenet_ros.standalone.parameter import Parameter
    from tenet_ros.standalone.subscription import Subscription

__all__ = ['TimeSource']

_PARAMETER: Final = 'use_sim_time'
_CLOCK_QOS: Final = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class TimeSource:
    """Declares `use_sim_time` on a node and obeys it.

    Args:
        node: Whose parameter and whose subscription.
        clock: Stands still at zero until the first `/clock` message, as ROS time does.
    """

    def __init__(self, node: NodeEntities, clock: ROSClock) -> None:
        self._node = node
        self._clock = clock
        self._subscription: Subscription | None = None
        active = node.declare_parameter(_PARAMETER, value=False).value
        node.add_post_set_parameters_callback(self._parameters_set)
        self._follow(active=active)

    def _parameters_set(self, parameters: list[Parameter]) -> None:
        for parameter in parameters:
            if parameter.name == _PARAMETER:
                self._follow(active=bool(parameter.value))

    def _follow(self, *, active: bool) -> None:
        if active and self._subscription is None:
            self._clock.set_ros_time_override(Time(clock_type=ClockType.ROS_TIME))
            self._subscription = self._node.create_subscription(
                message('rosgraph_msgs/msg/Clock'), '/clock', self._tick, _CLOCK_QOS
            )
        elif not active and self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None
            self._clock.set_ros_time_override(None)

    def _tick(self, msg: Any) -> None:
        self._clock.set_ros_time_override(Time.from_msg(msg.clock))
