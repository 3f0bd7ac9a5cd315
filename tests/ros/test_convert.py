from __future__ import annotations

import array
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenet_ros.images import ENCODINGS, BadImage
from tenet_ros.ros.convert import frame_of_compressed, frame_of_image, stamp_ns

HEIGHT, WIDTH = 12, 16
RGB = np.arange(HEIGHT * WIDTH * 3, dtype=np.uint32).astype(np.uint8).reshape(HEIGHT, WIDTH, 3)


def header(sec=5, nanosec=7, frame_id='camera'):
    return SimpleNamespace(stamp=SimpleNamespace(sec=sec, nanosec=nanosec), frame_id=frame_id)


def image(**changes):
    """Make an unpadded rgb8 Image message of ``RGB``, but for ``changes``."""
    fields = {
        'header': header(),
        'height': HEIGHT,
        'width': WIDTH,
        'encoding': 'rgb8',
        'is_bigendian': 0,
        'step': WIDTH * 3,
        'data': array.array('B', RGB.tobytes()),
    }
    return SimpleNamespace(**(fields | changes))


def compressed(**changes):
    """Make a CompressedImage message of ``RGB`` in PNG, but for ``changes``."""
    done, png = cv2.imencode('.png', RGB[..., ::-1])
    assert done
    fields = {'header': header(), 'format': 'png', 'data': array.array('B', png.tobytes())}
    return SimpleNamespace(**(fields | changes))


@pytest.mark.parametrize(
    ('convert', 'message'), [(frame_of_image, image()), (frame_of_compressed, compressed())]
)
def test_a_frame_has_the_pixels_and_the_header_of_its_message(convert, message):
    frame = convert(message, 3)
    np.testing.assert_array_equal(frame.image, RGB)
    assert frame.image.flags.c_contiguous
    assert (frame.stamp_ns, frame.frame_id, frame.sequence) == (5_000_000_007, 'camera', 3)


def test_unpadded_rgb_is_a_view_of_the_message():
    message = image()
    assert np.shares_memory(frame_of_image(message, 0).image, np.frombuffer(message.data, np.uint8))


def test_bytes_and_arrays_and_read_only_views_are_all_data():
    raw, png = RGB.tobytes(), compressed().data.tobytes()
    for kind in (bytes, bytearray, memoryview, lambda b: np.frombuffer(b, np.uint8)):
        for frame in (
            frame_of_image(image(data=kind(raw)), 0),
            frame_of_compressed(compressed(data=kind(png)), 0),
        ):
            np.testing.assert_array_equal(frame.image, RGB)


def test_the_byte_order_of_the_message_is_heeded():
    wide = (RGB.astype(np.uint16) << 8 | 0x5A).astype('>u2')
    data = array.array('B', wide.tobytes())
    frame = frame_of_image(image(encoding='rgb16', is_bigendian=1, step=WIDTH * 6, data=data), 0)
    np.testing.assert_array_equal(frame.image, RGB)


@pytest.mark.parametrize(
    ('convert', 'make'), [(frame_of_image, image), (frame_of_compressed, compressed)]
)
@pytest.mark.parametrize(
    ('changes', 'reason', 'words'),
    [
        ({'data': [0.5] * 576}, 'data', 'expected bytes'),
        ({'header': header(nanosec=1_000_000_000)}, 'stamp', '1000000000'),
    ],
)
def test_a_bad_message_says_what_came_and_what_was_expected(convert, make, changes, reason, words):
    with pytest.raises(BadImage, match=r'expected .*got ') as caught:
        convert(make(**changes), 0)
    assert caught.value.reason == reason
    assert words in str(caught.value)


def test_an_empty_message_is_a_bad_image():
    for convert, message in ((frame_of_image, image()), (frame_of_compressed, compressed())):
        message.data = array.array('B')
        with pytest.raises(BadImage):
            convert(message, 0)


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
def test_no_message_whatever_raises_anything_but_bad_image(
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
    except BadImage:
        return
    assert frame.image.shape == (height, width, 3)
    assert divmod(frame.stamp_ns, 10**9) == (sec, nanosec)
