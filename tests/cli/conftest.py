"""What the tests of the command line share: subcommands as processes, and something to play."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TIMEOUT_S = 30
FRAMES = 6


@pytest.fixture
def start(ros_domain: int) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ``tenet-ros`` with arguments, on the test's own domain; stopped after the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get('PYTHONPATH', '')]))
        process = subprocess.Popen(
            [sys.executable, '-u', '-m', 'tenet_ros.cli.main', *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, 'PYTHONPATH': path, 'OMP_NUM_THREADS': '1', 'COLUMNS': '120'},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder of six JPEGs, 32 x 24, each of one grey."""
    path = tmp_path / 'images'
    path.mkdir()
    for index in range(FRAMES):
        grey = np.full((24, 32, 3), 20 + 30 * index, np.uint8)
        cv2.imwrite(str(path / f'{index:03d}.jpg'), grey)
    return path
