"""The simulated tabletop as a source: rendered ahead of the clock, or played from recordings."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import cycle
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread

import numpy as np
import numpy.typing as npt

from tenet_ros.errors import SourceError
from tenet_ros.sim.graphics import GraphicsError, check_graphics
from tenet_ros.sim.recording import Recording, load
from tenet_ros.sim.scene import Camera, Scene
from tenet_ros.sources.frame import Calibration, CompressedPicture, Depth, RawPicture, SourceFrame
from tenet_ros.sources.source import SourceInfo
from tenet_ros.types import UInt8Array

__all__ = [
    'RecordedTabletop',
    'TabletopSource',
    'bundled_recordings',
    'is_tabletop',
    'open_tabletop',
    'tabletop_of',
]

SPEC = re.compile(r'sim(?::(?P<split>train|val|test))?(?::(?P<seed>\d+))?(?P<endless>\+?)')
RATE_HZ = 30.0
AHEAD = 24
"""Frames rendered before they are due: what the making of the next clip takes, and no more."""
POLL_S = 0.1
FRAME_ID = 'camera'
RECORDINGS = Path(__file__).resolve().parent.parent / 'recordings'

_Frames = Generator[SourceFrame, None, None]


class TabletopSource:
    """Renders the clip of a seed, or of one seed after the other, in a thread of its own.

    Stamps and due times are exact multiples of the period from the first frame on, also from
    clip to clip.

    Args:
        seed: of the first clip.
        split: 'train', 'val' or 'test'.
        endless: go on with the clips of seed + 1, seed + 2, ...
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
        endless: bool = False,
        rate_hz: float = RATE_HZ,
        depth: bool = True,
    ) -> None:
        from tenet_ros.sim.generator import generate

        check_graphics()
        self._first: Scene = generate(seed, split, rate_hz=rate_hz)
        self._make: Callable[[int], Scene] = lambda n: generate(n, split, rate_hz=rate_hz)
        self._endless = endless
        self._depth = depth
        self._running: list[_Ahead] = []
        camera = self._first.camera
        self.info = SourceInfo(
            name=f'sim:{split}:{seed}{"+" if endless else ""}',
            kind='simulation',
            rate_hz=rate_hz,
            length=None if endless else len(self._first),
            live=False,
            detail=f'{camera.width}x{camera.height}, rendered',
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every frame; several iterations render independently of each other.

        Raises:
            GraphicsError: the renderer failed.
        """
        ahead = _Ahead(self._render)
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

    def _render(self) -> _Frames:
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
        if not self._endless:
            yield self._first
            return
        with ThreadPoolExecutor(1, 'tabletop scenes') as pool:
            scene = self._first
            while True:
                following = pool.submit(self._make, scene.seed + 1)
                yield scene
                scene = following.result()


class RecordedTabletop:
    """Plays recordings of the tabletop; they carry calibration and no depth.

    Args:
        folders: of the recordings, in order.
        endless: begin again after the last.
        rate_hz: instead of the first recording's own.

    Raises:
        SourceError: a folder that holds no recording.
    """

    def __init__(
        self, folders: Sequence[Path], *, endless: bool = False, rate_hz: float | None = None
    ) -> None:
        self.recordings: tuple[Recording, ...] = tuple(load(folder) for folder in folders)
        self._endless = endless
        self._closed = False
        first = self.recordings[0]
        camera = first.scene.camera
        self.info = SourceInfo(
            name=first.folder.resolve().name,
            kind='recording',
            rate_hz=rate_hz or first.scene.rate_hz,
            length=None if endless else sum(map(len, self.recordings)),
            live=False,
            detail=f'{camera.width}x{camera.height}, {len(folders)} recorded clips',
        )

    def frames(self) -> Iterator[SourceFrame]:
        """Yield every frame of every recording.

        Raises:
            SourceError: a recording is damaged.
        """
        index = 0
        for recording in cycle(self.recordings) if self._endless else self.recordings:
            calibration = calibration_of(recording.scene.camera)
            for frame in range(len(recording)):
                if self._closed:
                    return
                stamp_ns = round(index * 1e9 / self.info.rate_hz)
                yield SourceFrame(
                    picture=_picture(recording, frame),
                    stamp_ns=stamp_ns,
                    due_ns=stamp_ns,
                    frame_id=FRAME_ID,
                    calibration=calibration,
                )
                index += 1

    def close(self) -> None:
        """End every running iteration at its next frame."""
        self._closed = True


class _Ahead:
    """Runs an iterator in a thread, a little ahead of whoever takes from it."""

    def __init__(self, produce: Callable[[], _Frames]) -> None:
        self._queue: Queue[SourceFrame | BaseException | None] = Queue(AHEAD)
        self._stopped = Event()
        self._produce = produce
        self._thread = Thread(target=self._run, name='tabletop', daemon=True)

    def frames(self) -> Iterator[SourceFrame]:
        """Yield what the thread makes, and raise what it raises."""
        self._thread.start()
        while not self._stopped.is_set():
            try:
                made = self._queue.get(timeout=POLL_S)
            except Empty:
                continue
            if made is None:
                return
            if isinstance(made, BaseException):
                raise made
            yield made

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        last: BaseException | None = None
        try:
            with closing(self._produce()) as produced:
                for frame in produced:
                    if not self._put(frame):
                        return
        except BaseException as error:  # noqa: BLE001 - raised again where the frames are taken
            last = error
        self._put(last)

    def _put(self, made: SourceFrame | BaseException | None) -> bool:
        """Hand something over; False when nobody takes it any more."""
        while not self._stopped.is_set():
            try:
                self._queue.put(made, timeout=POLL_S)
            except Full:
                continue
            return True
        return False


def calibration_of(camera: Camera) -> Calibration:
    """Return a simulated camera's intrinsics; ROS counts pixels from their centres."""
    cx, cy, f = (camera.width - 1) / 2, (camera.height - 1) / 2, camera.focal_px
    return Calibration(
        height=camera.height,
        width=camera.width,
        distortion_model='plumb_bob',
        d=np.zeros(5),
        k=np.array([f, 0, cx, 0, f, cy, 0, 0, 1]),
        r=np.eye(3).reshape(-1),
        p=np.array([f, 0, cx, 0, 0, f, cy, 0, 0, 0, 1, 0]),
    )


def is_tabletop(spec: str) -> bool:
    """Return whether ``spec`` is the name of a simulation: "sim", "sim:7", "sim:test:7+"."""
    return SPEC.fullmatch(spec) is not None


def tabletop_of(spec: str, *, rate_hz: float | None = None, depth: bool = True) -> TabletopSource:
    """Open the simulation of that name.

    Args:
        spec: "sim[:SPLIT][:SEED][+]": the clip of a seed (0) of a split (train), and with "+" the
            clips of the seeds after it, without end.
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
        endless=bool(named['endless']),
        rate_hz=rate_hz or RATE_HZ,
        depth=depth,
    )


def bundled_recordings() -> tuple[Path, ...]:
    """Return the folders of the recordings that come with the package, in order."""
    return tuple(sorted(path.parent for path in RECORDINGS.glob('*/scene.json')))


def open_tabletop(
    spec: str, *, say: Callable[[str], object], rate_hz: float | None = None, depth: bool = True
) -> TabletopSource | RecordedTabletop:
    """Open a simulation where it can be rendered, or else what is recorded in the package.

    Args:
        spec: as ``tabletop_of``.
        say: gets one line when recordings are played instead.
        rate_hz: likewise.
        depth: likewise.

    Raises:
        GraphicsError: scenes cannot be rendered here, and there are no recordings either.
    """
    try:
        return tabletop_of(spec, rate_hz=rate_hz, depth=depth)
    except GraphicsError as error:
        folders = bundled_recordings()
        if not folders:
            raise
        say(f'playing recorded clips in place of {spec}: {error}')
        return RecordedTabletop(folders, endless=spec.endswith('+'), rate_hz=rate_hz)


def _picture(recording: Recording, frame: int) -> CompressedPicture | RawPicture:
    """Return a recorded picture, as JPEG bytes where they are what is stored."""
    data = recording.encoded(frame)
    if len(data):
        return CompressedPicture(data=data, format='jpeg')
    return RawPicture.of_rgb(recording.image(frame))
