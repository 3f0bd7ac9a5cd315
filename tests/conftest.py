"""Fixtures shared by every room."""

from __future__ import annotations

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tenet_ros.sim.graphics import GraphicsError, check_graphics

REPOSITORY = Path(__file__).resolve().parent.parent
TIMEOUT_S = 15.0


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


def environment_of_child(**changes: str) -> dict[str, str]:
    """Return what a process of a test's own is started with: this checkout, and one core."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get('PYTHONPATH', '')]))
    return {**os.environ, 'PYTHONPATH': path, 'OMP_NUM_THREADS': '1', **changes}


class Program:
    """A Python program in a process of its own, and the lines that it prints.

    Args:
        file: the program.
        arguments: of its command line.
        environment: added to this process's own.
    """

    def __init__(self, file: Path, *arguments: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, '-u', str(file), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment_of_child(**environment),
        )
        self._seen: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def expect(self, text: str) -> str:
        """Return the next line that contains ``text``."""
        end = time.monotonic() + TIMEOUT_S
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                pytest.fail(f'no {text!r} within {TIMEOUT_S} s in: {self._seen}')
            if line is None:
                pytest.fail(f'ended without {text!r}: {self._seen}')
            self._seen.append(line)
            if text in line:
                return line

    @property
    def said(self) -> str:
        """All that was read of what it printed; after ``wait`` all that it printed."""
        return '\n'.join(self._seen)

    @property
    def ended(self) -> bool:
        """Whether the process is over."""
        return self._process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def stop(self, number: signal.Signals) -> int:
        """Send a signal, and wait for the end; return the exit code."""
        self.signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        code = self._process.wait(TIMEOUT_S)
        while (line := self._lines.get(timeout=TIMEOUT_S)) is not None:
            self._seen.append(line)
        return code

    def kill(self) -> None:
        """End it, whatever it does."""
        if not self.ended:
            self._process.kill()
        self._process.wait()


@pytest.fixture(scope='session')
def child_environment() -> Callable[..., dict[str, str]]:
    """Make the environment of a process of a test's own."""
    return environment_of_child


@pytest.fixture
def start_program(ros_domain: int) -> Iterator[Callable[..., Program]]:
    """Start programs on the test's own domain; they end with the test."""
    running: list[Program] = []

    def start(file: Path, *arguments: str, **environment: str) -> Program:
        running.append(Program(file, *arguments, **environment))
        return running[-1]

    yield start
    for program in running:
        program.kill()


class FileServer:
    """A web server on loopback with files in memory, and faults on order.

    Attributes:
        files: content by path.
        etags: by path; none are sent of others.
        headers: more of them, by path.
        moved: where a path redirects to.
        faults: by path, one per request, the next first: a status to refuse with, or the number of
            bytes after which the line breaks, or "stall".
        asked: path and Range header of every request.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.etags: dict[str, str] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.moved: dict[str, str] = {}
        self.faults: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.released = threading.Event()
        self.pause_s = 0.0
        self.url = ''

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path, wanted = request.path, request.headers.get('Range', '')
        self.asked.append((path, wanted))
        fault = self.faults[path].pop(0) if self.faults.get(path) else ''
        if path in self.moved:
            request.send_response(302)
            request.send_header('Location', self.moved[path])
            self._more(request)
            return
        if fault.startswith('status ') or path not in self.files:
            request.send_error(int(fault.split()[1]) if fault else 404)
            return
        content, etag = self.files[path], self.etags.get(path, '')
        start = 0
        same = request.headers.get('If-Range', etag) == etag
        if (matched := re.match(r'bytes=(\d+)-', wanted)) and same:
            start = int(matched[1])
            if start >= len(content):
                request.send_error(416)
                return
            request.send_response(206)
            last = f'{len(content) - 1}/{len(content)}'
            request.send_header('Content-Range', f'bytes {start}-{last}')
        else:
            request.send_response(200)
        request.send_header('Content-Length', str(len(content) - start))
        if etag:
            request.send_header('ETag', etag)
        self._more(request)
        self._send(request, content[start:], fault)

    def _more(self, request: BaseHTTPRequestHandler) -> None:
        for name, value in self.headers.get(request.path, {}).items():
            request.send_header(name, value)
        request.end_headers()

    def _send(self, request: BaseHTTPRequestHandler, body: bytes, fault: str) -> None:
        if fault.startswith('break '):
            body = body[: int(fault.split()[1])]
        step = max(1, len(body) // 20)
        try:
            for at in range(0, len(body), step):
                request.wfile.write(body[at : at + step])
                if fault == 'stall' and at:
                    self.released.wait(TIMEOUT_S)
                    return
                if self.pause_s:
                    self.released.wait(self.pause_s)
        except OSError:
            return  # the other side has left


@pytest.fixture
def file_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Serve files over HTTP on loopback."""
    monkeypatch.setenv('no_proxy', '*')
    server = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={'poll_interval': 0.01})
        thread.start()
        server.url = f'http://127.0.0.1:{http.server_port}'
        yield server
        server.released.set()
        http.shutdown()
        thread.join(5)
