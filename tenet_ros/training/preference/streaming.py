"""What a preference is worth in the stream: whole clips, with the real decision states.

Boxes stand for masks. Everything else is counted as in ``tenet-ros bench tabletop``, on frames
that are judged:

``fit``     mean over sentences of the mean IoU of what is shown with what is meant; 1 where both
            are nothing.
``n_acc``   share of the frames of sentences without an object in which nothing is shown.
``t_acc``   share of the frames with the object in view in which something is shown, from 0.5 s
            (motion: 1.5 s) after it could first be.
``wrong``   share of all frames in which something that is not meant is shown.
``commit``  seconds from when it could be answered to the first right commitment, median.
``gap``     share of the distance in ``fit`` from the highest-confidence track to the best choice
            of tracks that is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenet_ros.config import DecisionConfig
from tenet_ros.geometry import iou_matrix
from tenet_ros.pipeline import SHOWN
from tenet_ros.sim.sentence import Sentence
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.protocols import Preference, PreferenceScores
from tenet_ros.training.preference.clips import Clip
from tenet_ros.training.preference.replay import Looker, Moment, replay
from tenet_ros.types import BoolArray, FloatArray, State

__all__ = ['Course', 'Recording', 'courses', 'figures', 'record']

MOTION = frozenset({'motion', 'temporal'})
RELATION = frozenset({'relation', 'absent_relation'})
_IN_VIEW_PX = 50
_LIES_ON = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A clip through one detector and the tracker, with every preference's scores.

    Attributes:
        clip: the clip.
        moments: one per frame.
        overlaps: per frame (N, things) IoU of every track with the visible box of every thing.
        scores: per preference, per frame, per sentence.
    """

    clip: Clip
    moments: tuple[Moment, ...]
    overlaps: tuple[FloatArray, ...]
    scores: Mapping[str, tuple[tuple[PreferenceScores, ...], ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """One system's answers to one sentence over T frames.

    Attributes:
        sentence: with its truth.
        rate_hz: frames per second.
        in_view: (T,) bool, something meant is to be seen, in a judged frame.
        fit: (T,) IoU of what is shown with what is meant.
        shown: (T,) bool, something is.
        right: (T,) bool, it is, and all of it is meant.
        committed: (T,) bool.
        switches: how often a commitment moved.
    """

    sentence: Sentence
    rate_hz: float
    in_view: BoolArray
    fit: npt.NDArray[np.float64]
    shown: BoolArray
    right: BoolArray
    committed: BoolArray
    switches: int


_Choice = Callable[[Recording, Moment, int], npt.NDArray[np.int64]]


def record(
    clip: Clip,
    detector: Looker,
    preferences: Mapping[str, Preference],
    *,
    stride: int = 1,
    delay: int = 0,
) -> Recording:
    """Play a clip once for all preferences.

    Args:
        clip: to play.
        detector: looks at it.
        preferences: by name.
        stride: the detector looks at every so many frames.
        delay: frames after which its answer arrives.
    """
    rng = np.random.default_rng([clip.scene.seed, 13])
    played = replay(rng, clip.scene, clip.truth, clip.prompt, detector, stride=stride, delay=delay)
    moments = tuple(played)
    size = (clip.scene.camera.height, clip.scene.camera.width)
    scores = {
        name: tuple(preference.score_all(m.prompt.queries, m.tracks, size) for m in moments)
        for name, preference in preferences.items()
    }
    boxes = clip.truth.boxes[:, : clip.scene.named]
    overlaps = tuple(iou_matrix(m.tracks.boxes, boxes[m.frame]) for m in moments)
    return Recording(clip=clip, moments=moments, overlaps=overlaps, scores=scores)


def courses(
    recording: Recording, decisions: Mapping[str, DecisionConfig]
) -> dict[str, list[Course]]:
    """Return every system's answers: each preference's, ``top_confidence`` and ``oracle``.

    Args:
        recording: what to answer.
        decisions: thresholds by preference; the defaults for one that is not among them.
    """
    found = {
        name: [
            _decided(recording, number, scores, decisions.get(name, DecisionConfig()))
            for number in _numbers(recording)
        ]
        for name, scores in recording.scores.items()
    }
    found['top_confidence'] = [_chosen(recording, n, _confident) for n in _numbers(recording)]
    found['oracle'] = [_chosen(recording, n, _oracle) for n in _numbers(recording)]
    return found


def _numbers(recording: Recording) -> range:
    return range(len(recording.clip.sentences))


def _decided(
    recording: Recording,
    number: int,
    scores: Sequence[Sequence[PreferenceScores]],
    config: DecisionConfig,
) -> Course:
    decider, rows, committed, switches = Decider(config), [], [], 0
    for moment, score in zip(recording.moments, scores, strict=True):
        tracks = moment.tracks
        decision = decider.update(moment.prompt.queries[number], score[number], tracks)
        ids = decision.track_ids if decision.state in SHOWN else ()
        rows.append(np.flatnonzero(np.isin(tracks.ids, np.asarray(ids, np.int64))))
        committed.append(decision.state is State.COMMITTED)
        switches = decision.switches
    return _course(recording, number, rows, np.asarray(committed, np.bool_), switches)


def _chosen(recording: Recording, number: int, choose: _Choice) -> Course:
    rows = [choose(recording, moment, number) for moment in recording.moments]
    committed = np.asarray([len(row) > 0 for row in rows], np.bool_)
    return _course(recording, number, rows, committed, 0)


def _confident(_: Recording, moment: Moment, number: int) -> npt.NDArray[np.int64]:
    """Return the track with the best score for the sentence's own phrase, if any has one."""
    column = moment.prompt.queries[number].first_column
    scores = moment.tracks.phrase_scores[:, column]
    if not len(scores) or scores.max() <= 0:
        return np.zeros(0, np.int64)
    return np.asarray([scores.argmax()], np.int64)


def _oracle(recording: Recording, moment: Moment, number: int) -> npt.NDArray[np.int64]:
    """Return the tracks that overlap what is meant and visible most."""
    targets = recording.clip.sentences[number].targets[moment.frame]
    overlap = recording.overlaps[moment.frame - recording.moments[0].frame][:, targets]
    if not overlap.size:
        return np.zeros(0, np.int64)
    best = overlap.argmax(axis=0)
    return np.unique(best[overlap.max(axis=0) >= _LIES_ON]).astype(np.int64)


def _course(
    recording: Recording,
    number: int,
    rows: Sequence[npt.NDArray[np.int64]],
    committed: BoolArray,
    switches: int,
) -> Course:
    clip, sentence = recording.clip, recording.clip.sentences[number]
    frames = len(recording.moments)
    fit, right = np.zeros(frames), np.zeros(frames, np.bool_)
    for place, (moment, row) in enumerate(zip(recording.moments, rows, strict=True)):
        overlap, targets = recording.overlaps[place][row], sentence.targets[moment.frame]
        meant = np.flatnonzero(targets & clip.truth.boxes[moment.frame, : len(targets)].any(axis=1))
        fit[place] = _overlap(overlap[:, meant])
        if len(row):
            on = (overlap.max(axis=1) >= _LIES_ON) & targets[overlap.argmax(axis=1)]
            right[place] = bool(on.all())
    visible = clip.truth.visible_px[:frames, : clip.scene.named] >= _IN_VIEW_PX
    return Course(
        sentence=sentence,
        rate_hz=clip.scene.rate_hz,
        in_view=(sentence.targets & visible).any(axis=1) & sentence.judged,
        fit=fit,
        shown=np.asarray([len(row) > 0 for row in rows], np.bool_),
        right=right,
        committed=committed,
        switches=switches,
    )


def _overlap(overlap: FloatArray) -> float:
    """Return the mean IoU of what is shown with what is meant, 1 if both are nothing.

    Args:
        overlap: (shown, meant).
    """
    shown, meant = overlap.shape
    if not shown or not meant:
        return 1.0 if shown == meant else 0.0
    return float(overlap.max(axis=0).sum()) / float(max(shown, meant))


def figures(of_system: Mapping[str, Sequence[Course]]) -> dict[str, dict[str, float]]:
    """Return every system's figures; see the module's own words."""
    table = {}
    for name, answers in of_system.items():
        absent = [c for c in answers if c.sentence.absent]
        present = [c for c in answers if not c.sentence.absent]
        row = {
            'fit': _mean(_fit(c) for c in answers),
            'n_acc': _pooled(~c.shown[c.sentence.judged] for c in absent),
            't_acc': _pooled(c.shown[_answerable(c)] for c in present),
            'wrong': _pooled((c.shown & ~c.right)[c.sentence.judged] for c in answers),
            'commit_static': _median(
                _commit_s(c) for c in present if c.sentence.kind not in MOTION
            ),
            'commit_motion': _median(_commit_s(c) for c in present if c.sentence.kind in MOTION),
            'never': _mean(float(np.isinf(_commit_s(c))) for c in present),
            'switches': _mean(float(c.switches) for c in answers),
        }
        for kind in sorted({c.sentence.kind for c in answers}):
            row[f'fit/{kind}'] = _mean(_fit(c) for c in answers if c.sentence.kind == kind)
        row['fit/all motion'] = _mean(_fit(c) for c in answers if c.sentence.kind in MOTION)
        table[name] = {key: round(value, 4) for key, value in row.items()}
    for row in table.values():
        low, high = table['top_confidence'], table['oracle']
        for key in [key for key in row if key.startswith('fit') and high[key] > low[key]]:
            row[key.replace('fit', 'gap', 1)] = round(
                (row[key] - low[key]) / (high[key] - low[key]), 4
            )
    return table


def _fit(course: Course) -> float:
    judged = course.sentence.judged
    return float(course.fit[judged].mean()) if judged.any() else float('nan')


def _answerable(course: Course) -> BoolArray:
    first = np.flatnonzero(course.in_view)
    if not len(first):
        return course.in_view
    grace_s = 1.5 if course.sentence.kind in MOTION else 0.5
    late = np.arange(len(course.in_view)) >= first[0] + round(grace_s * course.rate_hz)
    return np.asarray(course.in_view & late, np.bool_)


def _commit_s(course: Course) -> float:
    first = np.flatnonzero(course.in_view)
    if not len(first):
        return float('nan')
    good = np.flatnonzero(course.committed & course.right & course.sentence.judged)
    good = good[good >= first[0]]
    return float(good[0] - first[0]) / course.rate_hz if len(good) else float('inf')


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float('nan')


def _median(values: Iterable[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.median(known)) if known else float('nan')


def _pooled(groups: Iterable[BoolArray]) -> float:
    rows = [group for group in groups if len(group)]
    return float(np.concatenate(rows).mean()) if rows else float('nan')
