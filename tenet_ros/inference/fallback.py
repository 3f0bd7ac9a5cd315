"""A session that is made of several: the best that works runs, and the next takes over in flight."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, final

import numpy.typing as npt

from tenet_ros.errors import EngineError
from tenet_ros.inference.progress import current
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import TensorMap, TensorSpec

__all__ = ['Candidate', 'FallbackSession']

_log = logging.getLogger(__name__)


def _nothing_against_it() -> str:
    return ''


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to run a model.

    Attributes:
        name: a word or two: "TensorRT", "CUDA".
        make: returns a session, not yet active; it may import an engine.
        obstacle: returns in a few words why it need not be tried ("no GPU"), or ''.
        slow: its ``activate`` may take minutes, so in flight it comes last.
    """

    name: str
    make: Callable[[], Session]
    obstacle: Callable[[], str] = _nothing_against_it
    slow: bool = False


@final
class FallbackSession(Session):
    """Runs the first candidate that works; see ``Session`` for what the methods promise.

    A candidate that fails in flight, because its GPU is gone or out of memory, is not taken again
    before the next ``activate``; its inputs are run again by whatever takes over, so that no
    result is missed.

    Args:
        key: identity for diagnostics.
        candidates: best first.
    """

    def __init__(self, key: str, candidates: Sequence[Candidate]) -> None:
        self._key = key
        self._candidates = tuple(candidates)
        self._left: list[Candidate] = []
        self._passed: list[str] = []
        self._session: Session | None = None
        self._fallback = ''

    @property
    def key(self) -> str:
        """Identity for diagnostics."""
        return self._key

    @property
    def provider(self) -> str:
        """What runs the model, and why nothing better does."""
        session = self._session  # another thread may replace it meanwhile
        if session is None:
            return 'not active'
        reasons = '; '.join(dict.fromkeys(self._passed))
        passed = f' ({reasons})' if reasons else ''
        return f'{session.provider}{passed}'

    @property
    def fallback(self) -> str:
        """What failed in flight since ``activate``, and what runs instead; '' if nothing did."""
        return self._fallback

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` takes."""
        return self._active().inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What ``infer`` gives."""
        return self._active().outputs

    def activate(self) -> None:
        """Activate the best candidate that works.

        Raises:
            EngineError: none does.
        """
        if self._session is not None:
            return
        self._left, self._passed, self._fallback = list(self._candidates), [], ''
        self._session = self._climb()

    def infer(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        """Run the model, on the next candidate if the present one fails."""
        while True:
            session = self._active()
            try:
                return session.infer(inputs)
            except EngineError as error:
                self._replace(session, error)

    def deactivate(self) -> None:
        """Free the model."""
        session, self._session = self._session, None
        self._left = []
        if session is not None:
            session.deactivate()

    def _active(self) -> Session:
        if self._session is None:
            raise EngineError(f'{self._key}: expected an active session; call activate() first')
        return self._session

    def _climb(self) -> Session:
        """Return the next candidate that works, active; drop it and those before it."""
        failures: dict[str, EngineError] = {}
        while self._left:
            candidate = self._left.pop(0)
            obstacle = candidate.obstacle()
            if obstacle:
                self._passed.append(obstacle)
                continue
            session = candidate.make()
            try:
                session.activate()
            except EngineError as error:
                with suppress(EngineError):
                    session.deactivate()
                if current().cancelled:
                    raise
                failures[str(error)] = error
                self._passed.append(f'{candidate.name}: {_reason(error)}')
                _log.warning('%s does not run on %s: %s', self._key, candidate.name, str(error))
                continue
            return session
        if len(failures) == 1:  # it is not the engines: one thing is wrong, and says what to do
            raise EngineError(*failures) from failures.popitem()[1]
        raise EngineError(
            f'{self._key}: expected an engine that runs the model, got none '
            f'({"; ".join(self._passed)}); mend one of these'
        )

    def _replace(self, broken: Session, error: EngineError) -> None:
        """Take the next candidate in place of one that failed.

        Raises:
            EngineError: none is left.
        """
        was = broken.provider
        self._session = None
        with suppress(EngineError):
            broken.deactivate()
        self._passed.append(f'failed in flight: {_reason(error)}')
        self._left.sort(key=lambda candidate: candidate.slow)  # stable: else best first
        session = self._climb()
        self._session = session
        self._fallback = f'{was} failed: {error}. Now: {session.provider}'
        _log.warning('%s: %s', self._key, self._fallback)


def _reason(error: EngineError) -> str:
    """Return what came, without what was expected and what to do, if the message has that form."""
    text = str(error)
    came = re.search(r'[,;] got (.+?)(?:; |$)', text)
    return (came[1] if came else text)[:160]
