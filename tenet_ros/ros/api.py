"""The ROS 2 API that this package is written against; the one place that chooses an implementation.

    from tenet_ros.ros import api

    class Camera(api.LifecycleNode): ...

With ROS 2 sourced these names are rclpy's and the message packages' own. Without, they come from
`tenet_ros.standalone`, which speaks the same on the wire. `TENET_ROS_BACKEND=rclpy` or
`=standalone` forces one; `BACKEND` and `BACKEND_REASON` say what was chosen, and why.

Where the two differ, use the functions at the end of this module: `fill_bytes` to put pixels into
a message, `as_bytes_view` to read them, `level_number` for a diagnostic level. Cast scalars
(`float()`, `int()`, `str()`): rclpy does not check them.
"""

from __future__ import annotations

import array
import importlib
import os
import time
import warnings
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tenet_ros.errors import ConfigError

__all__ = [
    'BACKEND',
    'BACKEND_REASON',
    'HAVE_RCLPY',
    'BoundingBox2D',
    'BoundingBox3D',
    'CallbackGroup',
    'CameraInfo',
    'Clock',
    'ClockType',
    'CompressedImage',
    'Detection2D',
    'Detection2DArray',
    'Detection3D',
    'Detection3DArray',
    'DiagnosticArray',
    'DiagnosticStatus',
    'DurabilityPolicy',
    'Duration',
    'ExternalShutdownException',
    'FloatingPointRange',
    'Future',
    'Header',
    'HistoryPolicy',
    'Image',
    'IntegerRange',
    'InvalidParameterTypeException',
    'InvalidParameterValueException',
    'KeyValue',
    'LabelInfo',
    'LifecycleNode',
    'LifecyclePublisher',
    'LifecycleState',
    'LivelinessPolicy',
    'LoggingSeverity',
    'MutuallyExclusiveCallbackGroup',
    'Node',
    'ObjectHypothesisWithPose',
    'Parameter',
    'ParameterAlreadyDeclaredException',
    'ParameterDescriptor',
    'ParameterNotDeclaredException',
    'PointCloud2',
    'PointField',
    'PoseStamped',
    'Publisher',
    'PublisherEventCallbacks',
    'QoSOverridingOptions',
    'QoSPresetProfiles',
    'QoSProfile',
    'ReentrantCallbackGroup',
    'ReliabilityPolicy',
    'SetParametersResult',
    'SingleThreadedExecutor',
    'String',
    'Subscription',
    'SubscriptionEventCallbacks',
    'Time',
    'TimeMessage',
    'Timer',
    'TransformStamped',
    'TransitionCallbackReturn',
    'VisionClass',
    'as_bytes_view',
    'autostart',
    'fill_bytes',
    'get_logger',
    'init',
    'level_number',
    'msg',
    'ok',
    'qos_profile_sensor_data',
    'qos_profile_system_default',
    'remove_ros_args',
    'shutdown',
    'spin',
    'spin_once',
    'spin_until_future_complete',
    'try_shutdown',
    'wait_for_subscriptions',
]

_PACKAGES: Final = (
    'sensor_msgs',
    'std_msgs',
    'vision_msgs',
    'diagnostic_msgs',
    'geometry_msgs',
    'tf2_msgs',
)


def _failure(*modules: str) -> str:
    """Import modules; return why one does not import, or ''."""
    name = ''
    try:
        for name in modules:
            importlib.import_module(name)
    except ImportError as error:
        return f'{name} does not import ({error})'
    return ''


def _choose(wish: str) -> tuple[str, str]:
    """Return the backend's name and the reason for it.

    Raises:
        ConfigError: An unknown wish.
        ImportError: What is wished for, or anything at all, does not import.
    """
    if wish not in {'', 'rclpy', 'standalone'}:
        raise ConfigError(f'TENET_ROS_BACKEND: expected rclpy or standalone, got {wish!r}')
    no_rclpy = '' if wish == 'standalone' else _failure('rclpy', *(f'{p}.msg' for p in _PACKAGES))
    if not no_rclpy and wish != 'standalone':
        return 'rclpy', 'TENET_ROS_BACKEND says so' if wish else 'rclpy imports'
    if wish == 'rclpy':
        raise ImportError(
            f'TENET_ROS_BACKEND=rclpy, but {no_rclpy}; source a ROS 2 installation whose Python '
            'is this one, and install ros-<distro>-vision-msgs'
        )
    no_standalone = _failure('tenet_ros.standalone')
    if not no_standalone:
        return 'standalone', 'TENET_ROS_BACKEND says so' if wish else no_rclpy
    raise ImportError(
        f'no ROS 2 API: {no_rclpy or "rclpy was not asked for"}, and {no_standalone}. Source ROS 2, '
        'or pip install cyclonedds rosbags (wheels for x86_64 only; on aarch64 use ROS 2)'
    )


BACKEND, BACKEND_REASON = _choose(os.environ.get('TENET_ROS_BACKEND', ''))
HAVE_RCLPY: Final = BACKEND == 'rclpy'
if not HAVE_RCLPY and 'AMENT_PREFIX_PATH' in os.environ and 'TENET_ROS_BACKEND' not in os.environ:
    warnings.warn(
        f'ROS 2 is sourced, but {BACKEND_REASON}: using the standalone runtime, which has topics '
        'and parameters but no services; TENET_ROS_BACKEND=standalone says that this is wanted',
        RuntimeWarning,
        stacklevel=2,
    )


def msg(type_name: str) -> Any:
    """Return a message class by its name, such as `sensor_msgs/msg/Image`."""
    if HAVE_RCLPY:
        package, kind, name = type_name.split('/')
        return getattr(importlib.import_module(f'{package}.{kind}'), name)
    from tenet_ros.standalone import message

    return message(type_name)


if TYPE_CHECKING or not HAVE_RCLPY:
    from tenet_ros.standalone import (
        CallbackGroup,
        Clock,
        ClockType,
        DurabilityPolicy,
        Duration,
        ExternalShutdownException,
        Future,
        HistoryPolicy,
        InvalidParameterTypeException,
        InvalidParameterValueException,
        LifecycleNode,
        LifecyclePublisher,
        LifecycleState,
        LivelinessPolicy,
        LoggingSeverity,
        MutuallyExclusiveCallbackGroup,
        Node,
        Parameter,
        ParameterAlreadyDeclaredException,
        ParameterNotDeclaredException,
        Publisher,
        PublisherEventCallbacks,
        QoSOverridingOptions,
        QoSPresetProfiles,
        QoSProfile,
        ReentrantCallbackGroup,
        ReliabilityPolicy,
        SingleThreadedExecutor,
        Subscription,
        SubscriptionEventCallbacks,
        Time,
        Timer,
        TransitionCallbackReturn,
        get_logger,
        init,
        ok,
        qos_profile_sensor_data,
        qos_profile_system_default,
        remove_ros_args,
        shutdown,
        spin,
        spin_once,
        spin_until_future_complete,
        try_shutdown,
    )
else:
    from rclpy import (
        init,
        ok,
        shutdown,
        spin,
        spin_once,
        spin_until_future_complete,
        try_shutdown,
    )
    from rclpy.callback_groups import (
        CallbackGroup,
        MutuallyExclusiveCallbackGroup,
        ReentrantCallbackGroup,
    )
    from rclpy.clock import Clock, ClockType
    from rclpy.duration import Duration
    from rclpy.exceptions import (
        InvalidParameterTypeException,
        InvalidParameterValueException,
        ParameterAlreadyDeclaredException,
        ParameterNotDeclaredException,
    )
    from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
    from rclpy.lifecycle import (
        LifecycleNode,
        LifecyclePublisher,
        LifecycleState,
        TransitionCallbackReturn,
    )
    from rclpy.logging import LoggingSeverity, get_logger
    from rclpy.node import Node
    from rclpy.parameter import Parameter
    from rclpy.publisher import Publisher
    from rclpy.qos import (
        DurabilityPolicy,
        HistoryPolicy,
        LivelinessPolicy,
        QoSPresetProfiles,
        QoSProfile,
        ReliabilityPolicy,
        qos_profile_sensor_data,
        qos_profile_system_default,
    )
    from rclpy.qos_overriding_options import QoSOverridingOptions
    from rclpy.subscription import Subscription
    from rclpy.task import Future
    from rclpy.time import Time
    from rclpy.timer import Timer
    from rclpy.utilities import remove_ros_args

    try:  # Iron and later
        from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
    except ImportError:  # Humble
        from rclpy.qos_event import PublisherEventCallbacks, SubscriptionEventCallbacks

if TYPE_CHECKING:
    BoundingBox2D: TypeAlias = Any
    BoundingBox3D: TypeAlias = Any
    CameraInfo: TypeAlias = Any
    CompressedImage: TypeAlias = Any
    Detection2D: TypeAlias = Any
    Detection2DArray: TypeAlias = Any
    Detection3D: TypeAlias = Any
    Detection3DArray: TypeAlias = Any
    DiagnosticArray: TypeAlias = Any
    DiagnosticStatus: TypeAlias = Any
    FloatingPointRange: TypeAlias = Any
    Header: TypeAlias = Any
    Image: TypeAlias = Any
    IntegerRange: TypeAlias = Any
    KeyValue: TypeAlias = Any
    LabelInfo: TypeAlias = Any
    ObjectHypothesisWithPose: TypeAlias = Any
    ParameterDescriptor: TypeAlias = Any
    PointCloud2: TypeAlias = Any
    PointField: TypeAlias = Any
    PoseStamped: TypeAlias = Any
    SetParametersResult: TypeAlias = Any
    String: TypeAlias = Any
    TimeMessage: TypeAlias = Any
    TransformStamped: TypeAlias = Any
    VisionClass: TypeAlias = Any
else:
    BoundingBox2D = msg('vision_msgs/msg/BoundingBox2D')
    BoundingBox3D = msg('vision_msgs/msg/BoundingBox3D')
    CameraInfo = msg('sensor_msgs/msg/CameraInfo')
    CompressedImage = msg('sensor_msgs/msg/CompressedImage')
    Detection2D = msg('vision_msgs/msg/Detection2D')
    Detection2DArray = msg('vision_msgs/msg/Detection2DArray')
    Detection3D = msg('vision_msgs/msg/Detection3D')
    Detection3DArray = msg('vision_msgs/msg/Detection3DArray')
    DiagnosticArray = msg('diagnostic_msgs/msg/DiagnosticArray')
    DiagnosticStatus = msg('diagnostic_msgs/msg/DiagnosticStatus')
    FloatingPointRange = msg('rcl_interfaces/msg/FloatingPointRange')
    Header = msg('std_msgs/msg/Header')
    Image = msg('sensor_msgs/msg/Image')
    IntegerRange = msg('rcl_interfaces/msg/IntegerRange')
    KeyValue = msg('diagnostic_msgs/msg/KeyValue')
    LabelInfo = msg('vision_msgs/msg/LabelInfo')
    ObjectHypothesisWithPose = msg('vision_msgs/msg/ObjectHypothesisWithPose')
    ParameterDescriptor = msg('rcl_interfaces/msg/ParameterDescriptor')
    PointCloud2 = msg('sensor_msgs/msg/PointCloud2')
    PointField = msg('sensor_msgs/msg/PointField')
    PoseStamped = msg('geometry_msgs/msg/PoseStamped')
    SetParametersResult = msg('rcl_interfaces/msg/SetParametersResult')
    String = msg('std_msgs/msg/String')
    TimeMessage = msg('builtin_interfaces/msg/Time')
    TransformStamped = msg('geometry_msgs/msg/TransformStamped')
    VisionClass = msg('vision_msgs/msg/VisionClass')


def fill_bytes(message: Any, content: NDArray[Any] | bytes | bytearray | memoryview) -> None:
    """Set `message.data`, a `uint8[]`, to the bytes of an array of any shape and type.

    The fast path of either world: under rclpy an `array.array` filled by one copy (0.1 ms for a
    640x480 RGB image, where assigning the ndarray takes 59 ms), standalone a view without a copy.
    Publish before `content` is written to again.

    Args:
        message: An Image, CompressedImage, PointCloud2 or the like.
        content: Little endian; sent row by row as NumPy's C order has it.
    """
    if isinstance(content, np.ndarray):
        flat = np.ascontiguousarray(content).reshape(-1).view(np.uint8)
    else:
        flat = np.frombuffer(content, dtype=np.uint8)
    if HAVE_RCLPY:
        data = array.array('B')
        data.frombytes(flat.data)
        message.data = data
    else:
        message.data = flat


def as_bytes_view(data: Any) -> NDArray[np.uint8]:
    """Return the `uint8[]` field of a received message as (N,) uint8, without a copy.

    Read-only in the standalone world; treat it so in both.
    """
    return np.frombuffer(data, dtype=np.uint8)


def level_number(level: Any) -> int:
    """Return a `DiagnosticStatus.level` as a number: rclpy has bytes of length one, standalone int."""
    return level[0] if isinstance(level, bytes) else int(level)


def autostart(node: LifecycleNode) -> bool:
    """Configure and activate a lifecycle node; say whether it is active now."""
    return (
        node.trigger_configure() == TransitionCallbackReturn.SUCCESS
        and node.trigger_activate() == TransitionCallbackReturn.SUCCESS
    )


def wait_for_subscriptions(publisher: Publisher, count: int = 1, timeout_sec: float = 5.0) -> bool:
    """Wait until a publisher has `count` subscriptions; False when the time is over."""
    end = time.monotonic() + timeout_sec
    while publisher.get_subscription_count() < count:
        if time.monotonic() >= end:
            return False
        time.sleep(0.01)
    return True
