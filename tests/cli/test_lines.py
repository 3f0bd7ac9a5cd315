"""The JSON line of a frame, and its masks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tenet_ros.cli.lines import decode_rle, encode_rle, line_of
from tenet_ros.errors import ContractError
from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.stages.protocols import Decision
from tenet_ros.types import Command, Mask, State, TrackSet

MASKS = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 1)
)


@given(MASKS)
def test_a_mask_survives_its_run_length_code(mask):
    np.testing.assert_array_equal(decode_rle(encode_rle(mask)), mask)


@given(MASKS)
def test_runs_alternate_begin_with_zeros_and_fill_the_mask(mask):
    counts = encode_rle(mask)['counts']
    assert sum(counts) == mask.size
    assert all(count > 0 for count in counts[1:])
    assert sum(counts[1::2]) == mask.sum()


def test_runs_go_down_the_columns():
    mask = np.zeros((3, 2), np.uint8)
    mask[2, 0] = mask[0, 1] = 1
    assert encode_rle(mask) == {'size': [3, 2], 'counts': [2, 2, 2]}


def test_a_damaged_code_is_refused():
    with pytest.raises(ContractError, match='3 x 2 = 6, got 5'):
        decode_rle({'size': [3, 2], 'counts': [2, 3]})


def result(*targets):
    return StepResult(
        sequence=7,
        stamp_ns=1_500_000_000,
        frame_id='cam',
        height=4,
        width=6,
        command=Command(command_id=1, text='', sentences=tuple(t.sentence for t in targets)),
        queries=(),
        tracks=TrackSet.empty(),
        targets=targets,
        detections_stamp_ns=0,
        stage_ns={'track': 123},
    )


def target(**changes):
    fields = {
        'sentence': 'the dog',
        'decision': Decision(
            state=State.COMMITTED, track_ids=(3,), preference=0.91234, margin=0.5, switches=2
        ),
        'track_ids': (3,),
        'boxes': np.asarray([[1, 1, 3.1234, 3]], np.float32),
        'masks': (Mask(crop=np.ones((2, 2), np.uint8), x0=1, y0=1, quality=1.0),),
    }
    return TargetResult(**(fields | changes))


def test_the_first_target_stands_at_the_top_of_the_line():
    line = json.loads(json.dumps(line_of(result(target()))))
    assert line['stamp_ns'] == 1_500_000_000
    assert (line['state'], line['track_id'], line['preference']) == ('COMMITTED', 3, 0.9123)
    assert line['box'] == [1.0, 1.0, 3.12, 3.0]
    assert decode_rle(line['mask']).sum() == 4
    assert line['targets'][0]['switches'] == 2


def test_what_is_not_there_is_null():
    lost = target(
        decision=Decision(state=State.LOST, track_ids=(3,)),
        track_ids=(),
        boxes=np.zeros((0, 4), np.float32),
        masks=(),
    )
    line = line_of(result(lost))
    assert (line['state'], line['track_id']) == ('LOST', 3)
    assert line['box'] is None
    assert line['mask'] is None
    idle = line_of(result())
    assert (idle['state'], idle['track_id'], idle['targets']) == ('IDLE', None, [])


def test_masks_of_several_tracks_are_one():
    masks = tuple(Mask(crop=np.ones((1, 1), np.uint8), x0=x, y0=0, quality=1.0) for x in (0, 5))
    line = line_of(result(target(masks=masks)))
    assert decode_rle(line['mask']).sum() == 2


def test_a_line_says_nothing_of_the_machines_speed():
    assert 'stage_ns' not in json.dumps(line_of(result(target())))
