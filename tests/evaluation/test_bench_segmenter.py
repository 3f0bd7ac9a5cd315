"""The segmenter's benchmark, and the fit of its weights, on clips made for the test."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tenet_ros.config import SegmenterConfig
from tenet_ros.errors import SourceError
from tenet_ros.evaluation.bench_segmenter import FilledBox, jitter, run
from tenet_ros.evaluation.clips import load_clips
from tenet_ros.evaluation.fit_segmenter import fit
from tenet_ros.stages.segmenter import ColourSegmenter

SIZE = (90, 120)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Two clips of one disc each, green on grey and red on blue."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    for name, ground, colour in (
        ('a', (90, 90, 90), (30, 200, 30)),
        ('b', (180, 60, 40), (20, 20, 200)),
    ):
        for sub in ('JPEGImages', 'Annotations'):
            (tmp_path / name / sub).mkdir(parents=True)
        for index in range(3):
            disc = (x - 50 - 5 * index) ** 2 + (y - 45) ** 2 <= 400
            image = np.full((*SIZE, 3), ground, np.uint8)
            image[disc] = colour
            cv2.imwrite(str(tmp_path / name / f'JPEGImages/{index}.jpg'), image)
            cv2.imwrite(str(tmp_path / name / f'Annotations/{index}.png'), disc.astype(np.uint8))
        document = {
            'size': SIZE[::-1],
            'fps_nominal': 10,
            'gt': {'type': 'dense_mask'},
            'objects': {'1': {'name': 'disc', 'expressions': [{'text': 'the disc'}]}},
        }
        (tmp_path / name / 'expressions.json').write_text(json.dumps(document))
    return tmp_path


def test_every_system_and_noise_is_reported(clips):
    figures = run(clips, box_noise=(0.0, 0.1), every=2)
    assert list(figures) == ['ours', 'ours_noise_0.1', 'filled_box', 'filled_box_noise_0.1']
    for system in figures.values():
        assert system['targets'] == 4
        assert set(system['clips']) == {'a', 'b'}
        assert set(system['latency_ms']) == {'p50', 'p95', 'p99'}
        assert system['ten_targets_ms'] > 0
        assert -1 <= system['quality_correlation'] <= 1
        assert system['jf'] == pytest.approx((system['j'] + system['f']) / 2, abs=1e-3)
    # A disc of radius 20 in its box of 41 pixels.
    assert figures['filled_box']['j'] == pytest.approx(np.pi * 20**2 / 41**2, abs=0.01)
    assert figures['ours']['j'] > 0.93
    json.dumps(figures)


def test_noise_is_the_same_in_every_run(clips):
    first, second = (run(clips, FilledBox(), box_noise=[0.1], every=1) for _ in range(2))
    assert first['ours_noise_0.1']['clips'] == second['ours_noise_0.1']['clips']


def test_clips_without_ground_truth_are_refused(clips):
    for path in clips.glob('*/Annotations/*'):
        path.unlink()
    with pytest.raises(SourceError, match='Annotations'):
        run(clips)


def test_jitter_moves_each_side_by_a_share_of_the_box():
    boxes = np.tile(np.asarray([[100, 100, 120, 200]], np.float32), (500, 1))
    moved = jitter(boxes, 0.1, np.random.default_rng(0)) - boxes
    assert np.abs(moved[:, [0, 2]]).max() == pytest.approx(2, rel=0.05)
    assert np.abs(moved[:, [1, 3]]).max() == pytest.approx(10, rel=0.05)


def test_no_jitter_changes_nothing():
    boxes = np.asarray([[1, 2, 3, 4]], np.float32)
    assert np.array_equal(jitter(boxes, 0.0, np.random.default_rng(0)), boxes)


def test_fitted_weights_segment_what_they_were_fitted_to(clips):
    config = SegmenterConfig(grid=48, walk_grid=24)
    weights = fit(load_clips(clips), config, every=1)
    assert len(weights.position) == 8
    assert len(weights.appearance) == 11
    assert len(weights.connection) == 9
    figures = run(clips, ColourSegmenter(config, weights), box_noise=[0.0], every=1)
    assert figures['ours']['j'] > 0.9
