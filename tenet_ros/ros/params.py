"""The node's parameters: what a user gave, what is in use, and what may still be changed."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tenet_ros.config import Settings
from tenet_ros.ros.api import SetParametersResult
from tenet_ros.ros.parameter_table import STAGES, TABLE, Row
from tenet_ros.runtime.cadence import CadenceSettings
from tenet_ros.runtime.settings import StreamSettings

__all__ = ['Parameters']

FOREIGN = ('use_sim_time', 'start_type_description_service')
"""Parameters that ROS 2 itself declares on every node."""


class Parameters:
    """Declares the table on a node, reads it, and answers attempts to change it.

    Nothing that a user gave is fatal: an unknown name or an unusable value is reported, and the
    default stays.

    Args:
        node: made with ``automatically_declare_parameters_from_overrides=True``, which is the
            public way in rclpy to see what was given.
        report: takes a kind and a line, for the log and the counters.
        is_configured: whether parameters that are not dynamic are in use now.
        on_command: takes a new value of ``command``; returns why it was refused, or nothing.
    """

    def __init__(
        self,
        node: Any,
        *,
        report: Callable[[str, str], None],
        is_configured: Callable[[], bool],
        on_command: Callable[[str], str],
    ) -> None:
        self._node = node
        self._is_configured = is_configured
        self._on_command = on_command
        self._rows = {row.name: row for row in TABLE}
        given = {
            name: parameter.value
            for name, parameter in node.get_parameters_by_prefix('').items()
            if name not in FOREIGN and not name.startswith('qos_overrides.')
        }
        for name in given:
            node.undeclare_parameter(name)
        problems = [problem for row in TABLE if (problem := self._declare(row, given))]
        if problems:
            report('bad_parameter', f'{"; ".join(problems)}; the default is used')
        unknown = given.keys() - self._rows.keys()
        if unknown:
            report('unknown_parameter', _unknown(sorted(unknown), self._rows))
        node.add_on_set_parameters_callback(self._on_set)

    def _declare(self, row: Row, given: Mapping[str, Any]) -> str:
        """Declare one parameter with what was given, or else its default; return the problem."""
        value = given.get(row.name, row.default)
        if type(row.default) is float and type(value) is int:
            value = float(value)
        problem = row.problem(value)
        self._node.declare_parameter(
            row.name,
            row.default if problem else value,
            row.descriptor(),
            ignore_override=True,
        )
        return problem

    def __getitem__(self, name: str) -> Any:
        """Return a parameter's present value; from any thread."""
        return self._node.get_parameter(name).value

    def settings(self) -> Settings:
        """Return what ``factory.build`` needs."""
        stages = {}
        for stage in ('detector', 'masks', 'tracker'):
            fields = {n.split('.')[1]: self[n] for n in self._rows if n.startswith(f'{stage}.')}
            stages[stage] = dataclasses.replace(getattr(STAGES, stage), **fields)
        return Settings(
            preset=self['preset'],
            detector=self['detector_model'],
            engine=self['engine'],
            model=self['model'],
            threads=self['threads'],
            camera_motion=self['camera_motion'],
            segmenter=self['segmenter'],
            preference=self['preference'],
            pipeline=dataclasses.replace(STAGES, **stages),
        )

    def stream_settings(self) -> StreamSettings:
        """Return what ``Stream`` needs."""
        return StreamSettings(
            detector_max_hz=self['detector_max_hz'],
            detector_wait_ms=self['detector_wait_ms'],
            cadence=CadenceSettings(max_interval_ms=self['detector_max_interval_ms']),
            restart_gap_ms=self['restart_gap_ms'],
        )

    def _on_set(self, changes: Iterable[Any]) -> Any:
        """Accept or refuse; the callback that ROS 2 asks before it sets anything."""
        for change in changes:
            row = self._rows.get(change.name)
            reason = row and (row.problem(change.value) or self._refusal(row, change.value))
            if reason:
                return SetParametersResult(successful=False, reason=reason)
        return SetParametersResult(successful=True, reason='')

    def _refusal(self, row: Row, value: Any) -> str:
        if row.name == 'command':
            return self._on_command(value)
        if not row.dynamic and self._is_configured():
            return (
                f'{row.name} is read when the node is configured: deactivate and clean up first '
                '(ros2 lifecycle set <node> deactivate, then cleanup)'
            )
        return ''


def _unknown(names: list[str], known: Iterable[str]) -> str:
    """Return one line about parameters that do not exist, with what may have been meant."""
    parts = []
    for name in names[:5]:
        close = difflib.get_close_matches(name, known, n=1)
        parts.append(f'{name!r:.60}' + (f' (did you mean {close[0]!r}?)' if close else ''))
    more = f' and {len(names) - 5} more' if len(names) > 5 else ''
    return f'unknown parameter {", ".join(parts)}{more}: ignored; expected one of config/tenet.yaml'
