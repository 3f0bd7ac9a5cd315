"""A bar for every file that comes, on stderr, gone when it has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tenet_ros.inference.fetch import Progress

__all__ = ['bars']


@contextmanager
def bars(model: str) -> Iterator[Progress]:
    """Show bars of a model's files; yield what to call with their progress.

    They leave no trace: what remains on the screen is the result, or the error. Without a terminal
    there are none.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    tasks: dict[str, TaskID] = {}
    with Bars(
        TextColumn('{task.description}'),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as shown:

        def report(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(f'{model}/{name}', total=total or None)
            shown.update(tasks[name], completed=done, total=total or None)

        yield report
