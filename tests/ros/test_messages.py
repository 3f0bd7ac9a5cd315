from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from tenet_ros.language.expression import Expression, Phrase, Prompt
from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.ros import messages
from tenet_ros.ros.api import DiagnosticStatus, as_bytes_view
from tenet_ros.ros.status import result_status
from tenet_ros.stages.protocols import Decision
from tenet_ros.types import Command, Mask, State, TrackSet

STAMP_NS = 1_700_000_000_000_000_123


def tracks(*, ids=(), boxes=(), labels=(), scores=(), phrase_scores=None):
    n = len(ids)
    phrase_scores = np.zeros((n, 0)) if phrase_scores is None else phrase_scores
    empty = TrackSet.empty(STAMP_NS)
    return TrackSet(
        ids=np.asarray(ids, np.int64),
        boxes=np.asarray(boxes, np.float32).reshape(n, 4),
        velocities=np.zeros((n, 4), np.float32),
        scores=np.asarray(scores, np.float32),
        hits=np.ones(n, np.int64),
        age_ns=np.zeros(n, np.int64),
        unseen_ns=np.zeros(n, np.int64),
        phrase_scores=np.asarray(phrase_scores, np.float32),
        reference_hits=np.zeros((n, 0), np.float32),
        evidence=np.ones(n, np.int64),
        history=np.zeros((n, 1, 4), np.float32),
        history_valid=np.ones((n, 1), np.bool_),
        history_stamps_ns=empty.history_stamps_ns,
        stamp_ns=STAMP_NS,
        labels=tuple(labels),
        **extra_fields(n),
    )


def extra_fields(n):
    known = {
        'looks': np.ones(n, np.int64),
        'evidence_looks': np.ones(n, np.int64),
    }
    return {k: v for k, v in known.items() if k in TrackSet.__dataclass_fields__}


def target(sentence, *, state=State.COMMITTED, preference=0.8, ids=(7,), box=(1, 2, 5, 6), fill=1):
    crop = np.full((box[3] - box[1], box[2] - box[0]), fill, np.uint8)
    visible = ids if state in {State.COMMITTED, State.TENTATIVE} else ()
    return TargetResult(
        sentence=sentence,
        decision=Decision(state=state, track_ids=ids, preference=preference, margin=0.25),
        track_ids=visible,
        boxes=np.asarray([box] * len(visible), np.float32).reshape(-1, 4),
        masks=tuple(Mask(crop=crop, x0=box[0], y0=box[1], quality=1.0) for _ in visible),
    )


def result(*targets, tracks_=None, queries=(), height=12, width=16):
    text = '; '.join(t.sentence for t in targets)
    return StepResult(
        sequence=3,
        stamp_ns=STAMP_NS,
        frame_id='camera_optical',
        height=height,
        width=width,
        command=Command.parse(4, text),
        queries=queries,
        tracks=tracks_ or tracks(),
        targets=targets,
        detections_stamp_ns=STAMP_NS - 50_000_000,
        stage_ns={},
    )


def pixels(message, dtype):
    return as_bytes_view(message.data).view(dtype).reshape(message.height, message.width)


def test_every_message_carries_the_source_header():
    header = messages.header_of(result())
    assert header.stamp.sec * 10**9 + header.stamp.nanosec == STAMP_NS
    assert header.frame_id == 'camera_optical'


def test_the_mask_is_0_or_255_in_the_size_of_the_source():
    message = messages.image_message(
        messages.header_of(result()), messages.mask_image(result(target('a')))
    )
    assert (message.height, message.width, message.encoding, message.step) == (12, 16, 'mono8', 16)
    expected = np.zeros((12, 16), np.uint8)
    expected[2:6, 1:5] = 255
    np.testing.assert_array_equal(pixels(message, np.uint8), expected)


@pytest.mark.parametrize('state', [State.LOST, State.ABSENT, State.SEARCHING])
def test_without_a_visible_target_the_mask_is_empty_but_there(state):
    mask = messages.mask_image(result(target('a', state=state)))
    assert mask.shape == (12, 16)
    assert not mask.any()


def test_a_png_mask_decodes_to_the_very_mask():
    mask = messages.mask_image(result(target('a')))
    message = messages.png_message(messages.header_of(result()), mask)
    assert message.format == 'mono8; png compressed '
    decoded = cv2.imdecode(as_bytes_view(message.data), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(decoded, mask)


def test_an_overlap_belongs_to_the_preferred_sentence():
    first = target('a', preference=0.9, box=(0, 0, 4, 4))
    second = target('b', preference=0.6, box=(2, 2, 6, 6))
    for order, slots in (((first, second), (1, 2)), ((second, first), (2, 1))):
        labels = messages.label_image(result(*order))
        assert labels[3, 3] == slots[0]
        assert labels[5, 5] == slots[1]
        assert labels[0, 9] == 0


def test_the_label_image_is_mono16_little_endian():
    labels = np.full((2, 3), 0x0102, np.uint16)
    message = messages.image_message(messages.header_of(result()), labels)
    assert (message.encoding, message.step, message.is_bigendian) == ('mono16', 6, 0)
    assert bytes(message.data) == b'\x02\x01' * 6


def test_label_info_names_the_slots():
    message = messages.label_info_message(messages.header_of(result()), ['the dog', 'the cat'])
    assert [(c.class_id, c.class_name) for c in message.class_map] == [
        (1, 'the dog'),
        (2, 'the cat'),
    ]


def test_a_track_is_called_by_its_best_phrase_or_else_by_its_own_class():
    prompt = Prompt.of(
        1,
        (
            Expression(
                text='the mug near the laptop',
                phrases=(Phrase(text='mug', noun='mug'), Phrase(text='laptop', noun='laptop')),
            ),
        ),
    )
    found = tracks(
        ids=[5, 9],
        boxes=[[0, 0, 10, 4], [2, 2, 4, 4]],
        labels=['cup', 'dog'],
        scores=[0.9, 0.7],
        phrase_scores=[[0.25, 0.125], [0.0, 0.0]],
    )
    answer = result(target('x'), tracks_=found, queries=prompt.queries)
    message = messages.tracks_message(messages.header_of(answer), answer)
    mug, dog = message.detections
    assert (mug.id, dog.id) == ('5', '9')
    assert mug.results[0].hypothesis.class_id == 'mug'
    assert mug.results[0].hypothesis.score == 0.25
    assert dog.results[0].hypothesis.class_id == 'dog'
    assert dog.results[0].hypothesis.score == pytest.approx(0.7)
    assert (mug.bbox.center.position.x, mug.bbox.center.position.y) == (5.0, 2.0)
    assert (mug.bbox.size_x, mug.bbox.size_y, mug.bbox.center.theta) == (10.0, 4.0, 0.0)
    assert mug.header == message.header


def test_the_target_is_called_by_its_sentence():
    answer = result(target('the dog'), target('the cat', state=State.LOST))
    message = messages.target_message(messages.header_of(answer), answer)
    (dog,) = message.detections
    assert dog.id == '7'
    assert dog.results[0].hypothesis.class_id == 'the dog'
    assert dog.results[0].hypothesis.score == 0.8


def values(message):
    return {item.key: item.value for item in message.values}


def test_status_names_the_command_and_the_state():
    message = result_status(
        result(target('the dog')), name='tenet: target', age_ms=12.34, unknown=()
    )
    assert message.level == DiagnosticStatus.OK
    assert message.message == 'COMMITTED'
    got = values(message)
    assert got['stamp'] == '1700000000.000000123'
    assert (got['command_id'], got['command'], got['targets']) == ('4', 'the dog', '1')
    assert (got['state'], got['track_id'], got['preference']) == ('COMMITTED', '7', '0.800')
    assert (got['margin'], got['switches'], got['frame_age_ms']) == ('0.250', '0', '12.3')
    assert got['detections_age_ms'] == '50.0'


def test_status_of_several_sentences_has_each_by_its_slot():
    answer = result(target('a'), target('b', state=State.ABSENT, ids=()))
    message = result_status(answer, name='n', age_ms=0.0, unknown=('unicorn',))
    got = values(message)
    assert (got['state'], got['1.state'], got['2.state']) == ('COMMITTED', 'COMMITTED', 'ABSENT')
    assert got['2.text'] == 'b'
    assert got['2.track_id'] == ''
    assert message.level == DiagnosticStatus.WARN
    assert 'unicorn' in message.message


def test_what_a_status_takes_over_from_the_one_before_is_what_stays_the_same():
    first = result_status(result(target('a'), target('b')), name='n', age_ms=1.0, unknown=())
    before = {pair.key: pair for pair in first.values}
    # One sentence less, another answer, and keys that there are no more.
    answer = result(target('b', state=State.ABSENT, ids=()))
    again = result_status(answer, name='n', age_ms=2.0, unknown=(), before=before)
    alone = result_status(answer, name='n', age_ms=2.0, unknown=())
    assert [(p.key, p.value) for p in again.values] == [(p.key, p.value) for p in alone.values]
    assert values(first)['frame_age_ms'] == '1.0', 'what was published stays as it is'
    assert any(pair is before[pair.key] for pair in again.values if pair.key in before)


def test_status_without_a_command_is_idle():
    assert values(result_status(result(), name='n', age_ms=0.0, unknown=()))['state'] == 'IDLE'


def test_making_a_vga_mask_message_takes_less_than_a_millisecond():
    answer = result(target('a', box=(100, 100, 400, 400)), height=480, width=640)

    def once():
        start = time.perf_counter()
        messages.image_message(messages.header_of(answer), messages.mask_image(answer))
        return time.perf_counter() - start

    assert min(once() for _ in range(20)) < 1e-3
