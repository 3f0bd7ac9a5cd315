"""Message classes, made from the definitions that `rosbags` carries.

The set is that of ROS 2 Jazzy, and `vision_msgs` from the `.msg` files beside this module. The
classes behave like those that ROS 2 generates: no-argument construction with defaults, keyword
arguments, mutable fields. Arrays of numbers are NumPy arrays, converted when they are assigned.
"""

from __future__ import annotations

import array
import keyword
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

__all__ = ['CLASSES', 'NUMPY_NAMES', 'STORE', 'Message']

NUMPY_NAMES: Final = {'byte': 'int8', 'bool': 'bool_'}
"""Names that NumPy gives to a few of the ROS types; the others are the same."""

_DEFAULTS: Final[Mapping[tuple[str, str], Any]] = {
    ('geometry_msgs/msg/Quaternion', 'w'): 1.0,
    ('sensor_msgs/msg/NavSatStatus', 'status'): -2,
}
"""Fields whose definition names a default other than zero."""

_ZERO: Final[Mapping[str, Any]] = {'string': '', 'bool': False, 'float32': 0.0, 'float64': 0.0}
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


STORE: Final = get_typestore(Stores.ROS2_JAZZY)
STORE.register(_vision_msgs())
for _name, (_constants, _fields) in list(STORE.fielddefs.items()):
    STORE.fielddefs[_name] = (_constants, [(n, _without_char(d)) for n, d in _fields])


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
    return lambda: CLASSES[nested]()  # noqa: PLW0108, not all classes are made yet


def _class_for(type_name: str) -> type[Message]:
    constants, fields = STORE.fielddefs[type_name]
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
        dtype = np.dtype(getattr(np, NUMPY_NAMES.get(item[0], item[0])))
        prop = _array_property(f'_{name}', where, dtype, fixed)
        return prop, lambda: np.zeros(fixed, dtype=dtype), idl
    if not fixed:
        return None, list, idl
    make = str if item_kind == Nodetype.BASE else _nested_factory(item)
    return None, lambda: [make() for _ in range(fixed)], idl


CLASSES: Final[dict[str, type[Message]]] = {name: _class_for(name) for name in STORE.fielddefs}
STORE.types.update(CLASSES)  # so that nested values decode to these too
