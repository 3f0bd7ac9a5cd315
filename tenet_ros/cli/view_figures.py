"""``~/status`` and ``/diagnostics`` to Rerun: figures as plots, changes as lines of a log."""

from __future__ import annotations

from collections.abc import Mapping

import rerun as rr

from tenet_ros.cli.monitor import Target, targets_of
from tenet_ros.cli.view_picture import Shown
from tenet_ros.types import State

__all__ = ['STATES', 'Changes', 'diagnostics', 'status']

STATES = tuple(state.value for state in State)
"""In the order of their figures in the plot of states, from 0."""
LATENCY = ('stamp_age_ms_p50', 'stamp_age_ms_p95', 'stamp_age_ms_p99')
RATES = ('in_hz', 'out_hz', 'detector_hz')
COUNTS = ('drops', 'rss_mb')


class Changes:
    """Remembers what was said last of each thing, so that only what is new is logged."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def lines(self, said: Mapping[str, tuple[str, str]]) -> Shown:
        """Return a line for each thing of which something new is said.

        Args:
            said: by name of the thing, what is said and how much it matters ("INFO", "WARN").
        """
        new = {
            name: (text, level) for name, (text, level) in said.items() if self._is_new(name, text)
        }
        return [
            (f'log/{name}', rr.TextLog(text, level=level))
            for name, (text, level) in new.items()
            if text
        ]

    def _is_new(self, name: str, text: str) -> bool:
        before, self._said[name] = self._said.get(name), text
        return before != text


def status(values: Mapping[str, str], changes: Changes) -> Shown:
    """Return figures and changes of what ``~/status`` says of one frame.

    Args:
        values: its key-value pairs.
        changes: remembers the ones before.
    """
    shown = [
        *_plot(values, 'latency', ('frame_age_ms', 'detections_age_ms')),
        *_plot(values, 'counts', ('tracks',)),
    ]
    for axis, metres in zip('xyz', values.get('position_m', '').split(), strict=False):
        shown.append((f'plots/position_m/{axis}', rr.Scalars(float(metres))))
    said = {'space': (values.get('space', ''), 'INFO')}
    for slot, target in enumerate(targets_of(values), start=1):
        shown += _target(slot, target)
        track = f', track {target.track_id}' if target.track_id else ''
        said[f'state/{slot}'] = (f'{target.text}: {target.state}{track}', 'INFO')
    return shown + changes.lines(said)


def diagnostics(values: Mapping[str, str], message: str, level: int, changes: Changes) -> Shown:
    """Return figures of what ``/diagnostics`` says of the node, and its warnings.

    Args:
        values: its key-value pairs.
        message: its summary.
        level: 0 good, 1 warning, 2 error.
        changes: remembers the ones before.
    """
    shown = [
        *_plot(values, 'latency', LATENCY),
        *_plot(values, 'rate', RATES),
        *_plot(values, 'counts', COUNTS),
    ]
    warning = message if level else ''
    return shown + changes.lines({'diagnostics': (warning, 'ERROR' if level > 1 else 'WARN')})


def _target(slot: int, target: Target) -> Shown:
    shown = [
        (f'plots/preference/{slot}', rr.Scalars(target.preference)),
        (f'plots/preference/margin_{slot}', rr.Scalars(target.margin)),
    ]
    if target.state in STATES:
        shown.append((f'plots/state/{slot}', rr.Scalars(float(STATES.index(target.state)))))
    return shown


def _plot(values: Mapping[str, str], plot: str, keys: tuple[str, ...]) -> Shown:
    """Return the figures that there are; an empty text is none."""
    return [
        (f'plots/{plot}/{key}', rr.Scalars(float(values[key]))) for key in keys if values.get(key)
    ]
