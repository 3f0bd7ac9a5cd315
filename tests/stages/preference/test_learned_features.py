"""What is measured for the learned preference: bounded, in seconds, and as shipped weights know it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.preference.learned_features import FITS, PAIRS, TRACKS, look

SIZE = (480, 640)


@settings(max_examples=25, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(*[st.floats(-5000, 5000, width=32)] * 2, *[st.floats(0, 3000, width=32)] * 2),
        min_size=1,
        max_size=5,
    ),
    watched_s=st.floats(0.0, 20.0),
    score=st.sampled_from([0.0, 1.0, 1e-30, 0.5]),
)
def test_odd_boxes_have_bounded_features(scene, boxes, watched_s, score) -> None:
    things = [('mug', (x, y, x + w, y + h)) for x, y, w, h in boxes]
    queries, tracks = scene(things, watched_s=watched_s, quality=score)
    features = look(queries, tracks, SIZE, ExplicitPreference())
    for table in (features.tracks, features.pairs, features.fits, features.sentences):
        assert table.dtype == np.float32
        assert np.isfinite(table).all()
        assert np.abs(table).max() <= 8.0


def test_features_do_not_hang_on_the_frame_rate(scene) -> None:
    things = [('mug', (300, 200)), ('bowl', (100, 200))]
    queries, dense = scene(things, ['the mug that moves'], speeds=[(40, 0), (0, 0)])
    rows = np.unique(np.append(np.arange(0, 24, 2), 23))
    sparse = dataclasses.replace(
        dense,
        history=dense.history[:, rows],
        history_valid=dense.history_valid[:, rows],
        history_stamps_ns=dense.history_stamps_ns[rows],
    )
    one = look(queries, dense, SIZE, ExplicitPreference())
    other = look(queries, sparse, SIZE, ExplicitPreference())
    np.testing.assert_allclose(one.tracks, other.tracks, atol=0.05)
    np.testing.assert_allclose(one.pairs, other.pairs, atol=0.05)


def test_features_of_a_scene_in_numbers(scene) -> None:
    """Whoever changes what is measured must train anew: shipped weights know these numbers."""
    things = [('mug', (200, 240)), ('mug', (480, 240)), ('bowl', (340, 240))]
    queries, tracks = scene(things, ['the mug left of the bowl'], speeds=[(20, 0)] + [(0, 0)] * 2)
    features = look(queries, tracks, SIZE, ExplicitPreference())
    assert features.tracks[0, TRACKS['velocity']] == pytest.approx([0.6245, 0.0], abs=1e-3)
    assert features.pairs[0, 2, PAIRS['offset']] == pytest.approx([1.754, 0, 0.4375, 0], abs=1e-3)
    total = features.fits[0, :, FITS['total'].start]
    assert total[0] > 0 > total[1] > total[2]
    assert features.fits[0, :2, FITS['words'].start] == pytest.approx([0.4621] * 2, abs=1e-3)


def test_a_sentence_among_others_has_the_very_features_that_it_has_alone(scene) -> None:
    things = [('mug', (200, 240)), ('mug', (480, 240)), ('bowl', (340, 240)), ('box', (100, 90))]
    queries, tracks = scene(things, speeds=[(20, 0), (0, 0), (0, 0), (-5, 9)])
    together = look(queries, tracks, SIZE, ExplicitPreference())
    for row, query in enumerate(queries):
        alone = look([query], tracks, SIZE, ExplicitPreference())
        np.testing.assert_array_equal(together.fits[row], alone.fits[0])
        np.testing.assert_array_equal(together.sentences[row], alone.sentences[0])
        np.testing.assert_array_equal(together.tracks, alone.tracks)
