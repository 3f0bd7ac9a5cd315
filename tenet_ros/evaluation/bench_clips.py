"""Every sentence about every clip with ground truth: how well, and why not better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenet_ros.evaluation.baselines import (
    SYSTEMS,
    Parts,
    Replay,
    answers,
    load,
    replay,
    truth_masks,
)
from tenet_ros.evaluation.clips import Clip, Sentence
from tenet_ros.evaluation.masks import score_sentence
from tenet_ros.types import UInt8Array

__all__ = ['Evidence', 'Row', 'run', 'summary']

FIGURES = ('j', 'f', 'jf', 'wrong_target_fraction')


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One sentence about one clip.

    Attributes:
        clip: the clip's name.
        sentence: with the objects it refers to; none where there is no such object.
        merged: one mask of this clip covers several things, so a part of them cannot be scored.
        unknown: nouns that the detector can never find; empty where it knows all of them.
        figures: per system ``j``, ``f``, ``jf`` and ``wrong_target_fraction``, or, for a sentence
            without an object, ``false_accept_fraction``: the share of frames with a mask.
    """

    clip: str
    sentence: Sentence
    merged: bool
    unknown: tuple[str, ...]
    figures: dict[str, dict[str, float]]

    def as_json(self) -> dict[str, Any]:
        """Return the row, ready for ``json.dumps``."""
        return {
            'clip': self.clip,
            'text': self.sentence.text,
            'object_ids': list(self.sentence.object_ids),
            'kinds': list(self.sentence.kinds),
            'merged': self.merged,
            'unknown': list(self.unknown),
            'systems': self.figures,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What a row was made from, for looking at.

    Attributes:
        images: the frames, (H, W, 3) uint8 RGB.
        labels: their ground truth, (H, W) uint8, pixel value = object id.
        played: what the system made of them.
    """

    images: Sequence[UInt8Array]
    labels: Sequence[UInt8Array]
    played: Replay


def run(clips: Sequence[Clip], make: Callable[[], Parts]) -> Iterator[tuple[Row, Evidence]]:
    """Yield one row per sentence, clip by clip; clips without dense ground truth are left out.

    Args:
        clips: what to answer.
        make: builds a fresh system; called once per sentence.
    """
    for clip in clips:
        if not clip.dense:
            continue
        images, labels = load(clip)
        from_truth: dict[tuple[int, ...], list[UInt8Array]] = {}
        for sentence in clip.sentences:
            parts = make()
            played = replay(images, clip.fps, sentence.text, parts)
            ids = sentence.object_ids
            masks = answers(images, labels, ids, played, parts.segmenter)
            if ids and ids not in from_truth:
                from_truth[ids] = truth_masks(images, labels, ids, parts.segmenter)
            if ids:
                masks['gt_boxes'] = from_truth[ids]
            row = Row(
                clip=clip.name,
                sentence=sentence,
                merged=clip.merged,
                unknown=played.unknown,
                figures={
                    system: _score(masks[system], labels, ids)
                    for system in SYSTEMS
                    if system in masks
                },
            )
            yield row, Evidence(images=images, labels=labels, played=played)


def _score(
    masks: Sequence[UInt8Array], labels: Sequence[UInt8Array], object_ids: tuple[int, ...]
) -> dict[str, float]:
    if not object_ids:
        return {'false_accept_fraction': round(float(np.mean([m.any() for m in masks])), 4)}
    score = score_sentence(masks, labels, object_ids)
    return {
        'j': round(float(score.j.mean()), 4),
        'f': round(float(score.f.mean()), 4),
        'jf': round(score.jf, 4),
        'wrong_target_fraction': round(score.wrong_target_fraction, 4),
    }


def summary(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return one flat object per system: means over the sentences, each sentence counted once.

    ``j`` to ``wrong_target_fraction`` are over the sentences about exactly one object;
    ``known_jf`` over those of them whose nouns the detector knows; ``group_jf`` over the sentences
    about several objects; ``false_accept_fraction`` over the sentences about none.
    """
    single = [row for row in rows if len(row.sentence.object_ids) == 1]
    known = [row for row in single if not row.unknown]
    group = [row for row in rows if len(row.sentence.object_ids) > 1]
    absent = [row for row in rows if not row.sentence.object_ids]
    table: dict[str, dict[str, float]] = {}
    for system in SYSTEMS:
        figures = {name: _mean(single, system, name) for name in FIGURES}
        figures['known_jf'] = _mean(known, system, 'jf')
        figures['group_jf'] = _mean(group, system, 'jf')
        if system not in {'gt_boxes', 'best_track'}:
            figures['false_accept_fraction'] = _mean(absent, system, 'false_accept_fraction')
        counts = {'sentences': len(single), 'known_sentences': len(known), 'groups': len(group)}
        table[system] = {**figures, **counts, 'no_target_sentences': len(absent)}
    return table


def _mean(rows: Sequence[Row], system: str, name: str) -> float:
    values = [row.figures[system][name] for row in rows if system in row.figures]
    return round(float(np.mean(values)), 4) if values else 0.0
