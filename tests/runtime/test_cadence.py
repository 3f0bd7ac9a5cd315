"""The detector's cadence, on a clock that runs as fast as the test."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.runtime.cadence import Cadence, CadenceSettings

MS = 1_000_000


def run(*, period: float, alone: float, beside: float, detection: float, frames: int = 3000):
    """Play a camera, a mailbox of one and two lanes; return (dropped share, detections, last rest).

    Times in ms. A frame takes ``beside`` while the detector is at work at its start, else ``alone``.
    """
    cadence = Cadence()
    free, detecting_until, rest_until = 0.0, 0.0, 0.0
    dropped = detections = 0
    waiting: int | None = None
    rest = 0.0
    for number in range(frames):
        now = number * period
        # The fast lane takes what waits once it is free, before this frame comes.
        if waiting is not None and free <= now:
            start = max(free, waiting * period)
            if detecting_until <= start and rest_until <= start:
                detecting_until = start + detection
                detections += 1
                rest = cadence.rest_ns(detection * MS, period * MS) / MS
                rest_until = detecting_until + rest
            busy = detecting_until > start
            spent = beside if busy else alone
            cadence.frame(int(spent * MS), detecting=busy)
            free = start + spent
            waiting = None
        dropped += waiting is not None
        waiting = number
    return dropped / frames, detections, rest


def test_a_detector_that_slows_nothing_never_rests():
    dropped, detections, rest = run(period=33, alone=10, beside=20, detection=100)
    assert dropped == 0
    assert rest == 0
    assert detections >= 3000 * 33 / 134


def test_frames_that_fall_a_little_behind_are_given_time_to_catch_up():
    greedy = Cadence(CadenceSettings(max_interval_ms=0))
    assert greedy.rest_ns(80 * MS, 33 * MS) == 0
    dropped, _, rest = run(period=33, alone=15, beside=42, detection=80)
    assert rest > 0
    assert dropped < 0.02


def test_a_long_detection_that_slows_every_frame_is_made_rare():
    dropped, detections, rest = run(period=33, alone=20, beside=50, detection=300)
    assert rest > 0
    assert dropped < 0.25
    # As rare as it may be, and no rarer.
    assert 3000 * 33 / 560 < detections < 3000 * 33 / 450


def test_without_the_limit_no_more_than_the_agreed_share_is_dropped():
    cadence = Cadence(CadenceSettings(max_interval_ms=1e6))
    for _ in range(100):
        cadence.frame(50 * MS, detecting=True)
        cadence.frame(20 * MS, detecting=False)
    rest = cadence.rest_ns(300 * MS, 33 * MS) / MS
    in_detection, in_rest = 300 / 50, rest / 33
    lost = in_detection * (50 - 33) / 33 - 1
    assert lost / (in_detection + in_rest) < 0.06


def test_a_lane_that_is_slow_by_itself_does_not_starve_the_detector():
    _, detections, rest = run(period=33, alone=60, beside=62, detection=100)
    assert rest == 0
    assert detections > 3000 * 33 / 250


def test_nothing_is_known_before_frames_came():
    assert Cadence().rest_ns(300 * MS, 33 * MS) == 0
    cadence = Cadence()
    cadence.frame(90 * MS, detecting=True)
    assert cadence.rest_ns(300 * MS, 0) == 0


@given(
    alone=st.floats(0, 500),
    beside=st.floats(0.01, 500),
    detection=st.floats(0.01, 5000),
    period=st.floats(1, 1000),
)
def test_a_rest_is_never_longer_than_the_interval_allows(alone, beside, detection, period):
    cadence = Cadence()
    cadence.frame(int(alone * MS), detecting=False)
    cadence.frame(int(beside * MS), detecting=True)
    rest = cadence.rest_ns(detection * MS, period * MS) / MS
    assert 0 <= rest <= max(0, 500 - detection) + 1e-3


def test_a_first_frame_that_takes_long_does_not_make_detections_rare():
    cadence = Cadence()
    cadence.frame(400 * MS, detecting=True)
    cadence.frame(9 * MS, detecting=False)
    rests = []
    for _ in range(3):
        rests.append(cadence.rest_ns(15 * MS, 33 * MS))
        cadence.frame(12 * MS, detecting=True)
    assert rests[0] > 0, 'nothing else is known yet'
    assert rests[1:] == [0, 0]
