"""The camera's own motion: recovered from a picture that was moved by a known amount."""

from __future__ import annotations

from time import perf_counter

import cv2
import numpy as np
import pytest

from tenet_ros.stages.camera_motion import SparseFlowMotion

NOBODY = np.zeros((0, 4), np.float32)
CORNERS = np.asarray([[0, 0], [640, 0], [0, 480], [640, 480]], np.float64)


@pytest.fixture(scope='module')
def picture() -> np.ndarray:
    """A textured scene larger than the view."""
    noise = np.random.default_rng(0).integers(0, 255, (800, 1000, 3), np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 0, 255, cv2.NORM_MINMAX)


def view(picture: np.ndarray, motion: np.ndarray, size: tuple[int, int] = (640, 480)) -> np.ndarray:
    """Return the scene moved by ``motion``, which speaks of box coordinates (pixel edges)."""
    centres = motion.copy()  # OpenCV counts from the centre of the first pixel
    centres[:, 2] += motion[:, :2] @ (0.5, 0.5) - 0.5
    return cv2.warpAffine(picture, centres, size)


def shift(x: float, y: float) -> np.ndarray:
    return np.asarray([[1, 0, x], [0, 1, y]], np.float64)


def turn(degrees: float, scale: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)) * scale, np.sin(np.radians(degrees)) * scale
    middle = np.asarray([320, 240])
    linear = np.asarray([[c, -s], [s, c]])
    return np.concatenate([linear, (middle - linear @ middle)[:, None]], axis=1)


def errors(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return how far off the image's corners are, pixels."""
    difference = found.astype(np.float64) - true
    return np.linalg.norm(CORNERS @ difference[:, :2].T + difference[:, 2], axis=1)


@pytest.mark.parametrize(
    'motion',
    [shift(0, 0), shift(12, -7), shift(-35, 20), turn(2, 1.0), turn(-1, 1.03)],
    ids=['rest', 'pan', 'fast pan', 'roll', 'roll and approach'],
)
def test_a_known_motion_is_recovered(picture: np.ndarray, motion: np.ndarray) -> None:
    camera = SparseFlowMotion()
    camera.estimate(view(picture, shift(0, 0)), NOBODY)
    found = camera.estimate(view(picture, motion), NOBODY)
    assert found.dtype == np.float32
    assert found.shape == (2, 3)
    assert errors(found, motion).max() < 1.0


def test_what_moves_by_itself_is_left_out(picture: np.ndarray) -> None:
    first, second = view(picture, shift(0, 0)), view(picture, shift(5, 0))
    region = np.asarray([[40, 40, 600, 400]], np.float32)
    second[40:400, 60:620] = first[40:400, 40:600]  # most of the view moves by (20, 0)
    camera = SparseFlowMotion()
    camera.estimate(first, NOBODY)
    assert errors(camera.estimate(second, region), shift(5, 0)).max() < 1.0


def test_the_first_image_and_one_of_another_size_give_the_identity(picture: np.ndarray) -> None:
    camera = SparseFlowMotion()
    assert camera.estimate(view(picture, shift(0, 0)), NOBODY).tolist() == np.eye(2, 3).tolist()
    other = view(picture, shift(9, 0), (800, 480))
    assert camera.estimate(other, NOBODY).tolist() == np.eye(2, 3).tolist()
    back = camera.estimate(view(picture, shift(14, 0), (800, 480)), NOBODY)
    assert errors(back, shift(5, 0)).max() < 1.0, 'and from there it goes on'


def test_reset_forgets_the_last_image(picture: np.ndarray) -> None:
    camera = SparseFlowMotion()
    camera.estimate(view(picture, shift(0, 0)), NOBODY)
    camera.reset()
    assert camera.estimate(view(picture, shift(9, 0)), NOBODY).tolist() == np.eye(2, 3).tolist()


@pytest.mark.parametrize('size', [(1, 1), (7, 3), (640, 480)])
def test_a_blank_or_tiny_image_gives_the_identity(size: tuple[int, int]) -> None:
    camera = SparseFlowMotion()
    blank = np.zeros((size[1], size[0], 3), np.uint8)
    for _ in range(2):
        assert camera.estimate(blank, NOBODY).tolist() == np.eye(2, 3).tolist()


def test_a_change_of_scene_gives_the_identity(picture: np.ndarray) -> None:
    camera = SparseFlowMotion()
    camera.estimate(view(picture, shift(0, 0)), NOBODY)
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    assert camera.estimate(noise, NOBODY).tolist() == np.eye(2, 3).tolist()


def test_boxes_beyond_the_image_and_no_numbers_are_harmless(picture: np.ndarray) -> None:
    boxes = np.asarray(
        [[-500, -500, 50, 50], [600, 400, 1e9, 1e9], [np.nan] * 4, [9, 9, 2, 2]], np.float32
    )
    camera = SparseFlowMotion()
    camera.estimate(view(picture, shift(0, 0)), boxes)
    assert errors(camera.estimate(view(picture, shift(6, 3)), boxes), shift(6, 3)).max() < 1.0


@pytest.mark.slow
def test_an_estimate_costs_three_milliseconds(picture: np.ndarray) -> None:
    camera, spent = SparseFlowMotion(), []
    for x in range(60):
        image = view(picture, shift(-2.0 * x, -x))
        begin = perf_counter()
        camera.estimate(image, NOBODY)
        spent.append(1e3 * (perf_counter() - begin))
    assert np.median(spent) <= 3.0
