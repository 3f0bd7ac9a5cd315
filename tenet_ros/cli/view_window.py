"""Where a recording goes, and how a viewer lays it out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rerun as rr
import rerun.blueprint as rrb

from tenet_ros.cli.view_picture import CAMERA
from tenet_ros.errors import ConfigError, TenetError

__all__ = ['layout', 'recording']

APPLICATION = 'tenet_ros'
CONNECT_S = 5.0


@contextmanager
def recording(name: str, *, save: Path | None, connect: str | None) -> Iterator[rr.RecordingStream]:
    """Provide a recording stream, all of which has arrived when the context ends.

    Args:
        name: of the recording, as the viewer lists it.
        save: write this file, which appears under its name when it is complete, or
        connect: send to the viewer at this URL; otherwise one is opened here.

    Raises:
        ConfigError: the file cannot be written, or the viewer does not start.
    """
    stream = rr.RecordingStream(APPLICATION)
    partial = save.with_name(f'.{save.name}.{os.getpid()}') if save is not None else None
    try:
        if partial is not None:
            stream.save(partial, default_blueprint=layout())
        elif connect is not None:
            stream.connect_grpc(connect, default_blueprint=layout())
            stream.flush(timeout_sec=CONNECT_S)  # raises where nobody listens
        else:
            stream.spawn(default_blueprint=layout())
    except (RuntimeError, OSError, ValueError) as error:
        place = save or connect or 'the viewer'
        raise ConfigError(f'{place}: cannot be opened: {error}') from error
    stream.send_recording_name(name)
    keep = True
    try:
        yield stream
    except TenetError:
        keep = False
        raise
    finally:
        stream.disconnect()
        if partial is not None and save is not None:
            partial.replace(save) if keep else partial.unlink(missing_ok=True)


def layout() -> Any:
    """Return the blueprint: the picture and space above, figures and changes over time below."""

    def plot(name: str) -> Any:
        return rrb.TimeSeriesView(origin=f'plots/{name}', name=name)

    seen = rrb.Horizontal(
        rrb.Spatial2DView(origin=CAMERA, contents='$origin/**', name='camera'),
        rrb.Spatial3DView(origin='world', name='space'),
    )
    said = rrb.Horizontal(
        rrb.Vertical(plot('state'), plot('preference')),
        rrb.Vertical(plot('latency'), plot('rate')),
        rrb.TextLogView(origin='log', name='changes'),
    )
    return rrb.Blueprint(
        rrb.Vertical(seen, said, row_shares=[3, 2]),
        rrb.TimePanel(state='collapsed'),
        collapse_panels=True,
    )
