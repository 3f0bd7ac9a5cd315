"""What the tests of the command line share: subcommands as processes, and something to play."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

TIMEOUT_S = 30
END_S = 100
FRAMES = 6


@pytest.fixture
def start(
    ros_domain: int, child_environment: Callable[..., dict[str, str]]
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ``tenet-ros`` with arguments, on the test's own domain; stopped after the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, '-u', '-m', 'tenet_ros.cli.main', *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=child_environment(COLUMNS='120'),
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
def watch() -> Iterator[Callable[..., Callable[[], None]]]:
    """Watch running processes, whoever started them; what it returns waits until all have ended."""
    watched: list[int] = []

    def begin(*pids: int) -> Callable[[], None]:
        handles = [os.pidfd_open(pid) for pid in pids]
        watched.extend(handles)

        def wait() -> None:
            for pid, handle in zip(pids, handles, strict=True):
                assert select.select([handle], [], [], END_S)[0], f'{pid} still runs'

        return wait

    yield begin
    for handle in watched:
        os.close(handle)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder of six JPEGs, 32 x 24, each of one grey."""
    path = tmp_path / 'images'
    path.mkdir()
    for index in range(FRAMES):
        grey = np.full((24, 32, 3), 20 + 30 * index, np.uint8)
        cv2.imwrite(str(path / f'{index:03d}.jpg'), grey)
    return path
