"""Which sessions a preset opens."""

from __future__ import annotations

import pytest

from tenet_ros import factory
from tenet_ros.config import DecisionConfig, PipelineConfig, Settings
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
    ('chosen', 'release'),
    [
        ({}, 0.45),
        ({'preference': 'explicit'}, 0.35),
        ({'pipeline': PipelineConfig(decision=DecisionConfig(release=0.2))}, 0.2),
    ],
)
def test_decisions_suit_the_preference_unless_they_are_set(monkeypatch, chosen, release):
    made = []
    monkeypatch.setattr(factory, 'Decider', made.append)
    monkeypatch.setattr(factory, 'Pipeline', lambda **parts: parts['new_decider']())
    with build(Settings(preset='tabletop', threads=1, **chosen)):
        pass
    assert [config.release for config in made] == [release]
