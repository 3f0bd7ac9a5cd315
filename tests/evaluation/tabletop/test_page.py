"""The report is one page that needs nothing else."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from tenet_ros.evaluation.tabletop.goals import GOALS, reached
from tenet_ros.evaluation.tabletop.page import page
from tenet_ros.evaluation.tabletop.play import play
from tenet_ros.evaluation.tabletop.strips import film_strip
from tenet_ros.evaluation.tabletop.summary import rows_of, summary
from tenet_ros.evaluation.tabletop.systems import SYSTEMS

VOID = {'meta', 'img', 'br'}


class Balance(HTMLParser):
    """Checks that every element is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.sources = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.sources += [value for name, value in attrs if name in {'src', 'href'}]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope='module')
def report(new_clip, new_system):
    clip = new_clip()
    played = play(clip, new_system())
    rows = rows_of(clip.cases, played)
    figures = summary([played], rows)
    return figures, page(figures, [played], rows, lambda _: clip.footage), rows, clip


def test_the_page_is_whole_and_asks_for_nothing_from_elsewhere(report):
    _, text, rows, _ = report
    balance = Balance()
    balance.feed(text)
    assert balance.open == []
    assert '<script' not in text
    assert balance.sources
    assert all(source.startswith('data:') for source in balance.sources)
    for row in rows:
        assert row.case.text in text
    for name in SYSTEMS:
        assert f'<td>{name}</td>' in text


def test_the_figures_are_json_without_infinities(report):
    figures, _, _, _ = report
    json.dumps(figures, allow_nan=False)
    for name in SYSTEMS:
        assert {
            'jf', 'streaming_jf', 'n_acc', 't_acc', 'wrong_target_fraction', 'commit_s_median',
            'switches_per_min', 'reacquire_rate', 'reacquire_s_median', 'latency_ms', 'per_kind',
        } <= set(figures[name])  # fmt: skip


def test_a_strip_shows_truth_and_mask_of_each_moment(report):
    _, _, rows, clip = report
    strip = film_strip(clip.footage, clip.cases[0], rows[0].report)
    assert strip.shape == (180, 8 * 240, 3)
    assert not np.array_equal(strip[:, :240], strip[:, 240:480])
    plain = cv2.resize(clip.footage.image(40), (240, 180), interpolation=cv2.INTER_AREA)
    assert (strip[:160, -240:] != plain[:160]).any()


def test_a_goal_is_met_missed_by_something_or_has_no_figure(report):
    figures, _, _, _ = report
    found = {row['goal']: row for row in reached(figures)}
    assert len(found) == len(GOALS)
    assert found['N-acc']['met']
    assert found['re-acquired within 0.5 s']['figure'] is None
    assert not found['re-acquired within 0.5 s']['met']
    worse = {**figures, 'ours': {**figures['ours'], 'n_acc': 0.9, 'wrong_target_fraction': 0.05}}
    missed = {row['goal']: row['missed_by'] for row in reached(worse)}
    assert missed['N-acc'] == pytest.approx(0.05)
    assert missed['wrong-target time'] == pytest.approx(0.02)
