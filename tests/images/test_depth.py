"""Depth images to millimetres: what each encoding means, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.images import BadImage, decode_depth


def test_metric_depth_becomes_millimetres_and_invalid_becomes_zero():
    metres = np.asarray([[1.234, np.nan], [np.inf, 70.0]], np.float32)
    depth = decode_depth(
        np.frombuffer(metres.tobytes(), np.uint8),
        encoding='32FC1',
        height=2,
        width=2,
        step=8,
        big_endian=False,
    )
    np.testing.assert_array_equal(depth, [[1234, 0], [0, 65535]])
    assert depth.dtype == np.uint16


def test_depth_in_a_colour_encoding_is_refused():
    with pytest.raises(BadImage, match='16UC1'):
        decode_depth(
            np.zeros(12, np.uint8), encoding='rgb8', height=2, width=2, step=6, big_endian=False
        )


@pytest.mark.parametrize('encoding', ['16UC1', 'mono16'])
@pytest.mark.parametrize('order', ['<', '>'])
def test_millimetres_stay_in_either_byte_order_without_the_padding(encoding, order):
    millimetres = np.asarray([[1234, 0], [1, 65535]], f'{order}u2')
    padded = np.full((2, 7), 0xEE, np.uint8)
    padded[:, :4] = millimetres.view(np.uint8)
    depth = decode_depth(
        padded.reshape(-1), encoding=encoding, height=2, width=2, step=7, big_endian=order == '>'
    )
    np.testing.assert_array_equal(depth, millimetres)
    assert depth.dtype == np.dtype(np.uint16)


@pytest.mark.filterwarnings('error')
def test_absurd_metres_are_as_far_as_can_be_said():
    metres = np.asarray([[3e38, -3e38]], np.float32)
    depth = decode_depth(
        metres.view(np.uint8).reshape(-1),
        encoding='32FC1',
        height=1,
        width=2,
        step=8,
        big_endian=False,
    )
    np.testing.assert_array_equal(depth, [[65535, 0]])


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'encoding': 'rgb8'}, 'encoding'),
        ({'height': 0}, 'size'),
        ({'width': 40_000, 'step': 80_000}, 'size'),
        ({'step': 3}, 'step'),
        ({'height': 3}, 'data'),
    ],
)
def test_an_inconsistent_depth_image_is_refused_with_its_reason(changes, reason):
    fields = {'encoding': '16UC1', 'height': 2, 'width': 2, 'step': 4, 'big_endian': False}
    with pytest.raises(BadImage, match=r'expected .*got ') as caught:
        decode_depth(np.zeros(8, np.uint8), **(fields | changes))
    assert caught.value.reason == reason
