"""The figures of a live run, and the promises that they hold it to."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.evaluation.bench_stream import (
    NodeFigures,
    Result,
    StreamRun,
    Truth,
    report,
    violations,
)

PERIOD_NS = 40_000_000
START_NS = 1_700_000_000_000_000_000
SENT = [START_NS + i * PERIOD_NS for i in range(10)]


def square(left):
    """Return a (40, 60) label image with object 1 in columns ``left`` to ``left + 20``."""
    labels = np.zeros((40, 60), np.uint8)
    labels[10:30, left : left + 20] = 1
    return labels


def node(frames_in=10, frames_out=10, drops=0):
    return NodeFigures(
        frames_in=frames_in,
        frames_out=frames_out,
        drops=drops,
        overhead_ms={'p50': 1.0, 'p95': 2.0},
        stage_ms={'track': 0.5},
    )


def answer(index, delay_ms=10, mask=None):
    return Result(stamp_ns=SENT[index], published_ns=SENT[index] + int(delay_ms * 1e6), mask=mask)


def run(results, **changes):
    sound = StreamRun(sent_ns=SENT, results=results, node=node(), rss_mb=[100.0] * 20)
    return dataclasses.replace(sound, **changes)


def test_a_sound_run_breaks_no_promise():
    figures = report(run([answer(i) for i in range(10)]))
    assert figures['violations'] == []
    assert (figures['frames_sent'], figures['frames_in'], figures['frames_out']) == (10, 10, 10)
    assert figures['in_hz'] == pytest.approx(25)
    assert figures['out_hz'] == pytest.approx(25)
    assert figures['latency_ms'] == {'p50': 10.0, 'p95': 10.0, 'p99': 10.0}
    assert figures['overhead_ms'] == {'p50': 1.0, 'p95': 2.0}


@pytest.mark.parametrize(
    ('results', 'words'),
    [
        ([Result(stamp_ns=START_NS + 1, published_ns=START_NS + 2)], 'no image had'),
        ([answer(0), answer(0)], 'answered twice'),
        ([answer(3), answer(2)], 'older than the one before'),
    ],
)
def test_each_broken_promise_is_named(results, words):
    broken = violations(run(results))
    assert len(broken) == 1
    assert words in broken[0]


def test_frames_that_are_nowhere_are_named():
    assert 'is not frames_in 10' in violations(run([], node=node(frames_out=7, drops=2)))[0]


def test_a_node_that_failed_is_named():
    failed = dataclasses.replace(node(), fault='detector: no such file')
    assert violations(run([], node=failed)) == ['the node failed: detector: no such file']


def test_dropped_frames_are_no_violation():
    results = [answer(i) for i in range(0, 10, 2)]
    assert violations(run(results, node=node(frames_out=5, drops=5))) == []


def test_percentiles_are_of_every_result():
    figures = report(run([answer(i, delay_ms=i) for i in range(10)]))
    assert figures['latency_ms']['p50'] == pytest.approx(4.5)
    assert figures['latency_ms']['p99'] == pytest.approx(8.91)


def test_cpu_time_is_per_answered_frame_and_left_out_where_it_was_not_taken():
    results = [answer(i) for i in range(10)]
    assert report(run(results, cpu_s=0.25))['cpu_ms'] == pytest.approx(25)
    assert 'cpu_ms' not in report(run(results))


def test_memory_growth_leaves_warming_up_aside():
    grown = report(run([], rss_mb=[50.0, 50.0, *[100.0] * 9, *[104.0] * 9]))['rss_mb']
    assert grown == {'start': 100.0, 'end': 104.0, 'growth': 0.04}


def test_a_perfect_and_prompt_mask_of_a_still_object_scores_one_but_for_its_first_frame():
    labels = [square(5)] * 10
    results = [answer(i, mask=labels[i]) for i in range(10)]
    figures = report(run(results, truth=Truth(labels=labels, object_ids=(1,))))
    assert (figures['j'], figures['f'], figures['jf']) == (1.0, 1.0, 1.0)
    # Nothing can be known yet when the first frame is shown.
    assert figures['streaming_jf'] == pytest.approx(0.9)
    assert figures['wrong_target_fraction'] == 0.0


def test_lateness_costs_streaming_accuracy_alone():
    labels = [square(4 * i) for i in range(10)]
    truth = Truth(labels=labels, object_ids=(1,))
    prompt, late = (
        report(run([answer(i, ms, labels[i]) for i in range(10)], truth=truth)) for ms in (10, 90)
    )
    assert prompt['jf'] == late['jf'] == 1.0
    assert late['streaming_jf'] < prompt['streaming_jf'] < 1.0


def test_a_mask_on_something_else_is_on_the_wrong_target():
    labels = [square(0) for _ in range(10)]
    results = [answer(i, mask=square(40 if i < 5 else 0)) for i in range(10)]
    figures = report(run(results, truth=Truth(labels=labels, object_ids=(1,))))
    assert figures['wrong_target_fraction'] == 0.5
    assert figures['j'] == 0.5


def test_a_run_without_results_has_figures_all_the_same():
    figures = report(run([], rss_mb=[], truth=Truth(labels=[square(0)], object_ids=(1,))))
    assert figures['results_received'] == 0
    assert figures['streaming_jf'] == 0.0
