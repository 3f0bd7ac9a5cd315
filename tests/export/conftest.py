"""Real frames for the rooms that compare graphs with the networks they came from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture(scope='session')
def frames(shared_data: Path) -> dict[tuple[int, int], np.ndarray]:
    """Return one real frame, (H, W, 3) uint8 RGB, of each of two camera sizes (height, width)."""
    clips = {
        (480, 640): shared_data / 'rvos/davis16_car-roundabout/JPEGImages/00044.jpg',
        (720, 1280): shared_data / 'rvos/davis16_car-roundabout/JPEGImages/00007.jpg',
    }
    found = {}
    for (height, width), path in clips.items():
        image = cv2.imread(str(path))
        if image is None:
            pytest.skip(f'needs {path.relative_to(shared_data)} of the test material')
        resized = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        found[height, width] = np.ascontiguousarray(resized[:, :, ::-1])
    return found
