"""A whole preset, frame by frame: rate, latency, and which part of it is not inference."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.config import Settings
from tenet_ros.factory import System, build
from tenet_ros.inference.ort import default_threads
from tenet_ros.inference.session import Session
from tenet_ros.inference.spec import TensorMap
from tenet_ros.language.expression import Prompt
from tenet_ros.runtime.offline import OfflineStream
from tenet_ros.stages.protocols import Prepared
from tenet_ros.types import Detections, Frame, UInt8Array

__all__ = ['PERIOD_NS', 'ScriptedBoxes', 'measure_preset']

PERIOD_NS = 33_333_333
WARM_UP = 10


class ScriptedBoxes:
    """A detector that does its work and then says what the script says.

    Random weights find nothing that could be followed; boxes that glide let every later stage do
    what it does with real ones.

    Args:
        detector: the preset's own.
        targets: how many boxes.
    """

    def __init__(self, detector: Any, targets: int) -> None:
        self._detector = detector
        self._targets = targets
        self._prompt = Prompt(command_id=0, queries=())
        self._calls = 0

    def prepare(self, prompt: Prompt) -> Prepared:
        """Pass the prompt on, and remember how long its answers are."""
        self._prompt = prompt
        prepared: Prepared = self._detector.prepare(prompt)
        return prepared

    def detect(self, image: UInt8Array, prepared: Prepared) -> Detections:
        """Detect, and return the script's boxes instead."""
        self._detector.detect(image, prepared)
        self._calls += 1
        height, width = image.shape[:2]
        count, side = self._targets, 0.6 / max(self._targets, 2)
        left = (np.arange(count) + 0.2) / count * 0.9 + 0.05 * np.sin(0.05 * self._calls)
        top = np.full(count, 0.3)
        boxes = np.stack([left, top, left + side, top + 0.4], axis=1)
        boxes = np.clip(boxes, 0, 1) * [width, height, width, height]
        # Box n is what the n-th sentence speaks of.
        columns = np.arange(len(self._prompt.phrases)) % count
        phrases = np.where(columns == np.arange(count)[:, None], 0.9, 0.05)
        return Detections(
            boxes=boxes.astype(np.float32),
            scores=np.full(count, 0.9, np.float32),
            phrase_scores=phrases.astype(np.float32),
            reference=np.arange(len(self._prompt.queries), dtype=np.int64) % count,
            labels=('',) * count,
        )


class _Timed:
    """A session's ``infer`` with a watch beside it."""

    def __init__(self, session: Session) -> None:
        self._infer = session.infer
        self.spent_ns = 0
        session.infer = self  # type: ignore[method-assign]

    def __call__(self, inputs: TensorMap) -> dict[str, npt.NDArray[Any]]:
        start = time.perf_counter_ns()
        try:
            return self._infer(inputs)
        finally:
            self.spent_ns += time.perf_counter_ns() - start


def measure_preset(
    settings: Settings, *, camera: tuple[int, int], runs: int, sentence: str, targets: int = 1
) -> dict[str, Any]:
    """Build a preset and step it through frames, one after the other as fast as it goes.

    Args:
        settings: which preset, and how.
        camera: (height, width) of the frames, pixels.
        runs: frames that are timed.
        sentence: the command; separated by ``;``, one for each target.
        targets: boxes that the detector is made to find.

    Returns:
        ``fps``, ``latency_ms``, ``inference_ms`` (mean per frame, by session),
        ``not_inference`` (share of the time), ``committed`` (share of frames
        with a mask for each sentence).

    Raises:
        ConfigError: no such preset.
        EngineError: a model is missing.
    """
    # One session a model, so that their times add up.
    settings = replace(settings, threads=settings.threads or default_threads())
    with build(settings) as system:
        watches = {session.key: _Timed(session) for session in system.sessions}
        times, masked = _run(system, list(_frames(camera, runs)), sentence, targets, watches)
        mean_ms = float(np.mean(times))
        inference = {key: watch.spent_ns / 1e6 / runs for key, watch in watches.items()}
        return {
            'fps': round(1e3 / mean_ms, 1),
            'latency_ms': {
                f'p{share}': round(float(np.percentile(times, share)), 2) for share in (50, 95, 99)
            },
            'inference_ms': {key: round(value, 2) for key, value in inference.items()},
            'not_inference': round(1 - sum(inference.values()) / mean_ms, 3),
            'committed': round(masked / runs, 3),
            'providers': {session.key: session.provider for session in system.sessions},
        }


def _run(
    system: System,
    frames: list[Frame],
    sentence: str,
    targets: int,
    watches: dict[str, _Timed],
) -> tuple[npt.NDArray[np.float64], int]:
    stream = OfflineStream(system.pipeline, ScriptedBoxes(system.detector, targets))
    stream.command(sentence)
    times, masked = [], 0
    for index, frame in enumerate(frames):
        if index == WARM_UP:
            for watch in watches.values():
                watch.spent_ns = 0
        start = time.perf_counter()
        result = stream.step(frame)
        spent_ms = 1e3 * (time.perf_counter() - start)
        if index >= WARM_UP:
            times.append(spent_ms)
            masked += all(target.masks for target in result.targets)
    return np.asarray(times), masked


def _frames(camera: tuple[int, int], runs: int) -> Iterator[Frame]:
    image = np.random.default_rng(0).integers(0, 256, (*camera, 3), np.uint8)
    for sequence in range(runs + WARM_UP):
        yield Frame(
            image=np.ascontiguousarray(np.roll(image, sequence, axis=1)),
            stamp_ns=sequence * PERIOD_NS,
            frame_id='camera',
            sequence=sequence,
        )
