"""The one thing that stages know of an inference engine."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol, TypeVar

import numpy.typing as npt

from tenet_ros.inference.spec import TensorMap, TensorSpec

__all__ = ['Session']

SessionT = TypeVar('SessionT', bound='Session')


class Session(Protocol):
    """A model, ready to be run. A class that derives from it is a context manager as well.

    Made cheaply, loaded by ``activate``, freed by ``deactivate``; both may be called twice. A
    session is used by one thread at a time, always the same one where the engine is a GPU's.
    """

    @property
    def key(self) -> str:
        """Identity for diagnostics: "yolox_nano_416 695e750a5d57"."""
        ...

    @property
    def provider(self) -> str:
        """What runs the model and why: "CPU, 1 thread (no CUDA provider in this build)".

        Before ``activate``: "not active".
        """
        ...

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` takes.

        Raises:
            EngineError: not active.
        """
        ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` gives.

        Raises:
            EngineError: not active.
        """
        ...

    def activate(self) -> None:
        """Load the model and run it once, so that no frame pays for the first run.

        Raises:
            EngineError: the file is missing, corrupt, or not the one that its manifest names.
        """
        ...

    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the model.

        Args:
            inputs: exactly the tensors of ``self.inputs``; only read, and free to be reused as
                soon as the call returns.

        Returns:
            Exactly the tensors of ``self.outputs``. They are valid until the next ``infer`` or
            ``deactivate`` of this session, which may write over them: copy what must live longer.

        Raises:
            ContractError: a tensor's name, dtype or shape is not what ``self.inputs`` says.
            EngineError: not active, or the engine failed.
        """
        ...

    def deactivate(self) -> None:
        """Free the model."""
        ...

    def __enter__(self: SessionT) -> SessionT:  # noqa: PYI019 - Self came with Python 3.11
        """Activate."""
        self.activate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Deactivate."""
        self.deactivate()
