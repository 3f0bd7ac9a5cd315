"""The recordings that come with the package: small, whole, and about what they say."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.sim.bundle import CLIPS, SPLIT
from tenet_ros.sim.recording import load
from tenet_ros.sim.truth import boxes_of_labels
from tenet_ros.sources.tabletop import bundled_recordings

MOST_BYTES = 5_000_000


def test_they_are_the_chosen_clips_and_at_most_five_megabytes():
    folders = bundled_recordings()
    assert [folder.name for folder in folders] == [
        f'{number}_{SPLIT}_{seed}' for number, seed in enumerate(CLIPS)
    ]
    assert sum(path.stat().st_size for f in folders for path in f.iterdir()) <= MOST_BYTES


@pytest.mark.parametrize('number', range(len(CLIPS)))
def test_every_frame_plays_and_truth_fits_the_labels(number):
    clip = load(bundled_recordings()[number])
    assert (clip.scene.seed, clip.scene.split) == (CLIPS[number], SPLIT)
    things = len(clip.scene.things)
    for frame in (0, len(clip) // 2, len(clip) - 1):
        image = clip.image(frame)
        assert image.shape == (480, 640, 3)
        assert image.std() > 20
        boxes, pixels = boxes_of_labels(clip.labels(frame), things)
        np.testing.assert_array_equal(boxes, clip.truth.boxes[frame])
        np.testing.assert_array_equal(pixels, clip.truth.visible_px[frame])


def test_their_sentences_have_targets_that_are_to_be_seen():
    for folder in bundled_recordings():
        clip = load(folder)
        assert len(clip.sentences) >= 6
        assert any(sentence.absent for sentence in clip.sentences)
        for sentence in clip.sentences:
            assert sentence.targets.shape == (len(clip), clip.scene.named)
            assert sentence.judged.any()
            meant = (sentence.targets & sentence.judged[:, None]).any(axis=0)
            assert (clip.truth.visible_px[:, : clip.scene.named].max(axis=0)[meant] > 0).all()
