"""ROS 2 message classes without ROS 2, and their CDR.

Definitions, type hashes and CDR code come from `rosbags` (the Jazzy set, plus `vision_msgs` from
the `.msg` files beside this module). The classes are made here so that they behave like those
that ROS 2 generates: no-argument construction with defaults, keyword arguments, mutable fields.

Arrays of numbers are NumPy arrays, converted when they are assigned; `Image.data` of a received
message is a view of the received bytes, and read-only. A `byte` field is an `int` here where
rclpy has `bytes` of length one: compare it with the message's constants, not with literals.
"""

from __future__ import annotations

import array
import keyword
import struct
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from operator import attrgetter
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from rosbags.interfaces import Nodetype
from rosbags.serde import SerdeError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from tenet_ros.errors import ContractError

__all__ = ['Message', 'deserialize', 'message', 'message_names', 'serialize', 'type_hash']

_DEFAULTS: Final[Mapping[tuple[str, str], Any]] = {
    ('geometry_msgs/msg/Quaternion', 'w'): 1.0,
    ('sensor_msgs/msg/NavSatStatus', 'status'): -2,
}
"""Fields whose definition names a default other than zero."""

_ZERO: Final[Mapping[str, Any]] = {'string': '', 'bool': False, 'float32': 0.0, 'float64': 0.0}
_DTYPES: Final = {'byte': 'int8', 'bool': 'bool_'}
_ALLOWED: Final[Mapping[str, tuple[type, ...]]] = {
    'string': (str,),
    'bool': (object,),
    'float': (float, int, np.number),
}
_DECODERS: Final = {
    b'\x00\x00': attrgetter('deserialize_cdr_be'),
    b'\x00\x01': attrgetter('deserialize_cdr_le'),
}
_IDL_NAMES: Final = {'float32': 'float', 'float64': 'double', 'byte': 'octet', 'bool': 'boolean'}


def _vision_msgs() -> dict[str, Any]:
    types: dict[str, Any] = {}
    folder = resources.files('tenet_ros.standalone') / 'msg' / 'vision_msgs'
    for file in folder.iterdir():
        if file.name.endswith('.msg'):
            name = f'vision_msgs/msg/{file.name[:-4]}'
            types.update(get_types_from_msg(file.read_text(encoding='utf-8'), name))
    return types


def _without_char(description: Any) -> Any:
    """Call `char` what ROS 2 makes of it, `uint8`: type hashes are computed from that."""
    kind, detail = description
    if kind == Nodetype.BASE and detail[0] == 'char':
        return kind, ('uint8', detail[1])
    if kind in {Nodetype.ARRAY, Nodetype.SEQUENCE}:
        return kind, (_without_char(detail[0]), detail[1])
    return description


_store: Final = get_typestore(Stores.ROS2_JAZZY)
_store.register(_vision_msgs())
for _name, (_constants, _fields) in list(_store.fielddefs.items()):
    _store.fielddefs[_name] = (_constants, [(n, _without_char(d)) for n, d in _fields])


class Message:
    """Base of every message class.

    Args:
        values: All fields in order, already converted (what CDR decoding passes); or none.
        fields: Some fields by name.
    """

    __slots__ = ()
    __msgtype__: ClassVar[str]
    _names: ClassVar[tuple[str, ...]]
    _setters: ClassVar[tuple[Callable[[Any, Any], None], ...]]
    _factories: ClassVar[tuple[Callable[[], Any], ...]]
    _idl: ClassVar[Mapping[str, str]]

    def __init__(self, *values: Any, **fields: Any) -> None:
        if values:
            for assign, value in zip(self._setters, values, strict=True):
                assign(self, value)
            return
        for assign, make in zip(self._setters, self._factories, strict=True):
            assign(self, make())
        for name, value in fields.items():
            if name not in self._names:
                raise AttributeError(
                    f'{self.__msgtype__} has no field {name!r}; it has {", ".join(self._names)}'
                )
            setattr(self, name, value)

    @classmethod
    def get_fields_and_field_types(cls) -> dict[str, str]:
        """Return the fields with their IDL types, as rclpy does."""
        return dict(cls._idl)

    def __eq__(self, other: object) -> bool:
        """Compare all fields with a message of the same type."""
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(getattr(self, n), getattr(other, n)) for n in self._names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show the type and all fields."""
        fields = ', '.join(f'{name}={getattr(self, name)!r}' for name in self._names)
        return f'{self.__msgtype__.replace("/", ".")}({fields})'


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray):
        return bool(np.array_equal(left, right))
    return bool(left == right)


def _as_array(value: Any, dtype: np.dtype[Any], length: int, field: str) -> NDArray[Any]:
    """Return `value` as a contiguous 1-D array, without copying where it can be avoided."""
    if isinstance(value, array.array):
        value = np.frombuffer(value, dtype=value.typecode)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        if dtype.itemsize != 1:
            raise TypeError(f'{field}: expected numbers of type {dtype}, got bytes')
        value = np.frombuffer(value, dtype=dtype)
    if isinstance(value, np.ndarray):
        floats = value.dtype.kind == dtype.kind == 'f'
        if value.size and not floats and not np.can_cast(value.dtype, dtype, casting='safe'):
            raise TypeError(
                f'{field}: expected an array of {dtype}, got {value.dtype}; '
                'cast it, or use fill_bytes() to send its bytes as they are'
            )
        result = np.ascontiguousarray(value, dtype=dtype).reshape(-1)
    else:
        result = np.array(value, dtype=dtype).reshape(-1)
    if length and result.size != length:
        raise ValueError(f'{field}: expected {length} values, got {result.size}')
    return result


def _array_property(slot: str, field: str, dtype: np.dtype[Any], length: int) -> property:
    def read(self: Any) -> Any:
        return getattr(self, slot)

    def write(self: Any, value: Any) -> None:
        setattr(self, slot, _as_array(value, dtype, length, field))

    return property(read, write)


def _byte_property(slot: str) -> property:
    def read(self: Any) -> Any:
        return getattr(self, slot)

    def write(self: Any, value: Any) -> None:
        number = value[0] if isinstance(value, bytes) else value
        setattr(self, slot, number)

    return property(read, write)


def _scalar_factory(type_name: str, field: str, base: str) -> Callable[[], Any]:
    value = _DEFAULTS.get((type_name, field), _ZERO.get(base, 0))
    return lambda: value


def _nested_factory(nested: str) -> Callable[[], Any]:
    return lambda: _classes[nested]()  # noqa: PLW0108, not all classes are made yet


def _class_for(type_name: str) -> type[Message]:
    constants, fields = _store.fielddefs[type_name]
    namespace: dict[str, Any] = {name: value for name, _, value in constants}
    names: list[str] = []
    slots: list[str] = []
    factories: list[Callable[[], Any]] = []
    idl: dict[str, str] = {}
    for raw_name, description in fields:
        name = f'{raw_name}_' if keyword.iskeyword(raw_name) else raw_name
        prop, factory, idl[name] = _field(type_name, name, description)
        slots.append(f'_{name}' if prop else name)
        if prop:
            namespace[name] = prop
        names.append(name)
        factories.append(factory)
    short = type_name.rsplit('/', 1)[1]
    namespace |= {
        '__slots__': tuple(slots),
        '__doc__': f'`{type_name}`.',
        '__module__': __name__,
        '__msgtype__': type_name,
        '_names': tuple(names),
        '_factories': tuple(factories),
        '_idl': idl,
    }
    made: type[Message] = type(short, (Message,), namespace)
    made._setters = tuple(made.__dict__[slot].__set__ for slot in slots)  # noqa: SLF001, its own class
    return made


def _field(
    type_name: str, name: str, description: Any
) -> tuple[property | None, Callable[[], Any], str]:
    """Return a field's property (None: a plain slot), its default's factory and its IDL type."""
    kind, detail = description
    where = f'{type_name}.{name}'
    if kind == Nodetype.BASE:
        base = detail[0]
        prop = _byte_property(f'_{name}') if base == 'byte' else None
        return prop, _scalar_factory(type_name, name, base), _IDL_NAMES.get(base, base)
    if kind == Nodetype.NAME:
        return None, _nested_factory(detail), detail.replace('/msg/', '/')
    (item_kind, item), length = detail
    fixed = length if kind == Nodetype.ARRAY else 0
    item_name = item.replace('/msg/', '/') if item_kind == Nodetype.NAME else item[0]
    item_name = _IDL_NAMES.get(item_name, item_name)
    idl = f'{item_name}[{fixed}]' if fixed else f'sequence<{item_name}>'
    if item_kind == Nodetype.BASE and item[0] != 'string':
        dtype = np.dtype(getattr(np, _DTYPES.get(item[0], item[0])))
        prop = _array_property(f'_{name}', where, dtype, fixed)
        return prop, lambda: np.zeros(fixed, dtype=dtype), idl
    if not fixed:
        return None, list, idl
    make = str if item_kind == Nodetype.BASE else _nested_factory(item)
    return None, lambda: [make() for _ in range(fixed)], idl


_classes: Final[dict[str, type[Message]]] = {name: _class_for(name) for name in _store.fielddefs}
_store.types.update(_classes)  # so that nested values decode to these too


def message(type_name: str) -> Any:
    """Return the class of a message type, such as `sensor_msgs/msg/Image`.

    Raises:
        ContractError: The type is not known.
    """
    try:
        return _classes[type_name]
    except KeyError:
        raise ContractError(
            f'message type {type_name!r}: expected one like sensor_msgs/msg/Image out of '
            f'{len(_classes)} known ones'
        ) from None


def message_names() -> Iterable[str]:
    """Every message type that `message` knows."""
    return _classes.keys()


def type_hash(type_name: str) -> str:
    """Return the REP 2011 hash, `RIHS01_` and 64 hexadecimal digits."""
    return _store.hash_rihs01(type_name)


def serialize(msg: Message) -> memoryview:
    """Return the CDR bytes (little endian, with header) of a message.

    Raises:
        TypeError: A field holds a value of the wrong type or size; the field is named.
    """
    try:
        return _store.serialize_cdr(msg, msg.__msgtype__, little_endian=True)
    except (struct.error, AttributeError, TypeError, ValueError, SerdeError) as error:
        raise TypeError(_blame(msg) or f'{msg.__msgtype__}: {error}') from error


def deserialize(data: NDArray[np.uint8] | bytes | memoryview, type_name: str) -> Any:
    """Return the message in CDR bytes; its arrays are views of `data`.

    Bytes after the message are ignored: Fast DDS sends some where it over-estimates a size.

    Raises:
        ContractError: The bytes are not such a message.
    """
    view = (data.data if isinstance(data, np.ndarray) else memoryview(data)).toreadonly()
    definition = _store.get_msgdef(type_name)
    try:
        decode = _DECODERS[bytes(view[:2])](definition)
    except KeyError:
        raise ContractError(
            f'{type_name}: expected plain CDR, got a message that starts {bytes(view[:4]).hex()!r}'
        ) from None
    try:
        return decode(view[4:], 0, definition.cls, _store)[0]
    except (SerdeError, struct.error, ValueError, IndexError, MemoryError) as error:
        raise ContractError(f'{len(view)} bytes are not a {type_name}: {error}') from error


def _blame(msg: Message, path: str = '') -> str:
    """Return a sentence that names the first field that does not serialise, or ''."""
    fields: list[tuple[str, Any]] = list(_store.fielddefs[msg.__msgtype__][1])
    for name, (kind, detail) in fields:
        value = getattr(msg, name, None)
        where = f'{path or msg.__msgtype__}.{name}'
        if kind == Nodetype.BASE and (problem := _scalar_problem(value, detail[0])):
            return f'{where}: {problem}'
        if kind == Nodetype.NAME:
            if not isinstance(value, _classes[detail]):
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
    limits, number = np.iinfo(_DTYPES.get(base, base)), int(value)
    if not limits.min <= number <= limits.max:
        return f'expected {base} ({limits.min}..{limits.max}), got {number}'
    return ''
