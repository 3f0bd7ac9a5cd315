"""``/diagnostics``: is the node well, and if not, what to look at (REP 107)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tenet_ros.inference.fallback import FallbackSession
from tenet_ros.inference.session import Session
from tenet_ros.ros.api import DiagnosticArray, DiagnosticStatus, LifecycleNode, QoSProfile
from tenet_ros.ros.inputs import Inputs
from tenet_ros.ros.notices import Notices
from tenet_ros.ros.outputs import publisher
from tenet_ros.ros.params import Parameters
from tenet_ros.ros.status import diagnostic, report_values
from tenet_ros.runtime.metrics import StreamMetrics, StreamReport, resident_mb

__all__ = ['Diagnostics']


class Diagnostics:
    """Publishes the node's health, whatever its lifecycle state.

    Args:
        node: owns the publisher.
        parameters: the node's.
        notices: whose counters are published as ``rejected_<kind>``.
        metrics: of the stream.
        inputs: asked when images stay away.
        warn: writes a line to the log.
    """

    def __init__(
        self,
        node: LifecycleNode,
        parameters: Parameters,
        notices: Notices,
        metrics: StreamMetrics,
        inputs: Inputs,
        *,
        warn: Callable[[str], object],
    ) -> None:
        self._node = node
        self._parameters = parameters
        self._notices = notices
        self._metrics = metrics
        self._inputs = inputs
        self._publisher = publisher(node, DiagnosticArray, '/diagnostics', QoSProfile(depth=10))
        self._full_name = node.get_fully_qualified_name()
        self._name = f'{self._full_name}: stream'.lstrip('/')
        self._hints = Notices(warn)
        self._said: Mapping[str, int] = {}

    def publish(
        self,
        phase: str,
        fault: str,
        sessions: Sequence[Session],
        *,
        doing: str = '',
    ) -> None:
        """Publish one message.

        Args:
            phase: the node's own word for its lifecycle state.
            fault: what ended the stream or kept it from starting, or nothing.
            sessions: the engines in use.
            doing: what takes its time, or nothing.
        """
        engines = {session.key: session.provider for session in sessions}
        fallen = [s for s in sessions if isinstance(s, FallbackSession) and s.fallback]
        fallback = '; '.join(f'{session.key}: {session.fallback}' for session in fallen)
        report = self._metrics.report(time.monotonic_ns())
        counts = dict(self._notices.counts)
        if self._inputs.undecodable:
            counts['undecodable'] = self._inputs.undecodable
        level, message = self._health(phase, fault, counts, report)
        if fallback and level == DiagnosticStatus.OK:
            level, message = DiagnosticStatus.WARN, f'an engine failed: {fallback}'
        if not message:
            rates = f'in {report.in_hz:.1f} Hz, out {report.out_hz:.1f} Hz'
            message = f'{phase}: {doing or rates}'
        device = ', '.join(sorted(set(engines.values())))
        values = {
            'state': phase,
            'preset': self._parameters['preset'],
            'image_topic': self._inputs.topic,
            **report_values(report),
            **{f'rejected_{kind}': str(count) for kind, count in sorted(counts.items())},
            'engines': ', '.join(sorted(engines)),
            'device': device,
            **{f'engine.{key}': provider for key, provider in engines.items()},
            'fallback': fallback,
            'rss_mb': f'{resident_mb():.1f}',
        }
        if doing:
            values['doing'] = doing
        array = DiagnosticArray(
            status=[diagnostic(level, self._name, message, values, hardware_id=device)]
        )
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _health(
        self, phase: str, fault: str, counts: Mapping[str, int], report: StreamReport
    ) -> tuple[Any, str]:
        """Return the level, and the message if there is something to say."""
        late, frames = report.counts.get('out_of_order', 0), report.counts.get('frames_in', 0)
        slow = report.counts.get('detections_too_late', 0)
        now = {**counts, 'late': late, 'frames': frames, 'slow': slow}
        fresh = {kind: count - self._said.get(kind, 0) for kind, count in now.items()}
        self._said = now
        if fault:
            return DiagnosticStatus.ERROR, fault
        silent_s = time.monotonic() - self._inputs.last_image_s
        if phase == 'ACTIVE' and silent_s > self._parameters['image_timeout_s']:
            reason = self._inputs.silence()
            self._hints.report('no_image', reason)
            return DiagnosticStatus.WARN, f'no image for {silent_s:.0f} s: {reason}'
        slow, late, frames = (fresh.pop(kind) for kind in ('slow', 'late', 'frames'))
        hint = self._hint(slow=slow > 0, late=3 * late > frames)
        if hint:
            self._hints.report(*hint)
            return DiagnosticStatus.WARN, hint[1]
        if any(fresh.values()):
            kinds = ', '.join(kind for kind, count in fresh.items() if count)
            return DiagnosticStatus.WARN, f'refused since the last report: {kinds}'
        return DiagnosticStatus.OK, ''

    def _hint(self, *, slow: bool, late: bool) -> tuple[str, str] | None:
        """Return what is likely amiss around the node: a kind, and what to do about it.

        Args:
            slow: detections have come too late to be used.
            late: every third image was late; with two cameras every second one is.
        """
        if slow:
            return 'slow_detector', (
                'the detector is too slow here: what it found came too late after its image to be '
                'used; take a smaller one, or a GPU'
            )
        if late:
            return 'stamps', (
                f'{self._inputs.topic}: the stamps of many images do not advance; check that the '
                'driver stamps them and that one camera publishes here'
            )
        if self._namesakes():
            return 'namesake', (
                f'another node is called {self._full_name}, or was until a moment ago: both answer '
                'commands and publish results; give one a name of its own (-r __node:=<name>)'
            )
        return None

    def _namesakes(self) -> int:
        """Return how many other nodes on the domain have this one's full name."""
        own = (self._node.get_name(), self._node.get_namespace())
        return int(self._node.get_node_names_and_namespaces().count(own)) - 1
