from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenet_ros.images import BadImage, decode_compressed


def picture(height=48, width=64):
    y, x = np.mgrid[:height, :width]
    return np.stack([4 * y + 10, 3 * x + 10, 255 - 2 * y - 2 * x], axis=-1).astype(np.uint8)


RGB = picture()


def encoded(extension, pixels):
    done, data = cv2.imencode(extension, pixels)
    assert done
    return data.tobytes()


JPEG = encoded('.jpg', RGB[..., ::-1])
PNG = encoded('.png', RGB[..., ::-1])


def decode(data, name, **options):
    return decode_compressed(np.frombuffer(data, np.uint8), name, **options)


@pytest.mark.parametrize(
    'name', ['jpeg', 'jpg', '', 'rgb8; jpeg compressed bgr8', 'bgr8; jpeg compressed bgr8', 'png']
)
def test_jpeg_is_read_whatever_the_format_says(name):
    image = decode(JPEG, name)
    assert np.abs(image.astype(int) - RGB).mean() < 4
    assert image.flags.c_contiguous


@pytest.mark.parametrize('name', ['png', 'bgr8; png compressed bgr8'])
def test_png_gives_the_very_pixels(name):
    np.testing.assert_array_equal(decode(PNG, name), RGB)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_grey_png_becomes_rgb(dtype):
    grey = RGB[..., 0].astype(dtype) * (257 if dtype == np.uint16 else 1)
    image = decode(encoded('.png', grey), 'mono8; png compressed ')
    np.testing.assert_array_equal(image, np.repeat(RGB[..., :1], 3, axis=2))


def test_a_compressed_mosaic_is_demosaiced():
    mosaic = RGB[..., 1].copy()
    mosaic[::2, ::2] = RGB[::2, ::2, 0]
    mosaic[1::2, 1::2] = RGB[1::2, 1::2, 2]
    image = decode(encoded('.png', mosaic), 'bayer_rggb8; png compressed ')
    assert np.abs(image[2:-2, 2:-2].astype(int) - RGB[2:-2, 2:-2]).max() <= 6


def test_exif_rotation_is_applied_where_it_is_asked_for():
    tiff = b'MM\x00*\x00\x00\x00\x08\x00\x01' + struct.pack('>HHIHH', 0x112, 3, 1, 6, 0) + bytes(4)
    exif = b'Exif\x00\x00' + tiff
    rotated = JPEG[:2] + b'\xff\xe1' + struct.pack('>H', len(exif) + 2) + exif + JPEG[2:]
    upright = cv2.imdecode(np.frombuffer(rotated, np.uint8), cv2.IMREAD_COLOR)
    assert upright.shape == (64, 48, 3)  # OpenCV itself would turn it
    assert decode(rotated, 'jpeg').shape == (48, 64, 3)
    np.testing.assert_array_equal(decode(rotated, 'jpeg', upright=True), upright[..., ::-1])


def png_of_claimed_size(height, width):
    def chunk(kind, body):
        return (
            struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
        )

    head = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
    return b'\x89PNG\r\n\x1a\n' + head + chunk(b'IDAT', zlib.compress(b'')) + chunk(b'IEND', b'')


@pytest.mark.parametrize(
    ('data', 'name', 'reason', 'words'),
    [
        (b'', 'jpeg', 'encoding', 'none'),
        (b'\x00\x00\x00\x01\x67', 'h264', 'encoding', "'h264'"),
        (b'\x00' * 12 + PNG, '16UC1; compressedDepth png', 'encoding', 'compressedDepth'),
        (JPEG[: len(JPEG) // 2], 'jpeg', 'data', 'without its end'),
        (PNG[: len(PNG) // 2], 'png', 'data', 'without its end'),
        (JPEG[:2], 'jpeg', 'data', 'without its end'),
        (PNG[:9], 'png', 'data', 'without its end'),
        (png_of_claimed_size(30000, 30000), 'png', 'size', '30000 x 30000'),
        (png_of_claimed_size(0, 5), 'png', 'size', '5 x 0'),
        (png_of_claimed_size(8, 8), 'png', 'data', 'damaged'),
    ],
)
def test_bad_data_says_what_came(data, name, reason, words):
    with pytest.raises(BadImage, match=r'expected .*got ') as caught:
        decode(data, name)
    assert caught.value.reason == reason
    assert words in str(caught.value)


def test_the_end_of_a_preview_is_not_the_end_of_the_picture():
    preview = b'\xff\xe1' + struct.pack('>H', len(JPEG) + 2) + JPEG
    whole = JPEG[:2] + preview + JPEG[2:]
    assert decode(whole, 'jpeg').shape == RGB.shape
    with pytest.raises(BadImage, match='without its end'):
        decode(whole[:-40], 'jpeg')


@settings(max_examples=300, deadline=None)
@given(
    start=st.sampled_from([b'', b'\xff\xd8', b'\xff\xd8\xff', b'\x89PNG\r\n\x1a\n', JPEG, PNG]),
    cut=st.integers(0, 400),
    noise=st.binary(max_size=300),
    end=st.sampled_from([b'', b'\xff\xd9', b'IEND\xaeB`\x82']),
    name=st.one_of(st.text(), st.sampled_from(['jpeg', 'bayer_rggb8; png compressed '])),
)
def test_no_bytes_whatever_raise_anything_but_bad_image(start, cut, noise, end, name):
    data = start[: len(start) - cut] + noise + end
    try:
        image = decode(data, name)
    except BadImage:
        return
    assert image.ndim == 3


def test_damage_in_the_middle_is_contained():
    random = np.random.default_rng(0)
    for _ in range(100):
        data = bytearray(JPEG)
        for at in random.integers(2, len(data), 5):
            data[at] = random.integers(256)
        try:
            decode(bytes(data), 'jpeg')
        except BadImage:
            continue


@pytest.mark.parametrize('data', [b'', b'not a picture'])
def test_bytes_that_are_no_picture_are_refused(data):
    with pytest.raises(BadImage, match='JPEG or PNG'):
        decode(data, 'jpeg')
