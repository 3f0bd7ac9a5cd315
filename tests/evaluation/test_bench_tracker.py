"""The tracker on recorded sequences: golden figures, and the comparison's form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tenet_ros.config import TrackerConfig
from tenet_ros.errors import SourceError
from tenet_ros.evaluation.bench_tracker import (
    MOT_CONFIG,
    load_sequences,
    ours,
    run,
    synthetic_crowd,
    track,
)
from tenet_ros.evaluation.mot import drop_ignored, evaluate

# HOTA and IDF1 of the `trackers` 2.6.1 OC-SORT at its defaults, same detections and frames.
PUBLISHED = {
    'KITTI-0014-Car': (0.642, 0.797),
    'TUD-Campus': (0.488, 0.680),
    'TUD-Stadtmitte': (0.511, 0.737),
}
HALF_A_POINT = 0.005


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    """Write one object that walks through twelve frames, one of them without detection."""
    folder = tmp_path / 'A'
    for name in ('det', 'gt'):
        (folder / name).mkdir(parents=True)
    (folder / 'seqinfo.ini').write_text('[Sequence]\nname=A\nframeRate=10\nseqLength=12\n')
    lines = [f'{t},{{}},{10 + 3 * t},20,30,60,{{}}\n' for t in range(1, 13)]
    (folder / 'gt/gt.txt').write_text(''.join(line.format(7, 1) for line in lines))
    found = [line.format(-1, 0.9) for t, line in enumerate(lines) if t != 6]
    (folder / 'det/det.txt').write_text(''.join(found))
    return tmp_path


def test_one_object_is_one_track(sequence: Path) -> None:
    (loaded,) = load_sequences(sequence)
    assert len(loaded.frames) == 12
    assert [len(f) for f in loaded.frames] == [1] * 6 + [0] + [1] * 5
    scores = evaluate(loaded.truth, track(ours(TrackerConfig(), 10.0), loaded.frames)).ratios()
    assert (scores['TP'], scores['FP'], scores['FN'], scores['IDSW']) == (11, 0, 1, 0)


def test_the_comparison_names_every_sequence_and_both_crowds(sequence: Path) -> None:
    figures = run(sequence)
    assert {'ours', 'ours_default'} <= set(figures)
    for system in figures.values():
        assert set(system) == {'A', 'combined', 'latency_ms_50', 'latency_ms_200'}
        assert 0 < system['A']['HOTA'] <= 1
        assert 0 < system['latency_ms_50']['p50'] <= system['latency_ms_50']['p95']


def test_logits_become_scores_and_unannotated_regions_are_read(sequence: Path) -> None:
    (sequence / 'A/det/det.txt').write_text('1,-1,1,1,9,9,-2\n1,-1,30,1,9,9,12\n')
    (sequence / 'A/gt/ignore_regions.txt').write_text('1,-1,5,6,7,8,0,DontCare\n')
    (loaded,) = load_sequences(sequence)
    assert loaded.frames[0].scores == pytest.approx([0.119, 1.0], abs=1e-3)
    assert loaded.ignored.boxes.tolist() == [[5, 6, 12, 14]]


def test_a_folder_without_sequences_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r'expected folders with det/det\.txt'):
        load_sequences(tmp_path)


def test_a_crowd_is_the_same_every_time() -> None:
    one, other = synthetic_crowd(20, frames=3), synthetic_crowd(20, frames=3)
    assert all(np.array_equal(a.boxes, b.boxes) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize('config', [MOT_CONFIG, TrackerConfig()], ids=['paper', 'default'])
@pytest.mark.parametrize('name', sorted(PUBLISHED))
def test_recorded_sequences_are_tracked_as_well_as_by_a_published_tracker(
    shared_data: Path, name: str, config: TrackerConfig
) -> None:
    (sequence,) = [s for s in load_sequences(shared_data / 'mot') if s.info.name == name]
    result = track(ours(config, sequence.info.frame_rate), sequence.frames)
    scores = evaluate(
        sequence.truth, drop_ignored(sequence.truth, result, sequence.ignored)
    ).ratios()
    hota, idf1 = PUBLISHED[name]
    assert scores['HOTA'] >= hota - HALF_A_POINT
    assert scores['IDF1'] >= idf1 - 0.02
