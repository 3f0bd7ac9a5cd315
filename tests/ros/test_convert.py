from __future__ import annotations

import array
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenet_ros.ros.convert import ENCODINGS, BadMessage, frame_of_image, stamp_ns


def header(sec=5, nanosec=7, frame_id='camera'):
    return SimpleNamespace(stamp=SimpleNamespace(sec=sec, nanosec=nanosec), frame_id=frame_id)


def image(name, pixels, *, padding=0, big=0, **changes):
    """Make an Image message of (H, row bytes) uint8 pixels, each row followed by padding."""
    height, row = pixels.shape
    padded = np.full((height, row + padding), 0xEE, np.uint8)
    padded[:, :row] = pixels
    fields = {
        'header': header(),
        'height': height,
        'width': row // (ENCODINGS[name].samples * ENCODINGS[name].sample_bytes),
        'encoding': name,
        'is_bigendian': big,
        'step': row + padding,
        'data': array.array('B', padded.tobytes()),
    }
    return SimpleNamespace(**(fields | changes))


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
    frame = frame_of_image(image(encoding, rows(stored), padding=padding), 3)
    np.testing.assert_array_equal(frame.image, expected)
    assert frame.image.flags.c_contiguous
    assert (frame.stamp_ns, frame.frame_id, frame.sequence) == (5_000_000_007, 'camera', 3)


@pytest.mark.parametrize('big', [0, 1])
@pytest.mark.parametrize('padding', [0, 3])
@pytest.mark.parametrize(
    ('encoding', 'stored', 'expected'),
    [('mono16', GREY, GREY_RGB), ('rgb16', RGB, RGB), ('bgr16', RGB[..., ::-1], RGB)],
)
def test_sixteen_bits_keep_the_high_byte_in_either_byte_order(
    encoding, stored, expected, padding, big
):
    wide = (stored.astype(np.uint16) << 8 | 0x5A).astype('>u2' if big else '<u2')
    frame = frame_of_image(image(encoding, rows(wide), padding=padding, big=big), 0)
    np.testing.assert_array_equal(frame.image, expected)


@pytest.mark.parametrize('bits', [8, 16])
@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_bayer_patterns_give_the_colours_back(pattern, bits):
    stored = mosaic(RGB, pattern)
    if bits == 16:
        stored = (stored.astype(np.uint16) << 8).astype('<u2')
    frame = frame_of_image(image(f'bayer_{pattern}{bits}', rows(stored), padding=4), 0)
    inner = np.s_[2:-2, 2:-2]  # the border is extrapolated
    error = np.abs(frame.image[inner].astype(int) - RGB[inner])
    assert error.max() <= 12
    assert error.mean() < 2


@pytest.mark.parametrize(
    ('encoding', 'order'),
    [('yuv422', 'uyvY'), ('uyvy', 'uyvY'), ('yuv422_yuy2', 'yuYv'), ('yuyv', 'yuYv')],
)
def test_yuv_orders_give_the_colours_back(encoding, order):
    frame = frame_of_image(image(encoding, yuv(RGB, order), padding=6), 0)
    error = np.abs(frame.image.astype(int) - RGB)[:, ::2]  # the columns whose chroma is stored
    assert error.max() <= 4


def test_unpadded_rgb_is_a_view_of_the_message():
    message = image('rgb8', rows(RGB))
    assert np.shares_memory(frame_of_image(message, 0).image, np.frombuffer(message.data, np.uint8))


def test_bytes_and_arrays_and_read_only_views_are_all_data():
    expected = frame_of_image(image('bgr8', rows(RGB)), 0).image
    raw = rows(RGB).tobytes()
    for data in (raw, bytearray(raw), memoryview(raw), np.frombuffer(raw, np.uint8)):
        frame = frame_of_image(image('bgr8', rows(RGB), data=data), 0)
        np.testing.assert_array_equal(frame.image, expected)


@pytest.mark.parametrize(
    ('encoding', 'changes', 'reason', 'words'),
    [
        ('rgb8', {'encoding': 'nv21x'}, 'encoding', 'nv21x'),
        ('rgb8', {'encoding': '16UC1'}, 'encoding', 'depth image'),
        ('rgb8', {'encoding': 'x' * 10_000}, 'encoding', 'rgb8'),
        ('rgb8', {'height': 0, 'data': b''}, 'size', '16 x 0'),
        ('rgb8', {'width': 0}, 'size', '0 x 12'),
        ('rgb8', {'width': 2**31, 'step': 2**32 - 1}, 'size', '2147483648'),
        ('rgb8', {'step': 47}, 'step', 'at least 48 bytes'),
        ('rgb8', {'step': 0, 'data': b''}, 'step', 'got 0'),
        ('rgb8', {'data': bytes(48 * 12 - 1)}, 'data', '575'),
        ('rgb8', {'data': bytes(48 * 12 + 1)}, 'data', '577'),
        ('rgb8', {'data': b''}, 'data', 'got 0'),
        ('rgb8', {'data': [0.5] * 576}, 'data', 'expected bytes'),
        ('rgb8', {'header': header(nanosec=1_000_000_000)}, 'stamp', '1000000000'),
        ('yuv422', {'width': 15}, 'size', 'even width'),
        ('bayer_rggb8', {'height': 2, 'width': 16, 'data': bytes(32)}, 'size', '3 x 3'),
    ],
)
def test_a_bad_image_says_what_came_and_what_was_expected(encoding, changes, reason, words):
    stored = {'rgb8': RGB, 'yuv422': RGB[..., :2], 'bayer_rggb8': RGB[..., 0]}[encoding]
    with pytest.raises(BadMessage, match=r'expected .*got ') as caught:
        frame_of_image(image(encoding, rows(stored), **changes), 0)
    assert caught.value.reason == reason
    assert words in str(caught.value)
    assert len(str(caught.value)) < 600
    assert '\n' not in str(caught.value)


def test_a_negative_stamp_is_a_stamp():
    assert stamp_ns(header(sec=-2, nanosec=250)) == -1_999_999_750


@settings(max_examples=400, deadline=None)
@given(
    height=st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1)),
    width=st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1)),
    step=st.one_of(st.integers(0, 80), st.integers(0, 2**32 - 1)),
    encoding=st.one_of(st.sampled_from(sorted(ENCODINGS)), st.text()),
    big=st.integers(0, 255),
    data=st.binary(max_size=800),
    fit=st.booleans(),
    sec=st.integers(-(2**31), 2**31 - 1),
    nanosec=st.integers(0, 2**32 - 1),
    frame_id=st.text(),
)
@example(1, 1, 3, 'rgb8', 0, bytes(3), True, 0, 0, '')
def test_no_message_whatever_raises_anything_but_bad_message(
    height, width, step, encoding, big, data, fit, sec, nanosec, frame_id
):
    if fit and height * step < 10_000:
        data = (data + bytes(height * step))[: height * step]
    message = SimpleNamespace(
        header=header(sec, nanosec, frame_id),
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=big,
        step=step,
        data=array.array('B', data),
    )
    try:
        frame = frame_of_image(message, 1)
    except BadMessage:
        return
    assert frame.image.shape == (height, width, 3)
    assert divmod(frame.stamp_ns, 10**9) == (sec, nanosec)


def test_bayer_names_agree_with_opencv():
    assert ENCODINGS['bayer_rggb8'].code == cv2.COLOR_BayerRGGB2RGB
