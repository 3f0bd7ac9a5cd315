"""What the answers of a demonstration were worth: the benchmark's figures, measured live.

Every sentence is judged from the frame at which it was said to the next command, or the end of
its clip, by the rules of ``evaluation.tabletop.figures``. Until a first answer to its command there
is none; at a frame that was dropped the newest answer stands, as it does for a subscriber. For the
streaming figures every frame is compared with the newest mask that the node had handed to the
middleware when the frame was taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from tenet_ros.cli.tour.footage import Programme
from tenet_ros.cli.tour.play import Given, Performance
from tenet_ros.evaluation.bench_stream import StreamRun, report
from tenet_ros.evaluation.streaming import newest_published
from tenet_ros.evaluation.tabletop.figures import Verdict, first_commit_s, judge, pool
from tenet_ros.evaluation.tabletop.fit import LabelledFrame, lies_on
from tenet_ros.evaluation.tabletop.footage import clip_of
from tenet_ros.evaluation.tabletop.ledger import Ledger
from tenet_ros.evaluation.tabletop.record import Case, Trace
from tenet_ros.evaluation.tabletop.systems import Answer, own
from tenet_ros.geometry import iou_matrix
from tenet_ros.pipeline import TargetResult
from tenet_ros.sim.recording import Recording
from tenet_ros.sim.sentence import KINDS
from tenet_ros.types import State

__all__ = ['GOOD', 'Scored', 'score', 'summary']

STRIDE = 3
"""Masks are compared at every so many frames: ten times a second."""
GOOD = 0.5
"""Mean J&F, while it is in view, from which on a sentence is called answered rightly."""
NOTHING = Answer(boxes=np.zeros((0, 4), np.float32), committed=False, state=State.IDLE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """One sentence and what came of it.

    Attributes:
        clip: index of the clip in the programme.
        case: the sentence; judged while it held, at most.
        first: frame of the clip at which it was said.
        last: the frame after the last one at which it held.
        trace: the answers.
        verdict: what they are worth.
        states: of frames ``first`` to ``last``; '' where there is no answer.
        answer: what it was committed to in words, for most of the time, or the last state.
    """

    clip: int
    case: Case
    first: int
    last: int
    trace: Trace
    verdict: Verdict
    states: tuple[str, ...]
    answer: str

    @property
    def commit_s(self) -> float:
        """Seconds to the first right commitment; infinite if never, NaN if not asked for."""
        return first_commit_s(self.case, self.trace)

    @property
    def good(self) -> bool:
        """Whether J&F is half or more, of the scored frames in which there is something to see.

        Of all scored frames where there never is. A motion that begins late would otherwise be
        answered well by saying nothing.
        """
        jf = (self.trace.j + self.trace.f) / 2
        seen = self.case.in_view[self.trace.scored]
        counted = jf[seen] if seen.any() else jf
        return bool(len(counted) and counted.mean() >= GOOD)

    def j_near(self, frame: int) -> float:
        """Return J of the scored frame nearest to a frame; NaN where none was scored."""
        if not len(self.trace.scored):
            return float('nan')
        return float(self.trace.j[np.abs(self.trace.scored - frame).argmin()])


def score(programme: Programme, performance: Performance) -> tuple[Scored, ...]:
    """Compare everything that was said with what is true.

    Args:
        programme: what was played.
        performance: what was heard.
    """
    starts = [0, *accumulate(programme.frames)]
    clips = [
        clip_of(showing.recording.folder.name, showing.recording, showing.recording.sentences)
        for showing in programme.showings
    ]
    found = []
    for given, first, last in _spans(programme, performance):
        clip, _ = programme.at(first)
        cases = {case.text: case for case in clips[clip].cases}
        for slot, text in enumerate(given.ask.texts):
            judge_one = _Judge(programme.showings[clip].recording, performance, starts[clip])
            case = _held(cases[text], first - starts[clip], last - starts[clip])
            span = range(first - starts[clip], last - starts[clip])
            found.append(judge_one.judge(case, slot, given, span, clip))
    return tuple(found)


def _spans(programme: Programme, performance: Performance) -> list[tuple[Given, int, int]]:
    """Return each command with the frames of the whole programme at which it held."""
    stamps = np.asarray(performance.stamps_ns, np.int64)
    firsts = [int(np.searchsorted(stamps, given.sent_ns)) for given in performance.given]
    ends = [*accumulate(programme.frames)]
    spans = []
    for given, (first, following) in zip(
        performance.given, pairwise([*firsts, len(stamps)]), strict=True
    ):
        end = next((end for end in ends if end > first), first)
        last = min(following, end, len(stamps))
        if last > first:
            spans.append((given, first, last))
    return spans


def _held(case: Case, first: int, last: int) -> Case:
    """Return a case that is judged from one frame to another at most."""
    within = np.zeros(len(case.judged), np.bool_)
    within[first:last] = True
    return replace(case, judged=case.judged & within)


class _Judge:
    """Compares what was heard of a clip with its truth.

    Args:
        recording: the clip.
        performance: what was heard.
        start: frame of the whole at which the clip begins.
    """

    def __init__(self, recording: Recording, performance: Performance, start: int) -> None:
        self._recording = recording
        self._heard = performance.heard
        self._stamps = performance.stamps_ns[start : start + len(recording)]

    def judge(self, case: Case, slot: int, given: Given, span: range, clip: int) -> Scored:
        """Return what came of the sentence in a slot of a command over frames of the clip."""
        answers = {f: t for f in span if (t := self._target(f, slot, given)) is not None}
        published = np.asarray([self._published_ns(f) for f in answers], np.int64)
        order = list(answers)
        stamps = np.asarray([self._stamps[f] for f in span], np.int64)
        newest = newest_published(stamps, np.maximum.accumulate(published))
        ledger = Ledger(case)
        truth = self._recording.truth.boxes
        for row, frame in enumerate(span):
            held = answers[order[newest[row]]] if newest[row] >= 0 else None
            target = answers.get(frame, held)
            answer = own(target) if target is not None else NOTHING
            ledger.note(frame, answer, lies_on(iou_matrix(answer.boxes, truth[frame])))
            if case.judged[frame] and row % STRIDE == 0:
                labelled = LabelledFrame(self._recording.labels(frame), truth.shape[1])
                ledger.score(frame, labelled, _masks(target), _masks(held))
        trace = ledger.trace()
        states = tuple(answers[f].decision.state.value if f in answers else '' for f in span)
        return Scored(
            clip=clip,
            case=case,
            first=span.start,
            last=span.stop,
            trace=trace,
            verdict=judge(case, trace),
            states=states,
            answer=self._words(trace, span, states),
        )

    def _target(self, frame: int, slot: int, given: Given) -> TargetResult | None:
        """Return the answer to a sentence at a frame, None where there is none."""
        heard = self._heard.get(self._stamps[frame])
        if heard is None or heard.result.command.sentences != given.ask.texts:
            return None
        targets = heard.result.targets
        return targets[slot] if slot < len(targets) else None

    def _published_ns(self, frame: int) -> int:
        return self._heard[self._stamps[frame]].published_ns

    def _words(self, trace: Trace, span: range, states: Sequence[str]) -> str:
        """Say in words what the answers lay on for most of the time, or the last state."""
        sure = Counter(int(trace.things[f]) for f in span if trace.committed[f])
        last = next((state for state in reversed(states) if state), 'no answer')
        if not sure:
            return last.lower()
        bits, _ = sure.most_common(1)[0]
        things = self._recording.scene.things
        names = [f'{t.colour} {t.category}'.strip() for i, t in enumerate(things) if bits >> i & 1]
        return ', '.join(names) or 'no thing'


def _masks(target: TargetResult | None) -> tuple[Any, ...]:
    return () if target is None else target.masks


def summary(scored: Sequence[Scored], performance: Performance) -> dict[str, Any]:
    """Return the figures of the benchmark's systems, those of the stream, and every sentence.

    Args:
        scored: of ``score``.
        performance: what they come from.
    """
    verdicts = [each.verdict for each in scored]
    run = StreamRun(
        sent_ns=performance.stamps_ns,
        results=performance.results,
        node=performance.node,
        rss_mb=performance.rss_mb,
    )
    return {
        **pool(verdicts),
        'per_kind': {
            kind: pool([v for v in verdicts if v.kind == kind])
            for kind in KINDS
            if any(v.kind == kind for v in verdicts)
        },
        **report(run),
        'asked': [_row(each) for each in scored],
    }


def _row(each: Scored) -> dict[str, Any]:
    return {
        'sentence': each.case.text,
        'kind': each.case.kind,
        'clip': each.clip,
        'from_s': round(each.first / each.case.rate_hz, 2),
        'to_s': round(each.last / each.case.rate_hz, 2),
        'answer': each.answer,
        'commit_s': finite(each.commit_s),
        'jf': finite(each.verdict.jf),
        'streaming_jf': finite(each.verdict.streaming_jf),
        'wrong_target_fraction': finite(float(_mean(each.verdict.wrong))),
        'ok': each.good,
    }


def finite(value: float) -> float | None:
    """Return a figure for JSON: None for what is infinite or no number."""
    return round(value, 4) if np.isfinite(value) else None


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float('nan')
