"""Examples out of seeds: clips, noisy detectors, the real tracker, features, labels."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenet_ros.language.expression import Prompt, Query
from tenet_ros.language.parser import parse
from tenet_ros.sim.sentence import KINDS
from tenet_ros.stages.preference.explicit import ExplicitPreference
from tenet_ros.stages.preference.learned_features import look
from tenet_ros.training.preference.clips import Clip, make_clip
from tenet_ros.training.preference.examples import IGNORED, Examples, Labelled, Labels
from tenet_ros.training.preference.noise import NoisyDetector
from tenet_ros.training.preference.profiles import draw_profile
from tenet_ros.training.preference.rendered import RATE_HZ, Doubts, Seen
from tenet_ros.training.preference.replay import UNCLEAR, Looker, Moment, replay
from tenet_ros.types import TrackSet

__all__ = ['Snapshot', 'labels', 'make_examples', 'measure', 'snapshots']

_LOG = logging.getLogger(__name__)
_RATES_HZ = (10.0, 15.0, 30.0)
_PROFILES = ('good', 'good', 'good', 'mixed', 'mixed', 'sloppy', 'sparse')
_SHARD = 20
"""Clips in one file: what an interruption may cost."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """One moment with its truth, before anything is measured.

    Attributes:
        tracks: as the tracker knew them.
        prompt: the sentences.
        labels: what is true.
        size: (height, width) of the image, pixels.
        clip: its seed.
        time_s: since the clip's start.
    """

    tracks: TrackSet
    prompt: Prompt
    labels: Labels
    size: tuple[int, int]
    clip: int
    time_s: float


def make_examples(
    folder: Path,
    clips: int,
    *,
    split: str,
    first: int = 0,
    replays: int = 2,
    picks: int = 8,
    seen: Seen | None = None,
) -> None:
    """Write examples of ``clips`` clips, in shards; shards that are there already are kept.

    Snapshots are kept beside them, in ``moments``: when features change, the examples can be
    measured anew (delete them) without the clips being played again.

    Args:
        folder: where to.
        clips: how many.
        split: 'train' or 'val'.
        first: seed of the first clip.
        replays: noisy detectors to play each clip through, or commands to give.
        picks: moments to take of each replay.
        seen: the real detector and rendered clips for it; None for noisy detectors.
    """
    (folder / 'moments').mkdir(parents=True, exist_ok=True)
    for start in range(first, first + clips, _SHARD):
        path = folder / f'{split}_{start:06d}{f"_{seen.source}" if seen else ""}.npz'
        if path.exists():
            continue
        kept = folder / 'moments' / f'{path.stem}.pickle'
        if kept.exists():
            found: list[Snapshot] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
        else:
            found = []
            for seed in range(start, min(start + _SHARD, first + clips)):
                found += snapshots(seed, split, replays=replays, picks=picks, seen=seen)
            kept.write_bytes(pickle.dumps(found))
        if found:
            Examples.of([measure(snapshot) for snapshot in found]).save(path)
        _LOG.info('%s: %d moments', path.name, len(found))


def snapshots(
    seed: int, split: str, *, replays: int, picks: int, seen: Seen | None = None
) -> Iterator[Snapshot]:
    """Yield moments of one clip; see ``make_examples``."""
    rng = np.random.default_rng([seed, 7])
    rate_hz = RATE_HZ if seen else float(rng.choice(_RATES_HZ, p=(0.6, 0.3, 0.1)))
    clip = make_clip(seed, split, rate_hz=rate_hz)
    if clip is None:
        return
    for _ in range(replays):
        frames = len(clip.scene)
        told_at = 0 if rng.random() < 0.6 else int(rng.integers(0, frames // 2))
        # Random prefixes, more of them early: being right early is part of the task.
        share = (np.arange(picks) + rng.random(picks)) / picks
        wanted = set((told_at + (frames - told_at) * share**1.3).astype(int).tolist())
        detector, stride, delay = _looker(rng, clip, seen)
        played = replay(
            rng, clip.scene, clip.truth, clip.prompt, detector,
            stride=stride, delay=delay, told_at=told_at, compensated=bool(rng.random() < 0.7),
        )  # fmt: skip
        for moment in played:
            if moment.frame in wanted and len(moment.tracks):
                yield Snapshot(
                    tracks=moment.tracks,
                    prompt=moment.prompt,
                    labels=labels(clip, moment),
                    size=(clip.scene.camera.height, clip.scene.camera.width),
                    clip=seed,
                    time_s=moment.frame / clip.scene.rate_hz,
                )


def _looker(rng: np.random.Generator, clip: Clip, seen: Seen | None) -> tuple[Looker, int, int]:
    """Return a detector for a replay of a clip, its stride and its delay, in frames."""
    if seen is not None:
        doubts = Doubts(rng, clip.scene, clip.truth, clip.prompt)
        return seen.detector(clip.scene, clip.prompt, doubts), 1, 0
    profile = draw_profile(rng, str(rng.choice(_PROFILES)))
    detector = NoisyDetector.of(rng, profile, clip)
    return detector, profile.stride, profile.delay


def measure(snapshot: Snapshot) -> Labelled:
    """Return the example that a snapshot gives."""
    queries = tuple(_read_again(query) for query in snapshot.prompt.queries)
    return Labelled(
        features=look(queries, snapshot.tracks, snapshot.size, ExplicitPreference()),
        labels=snapshot.labels,
        clip=snapshot.clip,
        time_s=snapshot.time_s,
    )


def _read_again(query: Query) -> Query:
    """Return the query as today's grammar reads it, if it asks a detector for the same nouns."""
    again = parse(query.expression.text)
    before = [phrase.noun for phrase in query.expression.phrases]
    same = [phrase.noun for phrase in again.phrases] == before
    return replace(query, expression=again) if same else query


def labels(clip: Clip, moment: Moment) -> Labels:
    """Return what is true of every track and sentence at a moment."""
    targets = np.stack([s.targets[moment.frame] for s in clip.sentences])
    judged = np.asarray([s.judged[moment.frame] for s in clip.sentences], np.bool_)
    owners = moment.owners
    named = (owners >= 0) & (owners < targets.shape[1])
    meant = np.zeros((len(targets), len(owners)), np.int8)
    meant[:, named] = targets[:, owners[named]]
    meant[:, owners == UNCLEAR] = IGNORED
    meant[~judged] = IGNORED
    return Labels(
        meant=meant,
        null=_null(
            np.asarray(targets.any(axis=1), np.bool_),
            np.asarray((meant == 1).any(axis=1), np.bool_),
            judged,
        ),
        judged=judged,
        kind=np.asarray([KINDS.index(s.kind) for s in clip.sentences], np.int8),
    )


def _null(
    exists: npt.NDArray[np.bool_], tracked: npt.NDArray[np.bool_], judged: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int8]:
    """Return the null's labels: what exists and has no track is nobody's fault."""
    null = np.where(exists, np.where(tracked, 0, IGNORED), 1)
    return np.where(judged, null, IGNORED).astype(np.int8)
