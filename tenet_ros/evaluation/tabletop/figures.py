"""Every figure of the tabletop benchmark, and what exactly it counts.

Frames that are not judged count nowhere: not as right, not as wrong, not as time.

``jf``              mean over the sentences of the mean over their scored frames of (J + F) / 2,
                    the published mask against the visible mask of the referred thing (the union
                    of several); both empty is 1. Nothing is matched: an answer is compared with
                    its own sentence's object. Sentences without an object are in it, those alone
                    that have one are in ``jf_target``.
``streaming_jf``    the same, each frame against the newest mask that was published by its moment.
``n_acc``           share of the judged frames of sentences without an object in which no mask was
                    published, be it tentative (no-target accuracy of arXiv 2306.00968, per frame).
                    ``n_acc_sentences``: share of these sentences that were never committed to.
``t_acc``           share of the judged frames with the referred thing in view (>= 50 pixels) in
                    which some mask was published (target accuracy of the same), beginning 0.5 s
                    (static) or 1.5 s (motion) after the sentence could first be answered.
``empty_acc``       share of the judged frames of sentences with an object at which nothing is to be
                    seen of it (not yet, hidden, outside; < 50 pixels) in which no mask was
                    published.
``wrong_target_fraction``  share of the scored frames in which a published mask lies on something
                    that is not referred to: the labelled thing with the largest mask IoU is not a
                    referent, or there is none above 0.1. Any mask for a sentence without an
                    object is wrong.
``commit_s_median`` from the first judged frame with the referred thing in view to the first judged
                    frame at which the system is committed and right. One that never is counts as
                    infinite (null where that is the median). Judging begins, for a sentence
                    about motion, when a person could tell: that is the decidable moment.
``switches_per_min``  how often the answer moves from things to others, per minute of judged time,
                    not counting moves from right to right; frames without answer are passed over.
``reacquire_rate``  of the returns of a referred thing (it was seen with >= 200 pixels, then < 50
                    for >= 0.3 s, then >= 200 and referred to for 0.5 s): share with an answer on
                    it within 0.5 s. ``reacquire_s_median``: the median delay, never is infinite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenet_ros.evaluation.tabletop.record import MOTION_KINDS, VISIBLE_PX, Case, Trace
from tenet_ros.types import BoolArray

__all__ = ['Verdict', 'first_commit_s', 'judge', 'median_or_none', 'pool', 'returns_s', 'switches']

STATIC_GRACE_S, MOTION_GRACE_S = 0.5, 1.5
RETURN_PX = 200
GONE_S, BACK_WITHIN_S = 0.3, 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """One system's figures on one sentence, ready to be pooled.

    Attributes:
        kind: of the sentence.
        absent: it has no object.
        jf: mean of (J + F) / 2; NaN where no frame was scored.
        streaming_jf: likewise.
        j: mean J.
        wrong: (F,) bool over the scored frames.
        answered: (M,) bool, over the frames that ``n_acc`` (absent) or ``t_acc`` counts.
        answered_empty: (E,) bool, over the frames that ``empty_acc`` counts.
        ever_committed: in a judged frame.
        commit_s: seconds, infinite if never, NaN where nothing was to be committed to.
        switches: how many.
        judged_s: judged time, seconds.
        returns_s: delay after each return, seconds, infinite if never.
    """

    kind: str
    absent: bool
    jf: float
    streaming_jf: float
    j: float
    wrong: BoolArray
    answered: BoolArray
    answered_empty: BoolArray
    ever_committed: bool
    commit_s: float
    switches: int
    judged_s: float
    returns_s: tuple[float, ...]


def judge(case: Case, trace: Trace) -> Verdict:
    """Return what one system's answers to one sentence are worth."""
    counted = case.judged if case.absent else _answerable(case)
    return Verdict(
        kind=case.kind,
        absent=case.absent,
        jf=_mean((trace.j + trace.f) / 2),
        streaming_jf=_mean((trace.stream_j + trace.stream_f) / 2),
        j=_mean(trace.j),
        wrong=trace.wrong,
        answered=trace.answered[counted],
        answered_empty=trace.answered[case.judged & ~case.in_view & (not case.absent)],
        ever_committed=bool((trace.committed & case.judged).any()),
        commit_s=first_commit_s(case, trace),
        switches=switches(case, trace),
        judged_s=float(case.judged.sum()) / case.rate_hz,
        returns_s=returns_s(case, trace),
    )


def first_commit_s(case: Case, trace: Trace) -> float:
    """Return the seconds to the first right commitment; infinite if never, NaN if not asked for."""
    in_view = np.flatnonzero(case.in_view)
    if not len(in_view):
        return float('nan')
    good = np.flatnonzero(trace.committed & trace.right & case.judged)
    good = good[good >= in_view[0]]
    return float(good[0] - in_view[0]) / case.rate_hz if len(good) else float('inf')


def switches(case: Case, trace: Trace) -> int:
    """Return how often the answer moved to other things, judged and answered frames alone."""
    frames = np.flatnonzero(case.judged & trace.answered)
    things, right = trace.things[frames], trace.right[frames]
    moved = (things[1:] & things[:-1]) == 0
    return int(np.count_nonzero(moved & ~(right[1:] & right[:-1])))


def returns_s(case: Case, trace: Trace) -> tuple[float, ...]:
    """Return the delay of the answer after each return of a referred thing, seconds."""
    delays = []
    within = round(BACK_WITHIN_S * case.rate_hz)
    for thing in np.flatnonzero(case.targets.any(axis=0)).tolist():
        pixels = case.visible_px[:, thing]
        wanted = case.targets[:, thing] & case.judged & (pixels >= VISIBLE_PX)
        on_it = trace.answered & ((trace.things >> thing) & 1).astype(np.bool_)
        for back in _returns(pixels.tolist(), case.rate_hz):
            window = wanted[back : back + within + 1]
            if len(window) <= within or not window.all():
                continue
            away = np.flatnonzero(~wanted[back:])
            end = back + int(away[0]) if len(away) else len(wanted)
            hits = np.flatnonzero(on_it[back:end])
            delays.append(float(hits[0]) / case.rate_hz if len(hits) else float('inf'))
    return tuple(delays)


def pool(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return the figures of one system over sentences, ready for ``json.dumps``.

    J&F are means over sentences; shares of frames are of all sentences' frames together. A figure
    with nothing to count is None.
    """
    absent = [v for v in verdicts if v.absent]
    present = [v for v in verdicts if not v.absent]
    minutes = sum(v.judged_s for v in verdicts) / 60
    delays = [d for v in verdicts for d in v.returns_s]
    return {
        'sentences': len(verdicts),
        'jf': _rounded(v.jf for v in verdicts),
        'streaming_jf': _rounded(v.streaming_jf for v in verdicts),
        'j': _rounded(v.j for v in verdicts),
        'jf_target': _rounded(v.jf for v in present),
        'streaming_jf_target': _rounded(v.streaming_jf for v in present),
        'n_acc': _share(~v.answered for v in absent),
        'n_acc_sentences': _rounded(float(not v.ever_committed) for v in absent),
        't_acc': _share(v.answered for v in present),
        'empty_acc': _share(~v.answered_empty for v in present),
        'wrong_target_fraction': _share(v.wrong for v in verdicts),
        'commit_s_median': {
            'static': median_or_none(v.commit_s for v in present if v.kind not in MOTION_KINDS),
            'motion': median_or_none(v.commit_s for v in present if v.kind in MOTION_KINDS),
        },
        'never_committed': _rounded(
            float(v.commit_s == float('inf')) for v in present if not np.isnan(v.commit_s)
        ),
        'switches_per_min': round(sum(v.switches for v in verdicts) / minutes, 3) if minutes else 0,
        'reacquire_rate': _rounded(float(d <= BACK_WITHIN_S + 1e-9) for d in delays),
        'reacquire_s_median': median_or_none(delays),
        'returns': len(delays),
    }


def median_or_none(seconds: Iterable[float]) -> float | None:
    """Return the median of what is a number, None where it is infinite or there is nothing.

    >>> median_or_none([0.2, float('inf'), 0.1, float('nan')])
    0.2
    """
    known = [s for s in seconds if not np.isnan(s)]
    median = float(np.median(known)) if known else float('inf')
    return round(median, 3) if np.isfinite(median) else None


def _answerable(case: Case) -> BoolArray:
    """Return the frames that ``t_acc`` counts, (T,) bool."""
    in_view = case.in_view
    if not in_view.any():
        return in_view
    grace_s = MOTION_GRACE_S if case.kind in MOTION_KINDS else STATIC_GRACE_S
    first = int(np.flatnonzero(in_view)[0]) + round(grace_s * case.rate_hz)
    return np.asarray(in_view & (np.arange(len(in_view)) >= first), np.bool_)


def _returns(pixels: Sequence[int], rate_hz: float) -> list[int]:
    """Return the frames at which a thing that was seen, and then gone, is back."""
    found = []
    seen, gone = False, 0
    for frame, count in enumerate(pixels):
        if count < VISIBLE_PX:
            gone += seen
        elif count >= RETURN_PX:
            if gone >= GONE_S * rate_hz - 1e-9:
                found.append(frame)
            seen, gone = True, 0
    return found


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float('nan')


def _rounded(values: Iterable[float]) -> float | None:
    known = [v for v in values if not np.isnan(v)]
    return round(float(np.mean(known)), 4) if known else None


def _share(groups: Iterable[BoolArray]) -> float | None:
    rows = [group for group in groups if len(group)]
    return round(float(np.concatenate(rows).mean()), 4) if rows else None
