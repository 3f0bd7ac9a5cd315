"""Errors of the standalone runtime, under the names that rclpy gives them."""

from __future__ import annotations

from tenet_ros.errors import TenetError

__all__ = [
    'ExternalShutdownException',
    'InvalidNamespaceException',
    'InvalidNodeNameException',
    'InvalidParameterException',
    'InvalidParameterTypeException',
    'InvalidParameterValueException',
    'InvalidTopicNameException',
    'MiddlewareError',
    'NameValidationException',
    'NeedsRosError',
    'NotInitializedException',
    'ParameterAlreadyDeclaredException',
    'ParameterException',
    'ParameterImmutableException',
    'ParameterNotDeclaredException',
    'ParameterUninitializedException',
    'RosArgumentError',
    'ShutdownException',
]


class NotInitializedException(TenetError):  # noqa: N818
    """The context is not initialised, or was shut down."""


class ExternalShutdownException(TenetError):  # noqa: N818, the name is rclpy's
    """The context was shut down by somebody else (SIGTERM, `shutdown()`) while spinning."""


class ShutdownException(TenetError):  # noqa: N818
    """The executor was shut down while it waited."""


class MiddlewareError(TenetError):
    """DDS refused a call."""


class NeedsRosError(TenetError, NotImplementedError):
    """A part of rclpy that the standalone runtime does not have."""

    def __init__(self, what: str, instead: str = '') -> None:
        super().__init__(
            f'{what} needs a ROS 2 installation: the standalone runtime offers topics, timers, '
            'parameters from the command line and in-process lifecycle. '
            + (instead or 'Source ROS 2 (and unset TENET_ROS_BACKEND) to use rclpy.')
        )


class RosArgumentError(TenetError):
    """A `--ros-args` argument or parameter file that cannot be understood."""


class NameValidationException(TenetError):  # noqa: N818
    """A name that ROS 2 does not allow."""


class InvalidNodeNameException(NameValidationException):
    """A node name that ROS 2 does not allow."""


class InvalidNamespaceException(NameValidationException):
    """A namespace that ROS 2 does not allow."""


class InvalidTopicNameException(NameValidationException):
    """A topic name that ROS 2 does not allow."""


class ParameterException(TenetError):  # noqa: N818
    """Base of the parameter errors."""


class ParameterNotDeclaredException(ParameterException):
    """The parameter was not declared."""


class ParameterAlreadyDeclaredException(ParameterException):
    """The parameter was declared before."""


class ParameterImmutableException(ParameterException):
    """The parameter is read-only."""


class ParameterUninitializedException(ParameterException):
    """A statically typed parameter was read before it had a value."""


class InvalidParameterException(ParameterException):
    """A parameter name that is not allowed."""


class InvalidParameterTypeException(ParameterException):
    """A value of another type than the parameter was declared with."""


class InvalidParameterValueException(ParameterException):
    """A value out of range, or refused by a callback of the node."""
