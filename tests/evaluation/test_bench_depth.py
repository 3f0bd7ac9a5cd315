"""Figures of poses: made of cases, on a few rendered stills, and on a recording where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tenet_ros.config import Settings
from tenet_ros.errors import SourceError
from tenet_ros.evaluation.bench_depth import recorded, simulated, summary
from tenet_ros.evaluation.depth_noise import sensed
from tenet_ros.factory import build

RGBD = Path(__file__).parents[3] / 'shared' / 'data' / 'rgbd' / '7scenes_redkitchen'


@pytest.fixture(scope='module')
def system():
    with build(Settings(preset='tabletop')) as system:
        yield system


def test_objects_on_stills_are_placed_within_centimetres(system):
    pytest.importorskip('mujoco', reason='needs the extra [sim]')
    cases = list(simulated(system, 4))
    figures = summary(cases)
    assert figures['objects'] > 15
    assert figures['placed'] == figures['objects']
    assert figures['position_m']['median'] < 0.01


def test_a_recorded_sequence_is_read(system):
    if not RGBD.is_dir():
        pytest.skip('needs ../shared/data/rgbd')
    cases = list(recorded(RGBD, system.segmenter))
    assert [case.name for case in cases[:3]] == ['game controller', 'mug', 'plastic box']
    assert summary(cases)['position_m']['median'] < 0.03


def test_a_folder_without_a_sequence_is_named(tmp_path, system):
    with pytest.raises(SourceError, match=r'RGB-D sequence with expressions\.json'):
        next(recorded(tmp_path, system.segmenter))


def test_nothing_placed_is_no_figure():
    assert summary([])['position_m'] == {'median': None, 'p95': None}


def test_sensed_depth_is_near_the_truth_where_there_is_no_edge():
    metres = np.full((60, 80), 1.0, np.float32)
    metres[:, 40:] = 2.0
    metres[:10] = np.inf
    depth = sensed(metres, np.random.default_rng(0)).astype(np.float64) / 1e3
    inner = depth[20:50, 5:35]
    assert np.abs(inner[inner > 0] - 1.0).max() < 0.01
    assert not depth[:8].any()
    edge = depth[20:50, 38:42]
    assert ((edge > 1.05) & (edge < 1.95)).any()
    assert (edge == 0).any()
