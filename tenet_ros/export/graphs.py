"""From a torch module to an ONNX file as TensorRT and ONNX Runtime take it."""

from __future__ import annotations

import logging
import platform
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module, metadata
from pathlib import Path
from typing import Any
from unittest import mock

import onnx
import torch
from onnxscript import opset18

from tenet_ros.export.folding import fold_constants
from tenet_ros.export.job import ExportJob, graph_record
from tenet_ros.inference.record import GraphRecord, Precision, Profile, Role
from tenet_ros.inference.torch_program import save_program

__all__ = ['OPSET', 'made_with', 'save_graph', 'to_graph', 'write_graph']

OPSET = 18
"""Of every graph that is made here; the least that torch's exporter writes without detours."""

_RULES = '_DEFAULT_REWRITE_RULES'
"""Where onnxscript keeps the rules of its rewriter; not public, and done without if it moves."""

_PACKAGES = ('onnx', 'onnxscript', 'torch', 'transformers')


def write_graph(
    job: ExportJob,
    role: Role,
    module: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    *,
    profiles: Mapping[str, Profile] | None = None,
    free: Callable[[onnx.ModelProto], onnx.ModelProto] | None = None,
) -> GraphRecord:
    """Write a module as a graph, and as torch's own program where the job asks for that.

    Args:
        job: which folder, which precision.
        role: what the graph does; its file is called so.
        module: as of ``to_graph``; the arguments of its ``forward`` are called as ``inputs``.
        inputs: likewise.
        outputs: likewise.
        profiles: of inputs with a dimension that varies, the first one.
        free: takes the number of the example out of the graph, so that it may vary.
    """
    graph = to_graph(module, inputs, outputs)
    path = job.folder / f'{role}.onnx'
    save_graph(free(graph) if free else graph, path, job.precision)
    record = graph_record(path, role, profiles)
    if job.torch:
        varies = {
            name: {0: torch.export.Dim(name, min=1, max=profiles[name][2][0])}
            if profiles and name in profiles
            else None
            for name in inputs
        }
        with _quiet(), torch.no_grad():
            program = torch.export.export(
                module.eval(), tuple(inputs.values()), dynamic_shapes=varies
            )
        place = path.with_suffix('.pt2')
        save_program(program, place, outputs=outputs, graph_sha256=record.sha256)
    return record


def to_graph(
    module: torch.nn.Module, inputs: Mapping[str, torch.Tensor], outputs: Sequence[str]
) -> onnx.ModelProto:
    """Return a module as a graph of fixed shapes.

    Args:
        module: in the mode and precision to be exported.
        inputs: an example of each argument of its ``forward``, in order, by the input's name.
        outputs: names for what it returns.
    """
    with _quiet(), _without_slow_rules(), torch.no_grad():
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            dynamo=True,
            custom_translation_table={torch.ops.aten.slice_scatter.default: _slice_scatter},
            external_data=False,
            verbose=False,
        )
    graph = fold_constants(program.model_proto)
    graph.producer_name = 'tenet_ros'
    return graph


def save_graph(graph: onnx.ModelProto, path: Path, precision: Precision) -> None:
    """Write a graph in the precision asked for, in one piece or not at all."""
    if precision == 'fp16':
        graph = import_module('tenet_ros.export.half').to_half(graph)
    partial = path.with_name(f'.{path.name}.part')
    onnx.save(graph, partial)
    onnx.checker.check_model(partial)
    partial.replace(path)


def made_with() -> dict[str, str]:
    """Return the versions of what takes part in an export, by name."""
    installed = {each.metadata['Name']: each.version for each in metadata.distributions()}
    found = {name: installed[name] for name in _PACKAGES if name in installed}
    return {'python': platform.python_version(), **found}


def _slice_scatter(
    tensor: Any,
    values: Any,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Any:
    """Write a slice by joining what is around it: TensorRT scatters no truth values."""
    if step != 1:
        raise NotImplementedError(f'expected a slice without gaps, got a step of {step}')
    op: Any = opset18
    size = tensor.shape[dim]
    first = 0 if start is None else start
    last = size if end is None else min(end, size)

    def part(begin: int, stop: int) -> Any:
        bounds = [op.Constant(value_ints=[value]) for value in (begin, stop, dim)]
        return op.Slice(tensor, *bounds)

    before = [part(0, first)] if first > 0 else []
    after = [part(last, size)] if last < size else []
    if not before and not after:
        return op.Identity(values)
    return op.Concat(*before, values, *after, axis=dim)


@contextmanager
def _without_slow_rules() -> Iterator[None]:
    """Keep the exporter from looking for two slices that are one split.

    For this rule alone it walks through the whole graph at every node of it, a third of the time of
    the largest export here, and finds none; engines take slices as well.
    """
    rewriter = import_module('onnxscript.rewriter')
    rules = getattr(rewriter, _RULES, ())
    kept = tuple(rule for rule in rules if rule.name != 'SlicesSplit')
    with mock.patch.object(rewriter, _RULES, kept) if kept else nullcontext():
        yield


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the exporter says of its own inner workings away from the user."""
    loggers = [logging.getLogger(name) for name in ('torch.onnx', 'torch.export', 'onnxscript')]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
