"""Counters, rates and percentiles."""

from __future__ import annotations

import pytest

from tenet_ros.runtime.metrics import StreamMetrics, resident_mb


def test_report_of_an_idle_stream_is_all_zeros():
    report = StreamMetrics().report(now_ns=0)
    assert report.in_hz == report.out_hz == 0.0
    assert report.stamp_age_ms.p99 == 0.0
    assert report.counts == {}


def test_rate_looks_at_the_last_seconds_only():
    metrics = StreamMetrics()
    for i in range(300):
        metrics.tick('frames_in', i * 33_333_333)
    now_ns = 299 * 33_333_333
    assert metrics.report(now_ns).in_hz == pytest.approx(30.0, rel=1e-3)
    assert metrics.report(now_ns + 60_000_000_000).in_hz == 0.0
    assert metrics.report(now_ns).counts['frames_in'] == 300


def test_overhead_is_what_is_not_inference():
    metrics = StreamMetrics()
    metrics.frame({'convert': 1_000_000, 'track': 500_000, 'decode': 9_000_000}, 20_000_000)
    report = metrics.report(0)
    assert report.overhead_ms.p50 == pytest.approx(1.5)
    assert report.stage_ms['decode'].p50 == pytest.approx(9.0)
    assert report.stamp_age_ms.p50 == pytest.approx(20.0)


def test_memory_is_that_of_this_process():
    assert resident_mb() > 5
