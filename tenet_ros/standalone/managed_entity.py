"""What takes part in the transitions of a lifecycle node."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

from tenet_ros.standalone.publisher import Publisher

__all__ = [
    'LifecyclePublisher',
    'LifecycleState',
    'ManagedEntity',
    'SimpleManagedEntity',
    'TransitionCallbackReturn',
]


class TransitionCallbackReturn(IntEnum):
    """What a transition callback returns, with the numbers of lifecycle_msgs."""

    SUCCESS = 97
    FAILURE = 98
    ERROR = 99

    def to_label(self) -> str:
        """Return the label of the transition that it stands for."""
        return f'transition_{self.name.lower()}'


class LifecycleState(NamedTuple):
    """A state of the machine."""

    label: str
    state_id: int


class ManagedEntity:
    """Something that takes part in the transitions of a lifecycle node.

    Every callback is given the state that the node comes from.
    """

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Take part in configuring."""
        return TransitionCallbackReturn.SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Take part in cleaning up."""
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Take part in shutting down."""
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Take part in activating."""
        return TransitionCallbackReturn.SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Take part in deactivating."""
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Take part in error processing."""
        return TransitionCallbackReturn.SUCCESS


_Method = TypeVar('_Method', bound=Callable[..., Any])


class SimpleManagedEntity(ManagedEntity):
    """A managed entity with a flag, set while the node is active."""

    def __init__(self) -> None:
        self._enabled = False

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Raise the flag."""
        self._enabled = True
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lower the flag."""
        self._enabled = False
        return super().on_deactivate(state)

    @property
    def is_activated(self) -> bool:
        """The flag."""
        return self._enabled

    @staticmethod
    def when_enabled(method: _Method) -> _Method:
        """Decorate a method so that it does nothing while the flag is down."""

        @wraps(method)
        def wrapper(self: SimpleManagedEntity, *args: Any, **kwargs: Any) -> Any:
            return method(self, *args, **kwargs) if self.is_activated else None

        return cast('_Method', wrapper)


class LifecyclePublisher(SimpleManagedEntity, Publisher):
    """A publisher that drops what it is given while its node is not active."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        SimpleManagedEntity.__init__(self)
        Publisher.__init__(self, *args, **kwargs)

    @SimpleManagedEntity.when_enabled
    def publish(self, msg: Any) -> None:
        """Send a message if the node is active; see `Publisher.publish`."""
        Publisher.publish(self, msg)
