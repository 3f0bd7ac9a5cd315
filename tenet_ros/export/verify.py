"""What ``models check`` asks of exported graphs beyond their hashes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tenet_ros.export.install import export_aside
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.record import ExportRecord, GraphRecord
from tenet_ros.inference.spec import TensorSpec
from tenet_ros.inference.store import EngineStore

__all__ = ['Examined', 'examine']


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that was looked at.

    Attributes:
        subject: "tensors of image".
        passed: None if it could not be looked at here.
        text: what was found.
    """

    subject: str
    passed: bool | None
    text: str


def examine(store: EngineStore, manifest: Manifest) -> Iterator[Examined]:
    """Look at every graph of a model: its tensors, TensorRT's rules, and FP16 against FP32.

    Args:
        store: where the model's exported graphs lie, whole.
        manifest: of the model.

    Raises:
        EngineError: it is not exported.
    """
    record, folder = store.record(manifest), store.folder(manifest)
    for graph in record.graphs:
        yield _tensors(manifest, record, graph, folder)
        yield _gate(graph, folder)
    if record.precision == 'fp16':
        yield _parity(store, manifest, record)


def _tensors(
    manifest: Manifest, record: ExportRecord, graph: GraphRecord, folder: Path
) -> Examined:
    """Compare a graph's inputs and outputs with the manifest."""
    subject = f'tensors of {graph.role}'
    onnx = _optional('onnx')
    if onnx is None:
        return _unseen(subject)
    promised = manifest.plan.tensors(graph.role, record)
    if promised is None:
        return Examined(subject=subject, passed=False, text='the manifest knows no such graph')
    try:
        proto = onnx.load(str(folder / graph.file), load_external_data=False).graph
        given = {value.name for value in proto.initializer}
        inputs = [_spec(onnx, value) for value in proto.input if value.name not in given]
        outputs = [_spec(onnx, value) for value in proto.output]
    except (OSError, ValueError, TypeError, KeyError) as error:
        return Examined(subject=subject, passed=False, text=f'{graph.file} is no graph: {error}')
    wrong = [*_differences(promised.inputs, inputs), *_differences(promised.outputs, outputs)]
    text = '; '.join(wrong) or 'as the manifest says'
    return Examined(subject=subject, passed=not wrong, text=text)


def _differences(promised: Sequence[TensorSpec], got: Sequence[TensorSpec]) -> Iterator[str]:
    """Yield what is other than promised; a size that is promised by name may be any."""
    found = {spec.name: spec for spec in got}
    for spec in promised:
        other = found.pop(spec.name, None)
        same = other is not None and (spec.dtype, len(spec.shape)) == (
            other.dtype,
            len(other.shape),
        )
        if (
            other is None
            or not same
            or any(
                isinstance(want, int) and want != size
                for want, size in zip(spec.shape, other.shape, strict=True)
            )
        ):
            yield f'expected {spec}, got {other or "none"}'
    for spec in found.values():
        yield f'expected no more, got {spec}'


def _spec(onnx: Any, value: Any) -> TensorSpec:
    kind = value.type.tensor_type
    dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type))
    shape = tuple(dim.dim_param or dim.dim_value for dim in kind.shape.dim)
    return TensorSpec(value.name, dtype, shape)


def _gate(graph: GraphRecord, folder: Path) -> Examined:
    """Ask the static TensorRT gate; the one place that calls it."""
    subject = f'TensorRT rules for {graph.role}'
    onnx, gate = _optional('onnx'), _optional('tenet_ros.export.gate')
    if onnx is None or gate is None:
        return _unseen(subject)
    findings = gate.inspect(onnx.load(str(folder / graph.file)), profiles=graph.profiles)
    text = '; '.join(str(finding) for finding in findings)
    return Examined(subject=subject, passed=not gate.refused(findings), text=text or 'kept')


def _parity(store: EngineStore, manifest: Manifest, record: ExportRecord) -> Examined:
    """Compare FP16 with a fresh FP32 export on images; the one place that calls it."""
    subject = 'FP16 against FP32'
    parity = _optional('tenet_ros.export.parity')
    if parity is None:
        return _unseen(subject)
    with export_aside(store, manifest, record.camera, 'fp32') as (aside, exact):
        found = [str(f) for f in parity.compare(exact, aside, record, store.folder(manifest))]
    return Examined(subject=subject, passed=not found, text='; '.join(found) or 'no drift')


def _optional(name: str) -> Any:
    """Return a module, or None if it or what it needs is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _unseen(subject: str) -> Examined:
    text = "not looked at: it needs pip install 'tenet_ros[export]'"
    return Examined(subject=subject, passed=None, text=text)
