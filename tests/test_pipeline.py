"""One step: what is scored, what is decoded, what is published."""

from __future__ import annotations

import dataclasses

import numpy as np

from tenet_ros.config import MaskConfig
from tenet_ros.language.expression import Expression, Motion, MotionKind, Phrase, Prompt
from tenet_ros.pipeline import Pipeline
from tenet_ros.stages.protocols import Decision, PreferenceScores
from tenet_ros.types import Command, Detections, Frame, Mask, State, TimedDetections, TrackSet

IDS = np.asarray([4, 9], np.int64)
BOXES = np.asarray([[0, 0, 10, 10], [8, 8, 40, 30]], np.float32)


def expression(text):
    return Expression(text=text, phrases=(Phrase(text=text, noun=text),))


class TwoTracks:
    """A tracker that always knows two tracks, the second partly outside the image."""

    def __init__(self):
        self.corrections = []

    def set_prompt(self, command_id, phrases, expressions):
        self.width = phrases, expressions

    def advance(self, *, sequence, stamp_ns, camera_motion=None):
        self.stamp_ns = stamp_ns

    def apply(self, late):
        return True

    def correct(self, ids, boxes):
        self.corrections.append((ids.tolist(), boxes.tolist()))

    def snapshot(self):
        phrases, expressions = self.width
        empty = TrackSet.empty(self.stamp_ns, phrases, expressions)
        return dataclasses.replace(
            empty,
            ids=IDS,
            boxes=BOXES,
            velocities=np.zeros((2, 4), np.float32),
            scores=np.ones(2, np.float32),
            hits=np.ones(2, np.int64),
            age_ns=np.zeros(2, np.int64),
            unseen_ns=np.zeros(2, np.int64),
            phrase_scores=np.zeros((2, phrases), np.float32),
            reference_hits=np.zeros((2, expressions), np.float32),
            evidence=np.ones(2, np.int64),
            history=BOXES[:, None],
            history_valid=np.ones((2, 1), np.bool_),
            labels=('a', 'b'),
        )

    def reset(self):
        pass


class NoOpinion:
    def score_all(self, queries, tracks, image_size):
        nothing = PreferenceScores(logits=np.zeros(len(tracks), np.float32), null=0.0)
        return (nothing,) * len(queries)


class Says:
    def __init__(self, decisions):
        self.decisions = iter(decisions)

    def update(self, query, scores, tracks):
        return next(self.decisions)


class FillsBoxes:
    def __init__(self):
        self.encoded = 0
        self.decoded = []

    def encode(self, image):
        self.encoded += 1
        return image

    def decode(self, embedding, boxes):
        self.decoded.append(boxes.tolist())
        return tuple(
            Mask(
                crop=np.ones((int(b[3] - b[1]), int(b[2] - b[0])), np.uint8),
                x0=int(b[0]),
                y0=int(b[1]),
                quality=1.0,
            )
            for b in boxes
        )


def step(decisions, **options):
    """Run one step over sentences whose decisions are scripted."""
    scripts = iter([[d] for d in decisions])
    tracker, segmenter = TwoTracks(), FillsBoxes()
    pipeline = Pipeline(
        tracker=tracker,
        preference=NoOpinion(),
        new_decider=lambda: Says(next(scripts)),
        segmenter=segmenter,
        **options,
    )
    texts = tuple(f's{i}' for i in range(len(decisions)))
    command = Command(command_id=3, text=';'.join(texts), sentences=texts)
    pipeline.set_command(command, Prompt.of(3, tuple(expression(t) for t in texts)))
    frame = Frame(image=np.zeros((24, 32, 3), np.uint8), stamp_ns=5, frame_id='cam', sequence=1)
    return pipeline.step(frame), tracker, segmenter


def test_one_encoding_serves_every_sentence_and_a_shared_track_is_decoded_once():
    committed = Decision(state=State.COMMITTED, track_ids=(9,), preference=0.9)
    result, _, segmenter = step([committed, committed, committed])
    assert segmenter.encoded == 1
    assert segmenter.decoded == [[[8, 8, 32, 24]]], 'one box, cut to the image'
    assert [t.track_ids for t in result.targets] == [(9,)] * 3
    assert all(len(t.masks) == 1 for t in result.targets)


def test_only_what_is_shown_is_decoded():
    hidden = [
        Decision(state=State.SEARCHING),
        Decision(state=State.LOST, track_ids=(4,)),
        Decision(state=State.ABSENT),
    ]
    result, _, segmenter = step(hidden)
    assert segmenter.encoded == 0
    assert all(t.masks == () and t.boxes.shape == (0, 4) for t in result.targets)


def test_selected_track_that_is_gone_gives_no_mask():
    result, _, _ = step([Decision(state=State.COMMITTED, track_ids=(77, 4))])
    assert result.targets[0].track_ids == (4,)
    assert result.targets[0].boxes.tolist() == [[0, 0, 10, 10]]


def test_masks_are_forgotten_once_none_is_wanted():
    both = Decision(state=State.COMMITTED, track_ids=(9, 4))
    segmenter = FillsBoxes()
    script = iter([both, Decision(state=State.SEARCHING), both])
    pipeline = Pipeline(
        tracker=TwoTracks(),
        preference=NoOpinion(),
        new_decider=lambda: Says(script),
        segmenter=segmenter,
        masks=MaskConfig(fresh=1),
    )
    pipeline.set_command(
        Command(command_id=3, text='s', sentences=('s',)), Prompt.of(3, (expression('s'),))
    )
    for sequence in range(3):
        image = np.zeros((24, 32, 3), np.uint8)
        pipeline.step(Frame(image=image, stamp_ns=sequence, sequence=sequence))
    assert [len(boxes) for boxes in segmenter.decoded] == [2, 2]


def test_mask_boxes_correct_the_tracker_only_when_asked():
    tentative = Decision(state=State.TENTATIVE, track_ids=(4,))
    assert step([tentative])[1].corrections == []
    assert step([tentative], mask_correction=True)[1].corrections == [([4], [[0, 0, 10, 10]])]


def test_result_names_the_command_it_answers():
    result, _, _ = step([Decision(state=State.SEARCHING)])
    assert result.command.command_id == 3
    assert [q.expression.text for q in result.queries] == ['s0']
    assert (result.stamp_ns, result.frame_id, result.height, result.width) == (5, 'cam', 24, 32)


def test_what_the_detector_can_find_reaches_the_preference_from_its_first_answer_on():
    asked = []

    class Asks(NoOpinion):
        def score_all(self, queries, tracks, image_size):
            asked.extend(query.findable for query in queries)
            return super().score_all(queries, tracks, image_size)

    pipeline = Pipeline(
        tracker=TwoTracks(),
        preference=Asks(),
        new_decider=lambda: Says([Decision(state=State.SEARCHING)] * 3),
        segmenter=FillsBoxes(),
    )
    command = Command(command_id=3, text='wall', sentences=('wall',))
    pipeline.set_command(command, Prompt.of(3, (expression('wall'),)))
    frame = Frame(image=np.zeros((24, 32, 3), np.uint8), stamp_ns=5, sequence=1)
    says_no = dataclasses.replace(Detections.empty(1, 1), findable=(False,))
    for command_id in (2, 3):
        late = TimedDetections(sequence=1, stamp_ns=5, command_id=command_id, detections=says_no)
        pipeline.step(frame, [late])
    assert asked == [(), (False,)], 'what another command asked for says nothing'


class RefusesAll(TwoTracks):
    """A tracker that has no use for any detections."""

    def apply(self, late):
        return False


def test_what_came_too_late_is_counted_and_what_nobody_waits_for_is_not():
    pipeline = Pipeline(
        tracker=RefusesAll(),
        preference=NoOpinion(),
        new_decider=lambda: Says([Decision(state=State.SEARCHING)] * 3),
        segmenter=FillsBoxes(),
    )
    pipeline.set_command(Command(command_id=0, text='', sentences=()), Prompt.of(0, ()))

    def step(sequence, *late):
        frame = Frame(image=np.zeros((24, 32, 3), np.uint8), stamp_ns=sequence, sequence=sequence)
        sets = [
            TimedDetections(sequence=s, stamp_ns=s, command_id=0, detections=Detections.empty())
            for s in late
        ]
        return pipeline.step(frame, sets).too_late

    assert step(5) == 0
    assert step(8, 5, 7) == 1, 'frame 7 was never answered'
    assert step(8, 8, 8) == 1, 'a second set of one frame, under a newer command'
    pipeline.reset()
    assert step(9, 5, 7, 8) == 0, 'of before the reset'
    assert step(10, 8, 9) == 1


class CountsEstimates:
    """A camera that stands still."""

    def __init__(self):
        self.estimates = 0
        self.resets = 0

    def estimate(self, image, exclude):
        self.estimates += 1
        return np.eye(2, 3, dtype=np.float32)

    def reset(self):
        self.resets += 1


def test_camera_motion_is_estimated_only_while_a_sentence_speaks_of_motion():
    camera = CountsEstimates()
    pipeline = Pipeline(
        tracker=TwoTracks(),
        preference=NoOpinion(),
        new_decider=lambda: Says([Decision(state=State.SEARCHING)] * 9),
        segmenter=FillsBoxes(),
        camera_motion=camera,
        camera_motion_always=False,
    )
    moving = dataclasses.replace(
        expression('the rolling ball'), motions=(Motion(kind=MotionKind.MOVING),)
    )
    image = np.zeros((24, 32, 3), np.uint8)
    sequence = 0
    counts = []
    for text, parsed in (('a', expression('a')), ('b', moving), ('c', expression('c'))):
        command = Command(command_id=len(counts) + 1, text=text, sentences=(text,))
        pipeline.set_command(command, Prompt.of(command.command_id, (parsed,)))
        for _ in range(3):
            sequence += 1
            pipeline.step(Frame(image=image, stamp_ns=sequence, sequence=sequence))
        counts.append(camera.estimates)
    assert counts == [0, 3, 3]
    assert camera.resets == 2, 'a picture from before is no start for the next estimate'


def test_camera_motion_needs_no_detections_and_its_time_is_counted():
    camera = CountsEstimates()
    ticks = iter(range(1000))
    pipeline = Pipeline(
        tracker=TwoTracks(),
        preference=NoOpinion(),
        new_decider=lambda: Says([Decision(state=State.SEARCHING)] * 9),
        segmenter=FillsBoxes(),
        camera_motion=camera,
        clock_ns=lambda: next(ticks),
    )
    pipeline.reset()
    begun = pipeline.begin(Frame(image=np.zeros((24, 32, 3), np.uint8), stamp_ns=1, sequence=1))
    assert camera.estimates == 1
    result = pipeline.segment(pipeline.decide(begun))
    assert result.stage_ns['camera_motion'] == 1
    assert camera.estimates == 1
