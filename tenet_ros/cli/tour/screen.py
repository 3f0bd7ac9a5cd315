"""What a person sees while it plays: a window, a live table, or plain lines."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tenet_ros.cli.tour.footage import Programme
from tenet_ros.overlay import draw
from tenet_ros.types import UInt8Array

if TYPE_CHECKING:
    from rich.live import Live

    from tenet_ros.cli.monitor import Monitor
    from tenet_ros.cli.tour.listener import Heard, Listener

__all__ = ['Lines', 'Screen', 'Table', 'Window', 'picture_of', 'screen']


class Screen(Protocol):
    """Something that is told what happens, a few times a second."""

    def asked(self, command: str) -> None:
        """A command was given."""
        ...

    def show(self, listener: Listener, monitor: Monitor) -> None:
        """There is news, perhaps."""
        ...


class Lines:
    """Prints every command and every change of state."""

    def __init__(self) -> None:
        self._said: tuple[tuple[str, str, str], ...] = ()

    def asked(self, command: str) -> None:
        """Print the command."""
        print(f'> {command}', flush=True)

    def show(self, listener: Listener, monitor: Monitor) -> None:
        """Print what has changed since the last time."""
        from tenet_ros.cli.monitor import targets_of

        del listener
        targets = targets_of(monitor.status.values)
        said = tuple((t.text, t.state, t.track_id) for t in targets)
        for row in said:
            text, state, track_id = row
            if row not in self._said:
                print(f'    {state}{" #" + track_id if track_id else ""}: {text}', flush=True)
        self._said = said


class Table:
    """The table of ``tenet-ros watch``, redrawn in place.

    Args:
        live: of rich, running.
    """

    def __init__(self, live: Live) -> None:
        self._live = live
        self._frames = 0

    def asked(self, command: str) -> None:
        """Leave it to the table, which has the sentences."""

    def show(self, listener: Listener, monitor: Monitor) -> None:
        """Redraw the table."""
        from tenet_ros.cli.watch import table

        del listener
        self._live.update(table(monitor), refresh=True)


class Window:
    """The camera's picture with all that is known about it, in a window of Tk.

    Args:
        programme: what is played; the pictures are taken from it.
        root: the window.
    """

    def __init__(self, programme: Programme, root: Any) -> None:
        import tkinter as tk

        self._programme = programme
        self._root: Any = root
        self._photo = tk.PhotoImage(master=root)
        tk.Label(root, image=self._photo, borderwidth=0).pack()
        self._lines = Lines()

    def asked(self, command: str) -> None:
        """Print the command as well."""
        self._lines.asked(command)

    def show(self, listener: Listener, monitor: Monitor) -> None:
        """Draw the newest answer into its own picture."""
        import tkinter as tk

        self._lines.show(listener, monitor)
        heard = listener.newest()
        if heard is None or self._root is None:
            return
        # The newest answers are near the end.
        stamps = listener.stamps_ns
        near = range(len(stamps) - 1, max(-1, len(stamps) - 100), -1)
        frame = next((i for i in near if stamps[i] == heard.result.stamp_ns), None)
        if frame is None:
            return
        pixels = picture_of(self._programme, frame, heard)
        header = f'P6 {pixels.shape[1]} {pixels.shape[0]} 255 '.encode()
        try:
            self._photo.configure(data=header + pixels.tobytes(), format='PPM')
            self._root.update()
        except tk.TclError:  # somebody has closed the window
            self._root = None


def picture_of(programme: Programme, frame: int, heard: Heard | None) -> UInt8Array:
    """Return a frame of the whole programme with an answer drawn in, (H, W, 3) uint8 RGB."""
    clip, index = programme.at(frame)
    image = programme.showings[clip].recording.image(index)
    if heard is None:
        return np.array(image)
    latency_ms = (heard.published_ns - heard.result.stamp_ns) / 1e6
    return draw(heard.result, image, latency_ms=latency_ms)


@contextmanager
def screen(programme: Programme, *, table: bool = True) -> Iterator[Screen]:
    """Provide a window where there is a display, a table in a terminal, or else lines.

    Args:
        programme: what is played.
        table: False where a table would hide what a person types.
    """
    root = _window()
    if root is not None:
        try:
            yield Window(programme, root)
        finally:
            _close(root)
    elif table and sys.stdout.isatty():
        from rich.live import Live

        with Live(auto_refresh=False) as live:
            yield Table(live)
    else:
        yield Lines()


def _window() -> Any:
    """Return a new window, None where there is no display or no Tk."""
    if not os.environ.get('DISPLAY') and not os.environ.get('WAYLAND_DISPLAY'):
        return None
    try:
        import tkinter as tk
    except ImportError:
        return None
    try:
        root = tk.Tk()
    except tk.TclError:
        return None
    root.title('tenet-ros demo')
    root.resizable(width=False, height=False)
    return root


def _close(root: Any) -> None:
    import tkinter as tk

    with contextlib.suppress(tk.TclError):
        root.destroy()
