"""The two lanes: accounting, order, atomic commands, failure, shutdown.

The stages are stand-ins whose speed the test controls; the threads and queues are the real ones.
"""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.pipeline import Pipeline
from tenet_ros.runtime.detector_lane import DetectorLane
from tenet_ros.runtime.metrics import StreamMetrics
from tenet_ros.runtime.settings import StreamSettings
from tenet_ros.runtime.stream import Stream, parse_command
from tenet_ros.stages.protocols import Decision, PreferenceScores
from tenet_ros.types import Command, Detections, Frame, State, TrackSet

TIMEOUT_S = 10
MS = 1_000_000


class ScriptedTracker:
    """Records what it is told."""

    def __init__(self):
        self.applied = []
        self.resets = 0
        self.stamp_ns = 0
        self.prompt = (0, 0, 0)

    def set_prompt(self, command_id, phrases, expressions):
        self.prompt = (command_id, phrases, expressions)

    def advance(self, *, sequence, stamp_ns, camera_motion=None):
        self.stamp_ns = stamp_ns

    def apply(self, late):
        self.applied.append((late.sequence, late.command_id))
        return True

    def correct(self, ids, boxes):
        raise AssertionError('nothing is shown, so nothing is corrected')

    def snapshot(self):
        return TrackSet.empty(self.stamp_ns, self.prompt[1], self.prompt[2])

    def reset(self):
        self.resets += 1


class NoPreference:
    def score_all(self, queries, tracks, image_size):
        nothing = PreferenceScores(logits=np.zeros(len(tracks), np.float32), null=0.0)
        return (nothing,) * len(queries)


class Searching:
    def update(self, query, scores, tracks):
        return Decision(state=State.SEARCHING)


class NothingKnown:
    unknown = ('gryphon',)


class GatedDetector:
    """Detects nothing, when it is let through."""

    def __init__(self):
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.fail = False

    def prepare(self, prompt):
        self.size = (len(prompt.phrases), len(prompt.queries))
        return NothingKnown()

    def detect(self, image, prepared):
        self.entered.set()
        assert self.gate.wait(TIMEOUT_S)
        if self.fail:
            raise RuntimeError('the engine is gone')
        return Detections.empty(*self.size)


def lane_waits_for(stream, sequence):
    """Wait until the detector has looked at a frame."""
    assert stream._detector_lane.wait_for(sequence, TIMEOUT_S)


class Harness:
    """A stream whose results can be waited for, and whose fast lane can be held."""

    def __init__(self, **settings):
        self.results = []
        self.errors = []
        self.changed = threading.Condition()
        self.publish_gate = threading.Event()
        self.publish_gate.set()
        self.publishing = threading.Event()
        self.tracker = ScriptedTracker()
        self.detector = GatedDetector()
        self.stream = Stream(
            pipeline=Pipeline(
                tracker=self.tracker,
                preference=NoPreference(),
                new_decider=Searching,
                segmenter=None,
            ),
            detector=self.detector,
            on_result=self.on_result,
            on_error=self.on_error,
            settings=StreamSettings(**settings),
        )
        self.sequence = 0

    def on_result(self, result, frame):
        self.publishing.set()
        assert self.publish_gate.wait(TIMEOUT_S)
        with self.changed:
            self.results.append(result)
            self.changed.notify_all()

    def on_error(self, message):
        with self.changed:
            self.errors.append(message)
            self.changed.notify_all()

    def post(self, stamp_ms, size=(4, 6)):
        self.sequence += 1
        frame = Frame(
            image=np.zeros((*size, 3), np.uint8),
            stamp_ns=stamp_ms * MS,
            frame_id='cam',
            sequence=self.sequence,
        )
        self.stream.post(frame)

    def wait_for(self, condition):
        with self.changed:
            assert self.changed.wait_for(condition, TIMEOUT_S)

    def post_and_wait(self, stamp_ms, size=(4, 6)):
        before = len(self.results)
        self.post(stamp_ms, size)
        self.wait_for(lambda: len(self.results) > before)

    def counts(self):
        return self.stream.metrics.report(0).counts


@pytest.fixture
def make():
    made = []

    def build(**settings):
        harness = Harness(**settings)
        made.append(harness)
        harness.stream.start()
        return harness

    yield build
    for harness in made:
        harness.publish_gate.set()
        harness.detector.gate.set()
        assert harness.stream.stop(TIMEOUT_S)


def test_result_carries_the_identity_of_its_frame(make):
    h = make()
    h.post_and_wait(33)
    result = h.results[0]
    assert (result.stamp_ns, result.frame_id, result.height, result.width) == (33 * MS, 'cam', 4, 6)
    assert result.state is State.IDLE


def test_frames_out_and_drops_add_up_when_publishing_stalls(make):
    h = make()
    h.publish_gate.clear()
    h.post(1)
    assert h.publishing.wait(TIMEOUT_S)
    for stamp_ms in range(2, 10):
        h.post(stamp_ms)
    h.publish_gate.set()
    h.wait_for(lambda: len(h.results) == 2)
    assert h.stream.stop(TIMEOUT_S)
    assert [r.stamp_ns // MS for r in h.results] == [1, 9], 'the newest frame wins'
    counts = h.counts()
    assert counts['frames_in'] == 9
    assert counts['frames_in'] == counts['frames_out'] + counts['drops']


def test_frame_that_waits_when_the_stream_stops_is_a_drop(make):
    h = make()
    h.publish_gate.clear()
    h.post(1)
    assert h.publishing.wait(TIMEOUT_S)
    h.post(2)
    stopper = threading.Thread(target=h.stream.stop)
    stopper.start()
    h.publish_gate.set()
    stopper.join(TIMEOUT_S)
    counts = h.counts()
    assert counts['frames_in'] == counts['frames_out'] + counts.get('drops', 0) == 2


def test_slow_detector_does_not_hold_frames_back(make):
    h = make()
    h.detector.gate.clear()
    h.stream.command(Command.parse(1, 'the dog'))
    h.post_and_wait(1)
    assert h.detector.entered.wait(TIMEOUT_S)
    for stamp_ms in (2, 3, 4):
        h.post_and_wait(stamp_ms)
    assert h.tracker.applied == []
    h.detector.gate.set()
    assert h.stream._detector_lane.wait_for(1, TIMEOUT_S)
    h.post_and_wait(5)
    assert h.tracker.applied[0] == (1, 1), 'the detections of frame 1, applied as those of frame 1'


def test_detections_that_come_too_late_to_be_used_are_counted(make):
    h = make()
    h.tracker.apply = lambda late: False
    h.detector.gate.clear()
    h.stream.command(Command.parse(1, 'the dog'))
    h.post_and_wait(1)
    assert h.detector.entered.wait(TIMEOUT_S)
    h.post_and_wait(2)
    assert not h.counts().get('detections_too_late')
    h.detector.gate.set()
    lane_waits_for(h.stream, 1)
    h.post_and_wait(3)
    assert h.counts()['detections_too_late'] >= 1


@pytest.fixture
def at_its_masks(make):
    """A stream with a fast detector whose fast lane is at the masks of its third frame."""
    h = make(detector_wait_ms=1000.0 * TIMEOUT_S)
    h.stream.command(Command.parse(1, 'the dog'))
    h.post_and_wait(1)
    lane_waits_for(h.stream, 1)
    h.post_and_wait(2)
    h.publish_gate.clear()
    h.publishing.clear()
    h.post(3)
    assert h.publishing.wait(TIMEOUT_S)
    return h


def test_fast_detector_looks_at_a_frame_while_the_one_before_gets_its_masks(at_its_masks):
    h = at_its_masks
    h.post(4)
    lane_waits_for(h.stream, 4)
    h.publish_gate.set()
    h.wait_for(lambda: len(h.results) == 4)
    assert h.tracker.applied == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert h.counts()['detections'] == 4


def test_frame_that_a_newer_one_will_replace_is_not_looked_at(at_its_masks):
    h = at_its_masks
    h.stream._free_ns += 3600 * 1000 * MS
    h.post(4)
    h.post(5)
    h.publish_gate.set()
    h.wait_for(lambda: len(h.results) == 4)
    assert h.tracker.applied == [(1, 1), (2, 1), (3, 1), (5, 1)]
    assert h.counts()['detections'] == 4


def test_next_frame_is_looked_at_under_the_command_that_it_answers(at_its_masks):
    h = at_its_masks
    h.stream.command(Command.parse(2, 'the cat'))
    h.post(4)
    h.publish_gate.set()
    h.wait_for(lambda: len(h.results) == 4)
    assert h.tracker.applied[-1] == (4, 2)


def test_detections_of_a_frame_to_come_are_kept_for_it():
    lane = DetectorLane(GatedDetector(), StreamMetrics(), on_error=lambda error: None)
    lane.start()
    prompt = parse_command(Command.parse(1, 'the dog'))
    image = np.zeros((4, 6, 3), np.uint8)
    for sequence in (1, 2):
        lane.offer(Frame(image=image, stamp_ns=sequence, sequence=sequence), prompt)
        assert lane.wait_for(sequence, TIMEOUT_S)
    collected = [[late.sequence for late in lane.collect(sequence)] for sequence in (1, 1, 2)]
    assert lane.stop(TIMEOUT_S)
    assert collected == [[1], [], [2]]


def test_a_resting_detector_promises_nothing_and_ends_at_once():
    hour_ns = 3_600_000_000_000
    lane = DetectorLane(
        GatedDetector(), StreamMetrics(), on_error=lambda error: None, rest_ns=lambda _: hour_ns
    )
    lane.start()
    prompt = parse_command(Command.parse(1, 'the dog'))
    image = np.zeros((4, 6, 3), np.uint8)
    assert lane.offer(Frame(image=image, stamp_ns=1, sequence=1), prompt)
    assert lane.wait_for(1, TIMEOUT_S)
    assert not lane.offer(Frame(image=image, stamp_ns=2, sequence=2), prompt)
    assert lane.stop(TIMEOUT_S)


def test_no_command_asks_nothing_of_the_detector(make):
    h = make()
    h.post_and_wait(1)
    h.post_and_wait(2)
    assert not h.detector.entered.is_set()


def test_commands_are_applied_in_order_at_a_frame_boundary(make):
    h = make()
    h.publish_gate.clear()
    h.stream.command(Command.parse(1, 'the dog'))
    h.post(1)
    assert h.publishing.wait(TIMEOUT_S)
    h.stream.command(Command.parse(2, 'the cat'))
    h.stream.command(Command.parse(3, 'the bird; the cow'))
    h.publish_gate.set()
    h.wait_for(lambda: len(h.results) == 1)
    h.post_and_wait(2)
    assert [r.command.command_id for r in h.results] == [1, 3]
    assert [t.sentence for t in h.results[1].targets] == ['the bird', 'the cow']


def test_repeated_command_changes_nothing(make):
    h = make()
    assert h.stream.command(Command.parse(1, 'the dog'))
    assert not h.stream.command(Command.parse(2, ' the  dog ;'))
    h.post_and_wait(1)
    assert h.results[0].command.command_id == 1


def test_command_that_cannot_be_parsed_leaves_the_one_before(make):
    h = make()
    h.stream.command(Command.parse(1, 'the dog'))
    with pytest.raises(ContractError):
        h.stream.command(Command.parse(2, 'x' * 100_000))
    h.post_and_wait(1)
    assert h.results[0].command.text == 'the dog'


def test_unknown_nouns_are_told(make):
    h = make(detector_wait_ms=1000.0)
    h.stream.command(Command.parse(1, 'the gryphon'))
    h.post_and_wait(1)
    assert h.stream._detector_lane.wait_for(1, TIMEOUT_S)
    assert h.stream.unknown == ('gryphon',)


def test_late_frame_is_dropped_and_results_stay_in_order(make):
    h = make(restart_gap_ms=500.0)
    h.post_and_wait(1000)
    h.post(900)
    h.post_and_wait(1033)
    assert h.stream.stop(TIMEOUT_S)
    assert [r.stamp_ns // MS for r in h.results] == [1000, 1033]
    counts = h.counts()
    assert counts['frames_in'] == counts['frames_out'] + counts['drops'] == 3


def test_stream_starts_anew_when_stamps_start_over(make):
    h = make(restart_gap_ms=500.0)
    h.post_and_wait(60_000)
    h.post_and_wait(0)
    h.post_and_wait(33)
    assert h.tracker.resets == 1
    assert h.counts()['stream_restarts'] == 1


def test_stream_starts_anew_when_images_change_their_size(make, caplog):
    h = make()
    h.post_and_wait(1)
    h.post_and_wait(2, size=(8, 12))
    h.post_and_wait(3, size=(8, 12))
    assert h.tracker.resets == 1
    assert h.counts()['stream_restarts'] == 1
    assert 'images changed from 6 x 4 to 12 x 8' in caplog.text


def test_two_cameras_on_one_topic_cost_one_line_not_one_per_frame(make, caplog):
    h = make()
    for k in range(10):
        h.post_and_wait(60_000 + k)
        h.post_and_wait(k)
    assert h.counts()['stream_restarts'] == 10
    assert len(caplog.records) == 1
    h.stream._say_restart_ns = 0
    h.post_and_wait(60_000 + 10)
    h.post_and_wait(10)
    assert '10 times by now; do two cameras publish on one topic?' in caplog.text


def test_failing_detector_ends_the_stream_with_one_error(make):
    h = make()
    h.detector.fail = True
    h.stream.command(Command.parse(1, 'the dog'))
    h.post(1)
    h.wait_for(lambda: h.errors)
    for stamp_ms in (2, 3):
        h.post(stamp_ms)
    assert h.stream.stop(TIMEOUT_S)
    assert h.errors == ['RuntimeError: the engine is gone']
    counts = h.counts()
    assert counts['frames_in'] == counts.get('frames_out', 0) + counts.get('drops', 0)
