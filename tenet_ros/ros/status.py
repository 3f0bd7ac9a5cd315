"""``~/status`` and ``/diagnostics``: what the node knows about the target and about itself.

Both are for people and for programs. A program reads ``values``; the keys below are the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tenet_ros.pipeline import StepResult, TargetResult
from tenet_ros.ros.api import DiagnosticStatus, KeyValue, LifecycleNode
from tenet_ros.ros.outputs import latched, publisher
from tenet_ros.runtime.metrics import Percentiles, StreamReport
from tenet_ros.types import Command

__all__ = ['Status', 'diagnostic', 'report_values', 'result_status']


class Status:
    """Publishes ``~/status``: the lifecycle at its changes, and the answer at every frame.

    Args:
        node: owns the publisher.
    """

    def __init__(self, node: LifecycleNode) -> None:
        self._publisher = publisher(node, DiagnosticStatus, '~/status', latched())
        self._name = f'{node.get_namespace()}/{node.get_name()}: target'.lstrip('/')
        # Of ten sentences there are a hundred at every frame, and most say what they said.
        self._pairs: dict[str, Any] = {}

    def tell_phase(self, phase: str, fault: str, command: Command, doing: str = '') -> None:
        """Say where the node is: ``state``, ``command_id``, ``command`` and ``doing``.

        Args:
            phase: the node's own word for its lifecycle state; ERROR is a fault.
            fault: what went wrong, or nothing.
            command: the one that will be answered.
            doing: what takes its time, or nothing.
        """
        level = DiagnosticStatus.ERROR if phase == 'ERROR' else DiagnosticStatus.OK
        words = fault or doing
        message = f'{phase}: {words}' if words else phase
        values = {
            'state': phase,
            'command_id': str(command.command_id),
            'command': command.text,
        }
        if doing:
            values['doing'] = doing
        self._publisher.publish(diagnostic(level, self._name, message, values))

    def tell_result(
        self,
        result: StepResult,
        age_ms: float,
        unknown: tuple[str, ...],
        places: tuple[Mapping[str, str], ...] = (),
    ) -> None:
        """Say what ``result_status`` says."""
        status = result_status(
            result,
            name=self._name,
            age_ms=age_ms,
            unknown=unknown,
            places=places,
            before=self._pairs,
        )
        self._publisher.publish(status)
        self._pairs = {pair.key: pair for pair in status.values}


def diagnostic(
    level: Any,
    name: str,
    message: str,
    values: Mapping[str, str],
    *,
    hardware_id: str = '',
    before: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """Return a ``diagnostic_msgs/DiagnosticStatus``.

    Args:
        level: one of the message's own constants, whose type differs between runtimes.
        name: of the component.
        message: one line for a person.
        values: for programs.
        hardware_id: what it runs on.
        before: pairs of the message before, by key; those that say the same are used again.
    """
    pairs = []
    for key, value in values.items():
        pair = before.get(key)
        same = pair is not None and pair.value == value
        pairs.append(pair if same else KeyValue(key=key, value=value))
    return DiagnosticStatus(
        level=level,
        name=name,
        message=message,
        hardware_id=hardware_id,
        values=pairs,
    )


def result_status(
    result: StepResult,
    *,
    name: str,
    age_ms: float,
    unknown: tuple[str, ...],
    places: tuple[Mapping[str, str], ...] = (),
    before: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """Return what is published on ``~/status`` for one frame.

    Keys: ``stamp`` ("seconds.nanoseconds" of the source image), ``frame_id``, ``command_id``,
    ``command``, ``targets`` (number of sentences), ``tracks``, ``frame_age_ms``,
    ``detections_age_ms`` (how much older than this frame the newest detections in it are; empty
    before the first), ``unknown`` (nouns that the detector can never find), and for the first
    sentence ``state``, ``text``, ``track_id`` (empty, or ids joined by ","), ``preference``,
    ``margin``, ``switches``, and what is said of its place: ``space`` ("ok", or why there is no
    pose), ``position_m`` and ``velocity_mps``, as of the newest result with depth. Of several
    sentences each has these again as ``<slot>.state`` and so on, the slots counted from 1 as in the
    label image.

    Args:
        result: the answer.
        name: of the component.
        age_ms: from the source's stamp to now.
        unknown: nouns of the command that the detector can never find.
        places: for each sentence what is said of its place; empty where nothing is.
        before: as of ``diagnostic``.
    """
    sec, nanosec = divmod(result.stamp_ns, 1_000_000_000)
    seen_ns = result.detections_stamp_ns
    values = {
        'stamp': f'{sec}.{nanosec:09d}',
        'frame_id': result.frame_id,
        'command_id': str(result.command.command_id),
        'command': result.command.text,
        'targets': str(len(result.targets)),
        'tracks': str(len(result.tracks)),
        'frame_age_ms': f'{age_ms:.1f}',
        'detections_age_ms': f'{(result.stamp_ns - seen_ns) / 1e6:.1f}' if seen_ns >= 0 else '',
        'unknown': ', '.join(unknown),
    }
    each = [_target_values(target) for target in result.targets]
    for said, place in zip(each, places, strict=False):
        said.update(place)
    values |= each[0] if each else {'state': result.state.value}
    if len(each) > 1:
        for slot, said in enumerate(each, start=1):
            values |= {f'{slot}.{key}': value for key, value in said.items()}
    states = ', '.join(target.decision.state.value for target in result.targets)
    message = states or result.state.value
    if unknown:
        message += f' (this detector cannot find: {", ".join(unknown)})'
    level = DiagnosticStatus.WARN if unknown else DiagnosticStatus.OK
    return diagnostic(level, name, message, values, before=before)


def _target_values(target: TargetResult) -> dict[str, str]:
    decision = target.decision
    return {
        'state': decision.state.value,
        'text': target.sentence,
        'track_id': ','.join(str(track_id) for track_id in decision.track_ids),
        'preference': f'{decision.preference:.3f}',
        'margin': f'{decision.margin:.3f}',
        'switches': str(decision.switches),
    }


def report_values(report: StreamReport) -> dict[str, str]:
    """Return the stream's figures for ``/diagnostics``.

    Keys: ``in_hz``, ``out_hz``, ``detector_hz``; every counter under its own name; of
    ``stamp_age_ms``, ``overhead_ms`` and ``stage_<name>_ms`` the percentiles ``_p50``, ``_p95`` and
    ``_p99`` over the last 1024 frames.
    """
    values = {
        'in_hz': f'{report.in_hz:.2f}',
        'out_hz': f'{report.out_hz:.2f}',
        'detector_hz': f'{report.detector_hz:.2f}',
    }
    counts = {'frames_in': 0, 'frames_out': 0, 'drops': 0} | dict(report.counts)
    values |= {name: str(count) for name, count in counts.items()}
    values |= _percentiles('stamp_age_ms', report.stamp_age_ms)
    values |= _percentiles('overhead_ms', report.overhead_ms)
    for name, percentiles in report.stage_ms.items():
        values |= _percentiles(f'stage_{name}_ms', percentiles)
    return values


def _percentiles(name: str, values: Percentiles) -> dict[str, str]:
    return {
        f'{name}_p50': f'{values.p50:.2f}',
        f'{name}_p95': f'{values.p95:.2f}',
        f'{name}_p99': f'{values.p99:.2f}',
    }
