"""Pixel layouts: what each encoding means, and what is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenet_ros.images import ENCODINGS, BadImage, decode_raw


def image(name, pixels, *, padding=0, big=False, **changes):
    """Return the arguments for (H, row bytes) uint8 pixels, each row followed by padding."""
    height, row = pixels.shape
    padded = np.full((height, row + padding), 0xEE, np.uint8)
    padded[:, :row] = pixels
    fields = {
        'data': padded.reshape(-1),
        'encoding': name,
        'height': height,
        'width': row // (ENCODINGS[name].samples * ENCODINGS[name].sample_bytes),
        'step': row + padding,
        'big_endian': big,
    }
    return fields | changes


def picture(height=12, width=16):
    """Return a smooth (H, W, 3) RGB picture whose channels differ."""
    y, x = np.mgrid[:height, :width]
    return np.stack([10 * y + 40, 10 * x + 20, 255 - 8 * y - 4 * x], axis=-1).astype(np.uint8)


def rows(pixels):
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(len(pixels), -1)


def mosaic(rgb, pattern):
    """Sample an RGB picture through a colour filter whose first two rows read ``pattern``."""
    out = np.zeros(rgb.shape[:2], np.uint8)
    for i, name in enumerate(pattern):
        y, x = divmod(i, 2)
        out[y::2, x::2] = rgb[y::2, x::2, 'rgb'.index(name)]
    return out


def yuv(rgb, order):
    """Pack RGB as 4:2:2 in the byte order given, by the BT.601 limited-range equations."""
    r, g, b = (rgb[..., i].astype(np.float64) for i in range(3))
    luma = 16 + 0.257 * r + 0.504 * g + 0.098 * b
    blue = (128 - 0.148 * r - 0.291 * g + 0.439 * b)[:, ::2]
    red = (128 + 0.439 * r - 0.368 * g - 0.071 * b)[:, ::2]
    planes = {'y': luma[:, ::2], 'Y': luma[:, 1::2], 'u': blue, 'v': red}
    packed = np.stack([planes[name] for name in order], axis=-1)
    return rows(np.round(packed).astype(np.uint8))


RGB = picture()
GREY = RGB[..., :1]
GREY_RGB = np.repeat(GREY, 3, axis=2)
EMPTY = np.zeros(0, np.uint8)
ALPHA = np.full((*RGB.shape[:2], 1), 77, np.uint8)
PLAIN = {
    'rgb8': (RGB, RGB),
    'bgr8': (RGB[..., ::-1], RGB),
    '8UC3': (RGB[..., ::-1], RGB),
    'rgba8': (np.concatenate([RGB, ALPHA], axis=2), RGB),
    'bgra8': (np.concatenate([RGB[..., ::-1], ALPHA], axis=2), RGB),
    'mono8': (GREY, GREY_RGB),
    '8UC1': (GREY, GREY_RGB),
}


@pytest.mark.parametrize('padding', [0, 1, 16])
@pytest.mark.parametrize('encoding', PLAIN)
def test_plain_encodings_give_the_very_pixels(encoding, padding):
    stored, expected = PLAIN[encoding]
    decoded = decode_raw(**image(encoding, rows(stored), padding=padding))
    np.testing.assert_array_equal(decoded, expected)
    assert decoded.flags.c_contiguous


@pytest.mark.parametrize('big', [False, True])
@pytest.mark.parametrize('padding', [0, 3])
@pytest.mark.parametrize(
    ('encoding', 'stored', 'expected'),
    [('mono16', GREY, GREY_RGB), ('rgb16', RGB, RGB), ('bgr16', RGB[..., ::-1], RGB)],
)
def test_sixteen_bits_keep_the_high_byte_in_either_byte_order(
    encoding, stored, expected, padding, big
):
    wide = (stored.astype(np.uint16) << 8 | 0x5A).astype('>u2' if big else '<u2')
    decoded = decode_raw(**image(encoding, rows(wide), padding=padding, big=big))
    np.testing.assert_array_equal(decoded, expected)


@pytest.mark.parametrize('bits', [8, 16])
@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_bayer_patterns_give_the_colours_back(pattern, bits):
    stored = mosaic(RGB, pattern)
    if bits == 16:
        stored = (stored.astype(np.uint16) << 8).astype('<u2')
    decoded = decode_raw(**image(f'bayer_{pattern}{bits}', rows(stored), padding=4))
    inner = np.s_[2:-2, 2:-2]  # the border is extrapolated
    error = np.abs(decoded[inner].astype(int) - RGB[inner])
    assert error.max() <= 12
    assert error.mean() < 2


@pytest.mark.parametrize(
    ('encoding', 'order'),
    [('yuv422', 'uyvY'), ('uyvy', 'uyvY'), ('yuv422_yuy2', 'yuYv'), ('yuyv', 'yuYv')],
)
def test_yuv_orders_give_the_colours_back(encoding, order):
    decoded = decode_raw(**image(encoding, yuv(RGB, order), padding=6))
    error = np.abs(decoded.astype(int) - RGB)[:, ::2]  # the columns whose chroma is stored
    assert error.max() <= 4


def test_unpadded_rgb_is_a_view_of_the_data():
    fields = image('rgb8', rows(RGB))
    assert np.shares_memory(decode_raw(**fields), fields['data'])


def test_read_only_data_is_data():
    data = np.frombuffer(rows(RGB).tobytes(), np.uint8)
    assert not data.flags.writeable
    np.testing.assert_array_equal(decode_raw(**image('rgb8', rows(RGB), data=data)), RGB)


@pytest.mark.parametrize(
    ('encoding', 'changes', 'reason', 'words'),
    [
        ('rgb8', {'encoding': 'nv21x'}, 'encoding', 'nv21x'),
        ('rgb8', {'encoding': '16UC1'}, 'encoding', 'depth image'),
        ('rgb8', {'encoding': 'x' * 10_000}, 'encoding', 'rgb8'),
        ('rgb8', {'height': 0, 'data': EMPTY}, 'size', '16 x 0'),
        ('rgb8', {'width': 0}, 'size', '0 x 12'),
        ('rgb8', {'width': 2**31, 'step': 2**32 - 1}, 'size', '2147483648'),
        ('rgb8', {'step': 47}, 'step', 'at least 48 bytes'),
        ('rgb8', {'step': 0, 'data': EMPTY}, 'step', 'got 0'),
        ('rgb8', {'data': np.zeros(575, np.uint8)}, 'data', '575'),
        ('rgb8', {'data': np.zeros(577, np.uint8)}, 'data', '577'),
        ('rgb8', {'data': EMPTY}, 'data', 'got 0'),
        ('rgb8', {'width': 16385, 'step': 3 * 16385}, 'size', '16384'),
        ('yuv422', {'width': 15}, 'size', 'even width'),
        (
            'bayer_rggb8',
            {'height': 2, 'width': 16, 'data': np.zeros(32, np.uint8)},
            'size',
            '3 x 3',
        ),
    ],
)
def test_a_bad_image_says_what_came_and_what_was_expected(encoding, changes, reason, words):
    stored = {'rgb8': RGB, 'yuv422': RGB[..., :2], 'bayer_rggb8': RGB[..., 0]}[encoding]
    with pytest.raises(BadImage, match=r'expected .*got ') as caught:
        decode_raw(**image(encoding, rows(stored), **changes))
    assert caught.value.reason == reason
    assert words in str(caught.value)
    assert len(str(caught.value)) < 600
    assert '\n' not in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(
    height=st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1)),
    width=st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1)),
    step=st.one_of(st.integers(0, 80), st.integers(0, 2**32 - 1)),
    encoding=st.one_of(st.sampled_from(sorted(ENCODINGS)), st.text()),
    big=st.booleans(),
    data=st.binary(max_size=800),
    fit=st.booleans(),
)
@example(1, 1, 3, 'rgb8', False, bytes(3), True)
def test_no_fields_whatever_raise_anything_but_bad_image(
    height, width, step, encoding, big, data, fit
):
    if fit and height * step < 10_000:
        data = (data + bytes(height * step))[: height * step]
    try:
        decoded = decode_raw(
            np.frombuffer(data, np.uint8),
            encoding=encoding,
            height=height,
            width=width,
            step=step,
            big_endian=big,
        )
    except BadImage:
        return
    assert decoded.shape == (height, width, 3)


def test_bayer_names_agree_with_opencv():
    assert ENCODINGS['bayer_rggb8'].code == cv2.COLOR_BayerRGGB2RGB


RED, GREEN, BLUE = (250, 10, 20), (10, 250, 20), (10, 20, 250)
HEIGHT, WIDTH = 8, 12


def flat(colour):
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def decode(data, encoding, *, step=None, big_endian=False):
    raw = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
    return decode_raw(
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
    picture = decode_raw(
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


@pytest.mark.parametrize('encoding', sorted(ENCODINGS))
def test_every_encoding_gives_contiguous_rgb_of_the_asked_size(encoding):
    picture = decode(np.zeros((HEIGHT, WIDTH * 6), np.uint8), encoding)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'encoding': 'nv99'}, 'nv99'),
        ({'step': WIDTH * 3 - 1}, 'got 35'),
        ({'height': HEIGHT + 1}, '324 bytes, got 288'),
        ({'height': 0}, '12 x 0'),
        ({'width': 0}, '0 x 8'),
    ],
)
def test_an_inconsistent_image_is_refused_with_what_came(change, words):
    fields = {'encoding': 'rgb8', 'height': HEIGHT, 'width': WIDTH, 'step': WIDTH * 3}
    with pytest.raises(BadImage, match=words):
        decode_raw(flat(RED).reshape(-1), big_endian=False, **(fields | change))
