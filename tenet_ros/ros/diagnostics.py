"""``/diagnostics``: is the node well, and if not, what to look at (REP 107)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tenet_ros.ros.api import DiagnosticArray, DiagnosticStatus, LifecycleNode, QoSProfile
from tenet_ros.ros.inputs import Inputs
from tenet_ros.ros.notices import Notices
from tenet_ros.ros.outputs import publisher
from tenet_ros.ros.params import Parameters
from tenet_ros.ros.status import diagnostic, report_values
from tenet_ros.runtime.metrics import StreamMetrics, resident_mb

__all__ = ['Diagnostics']


class Diagnostics:
    """Publishes the node's health, whatever its lifecycle state.

    Args:
        node: owns the publisher.
        parameters: the node's.
        notices: whose counters are published as ``rejected_<kind>``.
        metrics: of the stream.
        inputs: asked when images stay away.
    """

    def __init__(
        self,
        node: LifecycleNode,
        parameters: Parameters,
        notices: Notices,
        metrics: StreamMetrics,
        inputs: Inputs,
    ) -> None:
        self._node = node
        self._parameters = parameters
        self._notices = notices
        self._metrics = metrics
        self._inputs = inputs
        self._publisher = publisher(node, DiagnosticArray, '/diagnostics', QoSProfile(depth=10))
        self._name = f'{node.get_namespace().strip("/")}/{node.get_name()}: stream'.lstrip('/')
        self._said: Mapping[str, int] = {}

    def publish(self, phase: str, fault: str, engines: Mapping[str, str]) -> None:
        """Publish one message.

        Args:
            phase: the node's own word for its lifecycle state.
            fault: what ended the stream or kept it from starting, or nothing.
            engines: provider of each engine in use, by the engine's key.
        """
        report = self._metrics.report(time.monotonic_ns())
        counts = dict(self._notices.counts)
        if self._inputs.undecodable:
            counts['undecodable'] = self._inputs.undecodable
        level, message = self._health(phase, fault, counts)
        if not message:
            message = f'{phase}: in {report.in_hz:.1f} Hz, out {report.out_hz:.1f} Hz'
        device = ', '.join(sorted(set(engines.values())))
        values = {
            'state': phase,
            'preset': self._parameters['preset'],
            'image_topic': self._inputs.topic,
            **report_values(report),
            **{f'rejected_{kind}': str(count) for kind, count in sorted(counts.items())},
            'engines': ', '.join(sorted(engines)),
            'device': device,
            'rss_mb': f'{resident_mb():.1f}',
        }
        array = DiagnosticArray(
            status=[diagnostic(level, self._name, message, values, hardware_id=device)]
        )
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _health(self, phase: str, fault: str, counts: Mapping[str, int]) -> tuple[Any, str]:
        """Return the level, and the message if there is something to say."""
        fresh = [kind for kind, count in counts.items() if count > self._said.get(kind, 0)]
        self._said = counts
        if fault:
            return DiagnosticStatus.ERROR, fault
        silent_s = time.monotonic() - self._inputs.last_image_s
        if phase == 'ACTIVE' and silent_s > self._parameters['image_timeout_s']:
            reason = self._inputs.silence()
            self._notices.report('no_image', reason)
            return DiagnosticStatus.WARN, f'no image for {silent_s:.0f} s: {reason}'
        if fresh:
            return DiagnosticStatus.WARN, f'refused since the last report: {", ".join(fresh)}'
        return DiagnosticStatus.OK, ''
