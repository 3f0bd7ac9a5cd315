"""ROS 2 topics without a ROS 2 installation, in the words of rclpy.

Two wheels carry it: `cyclonedds` speaks DDS, `rosbags` knows the messages and their CDR. Code
written for rclpy's nodes, publishers, subscriptions, timers, parameters and lifecycle runs
unchanged; what is not here raises `NeedsRosError` and says so. Import from `tenet_ros.ros.api`,
which prefers the real rclpy.
"""

from __future__ import annotations

from tenet_ros.standalone.arguments import remove_ros_args
from tenet_ros.standalone.callback_groups import (
    CallbackGroup,
    MutuallyExclusiveCallbackGroup,
    ReentrantCallbackGroup,
)
from tenet_ros.standalone.clock import Clock, ROSClock
from tenet_ros.standalone.context import (
    Context,
    get_default_context,
    init,
    ok,
    shutdown,
    try_shutdown,
)
from tenet_ros.standalone.events import PublisherEventCallbacks, SubscriptionEventCallbacks
from tenet_ros.standalone.exceptions import (
    ExternalShutdownException,
    InvalidParameterTypeException,
    InvalidParameterValueException,
    NeedsRosError,
    ParameterAlreadyDeclaredException,
    ParameterNotDeclaredException,
)
from tenet_ros.standalone.executors import (
    Executor,
    MultiThreadedExecutor,
    SingleThreadedExecutor,
    spin,
    spin_once,
    spin_until_future_complete,
)
from tenet_ros.standalone.lifecycle import LifecycleNode
from tenet_ros.standalone.log import LoggingSeverity, get_logger
from tenet_ros.standalone.managed_entity import (
    LifecyclePublisher,
    LifecycleState,
    TransitionCallbackReturn,
)
from tenet_ros.standalone.messages import message
from tenet_ros.standalone.node import Node
from tenet_ros.standalone.parameter import Parameter
from tenet_ros.standalone.publisher import Publisher
from tenet_ros.standalone.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSPresetProfiles,
    QoSProfile,
    ReliabilityPolicy,
    qos_profile_sensor_data,
    qos_profile_system_default,
)
from tenet_ros.standalone.qos_overriding import QoSOverridingOptions
from tenet_ros.standalone.signals import SignalHandlerOptions
from tenet_ros.standalone.subscription import Subscription
from tenet_ros.standalone.task import Future
from tenet_ros.standalone.timer import GuardCondition, Timer
from tenet_ros.standalone.times import ClockType, Duration, Time

__all__ = [
    'CallbackGroup',
    'Clock',
    'ClockType',
    'Context',
    'DurabilityPolicy',
    'Duration',
    'Executor',
    'ExternalShutdownException',
    'Future',
    'GuardCondition',
    'HistoryPolicy',
    'InvalidParameterTypeException',
    'InvalidParameterValueException',
    'LifecycleNode',
    'LifecyclePublisher',
    'LifecycleState',
    'LivelinessPolicy',
    'LoggingSeverity',
    'MultiThreadedExecutor',
    'MutuallyExclusiveCallbackGroup',
    'NeedsRosError',
    'Node',
    'Parameter',
    'ParameterAlreadyDeclaredException',
    'ParameterNotDeclaredException',
    'Publisher',
    'PublisherEventCallbacks',
    'QoSOverridingOptions',
    'QoSPresetProfiles',
    'QoSProfile',
    'ROSClock',
    'ReentrantCallbackGroup',
    'ReliabilityPolicy',
    'SignalHandlerOptions',
    'SingleThreadedExecutor',
    'Subscription',
    'SubscriptionEventCallbacks',
    'Time',
    'Timer',
    'TransitionCallbackReturn',
    'get_default_context',
    'get_logger',
    'init',
    'message',
    'ok',
    'qos_profile_sensor_data',
    'qos_profile_system_default',
    'remove_ros_args',
    'shutdown',
    'spin',
    'spin_once',
    'spin_until_future_complete',
    'try_shutdown',
]
