"""What the tests of the runtime share: a context of their own, nodes, and programs to talk to."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tenet_ros.standalone import Context, Node, SingleThreadedExecutor

PROGRAMS = Path(__file__).parent / 'programs'
REPOSITORY = Path(__file__).resolve().parents[2]


class Program:
    """A program of `programs/` in a process of its own, and the lines it prints."""

    def __init__(self, name: str, *arguments: str, **environment: str) -> None:
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get('PYTHONPATH', '')]))
        self.process = subprocess.Popen(
            [sys.executable, '-u', str(PROGRAMS / f'{name}.py'), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **os.environ,
                'PYTHONPATH': path,
                'TENET_ROS_BACKEND': 'standalone',
                'OMP_NUM_THREADS': '1',
                **environment,
            },
        )
        self.seen: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def expect(self, text: str, timeout: float = 15.0) -> str:
        """Return the next line that contains `text`."""
        end = time.monotonic() + timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                pytest.fail(f'no {text!r} within {timeout} s in: {self.seen}')
            if line is None:
                pytest.fail(f'ended without {text!r}: {self.seen}')
            self.seen.append(line)
            if text in line:
                return line

    def stop(self, number: signal.Signals, timeout: float = 10.0) -> tuple[int, str]:
        """Send a signal; return the exit code and everything printed."""
        self.process.send_signal(number)
        return self.wait(timeout)

    def wait(self, timeout: float = 15.0) -> tuple[int, str]:
        """Wait for the end; return the exit code and everything printed."""
        code = self.process.wait(timeout)
        while (line := self._lines.get(timeout=timeout)) is not None:
            self.seen.append(line)
        return code, '\n'.join(self.seen)


@pytest.fixture
def start(ros_domain: int) -> Iterator[Callable[..., Program]]:
    """Start programs on a domain of the test's own; they end with the test."""
    running: list[Program] = []

    def launch(name: str, *arguments: str, **environment: str) -> Program:
        running.append(Program(name, *arguments, **environment))
        return running[-1]

    yield launch
    for program in running:
        if program.process.poll() is None:
            program.process.kill()
        program.process.wait()


@pytest.fixture
def context(ros_domain: int) -> Iterator[Context]:
    """An initialised context on a domain of the test's own."""
    made = Context()
    made.init([])
    yield made
    made.try_shutdown()


@pytest.fixture
def make_node(context: Context) -> Iterator[Callable[..., Node]]:
    """Make nodes that are destroyed with the test."""
    nodes: list[Node] = []

    def make(name: str = 'node', *, kind: type[Node] = Node, **options: Any) -> Node:
        nodes.append(kind(name, context=options.pop('context', context), **options))
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()


@pytest.fixture
def spin_until(context: Context) -> Iterator[Callable[..., None]]:
    """Spin nodes until something is true, for at most ten seconds."""
    executor = SingleThreadedExecutor(context=context)

    def spin(true: Callable[[], bool], *nodes: Node, timeout: float = 10.0) -> None:
        for node in nodes:
            executor.add_node(node)
        end = time.monotonic() + timeout
        while not true():
            left = end - time.monotonic()
            assert left > 0, f'not true within {timeout} s'
            executor.spin_once(timeout_sec=min(left, 0.1))

    yield spin
    executor.shutdown()
