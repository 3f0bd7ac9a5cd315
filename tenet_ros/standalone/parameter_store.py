"""The parameters of a node: declaration, overrides, ranges, callbacks; by rclpy's rules."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tenet_ros.standalone.exceptions import (
    InvalidParameterException,
    InvalidParameterTypeException,
    InvalidParameterValueException,
    ParameterAlreadyDeclaredException,
    ParameterImmutableException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
)
from tenet_ros.standalone.messages import message
from tenet_ros.standalone.parameter import Parameter, ParameterType

__all__ = ['ParameterStore']

_RELATIVE_TOLERANCE: Final = 1e-6  # rclpy's, for the edges and steps of a floating point range

_Descriptor: Final = message('rcl_interfaces/msg/ParameterDescriptor')
_Result: Final = message('rcl_interfaces/msg/SetParametersResult')


class ParameterStore:
    """The parameters of one node.

    Args:
        overrides: Values from outside, which win over the declared defaults.
        allow_undeclared: Let undeclared parameters be set and read.
    """

    def __init__(self, overrides: Mapping[str, Any], *, allow_undeclared: bool) -> None:
        self.overrides = dict(overrides)
        self.allow_undeclared = allow_undeclared
        self.values: dict[str, Parameter] = {}
        self.descriptors: dict[str, Any] = {}
        self.pre_callbacks: list[Callable[[list[Parameter]], list[Parameter]]] = []
        self.on_callbacks: list[Callable[[list[Parameter]], Any]] = []
        self.post_callbacks: list[Callable[[list[Parameter]], None]] = []
        self.on_change: Callable[[dict[str, list[Parameter]]], None] | None = None

    def declare(
        self, name: str, value: Any, descriptor: Any | None, *, ignore_override: bool
    ) -> Parameter:
        """Declare a parameter; `value` is a default or a `Parameter.Type`.

        Raises:
            ParameterAlreadyDeclaredException: It was declared before.
            InvalidParameterTypeException: An override of another type.
            InvalidParameterValueException: A value out of range or refused by a callback.
            ValueError: Neither a type nor a default, without dynamic typing.
        """
        _validate_name(name)
        if name in self.values:
            raise ParameterAlreadyDeclaredException(f'parameter {name!r} was declared before')
        descriptor = _Descriptor() if descriptor is None else copy.copy(descriptor)
        if not isinstance(descriptor, _Descriptor):
            raise TypeError(f'parameter {name!r}: expected a ParameterDescriptor')
        descriptor.name = name
        if isinstance(value, ParameterType):
            descriptor.type, value = int(value), None
        elif not descriptor.dynamic_typing:
            descriptor.type = int(ParameterType.from_parameter_value(value))
        if not descriptor.type and not descriptor.dynamic_typing:
            raise ValueError(
                f'parameter {name!r}: expected a default value, a type, or dynamic_typing=True'
            )
        if not ignore_override and name in self.overrides:
            value = self.overrides[name]
        parameter = self._typed(name, value, descriptor)
        result = self._apply([parameter], {name: descriptor}, check_read_only=False)
        if not result.successful:
            raise InvalidParameterValueException(
                f'parameter {name!r}: value {parameter.value!r} refused: {result.reason}'
            )
        return parameter

    @staticmethod
    def _typed(name: str, value: Any, descriptor: Any) -> Parameter:
        wanted = ParameterType(descriptor.type)
        found = ParameterType.from_parameter_value(value)
        if descriptor.dynamic_typing or found in {ParameterType.NOT_SET, wanted}:
            return Parameter(name, found, value)
        if wanted > ParameterType.BYTE_ARRAY and found is ParameterType.BYTE_ARRAY and not value:
            return Parameter(name, wanted, value)
        hint = f'; write {value}.0' if (wanted, found) == _INTEGER_FOR_DOUBLE else ''
        raise InvalidParameterTypeException(
            f'parameter {name!r}: expected {wanted.name}, got {found.name} {value!r:.80}{hint}'
        )

    def get(self, name: str) -> Parameter:
        """Return a declared parameter.

        Raises:
            ParameterNotDeclaredException: It was not declared.
            ParameterUninitializedException: It has a type but no value.
        """
        parameter = self.values.get(name)
        if parameter is None:
            if self.allow_undeclared:
                return Parameter(name)
            raise ParameterNotDeclaredException(f'parameter {name!r} was not declared')
        if not parameter.type_ and not self.descriptors[name].dynamic_typing:
            raise ParameterUninitializedException(f'parameter {name!r} has no value yet')
        return parameter

    def describe(self, name: str) -> Any:
        """Return the `ParameterDescriptor` of a declared parameter.

        Raises:
            ParameterNotDeclaredException: It was not declared.
        """
        if name not in self.descriptors and not self.allow_undeclared:
            raise ParameterNotDeclaredException(f'parameter {name!r} was not declared')
        return self.descriptors.get(name, _Descriptor())

    def undeclare(self, name: str) -> None:
        """Forget a parameter.

        Raises:
            ParameterNotDeclaredException: It was not declared.
            ParameterImmutableException: It is read-only.
        """
        if name not in self.values:
            raise ParameterNotDeclaredException(f'parameter {name!r} was not declared')
        if self.descriptors[name].read_only:
            raise ParameterImmutableException(f'parameter {name!r} is read-only')
        del self.values[name], self.descriptors[name]

    def set_atomically(self, parameters: Sequence[Parameter]) -> Any:
        """Set all or none; return a `SetParametersResult`.

        Raises:
            ParameterNotDeclaredException: One of them was not declared.
        """
        wanted = list(parameters)
        if self.pre_callbacks:
            wanted = [new for callback in self.pre_callbacks for new in callback(wanted)]
            if not wanted:
                return _Result(successful=False, reason='a pre-set callback left no parameters')
        unknown = [p.name for p in wanted if p.name not in self.values]
        if unknown and not self.allow_undeclared:
            raise ParameterNotDeclaredException(f'parameters {unknown} were not declared')
        return self._apply(wanted, {}, check_read_only=True)

    def _apply(
        self, parameters: list[Parameter], new: Mapping[str, Any], *, check_read_only: bool
    ) -> Any:
        for parameter in parameters:
            descriptor = new.get(parameter.name) or self.descriptors.get(parameter.name)
            declared = parameter.name in self.values
            problem = descriptor and _problem(
                parameter, descriptor, declared=declared, check_read_only=check_read_only
            )
            if problem:
                return _Result(successful=False, reason=problem)
        for callback in self.on_callbacks:
            result = callback(parameters)
            if not result.successful:
                return result
        changes: dict[str, list[Parameter]] = {}
        for parameter in parameters:
            changes.setdefault(self._store(parameter, new), []).append(parameter)
        if self.on_change is not None:
            self.on_change(changes)
        for post_callback in self.post_callbacks:
            post_callback(parameters)
        return _Result(successful=True)

    def _store(self, parameter: Parameter, new: Mapping[str, Any]) -> str:
        """Keep a value; return the list of a ParameterEvent that it belongs in."""
        name = parameter.name
        if not parameter.type_ and name not in new:  # set to nothing: undeclared
            self.values.pop(name, None)
            self.descriptors.pop(name, None)
            return 'deleted_parameters'
        if name in new:
            self.descriptors[name] = new[name]
        descriptor = self.descriptors.setdefault(name, _Descriptor(name=name, dynamic_typing=True))
        if descriptor.dynamic_typing:
            descriptor.type = int(parameter.type_)
        known = name in self.values and self.values[name].type_
        self.values[name] = parameter
        return 'changed_parameters' if known else 'new_parameters'

    def by_prefix(self, prefix: str) -> dict[str, Parameter]:
        """Return the parameters below `prefix`, named from there on; '' for all."""
        start = f'{prefix}.' if prefix else ''
        return {n[len(start) :]: p for n, p in self.values.items() if n.startswith(start)}

    def check_all(self, parameters: Iterable[Any]) -> None:
        """Raise TypeError unless every item is a `Parameter`."""
        for parameter in parameters:
            if not isinstance(parameter, Parameter):
                raise TypeError(f'expected a Parameter, got {type(parameter).__name__}')


_INTEGER_FOR_DOUBLE: Final = (ParameterType.DOUBLE, ParameterType.INTEGER)


def _validate_name(name: str) -> None:
    if not isinstance(name, str) or not name or not all(name.split('.')):
        raise InvalidParameterException(
            f'parameter name {name!r}: expected names joined by single dots'
        )


def _problem(
    parameter: Parameter, descriptor: Any, *, declared: bool, check_read_only: bool
) -> str:
    """Return why a descriptor forbids a value, or ''."""
    if check_read_only and descriptor.read_only:
        return f'Trying to set a read-only parameter: {parameter.name}.'
    if descriptor.dynamic_typing:
        return _range_problem(parameter, descriptor)
    if parameter.type_ is ParameterType.NOT_SET:
        return 'Static parameter cannot be undeclared' if declared else ''
    empty = parameter.type_ is ParameterType.BYTE_ARRAY and not len(parameter.value)
    wanted = ParameterType(descriptor.type)
    if parameter.type_ is not wanted and not (empty and wanted > ParameterType.BYTE_ARRAY):
        return f'Wrong parameter type, expected {wanted.name} got {parameter.type_.name}'
    return _range_problem(parameter, descriptor)


def _range_problem(parameter: Parameter, descriptor: Any) -> str:
    ranges = {
        ParameterType.INTEGER: descriptor.integer_range,
        ParameterType.DOUBLE: descriptor.floating_point_range,
    }.get(parameter.type_)
    if not ranges:
        return ''
    allowed, value = ranges[0], parameter.value
    low, high = sorted((allowed.from_value, allowed.to_value))
    tolerance = _RELATIVE_TOLERANCE if parameter.type_ is ParameterType.DOUBLE else 0.0
    if math.isclose(value, low, rel_tol=tolerance) or math.isclose(value, high, rel_tol=tolerance):
        return ''
    limits = f'Min: {low}, Max: {high}, value: {value}'
    if not low < value < high:
        return f'Parameter {parameter.name} out of range. {limits}'
    if allowed.step:
        nearest = low + round((value - low) / allowed.step) * allowed.step
        if not math.isclose(nearest, value, rel_tol=tolerance):
            return (
                f'The parameter value for {parameter.name} is not a valid step. '
                f'{limits}, step: {allowed.step}'
            )
    return ''
