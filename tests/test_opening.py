"""Which sessions a preset opens."""

from __future__ import annotations

import pytest

from tenet_ros.config import Settings
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
