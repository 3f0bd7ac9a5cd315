"""Words rule a track out only where something else in view fits them plainly."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.stages.preference.learned_doubts import ruled_out

THINGS = [('mug', (100, 100)), ('bowl', (300, 100)), ('box', (500, 100))]
SECOND = 1_000_000_000


def scored(scene, sentence, scores, **changed):
    """Return the doubts of one sentence about three tracks with these scores for every phrase."""
    queries, tracks = scene(THINGS, [sentence])
    phrases = tracks.phrase_scores.shape[1]
    table = np.repeat(np.asarray(scores, np.float32)[:, None], phrases, axis=1)
    return ruled_out(queries, dataclasses.replace(tracks, phrase_scores=table, **changed))[0]


@pytest.mark.parametrize(
    ('scores', 'doubted'),
    [
        pytest.param([0.9, 0.01, 0.9], [False, True, False], id='far behind two that fit'),
        pytest.param([0.9, 0.5, 0.8], [False, False, False], id='close enough'),
        pytest.param([0.05, 0.01, 0.02], [False, False, False], id='nothing fits'),
        pytest.param([0.0, 0.0, 0.0], [False, False, False], id='nothing known'),
    ],
)
def test_doubt_needs_another_that_fits_much_better(scene, scores, doubted) -> None:
    assert (scored(scene, 'the mug', scores) > 0).tolist() == doubted


def test_doubt_grows_by_what_is_not_forgiven(scene) -> None:
    some, more = (scored(scene, 'the mug', [0.9, low, 0.9])[1] for low in (0.05, 0.01))
    assert 0 < some < more
    assert more == pytest.approx(np.log(9) + np.log(99) - 3, abs=1e-3)


def test_one_of_two_things_meant_is_no_worse_for_being_the_other(scene) -> None:
    queries, tracks = scene(THINGS, ['the mug and the bowl'])
    assert len(queries[0].expression.targets) == 2
    assert (ruled_out(queries, tracks)[0] > 0).tolist() == [False, False, True]


def test_what_is_out_of_view_sets_no_measure(scene) -> None:
    gone = np.asarray([2 * SECOND, 0, 0])
    assert not scored(scene, 'the mug', [0.9, 0.01, 0.02], unseen_ns=gone).any()


def test_a_track_that_was_not_looked_at_is_let_be(scene) -> None:
    fresh = np.asarray([9, 0, 9])
    assert scored(scene, 'the mug', [0.9, 0.0, 0.01], evidence=fresh)[1] == 0
    assert not scored(scene, 'the mug', [0.9, 0.0, 0.01], evidence=np.zeros(3, int)).any()
