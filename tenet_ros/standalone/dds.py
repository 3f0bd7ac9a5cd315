"""Participant, writer and reader for ROS 2 topics: raw CDR bytes in, raw CDR bytes out.

Nothing here knows about nodes or message classes.
"""

from __future__ import annotations

import ctypes as ct
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenet_ros.standalone._cyclone import (
    ANY_STATE,
    IncompatibleQosStatus,
    IoVector,
    SampleInfo,
    TopicDescriptor,
    check,
    dds,
)
from tenet_ros.standalone.dds_entity import DdsEntity
from tenet_ros.standalone.dds_qos import CQos
from tenet_ros.standalone.exceptions import MiddlewareError

__all__ = ['IncompatibleQos', 'Participant', 'Reader', 'Sample', 'Writer']

_OP_OCTET_THEN_END: Final = (0x01010000, 0, 0)
_FLAG_RESTRICT_REPRESENTATION: Final = 1 << 7
_REPRESENTATION_XCDR1: Final = 1 << 0
_KIND_DATA: Final = 2
_TIMEOUT: Final = -10
_STATUS_OFFERED_INCOMPATIBLE_QOS: Final = 1 << 3
_STATUS_REQUESTED_INCOMPATIBLE_QOS: Final = 1 << 4
_PADDING: Final = (ct.c_uint8 * 4)()
_OPS: Final = (ct.c_uint32 * 3)(*_OP_OCTET_THEN_END)


class Sample(NamedTuple):
    """One received message.

    Attributes:
        data: (N,) uint8, the CDR bytes with their four-byte header, owned by this object.
        source_timestamp_ns: When the publisher wrote it, Unix time.
    """

    data: NDArray[np.uint8]
    source_timestamp_ns: int


class IncompatibleQos(NamedTuple):
    """How often an endpoint was refused, and which policy was last to blame (DDS policy id)."""

    total_count: int
    total_count_change: int
    policy_id: int


class _Endpoint(DdsEntity):
    """A writer or a reader, and the topic made for it."""

    def __init__(self, handle: int, topic: int) -> None:
        super().__init__(handle)
        self._topic = topic

    def _delete(self, handle: int) -> None:
        dds.dds_delete(handle)
        dds.dds_delete(self._topic)


class Writer(_Endpoint):
    """Sends CDR bytes on one topic."""

    def __init__(self, handle: int, topic: int) -> None:
        super().__init__(handle, topic)
        self._sertype = ct.c_void_p()
        check(dds.dds_get_entity_sertype(topic, ct.byref(self._sertype)), 'reading the type handle')
        dds.dds_set_status_mask(handle, 0)

    def write(self, payload: memoryview | bytes | bytearray) -> bool:
        """Send one message; True unless a full reliable history timed out.

        Args:
            payload: CDR bytes with their four-byte header; free again when this returns.

        Raises:
            MiddlewareError: The writer is closed, or DDS refused.
        """
        data = np.frombuffer(payload, dtype=np.uint8)
        padding = -data.nbytes % 4  # RTPS payloads are whole 32-bit words
        vector = (IoVector * 2)(
            IoVector(data.__array_interface__['data'][0], data.nbytes),
            IoVector(ct.addressof(_PADDING), padding),
        )
        with self._lock:
            if not self._handle:
                raise MiddlewareError('publishing: the publisher was destroyed')
            serdata = dds.ddsi_serdata_from_ser_iov(
                self._sertype, _KIND_DATA, 2 if padding else 1, vector, data.nbytes + padding
            )
            if not serdata:
                raise MiddlewareError(f'publishing: {data.nbytes} bytes are not a CDR message')
            code = dds.dds_writecdr(self._handle, serdata)  # consumes the reference
        if code == _TIMEOUT:
            return False
        check(code, 'publishing')
        return True

    def matched_count(self) -> int:
        """Number of matched readers, on this machine and elsewhere."""
        return max(0, int(dds.dds_get_matched_subscriptions(self._handle, None, 0)))

    def assert_liveliness(self) -> None:
        """Say "still alive" for MANUAL_BY_TOPIC liveliness."""
        check(dds.dds_assert_liveliness(self._handle), 'asserting liveliness')

    def wait_for_acks(self, timeout_ns: int) -> bool:
        """Wait until every reliable reader has everything; False on timeout."""
        code = dds.dds_wait_for_acks(self._handle, timeout_ns)
        return code != _TIMEOUT and check(code, 'waiting for acknowledgements') >= 0

    def watch_incompatible_qos(self) -> None:
        """Make the writer raise a wait set when a reader's QoS does not fit."""
        dds.dds_set_status_mask(self._handle, _STATUS_OFFERED_INCOMPATIBLE_QOS)

    def take_incompatible_qos(self) -> IncompatibleQos | None:
        """Return the status if it changed since the last call."""
        return _take_status(dds.dds_get_offered_incompatible_qos_status, self._handle)


class Reader(_Endpoint):
    """Receives CDR bytes from one topic."""

    def __init__(self, handle: int, topic: int) -> None:
        super().__init__(handle, topic)
        dds.dds_set_status_mask(handle, 0)
        self.condition = check(
            dds.dds_create_readcondition(handle, ANY_STATE), 'creating a read condition'
        )

    def take(self) -> Sample | None:
        """Return the oldest message that waits, or None."""
        serdata, info = ct.c_void_p(), SampleInfo()
        while self._handle:
            count = dds.dds_takecdr(self._handle, ct.byref(serdata), 1, ct.byref(info), ANY_STATE)
            if count <= 0:
                return None
            try:
                if not info.valid_data:  # a writer went away: no message
                    continue
                size = dds.ddsi_serdata_size(serdata)
                data = np.empty(size, dtype=np.uint8)
                dds.ddsi_serdata_to_ser(serdata, 0, size, data.__array_interface__['data'][0])
                return Sample(data, info.source_timestamp)
            finally:
                dds.ddsi_serdata_unref(serdata)
        return None

    def matched_count(self) -> int:
        """Number of matched writers, on this machine and elsewhere."""
        return max(0, int(dds.dds_get_matched_publications(self._handle, None, 0)))

    def watch_incompatible_qos(self) -> None:
        """Make the reader raise a wait set when a writer's QoS does not fit."""
        dds.dds_set_status_mask(self._handle, _STATUS_REQUESTED_INCOMPATIBLE_QOS)

    def take_incompatible_qos(self) -> IncompatibleQos | None:
        """Return the status if it changed since the last call."""
        return _take_status(dds.dds_get_requested_incompatible_qos_status, self._handle)


def _take_status(read: Callable[..., int], handle: int) -> IncompatibleQos | None:
    status = IncompatibleQosStatus()
    if not handle or read(handle, ct.byref(status)) < 0 or not status.total_count_change:
        return None
    return IncompatibleQos(status.total_count, status.total_count_change, status.last_policy_id)


class Participant(DdsEntity):
    """A process on a DDS domain.

    Args:
        domain_id: ROS domain id.
        user_data: What ROS 2 reads from a participant: `enclave=/;`.
    """

    def __init__(self, domain_id: int, user_data: bytes) -> None:
        with CQos() as qos:
            qos.user_data(user_data)
            handle = dds.dds_create_participant(domain_id, qos.pointer, None)
        super().__init__(check(handle, f'joining DDS domain {domain_id}'))

    def create_writer(self, topic: str, type_name: str, qos: CQos) -> Writer:
        """Create a writer on a DDS topic of a DDS type (names as in DDS, not as in ROS)."""
        topic_handle = self._create_topic(topic, type_name)
        handle = dds.dds_create_writer(self._handle, topic_handle, qos.pointer, None)
        return Writer(check(handle, f'creating a writer on {topic}'), topic_handle)

    def create_reader(self, topic: str, type_name: str, qos: CQos) -> Reader:
        """Create a reader on a DDS topic of a DDS type (names as in DDS, not as in ROS)."""
        topic_handle = self._create_topic(topic, type_name)
        handle = dds.dds_create_reader(self._handle, topic_handle, qos.pointer, None)
        return Reader(check(handle, f'creating a reader on {topic}'), topic_handle)

    def _create_topic(self, topic: str, type_name: str) -> int:
        # The description says "one octet": every CDR payload passes Cyclone's check of incoming
        # data unchanged, and rosbags checks it properly later. Without type metadata, peers
        # compare type names alone.
        descriptor = TopicDescriptor(
            size=1,
            align=1,
            flags=_FLAG_RESTRICT_REPRESENTATION,
            type_name=type_name.encode(),
            op_count=len(_OPS),
            ops=_OPS,
            meta=b'',
            data_representation=_REPRESENTATION_XCDR1,
        )
        handle = dds.dds_create_topic(
            self._handle, ct.byref(descriptor), topic.encode(), None, None
        )
        return check(handle, f'creating the DDS topic {topic} of type {type_name}')
