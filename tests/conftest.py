"""Fixtures shared by every room."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenet_ros.sim.graphics import GraphicsError, check_graphics

REPOSITORY = Path(__file__).resolve().parent.parent


def _shared(name: str) -> Path:
    root = Path(os.environ.get('TENET_SHARED', REPOSITORY.parent / 'shared'))
    path = root / name
    if not path.is_dir():
        pytest.skip(f'needs the test material in {name}/ beside the checkout (TENET_SHARED)')
    return path


@pytest.fixture(scope='session')
def shared_data() -> Path:
    """Folder of real clips, bags and MOT text."""
    return _shared('data')


@pytest.fixture(scope='session')
def shared_models() -> Path:
    """Folder of real model weights."""
    return _shared('models')


@pytest.fixture(scope='session')
def graphics() -> None:
    """Skip where nothing can draw."""
    pytest.importorskip('mujoco', reason='needs MuJoCo (extra sim)')
    try:
        check_graphics()
    except GraphicsError as error:
        pytest.skip(f'needs EGL or OSMesa: {error}')


@pytest.fixture
def ros_domain(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Give the test a ROS domain of its own, on loopback, in this process and its children.

    A domain is free when nobody holds the lock port that stands for it; the port is held until
    the test ends, so two test runs on one machine do not meet.
    """
    # DDS maps domain d to UDP ports from 7400 + 250 d; above 100 those meet ephemeral ports.
    for domain in range(1, 101):
        lock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            lock.bind(('127.0.0.1', 28000 + domain))
        except OSError:
            lock.close()
            continue
        monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
        monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        monkeypatch.delenv('ROS_LOCALHOST_ONLY', raising=False)
        monkeypatch.delenv('CYCLONEDDS_URI', raising=False)
        monkeypatch.setenv('ROS_PYTHON_CHECK_FIELDS', '1')
        yield domain
        lock.close()
        return
    pytest.skip('no free ROS domain on this machine')
