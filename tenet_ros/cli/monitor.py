"""What a running node says of itself, from outside: ``~/status`` and ``/diagnostics``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenet_ros.ros import api

__all__ = ['Monitor', 'Target', 'targets_of']

STATUS_QOS = api.QoSProfile(
    depth=1,
    reliability=api.ReliabilityPolicy.RELIABLE,
    durability=api.DurabilityPolicy.TRANSIENT_LOCAL,
)
"""As the node offers it: who comes late gets the newest one at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the status says of one sentence.

    Attributes:
        text: the sentence.
        state: one of ``tenet_ros.types.State``.
        track_id: ids joined by commas, or ''.
        preference: in [0, 1].
        margin: in [-1, 1].
        switches: how often the commitment moved.
    """

    text: str
    state: str
    track_id: str
    preference: float
    margin: float
    switches: int


@dataclass(slots=True, eq=False)
class Heard:
    """The newest message of one kind.

    Attributes:
        message: its summary line.
        level: 0 good, 1 warning, 2 error, 3 stale.
        values: its key-value pairs.
        at_s: when it came, monotonic seconds; 0.0 before the first.
        count: how many came.
    """

    message: str = ''
    level: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    at_s: float = 0.0
    count: int = 0

    def take(self, status: Any) -> None:
        """Keep a ``diagnostic_msgs/DiagnosticStatus``."""
        self.message = str(status.message)
        self.level = api.level_number(status.level)
        self.values = {str(pair.key): str(pair.value) for pair in status.values}
        self.at_s = time.monotonic()
        self.count += 1

    @property
    def age_s(self) -> float:
        """Seconds since the newest one came; infinite before the first."""
        return time.monotonic() - self.at_s if self.count else float('inf')


class Monitor:
    """Subscribes to what a node says of itself and keeps the newest.

    Args:
        node: runs the callbacks.
        target: fully qualified name of the watched node, "/tenet".
    """

    def __init__(self, node: api.Node, target: str) -> None:
        self.target = target
        self.status = Heard()
        self.diagnostics = Heard()
        node.create_subscription(
            api.DiagnosticStatus, f'{target}/status', self.status.take, STATUS_QOS
        )
        node.create_subscription(
            api.DiagnosticArray, '/diagnostics', self._on_diagnostics, api.QoSProfile(depth=10)
        )

    def _on_diagnostics(self, array: Any) -> None:
        """Keep the entries of the watched node, all their values together."""
        short = self.target.strip('/')
        for status in array.status:
            name = str(status.name).split(':')[0].strip().strip('/')
            if name == short:
                self.diagnostics.take(status)

    def number(self, key: str) -> float:
        """Return a figure of the newest diagnostics, NaN where there is none."""
        try:
            return float(self.diagnostics.values[key])
        except (KeyError, ValueError):
            return float('nan')

    @property
    def command(self) -> str:
        """The command that the newest status answers."""
        return self.status.values.get('command', '')

    @property
    def command_id(self) -> int:
        """The id of that command; -1 before the first status."""
        return int(self.status.values.get('command_id', '-1') or -1)


def targets_of(values: Mapping[str, str]) -> list[Target]:
    """Return what a status says of each sentence, in order; empty without a command."""
    count = int(values.get('targets', '0') or 0)
    if count == 1:
        return [_target(values, '')]
    return [_target(values, f'{slot}.') for slot in range(1, count + 1)]


def _target(values: Mapping[str, str], prefix: str) -> Target:
    return Target(
        text=values.get(f'{prefix}text', ''),
        state=values.get(f'{prefix}state', ''),
        track_id=values.get(f'{prefix}track_id', ''),
        preference=float(values.get(f'{prefix}preference', '0') or 0),
        margin=float(values.get(f'{prefix}margin', '0') or 0),
        switches=int(values.get(f'{prefix}switches', '0') or 0),
    )
