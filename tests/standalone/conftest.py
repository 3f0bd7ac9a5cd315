"""What the tests of the runtime share: a context of their own, nodes, and programs to talk to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tenet_ros.standalone import Context, Node, SingleThreadedExecutor

PROGRAMS = Path(__file__).parent / 'programs'


@pytest.fixture
def start(start_program: Callable[..., Any]) -> Callable[..., Any]:
    """Start programs of `programs/`, without ROS unless they are told; they end with the test."""

    def launch(name: str, *arguments: str, **environment: str) -> Any:
        environment = {'TENET_ROS_BACKEND': 'standalone', **environment}
        return start_program(PROGRAMS / f'{name}.py', *arguments, **environment)

    return launch


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
