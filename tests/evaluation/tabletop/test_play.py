"""Systems answer as they are described, and what goes wrong is put down to what went wrong."""

from __future__ import annotations

import time
from itertools import count

import numpy as np
import pytest

from tenet_ros.evaluation.tabletop.play import play
from tenet_ros.evaluation.tabletop.summary import rows_of, summary
from tenet_ros.evaluation.tabletop.systems import SYSTEMS
from tenet_ros.stages.protocols import PreferenceScores

FRAMES = 45


class LikesTheLower:
    """Whatever is asked for, the lower square is meant."""

    def score_all(self, queries, tracks, image_size):
        logits = np.where(tracks.boxes[:, 1] > 50, 5, -5).astype(np.float32)
        return tuple(PreferenceScores(logits=logits, null=-5.0) for _ in queries)


def figures(clip, system):
    played = play(clip, system)
    rows = rows_of(clip.cases, played)
    return summary([played], rows), rows


def test_a_perfect_detector_and_clear_sentences_leave_nothing_to_be_lost(new_clip, new_system):
    found, _ = figures(new_clip(), new_system())
    for system in ('ours', 'explicit', 'oracle_track', 'gt_boxes'):
        assert found[system]['jf'] > 0.95, system
        assert found[system]['n_acc'] == 1.0, system
        assert found[system]['wrong_target_fraction'] == 0.0, system
    assert found['top_confidence']['jf_target'] > 0.95
    assert found['detector']['recall'] == found['segmenter']['mean_iou'] == 1.0
    assert found['ours']['commit_s_median']['static'] < 0.3
    assert sum(found['ours']['lost_by_cause'].values()) == pytest.approx(
        1 - found['ours']['jf'], abs=0.01
    )


def test_who_never_says_nothing_fails_where_nothing_is_meant(new_clip, new_system):
    found, _ = figures(new_clip(), new_system())
    for system in ('top_confidence', 'top1_detection'):
        assert found[system]['n_acc'] == 0.0
        assert found[system]['per_kind']['absent_colour']['jf'] == 0.0


def test_what_explicit_rules_know_does_not_help_a_preference_that_knows_nothing(
    new_clip, new_system
):
    found, rows = figures(new_clip(), new_system(preference=LikesTheLower()))
    assert found['explicit']['jf'] > 0.95
    red, blue, green = (row.verdicts['ours'] for row in rows)
    assert blue.jf > 0.95
    assert red.jf < 0.05
    assert red.wrong.mean() > 0.8
    assert green.jf < 0.3
    causes = [row.report.main_cause for row in rows]
    assert causes[0] == 'wrong choice'
    assert causes[2] == 'false accept'
    assert found['gap_closed']['target'] is None, 'highest confidence is as good as the oracle here'


def test_what_the_detector_does_not_see_is_put_down_to_the_detector(new_clip, new_system):
    found, rows = figures(new_clip(), new_system(blind=('blue',)))
    assert found['detector']['recall'] == 0.5
    assert found['oracle_track']['jf_target'] == pytest.approx(0.5, abs=0.03)
    assert rows[1].report.main_cause == 'detector missed'
    assert found['segmenter']['mean_iou'] == 1.0, 'which needs no detector'


def test_a_thing_that_is_hidden_and_returns_is_found_again(new_clip, new_system):
    clip = new_clip(hidden=range(10, 22))
    found, _ = figures(clip, new_system())
    assert found['ours']['returns'] == 1
    assert found['ours']['reacquire_rate'] == 1.0
    assert found['oracle_track']['t_acc'] == 1.0


def test_every_system_is_timed_at_every_frame_and_scored_at_every_fifth(new_clip, new_system):
    clip = new_clip()
    played = play(clip, new_system())
    assert tuple(played.traces) == SYSTEMS
    assert all(len(times) == FRAMES for times in played.latency_ms.values())
    assert all((times >= 0).all() for times in played.latency_ms.values())
    assert played.traces['ours'][0].scored.tolist() == list(range(0, FRAMES, 5))


def test_others_pay_for_a_mask_what_ours_cost_on_one_clock(new_clip, new_system, monkeypatch):
    # Every look at the clock is a millisecond later.
    ticks = count(step=1_000_000)
    monkeypatch.setattr(time, 'thread_time_ns', lambda: next(ticks))
    times = play(new_clip(), new_system()).latency_ms
    # Two squares: both are looked for in one stage each of encoding and decoding.
    assert times['gt_boxes'][20] == pytest.approx(2.0)
    assert times['ours'][20] > times['oracle_track'][20] > times['gt_boxes'][20]


def test_a_late_answer_costs_streaming_accuracy_on_what_moves(new_clip, new_system):
    found, _ = figures(new_clip(), new_system())
    assert found['gt_boxes']['jf_target'] > found['gt_boxes']['streaming_jf_target']


def test_a_sentence_is_seen_at_eight_moments_of_its_judged_time(new_clip, new_system):
    _, rows = figures(new_clip(), new_system())
    glimpses = rows[0].report.glimpses
    assert [g.frame for g in glimpses] == sorted({g.frame for g in glimpses})
    assert len(glimpses) == 8
    assert glimpses[-1].frame == 40
    assert glimpses[-1].state == 'COMMITTED'
    assert glimpses[-1].outlines
