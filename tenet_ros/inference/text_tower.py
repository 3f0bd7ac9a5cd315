"""The language side of an open-vocabulary detector: texts to the tensors that its image graph takes.

Per family there is a *layout*, how texts become token ids; the rest is a text graph, run once per
command. What an image graph takes beside the image it gets, by name, from the text graph's outputs
or from the layout itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.inference.session import Session

__all__ = ['Layout', 'TextTower', 'Texts']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Texts:
    """Texts in terms of tokens.

    Attributes:
        tensors: by name.
        columns: for each text its column in the scores, -1 where there was no room.
    """

    tensors: Mapping[str, npt.NDArray[Any]]
    columns: tuple[int, ...]


class Layout(Protocol):
    """How a family's texts become tokens."""

    def lay(self, texts: Sequence[str]) -> Texts:
        """Return the tokens of at least one text, the most important first."""
        ...


class TextTower:
    """Makes of texts what a detector's image graph takes.

    Args:
        session: the text graph, active; this tower does not own it.
        layout: of the family.
        wanted: names of the image graph's inputs, but for the image.

    Raises:
        EngineError: the text graph takes what the layout does not make.
    """

    def __init__(self, session: Session, layout: Layout, wanted: Sequence[str]) -> None:
        self._session = session
        self._layout = layout
        self._wanted = tuple(wanted)
        made = layout.lay(['object']).tensors.keys()
        takes = {spec.name for spec in session.inputs}
        missing = (takes - made) | (set(wanted) - made - {s.name for s in session.outputs})
        if missing:
            raise EngineError(
                f'{session.key}: expected text tensors among {", ".join(sorted(made))}, the graphs '
                f'want {", ".join(sorted(missing))} as well; export the model again'
            )

    def encode(self, texts: Sequence[str]) -> Texts:
        """Return the image graph's text tensors and the column of each text."""
        laid = self._layout.lay(texts)
        takes = {spec.name: spec for spec in self._session.inputs}
        tensors = {
            name: laid.tensors[name].astype(spec.dtype, copy=False) for name, spec in takes.items()
        }
        # Copied: they live as long as the command, the session's outputs until its next run.
        outputs = {name: value.copy() for name, value in self._session.infer(tensors).items()}
        every = {**laid.tensors, **outputs}
        return Texts(tensors={name: every[name] for name in self._wanted}, columns=laid.columns)
