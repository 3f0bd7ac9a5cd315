"""The demonstration that goes on: clip after clip, and the sentences come from the keyboard."""

from __future__ import annotations

import argparse
import math
import os
import selectors
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from tenet_ros.cli.children import Child
from tenet_ros.cli.session import spin_until
from tenet_ros.cli.tour.footage import Programme
from tenet_ros.cli.tour.play import SHOW_EVERY, TICK_S, Company, camera_arguments, company
from tenet_ros.cli.tour.screen import Screen, screen

__all__ = ['Typed', 'go_on']

KEPT_NS = 2_000_000_000
"""Answers older than this are let go of."""
HELP = (
    'Type a sentence and press Enter; several are separated by ";", an empty line looks for '
    'nothing. Ctrl-C ends it.'
)


@dataclass(slots=True, eq=False)
class Typed:
    """Lines of a stream as they come, without waiting for them.

    Attributes:
        stream: a terminal, a pipe, or a file.
    """

    stream: TextIO
    _waiting: bytes = b''
    _ended: bool = field(default=False, init=False)

    def lines(self) -> Iterator[str]:
        """Yield the lines that are complete by now; after the end of the stream none."""
        while not self._ended and self._ready():
            data = os.read(self.stream.fileno(), 4096)
            self._ended = not data
            self._waiting += data or b'\n' * bool(self._waiting)
            *complete, self._waiting = self._waiting.split(b'\n')
            yield from (line.decode('utf-8', 'replace').strip() for line in complete)

    def _ready(self) -> bool:
        with selectors.DefaultSelector() as selector:
            try:
                selector.register(self.stream, selectors.EVENT_READ)
            except PermissionError:  # a file is always ready
                return True
            return bool(selector.select(timeout=0))


def go_on(programme: Programme, args: argparse.Namespace) -> None:
    """Play a programme over and over, and answer what is typed, until somebody stops it.

    Args:
        programme: what to play.
        args: with the model options, ``domain`` and ``duration``.

    Raises:
        ConfigError: a process failed.
        KeyboardInterrupt: somebody stops it.
    """
    with company(args) as cast:
        arguments = [*camera_arguments(programme), '--loop']
        with (
            Child('camera', arguments, cast.environment) as camera,
            screen(programme, table=False) as shown,
        ):
            _loop(programme, cast, camera, shown, args.duration or math.inf)


def _loop(
    programme: Programme, cast: Company, camera: Child, shown: Screen, seconds: float
) -> None:
    print(HELP, flush=True)
    typed = Typed(sys.stdin)
    stamps = cast.listener.stamps_ns
    end_s = time.monotonic() + seconds
    clip = seen = -1
    while time.monotonic() < end_s:
        spin_until(cast.node, lambda: False, TICK_S)
        for line in typed.lines():
            cast.say(line)
            shown.asked(line)
        if stamps and len(stamps) >= seen + SHOW_EVERY:
            seen = len(stamps)
            before, (clip, _) = clip, programme.at(seen - 1)
            if clip != before:
                print(_place(programme, clip), flush=True)
            shown.show(cast.listener, cast.monitor)
            cast.listener.forget(stamps[-1] - KEPT_NS)
        cast.server.check()
        camera.check()


def _place(programme: Programme, clip: int) -> str:
    """Return a line about a clip, with what one might ask."""
    examples = '", "'.join(ask.command for ask in programme.showings[clip].asks)
    return f'clip {clip + 1} of {len(programme.showings)}; try "{examples}"'
