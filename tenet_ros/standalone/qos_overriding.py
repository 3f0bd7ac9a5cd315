"""QoS set from outside, by read-only parameters `qos_overrides.<topic>.<kind>.<policy>`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from tenet_ros.standalone.exceptions import InvalidParameterValueException
from tenet_ros.standalone.messages import message
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
    from tenet_ros.standalone.node_parameters import NodeParameters

__all__ = ['QoSOverridingOptions', 'apply_qos_overrides']

_ENUMS: Final = {
    QoSPolicyKind.HISTORY: HistoryPolicy,
    QoSPolicyKind.RELIABILITY: ReliabilityPolicy,
    QoSPolicyKind.DURABILITY: DurabilityPolicy,
    QoSPolicyKind.LIVELINESS: LivelinessPolicy,
}
_DEFAULT_KINDS: Final = (QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.RELIABILITY)


class QoSOverridingOptions:
    """Which policies of an endpoint may be set by parameters.

    Args:
        policy_kinds: The policies.
        callback: Given the resulting profile, returns an object with `successful` and `reason`.
        entity_id: Tells apart several endpoints of a node on one topic.
    """

    def __init__(
        self,
        policy_kinds: Sequence[QoSPolicyKind],
        *,
        callback: Callable[[QoSProfile], Any] | None = None,
        entity_id: str | None = None,
    ) -> None:
        self.policy_kinds = tuple(policy_kinds)
        self.callback = callback
        self.entity_id = entity_id

    @classmethod
    def with_default_policies(
        cls,
        *,
        callback: Callable[[QoSProfile], Any] | None = None,
        entity_id: str | None = None,
    ) -> QoSOverridingOptions:
        """Allow history, depth and reliability."""
        return cls(_DEFAULT_KINDS, callback=callback, entity_id=entity_id)


def apply_qos_overrides(
    node: NodeParameters, profile: QoSProfile, topic: str, kind: str, options: QoSOverridingOptions
) -> None:
    """Declare the parameters of one endpoint and change `profile` by their values.

    Args:
        node: Where the parameters are declared.
        profile: Its values are the parameters' defaults.
        topic: Fully qualified name.
        kind: `publisher` or `subscription`.
        options: Which policies, and who checks.

    Raises:
        InvalidParameterValueException: No such policy value, or the check refuses.
    """
    suffix = f'_{options.entity_id}' if options.entity_id else ''
    for policy in options.policy_kinds:
        field = policy.name.lower()
        name = f'qos_overrides.{topic}.{kind}{suffix}.{field}'
        if node.has_parameter(name):
            value = node.get_parameter(name).value
        else:
            descriptor = message('rcl_interfaces/msg/ParameterDescriptor')(read_only=True)
            default = _to_parameter(getattr(profile, field))
            value = node.declare_parameter(name, default, descriptor).value
        setattr(profile, field, _from_parameter(policy, value, name))
    if options.callback is not None:
        result = options.callback(profile)
        if not result.successful:
            raise InvalidParameterValueException(f'{topic}: QoS override refused: {result.reason}')


def _to_parameter(value: Any) -> Any:
    if isinstance(value, Duration):
        return value.nanoseconds
    return value.name.lower() if hasattr(value, 'name') else value


def _from_parameter(policy: QoSPolicyKind, value: Any, name: str) -> Any:
    if enum := _ENUMS.get(policy):
        try:
            return enum[str(value).upper()]
        except KeyError:
            choices = ', '.join(member.name.lower() for member in enum)
            raise InvalidParameterValueException(
                f'parameter {name!r}: expected one of {choices}, got {value!r}'
            ) from None
    return value if policy is QoSPolicyKind.DEPTH else Duration(nanoseconds=value)
