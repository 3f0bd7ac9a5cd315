"""The simulated tabletop as a source: rendered ahead of the clock, or played from recordings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.sim.graphics import GraphicsError, check_graphics
from tenet_ros.sim.scene import Camera, Scene
from tenet_ros.sources.ahead import Ahead, Frames
from tenet_ros.sources.frame import Depth, RawPicture, SourceFrame
from tenet_ros.sources.recorded import FRAME_ID, RecordedTabletop, calibration_of
from tenet_ros.sources.source import SourceInfo
from tenet_ros.types import UInt8Array

__all__ = [
    'TabletopSource',
    'bundled_recordings',
    'is_tabletop',
    'open_tabletop',
    'tabletop_of',
]

SPEC = re.compile(r'sim(?::(?P<split>train|val|test))?(?::(?P<seed>\d+))?(?P<endless>\+?)')
RATE_HZ = 30.0
After = Literal['end', 'next', 'again']
RECORDINGS = Path(__file__).resolve().parent.parent / 'recordings'


class TabletopSource:
    """Renders the clip of a seed, or of one seed after the other, in a thread of its own.

    Stamps and due times are exact multiples of the period from the first frame on, also from
    clip to clip.

    Args:
        seed: of the first clip.
        split: 'train', 'val' or 'test'.
        after: what follows the clip: nothing ('end'), the clips of seed + 1, seed + 2, ...
            ('next'), or the same clip again and again ('again').
        rate_hz: frames per second of simulated time.
        depth: whether frames carry depth.

    Raises:
        GraphicsError: scenes cannot be rendered on this machine.
    """

    def __init__(
        self,
        seed: int,
        split: str = 'train',
        *,
        after: After = 'end',
        rate_hz: float = RATE_HZ,
        depth: bool = True,
    ) -> None:
        from tenet_ros.sim.generator import generate

        check_graphics()
        self._first: Scene = generate(seed, split, rate_hz=rate_hz)
        self._make: Callable[[int], Scene] = lambda n: generate(n, split, rate_hz=rate_hz)
        self._after = after
        self._depth = depth
        self._running: list[Ahead] = []
        camera = self._first.camera
        self.info = SourceInfo(
            name=f'sim:{split}:{seed}{"+" if after == "next" else ""}',
            kind='simulation',
            rate_hz=rate_hz,
            length=len(self._first) if after == 'end' else None,
            live=False,
            detail=f'{camera.width}x{camera.height}, rendered',
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every frame; several iterations render independently of each other.

        Raises:
            GraphicsError: the renderer failed.
        """
        ahead = Ahead(self._render, 'tabletop')
        self._running.append(ahead)
        try:
            yield from ahead.frames()
        finally:
            ahead.stop()
            self._running.remove(ahead)

    def close(self) -> None:
        """End every running iteration."""
        for ahead in tuple(self._running):
            ahead.stop()

    def _render(self) -> Frames:
        """Render frame after frame in the calling thread."""
        from tenet_ros.sim.renderer import Renderer
        from tenet_ros.sim.stage import close_stage_of_this_thread

        index = 0
        try:
            for scene in self._scenes():
                with Renderer(scene) as renderer:
                    for frame in range(len(scene)):
                        image, depth = renderer.image_and_depth(frame, depth=self._depth)
                        yield self._frame(index, scene.camera, image, depth)
                        index += 1
        finally:
            close_stage_of_this_thread()

    def _frame(
        self, index: int, camera: Camera, image: UInt8Array, depth: npt.NDArray[np.float32]
    ) -> SourceFrame:
        stamp_ns = round(index * 1e9 / self.info.rate_hz)
        beside = Depth(image=depth, stamp_ns=stamp_ns, frame_id=FRAME_ID) if depth.size else None
        return SourceFrame(
            picture=RawPicture.of_rgb(image),
            stamp_ns=stamp_ns,
            due_ns=stamp_ns,
            frame_id=FRAME_ID,
            calibration=calibration_of(camera),
            depth=beside,
        )

    def _scenes(self) -> Iterator[Scene]:
        """Yield scene after scene; the next is thought out while one is rendered."""
        if self._after != 'next':
            yield from repeat(self._first) if self._after == 'again' else (self._first,)
            return
        with ThreadPoolExecutor(1, 'tabletop scenes') as pool:
            scene = self._first
            while True:
                following = pool.submit(self._make, scene.seed + 1)
                yield scene
                scene = following.result()


def is_tabletop(spec: str) -> bool:
    """Return whether ``spec`` is the name of a simulation: "sim", "sim:7", "sim:test:7+"."""
    return SPEC.fullmatch(spec) is not None


def tabletop_of(
    spec: str,
    *,
    after: After | None = None,
    rate_hz: float | None = None,
    depth: bool = True,
) -> TabletopSource:
    """Open the simulation of that name.

    Args:
        spec: "sim[:SPLIT][:SEED][+]": the clip of a seed (0) of a split (train), and with "+" the
            clips of the seeds after it, without end.
        after: as ``TabletopSource``, whatever the name says.
        rate_hz: frames per second instead of 30.
        depth: whether frames carry depth.

    Raises:
        SourceError: another name.
        GraphicsError: scenes cannot be rendered on this machine.
    """
    named = SPEC.fullmatch(spec)
    if named is None:
        raise SourceError(f'simulation: expected "sim[:SPLIT][:SEED][+]", got {spec!r}')
    return TabletopSource(
        int(named['seed'] or 0),
        named['split'] or 'train',
        after=after or ('next' if named['endless'] else 'end'),
        rate_hz=rate_hz or RATE_HZ,
        depth=depth,
    )


def bundled_recordings() -> tuple[Path, ...]:
    """Return the folders of the recordings that come with the package, in order."""
    return tuple(sorted(path.parent for path in RECORDINGS.glob('*/scene.json')))


def open_tabletop(
    spec: str,
    *,
    say: Callable[[str], object],
    after: After | None = None,
    rate_hz: float | None = None,
    depth: bool = True,
) -> TabletopSource | RecordedTabletop:
    """Open a simulation where it can be rendered, or else what is recorded in the package.

    Args:
        spec: as ``tabletop_of``.
        say: gets one line when recordings are played instead.
        after: likewise; recordings begin again where a simulation would not end.
        rate_hz: likewise.
        depth: likewise.

    Raises:
        GraphicsError: scenes cannot be rendered here, and there are no recordings either.
    """
    try:
        return tabletop_of(spec, after=after, rate_hz=rate_hz, depth=depth)
    except GraphicsError as error:
        folders = bundled_recordings()
        if not folders:
            raise
        say(f'playing recorded clips in place of {spec}: {error}')
        endless = after in {'next', 'again'} or (after is None and spec.endswith('+'))
        return RecordedTabletop(folders, endless=endless, rate_hz=rate_hz)
