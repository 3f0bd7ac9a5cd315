"""`Parameter`: a named, typed value, in rclpy's words."""

from __future__ import annotations

import array
from enum import IntEnum
from typing import Any, Final

import numpy as np

from tenet_ros.standalone.messages import message

__all__ = ['Parameter', 'ParameterType']

_Value: Final = message('rcl_interfaces/msg/ParameterValue')


class ParameterType(IntEnum):
    """Types a parameter can have, with the numbers of rcl_interfaces."""

    NOT_SET = 0
    BOOL = 1
    INTEGER = 2
    DOUBLE = 3
    STRING = 4
    BYTE_ARRAY = 5
    BOOL_ARRAY = 6
    INTEGER_ARRAY = 7
    DOUBLE_ARRAY = 8
    STRING_ARRAY = 9

    @classmethod
    def from_parameter_value(cls, value: Any) -> ParameterType:
        """Return the type that a Python value stands for.

        Raises:
            TypeError: No parameter can hold the value.
        """
        if value is None:
            return cls.NOT_SET
        for python_type, parameter_type in _SCALARS:
            if isinstance(value, python_type):
                return parameter_type
        if isinstance(value, (list, tuple, array.array, np.ndarray)):
            items = value.tolist() if isinstance(value, (array.array, np.ndarray)) else value
            if not items or all(isinstance(item, bytes) for item in items):
                return cls.BYTE_ARRAY  # rclpy's choice for an empty list too
            for python_type, parameter_type in _ARRAYS:
                if all(type(item) is python_type for item in items):
                    return parameter_type
        raise TypeError(
            f'a parameter is a bool, int, float, str, bytes or a list of one of these; '
            f'got {value!r:.80}'
        )


_SCALARS: Final = (
    (bool, ParameterType.BOOL),
    (int, ParameterType.INTEGER),
    (float, ParameterType.DOUBLE),
    (str, ParameterType.STRING),
    (bytes, ParameterType.BYTE_ARRAY),
)
_ARRAYS: Final = (
    (bool, ParameterType.BOOL_ARRAY),
    (int, ParameterType.INTEGER_ARRAY),
    (float, ParameterType.DOUBLE_ARRAY),
    (str, ParameterType.STRING_ARRAY),
)
_VALUE_FIELDS: Final = {
    ParameterType.BOOL: 'bool_value',
    ParameterType.INTEGER: 'integer_value',
    ParameterType.DOUBLE: 'double_value',
    ParameterType.STRING: 'string_value',
    ParameterType.BYTE_ARRAY: 'byte_array_value',
    ParameterType.BOOL_ARRAY: 'bool_array_value',
    ParameterType.INTEGER_ARRAY: 'integer_array_value',
    ParameterType.DOUBLE_ARRAY: 'double_array_value',
    ParameterType.STRING_ARRAY: 'string_array_value',
}


class Parameter:
    """A named, typed value.

    Args:
        name: Parts joined by dots.
        type_: Found from `value` when not given.
        value: None for NOT_SET.
    """

    Type = ParameterType

    def __init__(self, name: str, type_: ParameterType | None = None, value: Any = None) -> None:
        found = ParameterType.from_parameter_value(value)
        if type_ is None:
            type_ = found
        empty_list = found is ParameterType.BYTE_ARRAY and not len(value)
        if type_ is not found and not (empty_list and type_ >= ParameterType.BYTE_ARRAY):
            raise ValueError(
                f'parameter {name!r}: type {type_.name} does not fit the value {value!r:.80}'
            )
        self._name = name
        self._type = type_
        self._value = value

    @property
    def name(self) -> str:
        """The parameter's name."""
        return self._name

    @property
    def type_(self) -> ParameterType:
        """The type of its value."""
        return self._type

    @property
    def value(self) -> Any:
        """Its value; None when not set."""
        return self._value

    def get_parameter_value(self) -> Any:
        """Return a `rcl_interfaces/msg/ParameterValue`."""
        result = _Value(type=int(self._type))
        if field := _VALUE_FIELDS.get(self._type):
            setattr(result, field, self._value)
        return result

    def to_parameter_msg(self) -> Any:
        """Return a `rcl_interfaces/msg/Parameter`."""
        return message('rcl_interfaces/msg/Parameter')(
            name=self._name, value=self.get_parameter_value()
        )

    def __repr__(self) -> str:
        """Show name, type and value."""
        return f'Parameter({self._name!r}, {self._type.name}, {self._value!r})'

    def __eq__(self, other: object) -> bool:
        """Compare name, type and value."""
        if not isinstance(other, Parameter):
            return NotImplemented
        mine = (self._name, self._type, self._value)
        return mine == (other._name, other._type, other._value)

    __hash__ = None  # type: ignore[assignment]
