"""The parameter methods of a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tenet_ros.standalone.parameter import Parameter, ParameterType
from tenet_ros.standalone.parameter_store import ParameterStore

__all__ = ['NodeParameters']


class NodeParameters:
    """Mixin: what `rclpy.node.Node` offers on parameters.

    Args:
        overrides: Values from the command line, files and the constructor.
        allow_undeclared: Let undeclared parameters be set and read.
    """

    def __init__(self, overrides: Mapping[str, Any], *, allow_undeclared: bool) -> None:
        self.__store = ParameterStore(overrides, allow_undeclared=allow_undeclared)

    def declare_parameter(
        self,
        name: str,
        value: Any = None,
        descriptor: Any | None = None,
        ignore_override: bool = False,  # noqa: FBT001, FBT002, rclpy's signature
    ) -> Parameter:
        """Declare a parameter with a default value or a `Parameter.Type`; return its value.

        Raises:
            ParameterAlreadyDeclaredException: It was declared before.
            InvalidParameterTypeException: An override of another type.
            InvalidParameterValueException: A value out of range or refused by a callback.
        """
        return self.__store.declare(name, value, descriptor, ignore_override=ignore_override)

    def declare_parameters(
        self,
        namespace: str,
        parameters: Sequence[tuple[Any, ...]],
        ignore_override: bool = False,  # noqa: FBT001, FBT002
    ) -> list[Parameter]:
        """Declare `(name, value or type, descriptor)` tuples below `namespace`."""
        declared = []
        for name, *rest in parameters:
            value = rest[0] if rest else None
            descriptor = rest[1] if len(rest) > 1 else None
            full = f'{namespace}.{name}' if namespace else name
            declared.append(self.declare_parameter(full, value, descriptor, ignore_override))
        return declared

    def undeclare_parameter(self, name: str) -> None:
        """Forget a parameter."""
        self.__store.undeclare(name)

    def has_parameter(self, name: str) -> bool:
        """Say whether it was declared."""
        return name in self.__store.values

    def get_parameter(self, name: str) -> Parameter:
        """Return a parameter; its value is `.value`."""
        return self.__store.get(name)

    def get_parameters(self, names: Sequence[str]) -> list[Parameter]:
        """Return several parameters."""
        return [self.__store.get(name) for name in names]

    def get_parameter_or(self, name: str, alternative_value: Parameter | None = None) -> Parameter:
        """Return a parameter, or the alternative where it is not declared or not set."""
        parameter = self.__store.values.get(name)
        if parameter is None or not parameter.type_:
            return alternative_value or Parameter(name)
        return parameter

    def get_parameters_by_prefix(self, prefix: str) -> dict[str, Parameter]:
        """Return the parameters below `prefix`, named from there on."""
        return self.__store.by_prefix(prefix)

    def get_parameter_type(self, name: str) -> ParameterType:
        """Return a parameter's type."""
        return self.__store.get(name).type_

    def describe_parameter(self, name: str) -> Any:
        """Return its ParameterDescriptor."""
        return self.__store.describe(name)

    def describe_parameters(self, names: Sequence[str]) -> list[Any]:
        """Return several ParameterDescriptors."""
        return [self.__store.describe(name) for name in names]

    def set_parameters(self, parameter_list: Sequence[Parameter]) -> list[Any]:
        """Set parameters one after another; return a SetParametersResult for each."""
        self.__store.check_all(parameter_list)
        return [self.__store.set_atomically([p]) for p in parameter_list]

    def set_parameters_atomically(self, parameter_list: Sequence[Parameter]) -> Any:
        """Set all or none; return one SetParametersResult."""
        self.__store.check_all(parameter_list)
        return self.__store.set_atomically(parameter_list)

    def add_pre_set_parameters_callback(
        self, callback: Callable[[list[Parameter]], list[Parameter]]
    ) -> None:
        """Let `callback` change what is about to be set."""
        self.__store.pre_callbacks.insert(0, callback)

    def add_on_set_parameters_callback(self, callback: Callable[[list[Parameter]], Any]) -> None:
        """Let `callback` accept or refuse (SetParametersResult) what is about to be set."""
        self.__store.on_callbacks.insert(0, callback)

    def add_post_set_parameters_callback(self, callback: Callable[[list[Parameter]], None]) -> None:
        """Have `callback` called after a change."""
        self.__store.post_callbacks.insert(0, callback)

    def remove_pre_set_parameters_callback(
        self, callback: Callable[[list[Parameter]], list[Parameter]]
    ) -> None:
        """Undo `add_pre_set_parameters_callback`; ValueError if it was not added."""
        self.__store.pre_callbacks.remove(callback)

    def remove_on_set_parameters_callback(self, callback: Callable[[list[Parameter]], Any]) -> None:
        """Undo `add_on_set_parameters_callback`; ValueError if it was not added."""
        self.__store.on_callbacks.remove(callback)

    def remove_post_set_parameters_callback(
        self, callback: Callable[[list[Parameter]], None]
    ) -> None:
        """Undo `add_post_set_parameters_callback`; ValueError if it was not added."""
        self.__store.post_callbacks.remove(callback)

    def on_parameter_change(
        self, callback: Callable[[dict[str, list[Parameter]]], None] | None
    ) -> None:
        """Have `callback` told of every change, sorted as in a ParameterEvent; None stops it."""
        self.__store.on_change = callback
