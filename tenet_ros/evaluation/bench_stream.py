"""What a live run is worth: accounting, latency and, with ground truth, accuracy.

Everything here is arithmetic on a recording of the run; who made the recording is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tenet_ros.evaluation.masks import score_sentence
from tenet_ros.evaluation.streaming import score_streaming
from tenet_ros.types import UInt8Array

__all__ = ['NodeFigures', 'Result', 'StreamRun', 'Truth', 'report', 'violations']


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """One mask that came out of the node.

    Attributes:
        stamp_ns: its ``header.stamp``.
        published_ns: when the node handed it to the middleware, on the clock of the stamps.
        mask: (H, W) uint8, set where non-zero; None where nobody needs it.
    """

    stamp_ns: int
    published_ns: int
    mask: UInt8Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigures:
    """What the node says of itself, at the end of the run.

    Attributes:
        frames_in: images that reached it.
        frames_out: results that it published.
        drops: images that it left unanswered.
        overhead_ms: per frame, all but model inference; keys ``p50`` and ``p95``.
        stage_ms: median of each stage.
        fault: what it calls an error of its own, or ''.
    """

    frames_in: int
    frames_out: int
    drops: int
    overhead_ms: Mapping[str, float]
    stage_ms: Mapping[str, float]
    fault: str = ''


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """Ground truth of the frames that were sent.

    Attributes:
        labels: label images in the order of sending, (H, W) uint8, pixel value = object id.
        object_ids: what the command refers to.
    """

    labels: Sequence[UInt8Array]
    object_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StreamRun:
    """The recording of one run.

    Attributes:
        sent_ns: stamp of every image that the camera published, in order; each is the time of its
            publishing.
        results: in the order of their arrival here.
        node: the node's own figures.
        rss_mb: resident memory of the node, MB (10^6 bytes), in the order of sampling.
        truth: where there is one.
        cpu_s: CPU time that the node took for all of it, seconds; None where it was not taken.
    """

    sent_ns: Sequence[int]
    results: Sequence[Result]
    node: NodeFigures
    rss_mb: Sequence[float]
    truth: Truth | None = None
    cpu_s: float | None = None


def violations(run: StreamRun) -> list[str]:
    """Return a sentence for every promise of the stream that the run broke; none if it is sound."""
    found = []
    sent = set(run.sent_ns)
    strangers = [r.stamp_ns for r in run.results if r.stamp_ns not in sent]
    if strangers:
        found.append(
            f'{len(strangers)} results carry a stamp that no image had, first {strangers[0]}'
        )
    repeated = [stamp for stamp, n in Counter(r.stamp_ns for r in run.results).items() if n > 1]
    if repeated:
        found.append(f'{len(repeated)} images were answered twice, first {repeated[0]}')
    stamps = [r.stamp_ns for r in run.results]
    older = sum(later < earlier for earlier, later in pairwise(stamps))
    if older:
        found.append(f'{older} results are older than the one before them')
    node = run.node
    if node.frames_out + node.drops != node.frames_in:
        found.append(
            f'frames_out {node.frames_out} + drops {node.drops} is not frames_in {node.frames_in}'
        )
    if node.fault:
        found.append(f'the node failed: {node.fault}')
    return found


def report(run: StreamRun) -> dict[str, Any]:
    """Return the figures of a run, ready for ``json.dumps``.

    ``frames_sent`` is what the camera published and ``frames_in`` what of it reached the node
    (best-effort images may get lost);
    ``results_received`` is what of ``frames_out`` reached the observer; ``cpu_ms`` is the CPU time
    of the node, all threads, per answered frame. Latency is from an image's
    publishing to its result's. ``memory_growth`` compares the means of the first and the last
    tenth of the samples after the first tenth, which belongs to warming up.

    With ground truth ``j``, ``f`` and ``jf`` are means over the answered frames, each against its
    own truth; ``streaming_jf`` is over all frames that were sent, each against the newest result
    that was published by then; ``wrong_target_fraction`` is of the answered frames.
    """
    latency_ms = np.asarray([r.published_ns - r.stamp_ns for r in run.results], np.float64) / 1e6
    span_s = (run.sent_ns[-1] - run.sent_ns[0]) / 1e9 if len(run.sent_ns) > 1 else 0.0
    figures: dict[str, Any] = {
        'frames_sent': len(run.sent_ns),
        'frames_in': run.node.frames_in,
        'frames_out': run.node.frames_out,
        'drops': run.node.drops,
        'results_received': len(run.results),
        'in_hz': round((len(run.sent_ns) - 1) / span_s, 2) if span_s else 0.0,
        'out_hz': round(_rate(run.results), 2),
        'latency_ms': _percentiles(latency_ms),
        'overhead_ms': {k: round(v, 3) for k, v in run.node.overhead_ms.items()},
        'stage_ms': {k: round(v, 3) for k, v in run.node.stage_ms.items()},
        'rss_mb': _memory(run.rss_mb),
    }
    if run.cpu_s is not None:
        figures['cpu_ms'] = round(1e3 * run.cpu_s / max(run.node.frames_out, 1), 2)
    if run.truth is not None:
        figures |= _accuracy(run, run.truth)
    figures['violations'] = violations(run)
    return figures


def _rate(results: Sequence[Result]) -> float:
    """Return the results per second between the first and the last."""
    if len(results) < 2:
        return 0.0
    span_ns = results[-1].published_ns - results[0].published_ns
    return (len(results) - 1) * 1e9 / span_ns if span_ns > 0 else 0.0


def _percentiles(values: npt.NDArray[np.float64]) -> dict[str, float]:
    if not len(values):
        return {'p50': 0.0, 'p95': 0.0, 'p99': 0.0}
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {'p50': round(float(p50), 2), 'p95': round(float(p95), 2), 'p99': round(float(p99), 2)}


def _memory(samples: Sequence[float]) -> dict[str, float]:
    """Return resident memory at the start and end, and its relative growth once warm."""
    if not samples:
        return {'start': 0.0, 'end': 0.0, 'growth': 0.0}
    tenth = max(1, len(samples) // 10)
    warm = samples[tenth:] if len(samples) > 2 * tenth else samples
    start, end = float(np.mean(warm[:tenth])), float(np.mean(warm[-tenth:]))
    growth = end / start - 1 if start else 0.0
    return {'start': round(start, 1), 'end': round(end, 1), 'growth': round(growth, 4)}


def _accuracy(run: StreamRun, truth: Truth) -> dict[str, Any]:
    """Return J, F and J&F of the answered frames, and streaming J&F of all."""
    sent = run.sent_ns[: len(truth.labels)]
    labels = list(truth.labels[: len(sent)])
    index_of = {stamp: index for index, stamp in enumerate(sent)}
    answers = [(r, r.mask) for r in run.results if r.mask is not None]
    own = [(mask, labels[index_of[r.stamp_ns]]) for r, mask in answers if r.stamp_ns in index_of]
    if not own:
        return dict.fromkeys(('j', 'f', 'jf', 'streaming_jf', 'wrong_target_fraction'), 0.0)
    prompt = score_sentence([m for m, _ in own], [label for _, label in own], truth.object_ids)
    published_ns = np.asarray([r.published_ns for r, _ in answers], np.int64)
    streaming = score_streaming(
        truth_ns=np.asarray(sent, np.int64),
        labels=labels,
        published_ns=np.maximum.accumulate(published_ns),
        masks=[mask for _, mask in answers],
        object_ids=truth.object_ids,
    )
    return {
        'j': round(float(prompt.j.mean()), 4),
        'f': round(float(prompt.f.mean()), 4),
        'jf': round(prompt.jf, 4),
        'streaming_jf': round(streaming.jf, 4),
        'wrong_target_fraction': round(prompt.wrong_target_fraction, 4),
    }
