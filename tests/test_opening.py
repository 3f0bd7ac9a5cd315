"""Which sessions a preset opens."""

from __future__ import annotations

import pytest

from tenet_ros import factory
from tenet_ros.config import DecisionConfig, PipelineConfig, Settings, TrackerConfig
from tenet_ros.factory import build
from tenet_ros.inference import ort


@pytest.mark.parametrize(('threads', 'cpus', 'times'), [(0, 2, 2), (0, 1, 1), (1, 8, 1)])
def test_the_segmenter_is_opened_twice_where_a_core_is_left_for_it(
    monkeypatch, threads, cpus, times
):
    monkeypatch.setattr(ort, 'usable_cpus', lambda: cpus)
    with build(Settings(preset='tabletop', threads=threads)) as system:
        keys = [session.key for session in system.sessions]
    assert sum('segmenter' in key for key in keys) == times


@pytest.mark.parametrize(
    ('chosen', 'looks', 'release'),
    [
        ({}, 150, 0.45),
        ({'preference': 'explicit'}, 150, 0.35),
        ({'pipeline': PipelineConfig(tracker=TrackerConfig(memory_looks=7))}, 7, 0.45),
        ({'pipeline': PipelineConfig(decision=DecisionConfig(release=0.2))}, 150, 0.2),
    ],
)
def test_tracker_and_decisions_suit_what_was_chosen_unless_they_are_set(
    monkeypatch, chosen, looks, release
):
    made = {}
    for name in ('OcSortTracker', 'Decider'):
        monkeypatch.setattr(factory, name, lambda config, name=name: made.update({name: config}))
    monkeypatch.setattr(factory, 'Pipeline', lambda **parts: parts['new_decider']())
    with build(Settings(preset='tabletop', threads=1, **chosen)):
        pass
    assert made['OcSortTracker'].memory_looks == looks
    assert made['Decider'].release == release
