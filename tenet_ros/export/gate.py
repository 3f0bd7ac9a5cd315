"""What TensorRT would refuse of a graph, found without a GPU and without TensorRT.

A gate is no proof: it knows the parser's own table (``tensorrt_ops``) and what this package's
sessions need on top of it: buffers that are allocated once and a launch that a CUDA graph can hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import onnx

from tenet_ros.export.gate_rules import NODE_RULES, graph_remarks
from tenet_ros.export.graph_view import View
from tenet_ros.inference.record import Profile

__all__ = ['Finding', 'Severity', 'inspect', 'refused']

Severity: TypeAlias = Literal['refused', 'slow', 'note']


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about a graph that TensorRT will not take, or not like.

    Attributes:
        severity: ``refused`` no engine, or a wrong one; ``slow`` an engine that loses time;
            ``note`` worth knowing.
        node: name of the first node concerned, or of the input or initialiser.
        op: its operator; empty for what is no node.
        expected: what TensorRT or its session takes.
        got: what the graph has.
        action: what to do.
        count: nodes of which the same is to be said.
    """

    severity: Severity
    node: str
    op: str
    expected: str
    got: str
    action: str
    count: int = 1

    def __str__(self) -> str:
        """Return one line for a person."""
        where = f'{self.node} ({self.op})' if self.op else self.node
        more = f' and {self.count - 1} more' if self.count > 1 else ''
        return (
            f'{self.severity}: {where}{more}: expected {self.expected}, got {self.got}; '
            f'{self.action}'
        )


def inspect(
    model: onnx.ModelProto | Path, *, profiles: Mapping[str, Profile] | None = None
) -> tuple[Finding, ...]:
    """Return what is to be said of a graph, the worst first.

    Args:
        model: or the file that it lies in.
        profiles: for each input with a dimension that varies, least, usual and largest shape.
    """
    if isinstance(model, Path):
        model = onnx.load(str(model), load_external_data=False)
    view = View(model)
    found: dict[tuple[str, ...], Finding] = {}
    remarks = list(graph_remarks(view, profiles or {}))
    for node in view.all_nodes():
        remarks += [remark for rule in NODE_RULES for remark in rule(view, node)]
    for severity, node, op, expected, got, action in remarks:
        key = (severity, op, expected, got)
        count = found[key].count + 1 if key in found else 1
        first = found[key].node if key in found else node
        found[key] = Finding(
            severity=severity,
            node=first,
            op=op,
            expected=expected,
            got=got,
            action=action,
            count=count,
        )
    order = ('refused', 'slow', 'note')
    return tuple(sorted(found.values(), key=lambda finding: order.index(finding.severity)))


def refused(findings: Iterable[Finding]) -> bool:
    """Whether no engine should be built of a graph."""
    return any(finding.severity == 'refused' for finding in findings)
