"""Clips on disk: rendered once, then played by benchmarks and demonstrations.

A recording is a folder:

    scene.json     the scene's facts, its sentences, and how the pictures are stored
    arrays.npz     poses, truth, and what is true of the sentences
    images.bin     one JPEG after the other; or images.mp4
    labels.bin     one PNG after the other, (H, W) uint8, i + 1 where thing i is seen

It appears all at once: it is written beside its place and moved there when it is complete.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.sim.frames_on_disk import (
    Blob,
    BlobWriter,
    JpegEncoder,
    Video,
    VideoWriter,
    encode_labels,
)
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.scene_json import scene_from, scene_to
from tenet_ros.sim.sentence import Sentence
from tenet_ros.sim.truth import truth_of_labels
from tenet_ros.types import UInt8Array

__all__ = ['Recording', 'is_recording', 'load', 'record', 'recordings_in', 'write']

VERSION = 1
FACTS, ARRAYS, LABELS = 'scene.json', 'arrays.npz', 'labels.bin'
IMAGES = {'jpeg': 'images.bin', 'video': 'images.mp4'}

Views = Iterable[tuple[UInt8Array, UInt8Array]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A recorded clip.

    Attributes:
        folder: where it lies.
        scene: what was rendered.
        truth: what is to be seen of it, counted in its labels.
        sentences: about it; may be empty.
        images: its pictures.
        masks: its labels.
    """

    folder: Path
    scene: Scene
    truth: Truth
    sentences: tuple[Sentence, ...]
    images: Blob | Video
    masks: Blob

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.scene)

    def image(self, frame: int) -> UInt8Array:
        """Return a frame: (H, W, 3) uint8 RGB, C-contiguous."""
        return self.images.image(frame)

    def encoded(self, frame: int) -> UInt8Array:
        """Return the (N,) uint8 bytes of a frame's JPEG; none where the pictures are a video."""
        if isinstance(self.images, Video):
            return np.zeros(0, np.uint8)
        return self.images.encoded(frame)

    def labels(self, frame: int) -> UInt8Array:
        """Return a frame's labels: (H, W) uint8, i + 1 where thing i is seen, 0 elsewhere."""
        return self.masks.labels(frame)


def record(
    scene: Scene, folder: Path, *, sentences: Sequence[Sentence] = (), video: bool = False
) -> None:
    """Render a clip and write it.

    Args:
        scene: the clip.
        folder: must not exist; its parents may be missing.
        sentences: about the clip.
        video: store the pictures as one MPEG-4 video, a tenth of the size and less exact.

    Raises:
        GraphicsError: nothing here can render.
        SourceError: the folder exists or cannot be written.
    """
    from tenet_ros.sim.renderer import Renderer

    with Renderer(scene) as renderer:
        views = (renderer.view(frame) for frame in range(len(scene)))
        pairs = ((view.image, view.labels) for view in views)
        write(scene, pairs, folder, sentences=sentences, video=video)


def write(
    scene: Scene,
    views: Views,
    folder: Path,
    *,
    sentences: Sequence[Sentence] = (),
    video: bool = False,
) -> None:
    """Write a clip whose pictures are given; ``record`` renders them.

    Args:
        scene: the clip.
        views: (H, W, 3) uint8 RGB image and (H, W) uint8 labels of every frame.
        folder: as ``record``.
        sentences: likewise.
        video: likewise.

    Raises:
        SourceError: the folder exists or cannot be written.
    """
    if folder.exists():
        raise SourceError(f'{folder}: exists already; delete it or choose another place')
    partial = folder.with_name(f'.{folder.name}.{os.getpid()}')
    try:
        partial.mkdir(parents=True)
        _fill(partial, scene, views, tuple(sentences), 'video' if video else 'jpeg')
        partial.replace(folder)
    except OSError as error:
        raise SourceError(f'{folder}: cannot be written: {error.strerror}') from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def is_recording(folder: Path) -> bool:
    """Return whether a folder holds a recording."""
    return (folder / FACTS).is_file() and (folder / ARRAYS).is_file()


def recordings_in(folder: Path) -> tuple[Path, ...]:
    """Return the folder itself if it holds a recording, or else those in it that do, by name."""
    if is_recording(folder):
        return (folder,)
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if is_recording(path)))


def load(folder: Path) -> Recording:
    """Open a recording; its pictures are read one by one, when they are asked for.

    Raises:
        SourceError: it is none, is damaged, or was made by another version of this program.
    """
    again = 'delete the recording and make it again'
    try:
        facts = json.loads((folder / FACTS).read_text(encoding='utf-8'))
        with np.load(folder / ARRAYS) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if facts['version'] != VERSION:
            raise SourceError(
                f'{folder}: expected a recording of version {VERSION}, '
                f'got {facts["version"]}; {again}'
            )
        path = folder / IMAGES[facts['images']]
        masks = Blob(folder / LABELS, arrays['labels.ends'])
        return Recording(
            folder=folder,
            scene=scene_from(facts, arrays),
            truth=Truth(**{field.name: arrays[f'truth.{field.name}'] for field in fields(Truth)}),
            sentences=tuple(
                Sentence(**words, targets=arrays[f'targets{n}'], judged=arrays[f'judged{n}'])
                for n, words in enumerate(facts['sentences'])
            ),
            images=Video(path) if path.suffix == '.mp4' else Blob(path, arrays['images.ends']),
            masks=masks,
        )
    except OSError as error:
        raise SourceError(f'{folder}: is no recording of a clip: {error}') from error
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise SourceError(f'{folder}: is damaged ({error}); {again}') from error


def _fill(
    place: Path, scene: Scene, views: Views, sentences: tuple[Sentence, ...], kind: str
) -> None:
    """Write all files of a recording."""
    path = place / IMAGES[kind]
    size = (scene.camera.width, scene.camera.height)
    images: BlobWriter | VideoWriter
    if kind == 'video':
        images = VideoWriter(path, scene.rate_hz, size)
    else:
        images = BlobWriter(path, JpegEncoder())
    masks = BlobWriter(place / LABELS, encode_labels)

    def stored() -> Iterator[UInt8Array]:
        for image, labels in views:
            images.add(image)
            masks.add(labels)
            yield labels

    with closing(images), closing(masks):
        truth = truth_of_labels(scene, stored())
    facts, arrays = scene_to(scene)
    words = [
        {'text': s.text, 'kind': s.kind, 'form': s.form, 'held_out': s.held_out} for s in sentences
    ]
    facts |= {'version': VERSION, 'images': kind, 'sentences': words}
    arrays |= {f'truth.{field.name}': getattr(truth, field.name) for field in fields(Truth)}
    arrays |= {f'targets{n}': sentence.targets for n, sentence in enumerate(sentences)}
    arrays |= {f'judged{n}': sentence.judged for n, sentence in enumerate(sentences)}
    arrays |= {'images.ends': images.ends, 'labels.ends': masks.ends}
    named: dict[str, Any] = arrays
    np.savez_compressed(place / ARRAYS, **named)
    (place / FACTS).write_text(json.dumps(facts), encoding='utf-8')
