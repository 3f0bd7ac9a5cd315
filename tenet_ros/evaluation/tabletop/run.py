"""Many clips, in several processes of one thread each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import cv2

from tenet_ros.config import Settings
from tenet_ros.evaluation.tabletop.clip import Clip
from tenet_ros.evaluation.tabletop.footage import open_clip, render
from tenet_ros.evaluation.tabletop.play import Played, play
from tenet_ros.evaluation.tabletop.record import Case
from tenet_ros.evaluation.tabletop.split import Entry
from tenet_ros.factory import System, build

__all__ = ['Outcome', 'play_all', 'render_all']

ResultT = TypeVar('ResultT')

_SYSTEM: list[System] = []
"""Of this process: engines are loaded once for all its clips."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """One played clip.

    Attributes:
        cases: its sentences.
        played: what the systems made of them.
    """

    cases: tuple[Case, ...]
    played: Played


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What a worker is given: a clip, where it lies, what is asked about it."""

    entry: Entry
    cache: Path
    kinds: frozenset[str]
    settings: Settings


def render_all(entries: Sequence[Entry], cache: Path, *, jobs: int) -> Iterator[Path]:
    """Render what the cache lacks, and yield the folder of every clip in order.

    Raises:
        ConfigError: a clip is not the one that was frozen.
        GraphicsError: nothing here can render.
    """
    settings = Settings()
    work = [_Job(entry=e, cache=cache, kinds=frozenset(), settings=settings) for e in entries]
    yield from _spread(_render, work, jobs)


def play_all(
    entries: Sequence[Entry],
    cache: Path,
    settings: Settings,
    *,
    jobs: int,
    kinds: frozenset[str] = frozenset(),
) -> Iterator[Outcome]:
    """Play clips of the cache and yield them in order.

    Args:
        entries: which clips.
        cache: where they lie.
        settings: of the system; every process builds one, of one thread.
        jobs: how many processes.
        kinds: ask sentences of these kinds alone; empty for all.

    Raises:
        ConfigError: a clip is not the one that was frozen, or the settings name nothing.
        EngineError: a model is missing.
        SourceError: a clip is not in the cache.
    """
    alone = replace(settings, threads=1)
    work = [_Job(entry=e, cache=cache, kinds=kinds, settings=alone) for e in entries]
    for outcome in _spread(_play, work, jobs):
        if outcome.cases:
            yield outcome


def _spread(
    function: Callable[[_Job], ResultT], work: Sequence[_Job], jobs: int
) -> Iterator[ResultT]:
    """Map over processes that share nothing, in order; in this one where there is but one."""
    if jobs <= 1:
        yield from map(function, work)
        return
    # Spawned, not forked: engines and OpenGL contexts do not survive a fork.
    with ProcessPoolExecutor(jobs, mp_context=get_context('spawn'), initializer=_alone) as pool:
        yield from pool.map(function, work)


def _alone() -> None:
    """Keep a worker to one core."""
    os.environ['OMP_NUM_THREADS'] = '1'
    cv2.setNumThreads(1)


def _render(job: _Job) -> Path:
    return render(job.entry, job.cache)


def _play(job: _Job) -> Outcome:
    clip = _narrowed(open_clip(job.entry, job.cache), job.kinds)
    if not _SYSTEM or _SYSTEM[0].settings != job.settings:
        _SYSTEM[:] = [build(job.settings)]
    return Outcome(cases=clip.cases, played=play(clip, _SYSTEM[0]))


def _narrowed(clip: Clip, kinds: frozenset[str]) -> Clip:
    if not kinds:
        return clip
    return replace(clip, cases=tuple(case for case in clip.cases if case.kind in kinds))
