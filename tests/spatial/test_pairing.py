from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.spatial.pairing import DepthPairing
from tenet_ros.spatial.seen import DepthImage

MS = 1_000_000


def depth(stamp_ms: float) -> DepthImage:
    return DepthImage(millimetres=np.zeros((2, 2), np.uint16), stamp_ns=round(stamp_ms * MS))


def pairing(*stamps_ms: float, **settings) -> DepthPairing:
    made = DepthPairing(**settings)
    for stamp in stamps_ms:
        made.add(depth(stamp))
    return made


def test_the_same_stamp_wins_over_everything_near():
    paired = pairing(95, 100, 101, tolerance_ms=20).pair(100 * MS)
    assert paired is not None
    assert paired.stamp_ns == 100 * MS


def test_without_it_the_nearest_within_the_tolerance_is_taken_and_counted():
    made = pairing(90, 108, tolerance_ms=10)
    paired = made.pair(100 * MS)
    assert paired is not None
    assert paired.stamp_ns == 108 * MS
    assert made.counts == {'near': 1}


def test_never_across_a_gap():
    made = pairing(50, 3000, tolerance_ms=15)
    assert made.pair(100 * MS) is None
    assert made.counts == {'unpaired': 1}
    assert made.why_unpaired(100 * MS) == 'nearest depth is 50 ms away'


def test_depth_that_lags_by_seconds_is_said_so():
    made = pairing(100)
    assert made.pair(2600 * MS) is None
    assert made.why_unpaired(2600 * MS) == 'depth is 2500 ms behind the image'
    assert DepthPairing().why_unpaired(5) == 'no depth'


def test_a_near_one_is_final_only_when_the_exact_one_cannot_come_any_more():
    made = pairing(95, tolerance_ms=15)
    assert not made.settled(100 * MS)
    made.add(depth(100))
    assert made.settled(100 * MS)
    made = pairing(95, 115, tolerance_ms=15)
    assert made.settled(100 * MS)


def test_old_images_are_forgotten_and_late_ones_counted():
    made = pairing(10, 20, 30, 25, kept=3, tolerance_ms=2)
    assert made.pair(10 * MS) is None
    assert made.pair(25 * MS) is not None
    assert made.counts['out_of_order'] == 1


def test_stamps_that_start_over_start_the_pairing_anew():
    made = pairing(5000, 5033, 20)
    assert made.pair(20 * MS) is not None
    assert made.pair(5000 * MS) is None
    assert made.why_unpaired(53 * MS) == 'depth is 33 ms behind the image'


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=30),
    st.integers(0, 500),
    st.integers(0, 50),
)
def test_a_pair_is_the_nearest_that_is_kept_and_within_the_tolerance(stamps, asked, tolerance):
    made = DepthPairing(tolerance_ms=tolerance, kept=100)
    for stamp in sorted(stamps):
        made.add(depth(stamp))
    paired = made.pair(asked * MS)
    nearest = min(abs(stamp - asked) for stamp in stamps)
    assert (paired is not None) == (nearest <= tolerance)
    if paired is not None:
        assert abs(paired.stamp_ns - asked * MS) == nearest * MS
