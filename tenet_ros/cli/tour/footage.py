"""The clips of the demonstration: rendered once into a cache, or those that are recorded."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tenet_ros.cli.children import Child
from tenet_ros.cli.tour.itinerary import SPLIT, TOUR, Ask, asks_for, digest, sentences_of
from tenet_ros.errors import ConfigError, SourceError
from tenet_ros.sim.generator import GENERATOR, generate
from tenet_ros.sim.graphics import GraphicsError, check_graphics
from tenet_ros.sim.projection import observe
from tenet_ros.sim.recording import Recording, load, recordings_in, write
from tenet_ros.sim.scene import Scene
from tenet_ros.types import UInt8Array

if TYPE_CHECKING:
    from tenet_ros.sim.renderer import Renderer

__all__ = ['Programme', 'Showing', 'default_cache', 'programme', 'render']

MOST_JOBS = 4
POLL_S = 0.1
CLIP_FRAMES = 240
TOLD_FRAMES = 8
"""A renderer tells how far it is once in so many frames."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Showing:
    """One clip that is played, and what is asked while it is.

    Attributes:
        recording: the clip.
        asks: commands in order of their times.
    """

    recording: Recording
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Programme:
    """Everything that is shown, in order.

    Attributes:
        folder: a source: its recordings are the showings', in the same order.
        showings: the clips.
    """

    folder: Path
    showings: tuple[Showing, ...]

    @property
    def rate_hz(self) -> float:
        """Frames per second of the whole."""
        return self.showings[0].recording.scene.rate_hz

    @property
    def frames(self) -> tuple[int, ...]:
        """Number of frames of each clip."""
        return tuple(len(showing.recording) for showing in self.showings)

    def at(self, frame: int) -> tuple[int, int]:
        """Return the clip and the frame in it for a frame of the whole, also in later rounds."""
        frame %= sum(self.frames)
        for clip, count in enumerate(self.frames):
            if frame < count:
                return clip, frame
            frame -= count
        raise AssertionError

    @property
    def commands(self) -> tuple[tuple[int, Ask], ...]:
        """The asks with the frame of the whole at which each is due."""
        found, before = [], 0
        for showing, count in zip(self.showings, self.frames, strict=True):
            found += [(before + round(ask.at_s * self.rate_hz), ask) for ask in showing.asks]
            before += count
        return tuple(found)


def default_cache() -> Path:
    """Return ``~/.cache/tenet_ros/demo``, or the place of XDG in its stead."""
    root = os.environ.get('XDG_CACHE_HOME', '')
    return (Path(root) if root else Path.home() / '.cache') / 'tenet_ros' / 'demo'


def programme(cache: Path, recordings: Path | None) -> Programme:
    """Return what is played: given recordings, the tour, or where that cannot be rendered others.

    Args:
        cache: where the rendered tour is kept.
        recordings: a folder of recordings to play instead, or one of them.

    Raises:
        ConfigError: rendering failed, or a recording has no sentences.
        GraphicsError: nothing here can render, and there are no recordings either.
        SourceError: a recording is damaged.
    """
    if recordings is not None:
        return _recorded(recordings)
    folder = cache / f'generator-{GENERATOR}-{digest()}'
    missing = [n for n in range(len(TOUR)) if not _folder(folder, n).is_dir()]
    if missing:
        try:
            check_graphics()
        except GraphicsError as error:
            return _instead(error)
        _render_all(missing, cache, folder)
    showings = [
        Showing(recording=load(_folder(folder, number)), asks=stop.asks)
        for number, stop in enumerate(TOUR)
    ]
    return Programme(folder=folder, showings=tuple(showings))


def render(numbers: Sequence[int], cache: Path) -> None:
    """Render stops of the tour; tell on stdout how many frames there are.

    Raises:
        GraphicsError: nothing here can render.
        SourceError: the cache cannot be written.
    """
    from tenet_ros.sim.renderer import Renderer

    for number in numbers:
        folder = _folder(cache / f'generator-{GENERATOR}-{digest()}', number)
        if folder.is_dir():
            continue
        scene = generate(TOUR[number].seed, SPLIT)
        said = sentences_of(TOUR[number], scene, observe(scene))
        with Renderer(scene) as renderer:
            try:
                write(scene, _views(renderer, scene), folder, sentences=said)
            except SourceError:
                if not folder.is_dir():  # else somebody else was faster
                    raise


def _views(renderer: Renderer, scene: Scene) -> Iterator[tuple[UInt8Array, UInt8Array]]:
    """Yield image and labels of every frame, and tell how many there have been."""
    for frame in range(len(scene)):
        view = renderer.view(frame)
        yield view.image, view.labels
        if frame % TOLD_FRAMES == TOLD_FRAMES - 1:
            print(TOLD_FRAMES, flush=True)


def _folder(folder: Path, number: int) -> Path:
    return folder / f'{number}_{SPLIT}_{TOUR[number].seed}'


def _recorded(folder: Path) -> Programme:
    folders = recordings_in(folder)
    if not folders:
        raise SourceError(f'{folder}: expected a recording of the tabletop, or a folder of some')
    found = [load(path) for path in folders]
    showings = [Showing(recording=r, asks=asks_for(r.sentences, r.scene.rate_hz)) for r in found]
    return Programme(folder=folder, showings=tuple(showings))


def _instead(error: GraphicsError) -> Programme:
    """Return what comes with the package, and say why."""
    from tenet_ros.sources.tabletop import bundled_recordings

    folders = bundled_recordings()
    if not folders:
        raise error
    print(f'playing recorded clips, for the tour cannot be rendered: {error}', file=sys.stderr)
    return _recorded(folders[0].parent)


def _render_all(missing: Sequence[int], cache: Path, folder: Path) -> None:
    """Render stops in processes of one core each, and show how far they are."""
    jobs = max(1, min(len(os.sched_getaffinity(0)), len(missing), MOST_JOBS))
    print(f'rendering {len(missing)} clips, once, into {folder}', file=sys.stderr)
    start_s = time.monotonic()
    with ExitStack() as stack:
        children = [
            stack.enter_context(Child('renderer', _arguments(missing[job::jobs], cache), _ALONE))
            for job in range(jobs)
        ]
        while any(child.running for child in children):
            _tell(children, len(missing))
            time.sleep(POLL_S)
        _tell(children, len(missing), end='\n')
        for child in children:
            child.check()
    absent = [number for number in missing if not _folder(folder, number).is_dir()]
    if absent:
        raise ConfigError(f'{folder}: clips {absent} were not written; is the disk full?')
    print(f'rendered in {time.monotonic() - start_s:.0f} s', file=sys.stderr)


_ALONE = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'LP_NUM_THREADS': '1'}
"""One thread in NumPy, and in Mesa's software renderer."""


def _arguments(numbers: Sequence[int], cache: Path) -> list[str]:
    return ['demo', '--render', ','.join(map(str, numbers)), '--cache', str(cache)]


def _tell(children: Sequence[Child], clips: int, *, end: str = '') -> None:
    """Draw how far the renderers are, where a person watches."""
    if not sys.stderr.isatty():
        return
    told = sum(len(child.said()) for child in children)
    share = min(1.0, told * TOLD_FRAMES / (clips * CLIP_FRAMES))
    width = max(10, min(40, shutil.get_terminal_size().columns - 10))
    print(f'\r[{"#" * round(share * width):<{width}}] {share:4.0%}', end=end, file=sys.stderr)
