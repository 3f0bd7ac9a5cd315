"""Real frames, and exports of small random networks, each made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope='session')
def exports(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Any, Any]]:
    """Return the record and the job of a small random detector, in FP32 and exported once.

    Its arguments are the exporter's name, (height, width) of the camera, the seed of the weights,
    and more for ``write_random_source``. OWLv2 has torch's own programs as well.
    """
    from tenet_ros.export.job import ExportJob, open_exporter

    made: dict[Any, tuple[Any, Any]] = {}

    def get(
        name: str,
        camera: tuple[int, int] = (480, 640),
        seed: int = 7,
        **more: str,
    ) -> tuple[Any, Any]:
        key = (name, camera, seed, tuple(more.items()))
        if key not in made:
            root = tmp_path_factory.mktemp(name)
            exporter: Any = open_exporter(name)
            exporter.write_random_source(root / 'source', full=False, seed=seed, **more)
            (root / 'graphs').mkdir()
            job = ExportJob(
                model=name,
                source=root / 'source',
                folder=root / 'graphs',
                camera=camera,
                precision='fp32',
                torch=name == 'owlv2',
            )
            made[key] = exporter.export(job), job
        return made[key]

    return get
