"""What a node publishes is put together again as it was."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.cli.session import client_node
from tenet_ros.cli.tour.listener import Listener
from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.ros import messages
from tenet_ros.ros.status import result_status
from tenet_ros.stages.protocols import Decision
from tenet_ros.types import Command, Mask, State, TrackSet

STAMP_NS = 1_700_000_000_123_456_789


@pytest.fixture
def listener(ros_domain):
    with client_node('test', []) as node:
        yield Listener(node)


def a_target(text, ids, places):
    boxes = np.asarray([[x, 10, x + 20, 40] for x in places], np.float32).reshape(-1, 4)
    crop = np.ones((30, 20), np.uint8)
    return TargetResult(
        sentence=text,
        decision=Decision(
            state=State.COMMITTED if ids else State.ABSENT, track_ids=ids, preference=0.875,
            margin=0.5, switches=1,
        ),
        track_ids=ids,
        boxes=boxes,
        masks=tuple(Mask(crop=crop, x0=x, y0=10, quality=1.0) for x in places),
    )  # fmt: skip


def a_result(*targets):
    return StepResult(
        sequence=3, stamp_ns=STAMP_NS, frame_id='camera', height=60, width=200,
        command=Command.parse(4, ';'.join(t.sentence for t in targets)), queries=(),
        tracks=TrackSet.empty(STAMP_NS), targets=targets, detections_stamp_ns=-1, stage_ns={},
    )  # fmt: skip


def hear(listener, result, *, without=()):
    header = messages.header_of(result)
    labels = messages.image_message(header, messages.label_image(result))
    status = result_status(result, name='tenet', age_ms=1.0, unknown=())
    if 'status' not in without:
        listener._on_status(status)
    listener._on_targets(messages.target_message(header, result))
    if 'labels' not in without:
        listener._on_labels(labels, {'source_timestamp': STAMP_NS + 7})


def test_two_sentences_come_back_with_their_masks_boxes_and_states(listener):
    result = a_result(a_target('the mugs', (3, 5), (20, 100)), a_target('the duck', (), ()))
    hear(listener, result)
    heard = listener.heard(STAMP_NS)
    assert heard.published_ns == STAMP_NS + 7
    mugs, duck = heard.result.targets
    assert heard.result.command.sentences == ('the mugs', 'the duck')
    assert (mugs.track_ids, duck.track_ids) == ((3, 5), ())
    assert (mugs.decision.state, duck.decision.state) == (State.COMMITTED, State.ABSENT)
    assert (mugs.decision.preference, mugs.decision.margin) == (0.875, 0.5)
    np.testing.assert_allclose(mugs.boxes, result.targets[0].boxes)
    assert len(mugs.masks) == 2
    for mask, was in zip(mugs.masks, result.targets[0].masks, strict=True):
        np.testing.assert_array_equal(mask.full(60, 200), was.full(60, 200))
    assert duck.masks == ()


@pytest.mark.parametrize('missing', ['status', 'labels'])
def test_half_an_answer_is_none(listener, missing):
    hear(listener, a_result(a_target('the mug', (3,), (20,))), without=(missing,))
    assert listener.heard(STAMP_NS) is None
    assert listener.newest() is None


def test_what_is_old_can_be_let_go_of(listener):
    hear(listener, a_result(a_target('the mug', (3,), (20,))))
    assert listener.newest().result.stamp_ns == STAMP_NS
    listener.forget(STAMP_NS)
    assert listener.heard(STAMP_NS) is not None
    listener.forget(STAMP_NS + 1)
    assert listener.heard(STAMP_NS) is None
