"""Quality of service, in rclpy's words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum

from tenet_ros.standalone.times import Duration

__all__ = [
    'DurabilityPolicy',
    'HistoryPolicy',
    'LivelinessPolicy',
    'QoSDurabilityPolicy',
    'QoSHistoryPolicy',
    'QoSLivelinessPolicy',
    'QoSPolicyKind',
    'QoSPresetProfiles',
    'QoSProfile',
    'QoSReliabilityPolicy',
    'ReliabilityPolicy',
    'as_qos_profile',
    'qos_profile_action_status_default',
    'qos_profile_parameter_events',
    'qos_profile_parameters',
    'qos_profile_sensor_data',
    'qos_profile_services_default',
    'qos_profile_system_default',
]


class ReliabilityPolicy(IntEnum):
    """Whether lost samples are sent again."""

    SYSTEM_DEFAULT = 0
    RELIABLE = 1
    BEST_EFFORT = 2
    UNKNOWN = 3
    BEST_AVAILABLE = 4


class DurabilityPolicy(IntEnum):
    """Whether a late subscriber receives what was published before."""

    SYSTEM_DEFAULT = 0
    TRANSIENT_LOCAL = 1
    VOLATILE = 2
    UNKNOWN = 3
    BEST_AVAILABLE = 4


class HistoryPolicy(IntEnum):
    """How many samples are kept."""

    SYSTEM_DEFAULT = 0
    KEEP_LAST = 1
    KEEP_ALL = 2
    UNKNOWN = 3


class LivelinessPolicy(IntEnum):
    """Who says that a publisher is alive."""

    SYSTEM_DEFAULT = 0
    AUTOMATIC = 1
    MANUAL_BY_TOPIC = 3
    UNKNOWN = 4
    BEST_AVAILABLE = 5


class QoSPolicyKind(IntEnum):
    """Names of the policies, with rmw's bit values."""

    INVALID = 1
    DURABILITY = 2
    DEADLINE = 4
    LIVELINESS = 8
    RELIABILITY = 16
    HISTORY = 32
    LIFESPAN = 64
    DEPTH = 128
    LIVELINESS_LEASE_DURATION = 256
    AVOID_ROS_NAMESPACE_CONVENTIONS = 512


QoSReliabilityPolicy = ReliabilityPolicy
QoSDurabilityPolicy = DurabilityPolicy
QoSHistoryPolicy = HistoryPolicy
QoSLivelinessPolicy = LivelinessPolicy


def _unspecified() -> Duration:
    return Duration()


@dataclass(slots=True, kw_only=True)
class QoSProfile:
    """What a publisher offers or a subscription requests.

    A zero duration means "not specified", as in rmw. KEEP_LAST needs a depth.

    Raises:
        ValueError: KEEP_LAST without a depth.
    """

    history: HistoryPolicy = HistoryPolicy.KEEP_LAST
    depth: int = -1
    reliability: ReliabilityPolicy = ReliabilityPolicy.RELIABLE
    durability: DurabilityPolicy = DurabilityPolicy.VOLATILE
    lifespan: Duration = field(default_factory=_unspecified)
    deadline: Duration = field(default_factory=_unspecified)
    liveliness: LivelinessPolicy = LivelinessPolicy.SYSTEM_DEFAULT
    liveliness_lease_duration: Duration = field(default_factory=_unspecified)
    avoid_ros_namespace_conventions: bool = False

    def __post_init__(self) -> None:
        """Check the depth."""
        if self.depth < 0 and self.history is HistoryPolicy.KEEP_LAST:
            raise ValueError('QoSProfile: history KEEP_LAST needs a depth of 0 or more')
        self.depth = max(self.depth, 0)


qos_profile_system_default = QoSProfile(
    history=HistoryPolicy.SYSTEM_DEFAULT,
    depth=0,
    reliability=ReliabilityPolicy.SYSTEM_DEFAULT,
    durability=DurabilityPolicy.SYSTEM_DEFAULT,
)
qos_profile_sensor_data = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
qos_profile_services_default = QoSProfile(depth=10)
qos_profile_parameters = QoSProfile(depth=1000)
qos_profile_parameter_events = QoSProfile(depth=1000)
qos_profile_action_status_default = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class QoSPresetProfiles(Enum):
    """rclpy's presets; the profile is `.value`."""

    SYSTEM_DEFAULT = qos_profile_system_default
    SENSOR_DATA = qos_profile_sensor_data
    SERVICES_DEFAULT = qos_profile_services_default
    PARAMETERS = qos_profile_parameters
    PARAMETER_EVENTS = qos_profile_parameter_events
    ACTION_STATUS_DEFAULT = qos_profile_action_status_default


def as_qos_profile(qos_or_depth: QoSProfile | QoSPresetProfiles | int) -> QoSProfile:
    """Return a profile of its own for what `create_publisher` and the like accept.

    Raises:
        TypeError: Neither a profile nor a depth.
    """
    if isinstance(qos_or_depth, QoSPresetProfiles):
        qos_or_depth = qos_or_depth.value
    if isinstance(qos_or_depth, QoSProfile):
        return replace(qos_or_depth)
    if isinstance(qos_or_depth, int) and not isinstance(qos_or_depth, bool):
        return QoSProfile(depth=qos_or_depth)
    raise TypeError(f'expected a QoSProfile or a depth, got {type(qos_or_depth).__name__}')
