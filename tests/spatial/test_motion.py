from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.spatial.motion import PlaceFilter

MS = 1_000_000
SURE = np.full(3, 0.005)


def walk(places: PlaceFilter, *, speed, count=30, noise=0.003, start=(0, 0, 1), track=7):
    rng, place = np.random.default_rng(0), None
    for n in range(count):
        at = np.asarray(start) + np.asarray(speed) * n / 30 + rng.normal(0, noise, 3)
        place = places.update(track, at, SURE, (n + 1) * 33 * MS)
    return place


def test_velocity_is_found():
    place = walk(PlaceFilter(), speed=(0.4, 0, -0.2))
    assert place.speed_known
    np.testing.assert_allclose(place.velocity, [0.4, 0, -0.2], atol=0.06)


def test_what_stands_still_does_not_move():
    place = walk(PlaceFilter(), speed=(0, 0, 0))
    assert np.linalg.norm(place.velocity) < 0.06


def test_a_speed_is_not_told_from_two_looks():
    place = walk(PlaceFilter(), speed=(1, 0, 0), count=3)
    assert not place.speed_known
    np.testing.assert_array_equal(place.velocity, 0)


def test_one_wrong_measurement_is_not_believed_and_three_are():
    places = PlaceFilter()
    walk(places, speed=(0, 0, 0))
    far = np.asarray([0, 0, 4.0])
    for n in (31, 32):
        assert places.update(7, far, SURE, n * 33 * MS).position[2] == pytest.approx(1, abs=0.05)
    assert places.update(7, far, SURE, 33 * 33 * MS).position[2] == pytest.approx(4)


def test_what_is_expected_is_told_without_believing_it():
    places = PlaceFilter()
    place = walk(places, speed=(1, 0, 0))
    far = np.asarray([0, 0, 4.0])
    for n in range(31, 36):
        assert places.expects(7, np.asarray([(n - 1) / 30, 0, 1]), SURE, n * 33 * MS)
        assert not places.expects(7, far, SURE, n * 33 * MS)
    assert places.expects(8, far, SURE, 31 * 33 * MS), 'of a stranger everything is'
    assert places.expects(7, far, SURE, place.stamp_ns), 'and of what is past'
    np.testing.assert_array_equal(places.place(7).position, place.position)


def test_after_a_gap_everything_starts_anew():
    places = PlaceFilter()
    walk(places, speed=(1, 0, 0))
    place = places.update(7, np.asarray([0, 0, 2.0]), SURE, 5000 * MS)
    np.testing.assert_array_equal(place.position, [0, 0, 2])
    assert not place.speed_known


def test_old_news_changes_nothing():
    places = PlaceFilter()
    before = walk(places, speed=(0, 0, 0))
    after = places.update(7, np.asarray([9, 9, 9.0]), SURE, 33 * MS)
    np.testing.assert_array_equal(after.position, before.position)


def test_tracks_that_are_gone_are_forgotten():
    places = PlaceFilter()
    walk(places, speed=(0, 0, 0), track=1)
    walk(places, speed=(0, 0, 0), track=2)
    places.keep([2])
    assert places.place(1) is None
    assert places.place(2) is not None
