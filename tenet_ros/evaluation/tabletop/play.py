"""Playing a clip once for all its sentences and all systems, and writing down what they say.

The detector and the tracker run once per frame and all sentences are one command. Every system
answers every frame; masks are compared at every ``stride``-th frame, and for the streaming score
those of the frame whose answer was the newest by then. Our own are made as they are in a stream,
at every frame; a system that selects the same track at the same frame has the same mask.

Times are processor times of this one thread, so that neither the other worker nor whatever else
runs on the machine counts. A mask of another system is taken to cost what one of ours did on
average at the same frame, carried along or made anew: systems differ by what they choose.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tenet_ros.evaluation.tabletop.clip import Clip
from tenet_ros.evaluation.tabletop.decoding import FrameMasks, SharedSegmenter
from tenet_ros.evaluation.tabletop.fit import LabelledFrame, lies_on
from tenet_ros.evaluation.tabletop.ledger import Ledger
from tenet_ros.evaluation.tabletop.outbox import Outbox
from tenet_ros.evaluation.tabletop.record import Trace
from tenet_ros.evaluation.tabletop.systems import SYSTEMS, Answer, ExplicitChoice, choices, own
from tenet_ros.evaluation.tabletop.tally import PartFigures, Tally
from tenet_ros.evaluation.tabletop.witness import Report, Witness
from tenet_ros.factory import System
from tenet_ros.geometry import iou_matrix
from tenet_ros.language.expression import Prompt
from tenet_ros.pipeline import StepResult
from tenet_ros.runtime.offline import OfflineStream
from tenet_ros.stages.protocols import AnyDetector, Prepared
from tenet_ros.types import Detections, FloatArray, Frame, UInt8Array

__all__ = ['STRIDE', 'Played', 'play']

STRIDE = 5
"""Masks are compared at every so many frames: six times a second."""

_MASKS = ('carry', 'encode', 'decode')
"""The stages that make masks."""

KEPT_FRAMES = 30
"""An answer older than this many frames is not held any more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """All that is kept of a clip.

    Attributes:
        name: of the clip.
        traces: per system one per sentence.
        latency_ms: (T,) float32 per system: what answering all sentences at a frame took.
        parts: what detector and segmenter did by themselves.
        reports: per sentence, what to look at of ours.
    """

    name: str
    traces: dict[str, tuple[Trace, ...]]
    latency_ms: dict[str, FloatArray]
    parts: PartFigures
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moment:
    """The answers of one frame, and the means to make masks of them."""

    frame: int
    masks: FrameMasks
    answers: dict[str, list[Answer]]


class _Heard:
    """Passes a detector's answers on, and keeps the last one and its time."""

    def __init__(self, detector: AnyDetector) -> None:
        self._detector = detector
        self.last = Detections.empty()
        self.spent_ns = 0

    def prepare(self, prompt: Prompt) -> Prepared:
        """Pass the prompt on."""
        prepared: Prepared = self._detector.prepare(prompt)
        return prepared

    def detect(self, image: UInt8Array, prepared: Prepared) -> Detections:
        """Pass the image on and remember the answer."""
        start_ns = time.thread_time_ns()
        self.last = self._detector.detect(image, prepared)
        self.spent_ns = time.thread_time_ns() - start_ns
        return self.last


def play(clip: Clip, system: System, *, stride: int = STRIDE) -> Played:
    """Answer every sentence of a clip by every system.

    Args:
        clip: what to play.
        system: detector, segmenter and preference; its engines are used, its tracks are not.
        stride: masks are compared at frames 0, ``stride``, 2 x ``stride``, ...
    """
    return _Player(clip, system, stride).run()


class _Player:
    def __init__(self, clip: Clip, system: System, stride: int) -> None:
        self._clip = clip
        self._stride = stride
        self._segmenter = SharedSegmenter(system.segmenter)
        self._heard = _Heard(system.detector)
        pipeline = replace(system, segmenter=self._segmenter).new_pipeline(time.thread_time_ns)
        self._stream = OfflineStream(pipeline, self._heard)
        self._explicit = ExplicitChoice(system.settings, len(clip.cases))
        period_ns = round(1e9 / clip.rate_hz)
        self._outboxes = {name: Outbox(period_ns) for name in SYSTEMS}
        self._ledgers = {name: [Ledger(case) for case in clip.cases] for name in SYSTEMS}
        self._latency_ms: dict[str, list[float]] = {name: [] for name in SYSTEMS}
        self._tally = Tally(clip)
        self._witnesses = [Witness(case, stride) for case in clip.cases]
        self._moments: deque[_Moment] = deque(maxlen=KEPT_FRAMES)
        self._mask_ns = 0.0

    def run(self) -> Played:
        clip = self._clip
        self._stream.command(';'.join(case.text for case in clip.cases))
        for index in range(len(clip.footage)):
            self._step(index)
        return Played(
            name=clip.name,
            traces={n: tuple(x.trace() for x in ledgers) for n, ledgers in self._ledgers.items()},
            latency_ms={n: np.asarray(v, np.float32) for n, v in self._latency_ms.items()},
            parts=self._tally.figures(),
            reports=tuple(witness.report() for witness in self._witnesses),
        )

    def _step(self, index: int) -> None:
        clip = self._clip
        image = clip.footage.image(index)
        masks = self._segmenter.begin(image)
        frame = Frame(image=image, stamp_ns=round(index * 1e9 / clip.rate_hz), sequence=index)
        start_ns = time.thread_time_ns()
        result = self._stream.step(frame)
        ours_ns = time.thread_time_ns() - start_ns
        for target in result.targets:
            masks.know(target.boxes, target.masks)
        middle_ns = time.thread_time_ns()
        explicit = self._explicit.answers(result)
        explicit_ns = time.thread_time_ns() - middle_ns
        targets = [case.targets[index] for case in clip.cases]
        answers = {
            'ours': [own(target) for target in result.targets],
            'explicit': explicit,
            **choices(result, self._heard.last, clip.boxes[index], targets),
        }
        self._moments.append(_Moment(frame=index, masks=masks, answers=answers))
        self._time(index, result, ours_ns, explicit_ns)
        self._note(index, answers)
        for witness, answer in zip(self._witnesses, answers['ours'], strict=True):
            witness.follow(index, answer, clip.boxes[index])
        if index % self._stride == 0:
            self._score(index, result)

    def _time(self, index: int, result: StepResult, ours_ns: int, explicit_ns: int) -> None:
        """Add up what each system's answer took: its own stages and its own masks.

        Args:
            index: of the frame.
            result: of the pipeline.
            ours_ns: what it took, with masks.
            explicit_ns: what the explicit rules took on its tracks.
        """
        detect_ns = self._heard.spent_ns
        masks_ns = sum(result.stage_ns.get(stage, 0) for stage in _MASKS)
        answers = self._moments[-1].answers
        made = len(_boxes(answers['ours']))
        self._mask_ns = masks_ns / made if made else self._mask_ns
        track_ns = detect_ns + (ours_ns - masks_ns - detect_ns) * _tracking(result)
        before_masks_ns = {
            'ours': ours_ns,
            'explicit': track_ns + explicit_ns,
            'top_confidence': track_ns,
            'top1_detection': detect_ns,
            'oracle_track': track_ns,
            'gt_boxes': 0,
        }
        for name in SYSTEMS:
            more_ns = 0 if name == 'ours' else len(_boxes(answers[name])) * self._mask_ns
            taken_ns = before_masks_ns[name] + more_ns
            self._outboxes[name].work(index, round(taken_ns))
            self._latency_ms[name].append(taken_ns / 1e6)

    def _note(self, index: int, answers: dict[str, list[Answer]]) -> None:
        """Write down, for all systems, what every answer lies on."""
        truth = self._clip.boxes[index]
        for name, of_system in answers.items():
            for ledger, answer in zip(self._ledgers[name], of_system, strict=True):
                ledger.note(index, answer, lies_on(iou_matrix(answer.boxes, truth)))

    def _score(self, index: int, result: StepResult) -> None:
        """Compare the masks of this frame, and those that a subscriber would hold now."""
        clip = self._clip
        labelled = LabelledFrame(clip.footage.labels(index), clip.boxes.shape[1])
        moment = self._moments[-1]
        for name in SYSTEMS:
            held = self._held(self._outboxes[name].newest(index))
            for row, ledger in enumerate(self._ledgers[name]):
                if not ledger.case.judged[index]:
                    continue
                masks = moment.masks.of(moment.answers[name][row].boxes)
                older = held.masks.of(held.answers[name][row].boxes) if held else ()
                ledger.score(index, labelled, masks, older)
        self._tally.look(index, self._heard.last, labelled, moment.masks)
        for row, (witness, answer) in enumerate(
            zip(self._witnesses, moment.answers['ours'], strict=True)
        ):
            if clip.cases[row].judged[index]:
                masks = moment.masks.of(answer.boxes)
                ledger = self._ledgers['ours'][row]
                witness.see(index, answer, masks, ledger.last, self._found(index, result))

    def _found(self, index: int, result: StepResult) -> tuple[FloatArray, FloatArray]:
        """Return how well each thing is covered by a detection and by a track, two (N,) IoUs."""
        truth = self._clip.boxes[index]
        covered = [
            iou_matrix(boxes, truth).max(axis=0, initial=0.0)
            for boxes in (self._heard.last.boxes, result.tracks.boxes)
        ]
        return covered[0], covered[1]

    def _held(self, frame: int) -> _Moment | None:
        """Return the moment of a frame, None where it is none or too long ago."""
        kept: Sequence[_Moment] = [m for m in self._moments if m.frame == frame]
        return kept[0] if kept else None


def _boxes(answers: Sequence[Answer]) -> set[bytes]:
    """Return the different boxes of answers, as bytes."""
    return {box.tobytes() for answer in answers for box in answer.boxes}


def _tracking(result: StepResult) -> float:
    """Return the share of tracking in what a step does before masks."""
    stages = result.stage_ns
    track_ns = stages.get('track', 0) + stages.get('camera_motion', 0)
    return track_ns / max(track_ns + stages.get('preference', 0), 1)
