"""ROS 2 messages without ROS 2: their classes by name, their CDR, their type hashes.

`Image.data` of a received message is a view of the received bytes, and read-only. A `byte` field is
an `int` here where rclpy has `bytes` of length one: compare it with the message's constants, not
with literals.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rosbags.interfaces import Nodetype
from rosbags.serde import SerdeError

from tenet_ros.errors import ContractError
from tenet_ros.standalone.message_types import CLASSES, NUMPY_NAMES, STORE, Message

__all__ = ['Message', 'deserialize', 'message', 'message_names', 'serialize', 'type_hash']

_DECODERS: Final = {
    b'\x00\x00': attrgetter('deserialize_cdr_be'),
    b'\x00\x01': attrgetter('deserialize_cdr_le'),
}
_ALLOWED: Final[Mapping[str, tuple[type, ...]]] = {
    'string': (str,),
    'bool': (object,),
    'float': (float, int, np.number),
}


def message(type_name: str) -> Any:
    """Return the class of a message type, such as `sensor_msgs/msg/Image`.

    Raises:
        ContractError: The type is not known.
    """
    try:
        return CLASSES[type_name]
    except KeyError:
        raise ContractError(
            f'message type {type_name!r}: expected one like sensor_msgs/msg/Image out of '
            f'{len(CLASSES)} known ones'
        ) from None


def message_names() -> Iterable[str]:
    """Every message type that `message` knows."""
    return CLASSES.keys()


def type_hash(type_name: str) -> str:
    """Return the REP 2011 hash, `RIHS01_` and 64 hexadecimal digits."""
    return STORE.hash_rihs01(type_name)


def serialize(msg: Message) -> memoryview:
    """Return the CDR bytes (little endian, with header) of a message.

    Raises:
        TypeError: A field holds a value of the wrong type or size; the field is named.
    """
    try:
        return STORE.serialize_cdr(msg, msg.__msgtype__, little_endian=True)
    except (struct.error, AttributeError, TypeError, ValueError, SerdeError) as error:
        raise TypeError(_blame(msg) or f'{msg.__msgtype__}: {error}') from error


def deserialize(data: NDArray[np.uint8] | bytes | memoryview, type_name: str) -> Any:
    """Return the message in CDR bytes; its arrays are views of `data`.

    Bytes after the message are ignored: Fast DDS sends some where it over-estimates a size.

    Raises:
        ContractError: The bytes are not such a message.
    """
    view = (data.data if isinstance(data, np.ndarray) else memoryview(data)).toreadonly()
    definition = STORE.get_msgdef(type_name)
    try:
        decode = _DECODERS[bytes(view[:2])](definition)
    except KeyError:
        raise ContractError(
            f'{type_name}: expected plain CDR, got a message that starts {bytes(view[:4]).hex()!r}'
        ) from None
    try:
        return decode(view[4:], 0, definition.cls, STORE)[0]
    except (SerdeError, struct.error, ValueError, IndexError, MemoryError) as error:
        raise ContractError(f'{len(view)} bytes are not a {type_name}: {error}') from error


def _blame(msg: Message, path: str = '') -> str:
    """Return a sentence that names the first field that does not serialise, or ''."""
    fields: list[tuple[str, Any]] = list(STORE.fielddefs[msg.__msgtype__][1])
    for name, (kind, detail) in fields:
        value = getattr(msg, name, None)
        where = f'{path or msg.__msgtype__}.{name}'
        if kind == Nodetype.BASE and (problem := _scalar_problem(value, detail[0])):
            return f'{where}: {problem}'
        if kind == Nodetype.NAME:
            if not isinstance(value, CLASSES[detail]):
                return f'{where}: expected a {detail}, got {type(value).__name__}'
            if problem := _blame(value, where):
                return problem
        if kind in {Nodetype.ARRAY, Nodetype.SEQUENCE} and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Message) and (problem := _blame(item, f'{where}[{index}]')):
                    return problem
    return ''


def _scalar_problem(value: Any, base: str) -> str:
    kind = 'float' if base.startswith('float') else base
    allowed = _ALLOWED.get(kind, (int, np.integer))
    fits = isinstance(value, allowed)
    if not fits:
        return f'expected {allowed[0].__name__}, got {type(value).__name__} {value!r:.40}'
    if kind in _ALLOWED:
        return ''
    limits, number = np.iinfo(NUMPY_NAMES.get(base, base)), int(value)
    if not limits.min <= number <= limits.max:
        return f'expected {base} ({limits.min}..{limits.max}), got {number}'
    return ''
