"""rclpy's QoS profiles as DDS policies, mapped as `rmw_cyclonedds_cpp` maps them."""

from __future__ import annotations

import ctypes as ct
from typing import TYPE_CHECKING, Any, Final

from tenet_ros.standalone._cyclone import INFINITY, dds
from tenet_ros.standalone.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSPolicyKind,
    QoSProfile,
    ReliabilityPolicy,
)
from tenet_ros.standalone.times import Duration

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ['MAX_BLOCKING_NS', 'CQos', 'policy_kind', 'read_profile', 'read_user_data']

MAX_BLOCKING_NS: Final = 100_000_000
"""Longest that a reliable KEEP_ALL write waits for a reader that does not keep up, then gives up.

100 ms is DDS's own default. (`rmw_cyclonedds_cpp` waits for ever: a stuck viewer would stop the
node.) A KEEP_LAST write does not wait: it overwrites.
"""

_UNLIMITED: Final = -1
_KEEP_LAST, _KEEP_ALL = 0, 1
_VOLATILE, _TRANSIENT_LOCAL = 0, 1
_BEST_EFFORT, _RELIABLE = 0, 1
_AUTOMATIC, _MANUAL_BY_TOPIC = 0, 2
_IGNORE_LOCAL_PARTICIPANT: Final = 1
_MAX_NS: Final = INFINITY

_POLICY_KINDS: Final = {
    2: QoSPolicyKind.DURABILITY,
    4: QoSPolicyKind.DEADLINE,
    8: QoSPolicyKind.LIVELINESS,
    11: QoSPolicyKind.RELIABILITY,
    13: QoSPolicyKind.HISTORY,
    21: QoSPolicyKind.LIFESPAN,
}


def policy_kind(dds_policy_id: int) -> QoSPolicyKind:
    """Return rmw's name for a DDS policy id; INVALID for one that ROS 2 does not know."""
    return _POLICY_KINDS.get(dds_policy_id, QoSPolicyKind.INVALID)


class CQos:
    """A `dds_qos_t` with an owner; use as a context manager."""

    def __init__(self) -> None:
        self.pointer: Any = dds.dds_create_qos()

    def __enter__(self) -> Self:
        """Lend the policies."""
        return self

    def __exit__(self, *_: object) -> None:
        """Free them."""
        dds.dds_delete_qos(self.pointer)
        self.pointer = None

    def user_data(self, data: bytes) -> None:
        """Set USER_DATA."""
        dds.dds_qset_userdata(self.pointer, data, len(data))

    def ignore_own_participant(self) -> None:
        """Do not receive what this participant writes."""
        dds.dds_qset_ignorelocal(self.pointer, _IGNORE_LOCAL_PARTICIPANT)

    @classmethod
    def from_profile(cls, profile: QoSProfile, user_data: bytes = b'') -> CQos:
        """Build the policies of a writer or reader.

        Args:
            profile: SYSTEM_DEFAULT and BEST_AVAILABLE mean what DDS and rmw_cyclonedds take
                them for: reliable, volatile, keep last, automatic liveliness.
            user_data: `typehash=...;`.
        """
        qos = cls()
        pointer = qos.pointer
        dds.dds_qset_writer_data_lifecycle(pointer, False)
        kind, depth = _KEEP_LAST, max(1, profile.depth)
        if profile.history is HistoryPolicy.KEEP_ALL:
            kind, depth = _KEEP_ALL, _UNLIMITED
        dds.dds_qset_history(pointer, kind, depth)
        if profile.reliability is ReliabilityPolicy.BEST_EFFORT:
            dds.dds_qset_reliability(pointer, _BEST_EFFORT, 0)
        else:
            dds.dds_qset_reliability(pointer, _RELIABLE, MAX_BLOCKING_NS)
        if profile.durability is DurabilityPolicy.TRANSIENT_LOCAL:
            dds.dds_qset_durability(pointer, _TRANSIENT_LOCAL)
            # What a late reader gets is the durability service's history in Cyclone.
            dds.dds_qset_durability_service(
                pointer, 0, kind, depth, _UNLIMITED, _UNLIMITED, _UNLIMITED
            )
        else:
            dds.dds_qset_durability(pointer, _VOLATILE)
        _set_durations(pointer, profile)
        qos.user_data(user_data)
        return qos


def _set_durations(pointer: Any, profile: QoSProfile) -> None:
    if profile.lifespan.nanoseconds:
        dds.dds_qset_lifespan(pointer, profile.lifespan.nanoseconds)
    if profile.deadline.nanoseconds:
        dds.dds_qset_deadline(pointer, profile.deadline.nanoseconds)
    manual = profile.liveliness is LivelinessPolicy.MANUAL_BY_TOPIC
    lease = profile.liveliness_lease_duration.nanoseconds or INFINITY
    dds.dds_qset_liveliness(pointer, _MANUAL_BY_TOPIC if manual else _AUTOMATIC, lease)


def read_user_data(pointer: Any) -> bytes:
    """Return USER_DATA of a discovered participant or endpoint."""
    value, size = ct.c_void_p(), ct.c_size_t()
    if not dds.dds_qget_userdata(pointer, ct.byref(value), ct.byref(size)) or not value:
        return b''
    data = ct.string_at(value, size.value)
    dds.dds_free(value)
    return data


def read_profile(pointer: Any) -> QoSProfile:
    """Return the profile of a discovered endpoint; what DDS does not tell is UNKNOWN or 0."""
    kind, depth = ct.c_int(), ct.c_int32()
    span = ct.c_int64()

    def duration(read: Any, *leading: Any) -> Duration:
        found = read(pointer, *leading, ct.byref(span))
        return Duration(nanoseconds=span.value if found else _MAX_NS)

    profile = QoSProfile(history=HistoryPolicy.UNKNOWN)
    if dds.dds_qget_history(pointer, ct.byref(kind), ct.byref(depth)):
        keep_all = kind.value == _KEEP_ALL
        profile.history = HistoryPolicy.KEEP_ALL if keep_all else HistoryPolicy.KEEP_LAST
        profile.depth = 0 if keep_all else depth.value
    duration(dds.dds_qget_reliability, ct.byref(kind))
    reliable = kind.value == _RELIABLE
    profile.reliability = ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT
    dds.dds_qget_durability(pointer, ct.byref(kind))
    profile.durability = {
        _VOLATILE: DurabilityPolicy.VOLATILE,
        _TRANSIENT_LOCAL: DurabilityPolicy.TRANSIENT_LOCAL,
    }.get(kind.value, DurabilityPolicy.UNKNOWN)
    profile.liveliness_lease_duration = duration(dds.dds_qget_liveliness, ct.byref(kind))
    profile.liveliness = {
        _AUTOMATIC: LivelinessPolicy.AUTOMATIC,
        _MANUAL_BY_TOPIC: LivelinessPolicy.MANUAL_BY_TOPIC,
    }.get(kind.value, LivelinessPolicy.UNKNOWN)
    profile.deadline = duration(dds.dds_qget_deadline)
    profile.lifespan = duration(dds.dds_qget_lifespan)
    return profile
