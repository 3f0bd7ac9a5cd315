"""The C API of Cyclone DDS, as far as a ROS 2 node needs it, through ctypes.

The `cyclonedds` wheel carries the library; its Python classes are not used, for three reasons.
They serialise in Python (36 ms for a VGA image), they hold the interpreter's lock while a write
blocks, and they announce an XTypes description of the type, which ROS 2 peers on Fast DDS 3 would
compare with their own and refuse. A call through ctypes releases the lock, and a topic created
here announces its type by name only, as `rmw_cyclonedds_cpp` does.

Reference: https://cyclonedds.io/docs (C API), `dds/dds.h` and `dds/ddsi/ddsi_serdata.h` of 11.0.
"""

from __future__ import annotations

import ctypes as ct
from importlib.metadata import version
from typing import Any, Final

from cyclonedds.internal import load_cyclonedds

from tenet_ros.standalone.exceptions import MiddlewareError

__all__ = [
    'ANY_STATE',
    'INFINITY',
    'BuiltinEndpoint',
    'BuiltinParticipant',
    'IncompatibleQosStatus',
    'IoVector',
    'SampleInfo',
    'TopicDescriptor',
    'check',
    'dds',
]

INFINITY: Final = 2**63 - 1
ANY_STATE: Final = 0x7F  # any sample, view and instance state
_SUPPORTED: Final = '11.'  # the layout of TopicDescriptor is private to a major version

_Entity = ct.c_int32
_Return = ct.c_int32
_Duration = ct.c_int64
_Handle = ct.c_uint64
_Pointer = ct.c_void_p


class SampleInfo(ct.Structure):
    """`dds_sample_info_t`."""

    _fields_ = (
        ('sample_state', ct.c_uint),
        ('view_state', ct.c_uint),
        ('instance_state', ct.c_uint),
        ('valid_data', ct.c_bool),
        ('source_timestamp', ct.c_int64),
        ('instance_handle', _Handle),
        ('publication_handle', _Handle),
        ('disposed_generation_count', ct.c_uint32),
        ('no_writers_generation_count', ct.c_uint32),
        ('sample_rank', ct.c_uint32),
        ('generation_rank', ct.c_uint32),
        ('absolute_generation_rank', ct.c_uint32),
    )


class _TypeMeta(ct.Structure):
    _fields_ = (('data', _Pointer), ('size', ct.c_uint32))


class TopicDescriptor(ct.Structure):
    """`dds_topic_descriptor_t`."""

    _fields_ = (
        ('size', ct.c_uint32),
        ('align', ct.c_uint32),
        ('flags', ct.c_uint32),
        ('key_count', ct.c_uint32),
        ('type_name', ct.c_char_p),
        ('keys', _Pointer),
        ('op_count', ct.c_uint32),
        ('ops', ct.POINTER(ct.c_uint32)),
        ('meta', ct.c_char_p),
        ('type_information', _TypeMeta),
        ('type_mapping', _TypeMeta),
        ('data_representation', ct.c_uint32),
    )


class IoVector(ct.Structure):
    """`struct iovec`."""

    _fields_ = (('base', _Pointer), ('size', ct.c_size_t))


class IncompatibleQosStatus(ct.Structure):
    """`dds_offered_incompatible_qos_status_t` and its `requested` twin."""

    _fields_ = (
        ('total_count', ct.c_uint32),
        ('total_count_change', ct.c_int32),
        ('last_policy_id', ct.c_uint32),
    )


class BuiltinParticipant(ct.Structure):
    """`dds_builtintopic_participant_t`."""

    _fields_ = (('key', ct.c_uint8 * 16), ('qos', _Pointer))


class BuiltinEndpoint(ct.Structure):
    """`dds_builtintopic_endpoint_t`."""

    _fields_ = (
        ('key', ct.c_uint8 * 16),
        ('participant_key', ct.c_uint8 * 16),
        ('participant_instance_handle', _Handle),
        ('topic_name', ct.c_char_p),
        ('type_name', ct.c_char_p),
        ('qos', _Pointer),
    )


_PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    # entities
    'dds_create_domain': (_Entity, (ct.c_uint32, ct.c_char_p)),
    'dds_create_participant': (_Entity, (ct.c_uint32, _Pointer, _Pointer)),
    'dds_create_topic': (
        _Entity,
        (_Entity, ct.POINTER(TopicDescriptor), ct.c_char_p, _Pointer, _Pointer),
    ),
    'dds_create_writer': (_Entity, (_Entity, _Entity, _Pointer, _Pointer)),
    'dds_create_reader': (_Entity, (_Entity, _Entity, _Pointer, _Pointer)),
    'dds_create_readcondition': (_Entity, (_Entity, ct.c_uint32)),
    'dds_create_guardcondition': (_Entity, (_Entity,)),
    'dds_create_waitset': (_Entity, (_Entity,)),
    'dds_delete': (_Return, (_Entity,)),
    'dds_get_guid': (_Return, (_Entity, _Pointer)),
    'dds_strretcode': (ct.c_char_p, (_Return,)),
    # waiting
    'dds_set_guardcondition': (_Return, (_Entity, ct.c_bool)),
    'dds_take_guardcondition': (_Return, (_Entity, ct.POINTER(ct.c_bool))),
    'dds_waitset_attach': (_Return, (_Entity, _Entity, ct.c_ssize_t)),
    'dds_waitset_detach': (_Return, (_Entity, _Entity)),
    'dds_waitset_wait': (_Return, (_Entity, _Pointer, ct.c_size_t, _Duration)),
    'dds_set_status_mask': (_Return, (_Entity, ct.c_uint32)),
    # serialised data
    'dds_get_entity_sertype': (_Return, (_Entity, ct.POINTER(_Pointer))),
    'ddsi_serdata_from_ser_iov': (
        _Pointer,
        (_Pointer, ct.c_int, ct.c_size_t, ct.POINTER(IoVector), ct.c_size_t),
    ),
    'ddsi_serdata_size': (ct.c_uint32, (_Pointer,)),
    'ddsi_serdata_to_ser': (None, (_Pointer, ct.c_size_t, ct.c_size_t, _Pointer)),
    'ddsi_serdata_unref': (None, (_Pointer,)),
    'dds_writecdr': (_Return, (_Entity, _Pointer)),
    'dds_takecdr': (
        _Return,
        (_Entity, ct.POINTER(_Pointer), ct.c_uint32, ct.POINTER(SampleInfo), ct.c_uint32),
    ),
    # plain samples, for the built-in topics
    'dds_take': (
        _Return,
        (_Entity, ct.POINTER(_Pointer), ct.POINTER(SampleInfo), ct.c_size_t, ct.c_uint32),
    ),
    'dds_return_loan': (_Return, (_Entity, ct.POINTER(_Pointer), ct.c_int32)),
    # state of a writer or reader
    'dds_get_matched_subscriptions': (_Return, (_Entity, _Pointer, ct.c_size_t)),
    'dds_get_matched_publications': (_Return, (_Entity, _Pointer, ct.c_size_t)),
    'dds_get_offered_incompatible_qos_status': (
        _Return,
        (_Entity, ct.POINTER(IncompatibleQosStatus)),
    ),
    'dds_get_requested_incompatible_qos_status': (
        _Return,
        (_Entity, ct.POINTER(IncompatibleQosStatus)),
    ),
    'dds_assert_liveliness': (_Return, (_Entity,)),
    'dds_wait_for_acks': (_Return, (_Entity, _Duration)),
    # quality of service
    'dds_create_qos': (_Pointer, ()),
    'dds_delete_qos': (None, (_Pointer,)),
    'dds_qset_userdata': (None, (_Pointer, ct.c_char_p, ct.c_size_t)),
    'dds_qset_durability': (None, (_Pointer, ct.c_int)),
    'dds_qset_durability_service': (
        None,
        (_Pointer, _Duration, ct.c_int, ct.c_int32, ct.c_int32, ct.c_int32, ct.c_int32),
    ),
    'dds_qset_history': (None, (_Pointer, ct.c_int, ct.c_int32)),
    'dds_qset_reliability': (None, (_Pointer, ct.c_int, _Duration)),
    'dds_qset_lifespan': (None, (_Pointer, _Duration)),
    'dds_qset_deadline': (None, (_Pointer, _Duration)),
    'dds_qset_liveliness': (None, (_Pointer, ct.c_int, _Duration)),
    'dds_qset_writer_data_lifecycle': (None, (_Pointer, ct.c_bool)),
    'dds_qset_ignorelocal': (None, (_Pointer, ct.c_int)),
    'dds_qget_userdata': (
        ct.c_bool,
        (_Pointer, ct.POINTER(_Pointer), ct.POINTER(ct.c_size_t)),
    ),
    'dds_qget_durability': (ct.c_bool, (_Pointer, ct.POINTER(ct.c_int))),
    'dds_qget_history': (
        ct.c_bool,
        (_Pointer, ct.POINTER(ct.c_int), ct.POINTER(ct.c_int32)),
    ),
    'dds_qget_reliability': (
        ct.c_bool,
        (_Pointer, ct.POINTER(ct.c_int), ct.POINTER(_Duration)),
    ),
    'dds_qget_lifespan': (ct.c_bool, (_Pointer, ct.POINTER(_Duration))),
    'dds_qget_deadline': (ct.c_bool, (_Pointer, ct.POINTER(_Duration))),
    'dds_qget_liveliness': (
        ct.c_bool,
        (_Pointer, ct.POINTER(ct.c_int), ct.POINTER(_Duration)),
    ),
    'dds_free': (None, (_Pointer,)),
}


def _bind() -> Any:
    installed = version('cyclonedds')
    if not installed.startswith(_SUPPORTED):
        raise ImportError(
            f'cyclonedds: expected version {_SUPPORTED}x, found {installed}; '
            "install it with: pip install 'cyclonedds>=11.0.1,<12'"
        )
    library = load_cyclonedds()
    if library is None:
        raise ImportError('cyclonedds: the wheel is installed but its library did not load')
    for name, (result, arguments) in _PROTOTYPES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


dds: Final[Any] = _bind()
"""The library, every function of `_PROTOTYPES` typed."""


def check(code: int, doing: str) -> int:
    """Return `code`, an entity handle or a count, or raise for a DDS error.

    Args:
        code: What the C function returned; negative means error.
        doing: For the message, such as `creating a writer on rt/chatter`.

    Raises:
        MiddlewareError: `code` is negative.
    """
    if code < 0:
        reason = dds.dds_strretcode(code).decode()
        raise MiddlewareError(f'{doing}: DDS says {reason!r} ({code})')
    return code
