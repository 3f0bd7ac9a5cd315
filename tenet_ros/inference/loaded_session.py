"""What the sessions of one engine share: they hold a loaded model, or are not active."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from tenet_ros.errors import EngineError
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import TensorSpec

__all__ = ['LoadedSession']

_NOT_ACTIVE = 'not active'


class _Loaded(Protocol):
    """A model that an engine has loaded."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]: ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]: ...


LoadedT = TypeVar('LoadedT', bound=_Loaded)


class LoadedSession(Session, Generic[LoadedT]):
    """A session whose ``activate`` sets ``_loaded`` and ``_provider``, and nothing else.

    Args:
        name: of the model, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._loaded: LoadedT | None = None
        self._provider = _NOT_ACTIVE

    @property
    def provider(self) -> str:
        """What runs the model, and why nothing better does."""
        return self._provider

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` takes."""
        return self._active().inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` gives."""
        return self._active().outputs

    def deactivate(self) -> None:
        """Free the model."""
        self._loaded = None
        self._provider = _NOT_ACTIVE

    def _active(self) -> LoadedT:
        if self._loaded is None:
            raise EngineError(f'{self._name}: expected an active session; call activate() first')
        return self._loaded
