"""Pixel layouts: what each encoding means, and what is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.sources.encodings import (
    COLOUR_ENCODINGS,
    decode_depth,
    decode_jpeg,
    decode_rgb,
)

RED, GREEN, BLUE = (250, 10, 20), (10, 250, 20), (10, 20, 250)
HEIGHT, WIDTH = 8, 12


def flat(colour):
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def decode(data, encoding, *, step=None, big_endian=False):
    raw = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
    return decode_rgb(
        raw,
        encoding=encoding,
        height=HEIGHT,
        width=WIDTH,
        step=step or raw.size // HEIGHT,
        big_endian=big_endian,
    )


def bayer(colour, pattern):
    """Return the mosaic that a sensor with this pattern sees of a flat colour."""
    mosaic = np.zeros((HEIGHT, WIDTH), np.uint8)
    for index, channel in enumerate(pattern):
        mosaic[index // 2 :: 2, index % 2 :: 2] = colour['rgb'.index(channel)]
    return mosaic


@pytest.mark.parametrize('colour', [RED, GREEN, BLUE])
@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_bayer_patterns_give_the_colour_the_sensor_saw(pattern, colour):
    picture = decode(bayer(colour, pattern), f'bayer_{pattern}8')
    np.testing.assert_allclose(picture[2:-2, 2:-2], flat(colour)[2:-2, 2:-2], atol=1)


@pytest.mark.parametrize('colour', [RED, GREEN, BLUE])
@pytest.mark.parametrize(
    ('encoding', 'code'),
    [
        ('bgr8', cv2.COLOR_RGB2BGR),
        ('rgba8', cv2.COLOR_RGB2RGBA),
        ('bgra8', cv2.COLOR_RGB2BGRA),
    ],
)
def test_channel_orders_are_undone(encoding, code, colour):
    np.testing.assert_array_equal(decode(cv2.cvtColor(flat(colour), code), encoding), flat(colour))


@pytest.mark.parametrize(('encoding', 'luma_first'), [('yuv422', False), ('yuv422_yuy2', True)])
def test_packed_yuv_keeps_grey_grey(encoding, luma_first):
    packed = np.zeros((HEIGHT, WIDTH, 2), np.uint8)
    packed[..., 0 if luma_first else 1] = 126  # (126 - 16) * 255 / 219 = 128
    packed[..., 1 if luma_first else 0] = 128
    np.testing.assert_allclose(decode(packed, encoding), flat((128, 128, 128)), atol=1)


def test_rgb8_without_padding_is_not_copied():
    source = flat(RED)
    picture = decode_rgb(
        source.reshape(-1),
        encoding='rgb8',
        height=HEIGHT,
        width=WIDTH,
        step=WIDTH * 3,
        big_endian=False,
    )
    assert np.shares_memory(picture, source)


def test_row_padding_is_left_out():
    padded = np.zeros((HEIGHT, WIDTH * 3 + 5), np.uint8)
    padded[:, : WIDTH * 3] = flat(GREEN).reshape(HEIGHT, -1)
    np.testing.assert_array_equal(decode(padded, 'rgb8', step=WIDTH * 3 + 5), flat(GREEN))


@pytest.mark.parametrize('order', ['<', '>'])
def test_mono16_keeps_its_upper_byte_in_either_byte_order(order):
    grey = np.full((HEIGHT, WIDTH), 0x7F01, np.uint16).astype(f'{order}u2')
    picture = decode(grey, 'mono16', big_endian=order == '>')
    np.testing.assert_array_equal(picture, flat((0x7F, 0x7F, 0x7F)))


@pytest.mark.parametrize('encoding', sorted(COLOUR_ENCODINGS))
def test_every_encoding_gives_contiguous_rgb_of_the_asked_size(encoding):
    picture = decode(np.zeros((HEIGHT, WIDTH * 4), np.uint8), encoding)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'encoding': 'nv99'}, 'nv99'),
        ({'step': WIDTH * 3 - 1}, 'step 35'),
        ({'height': HEIGHT + 1}, '288 bytes of data'),
        ({'height': 0}, 'rgb8 12x0'),
        ({'width': 0}, 'rgb8 0x8'),
    ],
)
def test_an_inconsistent_image_is_refused_with_what_came(change, words):
    fields = {'encoding': 'rgb8', 'height': HEIGHT, 'width': WIDTH, 'step': WIDTH * 3}
    with pytest.raises(ContractError, match=words):
        decode_rgb(flat(RED).reshape(-1), big_endian=False, **(fields | change))


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
    with pytest.raises(ContractError, match='16UC1'):
        decode_depth(
            np.zeros(12, np.uint8), encoding='rgb8', height=2, width=2, step=6, big_endian=False
        )


@pytest.mark.parametrize('data', [b'', b'not a picture'])
def test_bytes_that_are_no_picture_are_refused(data):
    with pytest.raises(ContractError, match='JPEG or PNG'):
        decode_jpeg(np.frombuffer(data, np.uint8))
