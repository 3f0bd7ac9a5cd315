"""Clips of a split as recordings: rendered once into a cache, then only read.

Sentences are about what geometry says is to be seen (``sim.projection``), so that they are the
same on every machine; boxes and pixels that answers are compared with are those of the pictures.
Projecting a clip takes seconds, so that is kept, too.
"""

from __future__ import annotations

import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np

from tenet_ros.errors import SourceError
from tenet_ros.evaluation.tabletop.clip import Clip
from tenet_ros.evaluation.tabletop.record import Case
from tenet_ros.evaluation.tabletop.split import Entry, check
from tenet_ros.sim.catalogue import HELD_OUT
from tenet_ros.sim.expressions import sentences
from tenet_ros.sim.generator import GENERATOR, generate
from tenet_ros.sim.projection import observe
from tenet_ros.sim.recording import Recording, load, record
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.sentence import Sentence
from tenet_ros.types import BoolArray

__all__ = ['SENTENCES', 'asked', 'clip_of', 'folder_of', 'open_clip', 'projected', 'render']

SENTENCES = 6
"""Asked about each clip, where it allows so many."""


def folder_of(entry: Entry, cache: Path) -> Path:
    """Return where the recording of a clip lies or would lie."""
    return cache / f'generator-{GENERATOR}' / entry.name


def projected(scene: Scene, name: str, cache: Path) -> Truth:
    """Return ``observe(scene)``, from the cache if it is there.

    Args:
        scene: the clip.
        name: of its entry.
        cache: where it is kept.

    Raises:
        SourceError: the file in the cache is damaged.
    """
    path = cache / f'generator-{GENERATOR}' / f'{name}.projected.npz'
    names = [field.name for field in fields(Truth)]
    if not path.is_file():
        truth = observe(scene)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix('.tmp.npz')
        np.savez_compressed(fresh, **{n: getattr(truth, n) for n in names})
        fresh.replace(path)
    try:
        with np.load(path) as stored:
            return Truth(**{n: stored[n] for n in names})
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SourceError(f'{path}: damaged ({error}); delete it, it is made anew') from error


def asked(scene: Scene, truth: Truth, count: int = SENTENCES) -> tuple[Sentence, ...]:
    """Return the sentences about a clip.

    Args:
        scene: the clip; its seed is that of the choice and the wording, too, its
            split's pool that of the words.
        truth: as ``observe`` gives it.
        count: most sentences.
    """
    return sentences(
        scene, truth, split=scene.split, seed=scene.seed, count=count, pool=scene.split
    )


def render(entry: Entry, cache: Path) -> Path:
    """Render a clip into the cache unless it is there.

    Returns:
        The recording's folder.

    Raises:
        ConfigError: the clip is not the one that was frozen.
        GraphicsError: it is not there, and nothing here can render.
    """
    folder = folder_of(entry, cache)
    if not folder.is_dir():
        scene = generate(entry.seed, entry.split)
        said = asked(scene, projected(scene, entry.name, cache))
        check(entry, scene, said)
        record(scene, folder, sentences=said)
    return folder


def open_clip(entry: Entry, cache: Path) -> Clip:
    """Open a clip of the cache.

    Raises:
        ConfigError: the clip is not the one that was frozen.
        SourceError: it is not there, or not complete.
    """
    recording = load(folder_of(entry, cache))
    # Asked anew, not as stored: pictures outlive a change of the sentences.
    said = asked(recording.scene, projected(recording.scene, entry.name, cache))
    check(entry, recording.scene, said)
    return clip_of(entry.name, recording, said)


def clip_of(name: str, recording: Recording, said: tuple[Sentence, ...]) -> Clip:
    """Return a recording as the benchmark plays it; truth is what was rendered."""
    scene, truth = recording.scene, recording.truth
    return Clip(
        name=name,
        footage=recording,
        rate_hz=scene.rate_hz,
        named=scene.named,
        boxes=truth.boxes,
        visible_px=truth.visible_px,
        cases=tuple(_case(sentence, scene, truth) for sentence in said),
    )


def _case(sentence: Sentence, scene: Scene, truth: Truth) -> Case:
    # Sentences speak of the named things alone, which come first.
    targets: BoolArray = np.zeros(truth.visible_px.shape, np.bool_)
    targets[:, : sentence.targets.shape[1]] = sentence.targets
    meant = np.flatnonzero((targets & sentence.judged[:, None]).any(axis=0))
    pairs = {(scene.things[i].colour, scene.things[i].category) for i in meant.tolist()}
    return Case(
        text=sentence.text,
        kind=sentence.kind,
        held_out=sentence.held_out,
        new_pair=bool(pairs & HELD_OUT),
        rate_hz=scene.rate_hz,
        targets=targets,
        judged=sentence.judged,
        visible_px=truth.visible_px,
    )
