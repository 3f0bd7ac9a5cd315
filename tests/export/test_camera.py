"""The baked preprocessing gives the pixels of the preprocessing that it stands for."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip('torch', reason='needs torch (extra export)')

from tenet_ros.export.camera import CameraInput, interpolation, letterbox, stretch  # noqa: E402

SIZES = [(480, 640), (720, 1280)]
CANVASES = [(640, 640), (416, 416), (960, 1280)]


def canvas_of(camera: CameraInput, image: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return camera(torch.from_numpy(image)[None]).numpy()[0].transpose(1, 2, 0)


@pytest.mark.parametrize('method', ['bilinear', 'bicubic'])
@pytest.mark.parametrize('canvas', CANVASES)
@pytest.mark.parametrize('size', SIZES)
def test_pixels_are_pillows(frames, size, canvas, method):
    image_module = pytest.importorskip('PIL.Image', reason='needs Pillow')
    resample = {'bilinear': 2, 'bicubic': 3}[method]
    want = np.asarray(
        image_module.fromarray(frames[size]).resize(canvas[::-1], image_module.Resampling(resample))
    )
    got = canvas_of(CameraInput(stretch(size, canvas), method=method), frames[size])
    difference = np.abs(got - want)
    # Both round twice; they part only where a sum lies on a half.
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.01


@pytest.mark.parametrize('size', SIZES)
def test_without_rounding_pixels_are_within_one_grey_level(frames, size):
    exact = canvas_of(CameraInput(stretch(size, (640, 640)), rounding='none'), frames[size])
    whole = canvas_of(CameraInput(stretch(size, (640, 640))), frames[size])
    # Half a level in the columns, weights that sum to one, half a level in the rows.
    assert np.abs(exact - whole).max() <= 1 + 1e-3
    assert not np.array_equal(exact, whole)


@pytest.mark.parametrize('size', SIZES)
def test_letterboxed_pixels_are_opencvs(frames, size):
    fit = letterbox(size, (416, 416), anchor='top_left')
    camera = CameraInput(fit, antialias=False, rounding='end', pad=114, bgr=True)
    want = np.full((416, 416, 3), 114, np.uint8)
    want[: fit.resized[0], : fit.resized[1]] = cv2.resize(
        frames[size], fit.resized[::-1], interpolation=cv2.INTER_LINEAR
    )[:, :, ::-1]
    # OpenCV's weights have eleven bits.
    assert np.abs(canvas_of(camera, frames[size]) - want).max() <= 1


@pytest.mark.parametrize('method', ['bilinear', 'bicubic'])
def test_without_antialias_pixels_are_torchs(frames, method):
    image = torch.from_numpy(frames[720, 1280]).permute(2, 0, 1)[None].float()
    want = torch.nn.functional.interpolate(
        image, (500, 700), mode=method, align_corners=False, antialias=False
    )
    fit = stretch((720, 1280), (500, 700))
    got = canvas_of(
        CameraInput(fit, method=method, antialias=False, rounding='none'), frames[720, 1280]
    )
    # Torch places its samples in single precision.
    np.testing.assert_allclose(got, want[0].permute(1, 2, 0).numpy(), atol=0.02)


def test_normalisation_and_a_pad_of_zero_after_it(frames):
    mean, std = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
    fit = letterbox((480, 640), (512, 1024), anchor='centre')
    got = canvas_of(CameraInput(fit, mean=mean, std=std), frames[480, 640])
    raw = canvas_of(CameraInput(fit), frames[480, 640])
    top, left = fit.offset
    inner = (slice(top, top + fit.resized[0]), slice(left, left + fit.resized[1]))
    np.testing.assert_allclose(got[inner], (raw[inner] - mean) / std, atol=1e-5)
    outside = np.ones(got.shape[:2], bool)
    outside[inner] = False
    assert outside.any()
    assert not got[outside].any()


@settings(deadline=None, max_examples=60)
@given(
    source=st.integers(2, 400),
    target=st.integers(1, 400),
    method=st.sampled_from(['bilinear', 'bicubic']),
    antialias=st.booleans(),
)
def test_a_grey_line_stays_grey_and_a_mirrored_one_is_mirrored(source, target, method, antialias):
    matrix = interpolation(source, target, method=method, antialias=antialias)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(matrix, matrix[::-1, ::-1], atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(
    camera=st.tuples(st.integers(16, 1080), st.integers(16, 1920)),
    canvas=st.tuples(st.integers(32, 1024), st.integers(32, 1024)),
    kind=st.sampled_from(['stretch', 'top_left', 'centre']),
    corners=st.tuples(*[st.floats(0, 1)] * 4),
)
def test_boxes_come_back_in_camera_pixels(camera, canvas, kind, corners):
    fit = stretch(camera, canvas) if kind == 'stretch' else letterbox(camera, canvas, anchor=kind)
    module = CameraInput(fit)
    x, y = sorted(corners[:2]), sorted(corners[2:])
    box = torch.tensor([[x[0] * camera[1], y[0] * camera[0], x[1] * camera[1], y[1] * camera[0]]])
    there = module.to_canvas(box)
    size = torch.tensor([canvas[1], canvas[0]] * 2)
    for back in (
        module.to_camera(there, normalised=False),
        module.to_camera(there / size, normalised=True),
    ):
        torch.testing.assert_close(back, box, atol=2e-2, rtol=1e-5)


def test_boxes_are_cut_to_the_image():
    module = CameraInput(letterbox((480, 640), (640, 640), anchor='centre'))
    boxes = torch.tensor([[-5.0, 0.0, 700.0, 640.0]])
    assert module.to_camera(boxes, normalised=False).tolist() == [[0, 0, 640, 480]]
