"""At which node two graphs of one network begin to differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto

__all__ = ['Tensors', 'begins_at', 'distance', 'run']

Tensors: TypeAlias = 'Mapping[str, npt.NDArray[Any]]'

PROBES = 48
"""Tensors that are looked at together: more cost memory, fewer cost another run."""


def run(
    model: onnx.ModelProto, feeds: Sequence[Tensors], outputs: Sequence[str] | None = None
) -> list[dict[str, npt.NDArray[Any]]]:
    """Run a graph on the CPU once for each of ``feeds``.

    Args:
        model: of less than 2 GB.
        feeds: all inputs, by name.
        outputs: names of what is returned; all outputs if None.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=['CPUExecutionProvider']
    )
    names = [value.name for value in session.get_outputs()] if outputs is None else list(outputs)
    return [dict(zip(names, session.run(names, dict(feed)), strict=True)) for feed in feeds]


def distance(exact: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return the length of the difference relative to that of ``exact``.

    Infinite if ``other`` has a number that is none and ``exact`` has not.
    """
    known = np.isfinite(exact)
    if not np.all(np.isfinite(other[known])):
        return float('inf')
    size = float(np.linalg.norm(exact[known].astype(np.float64)))
    gap = float(np.linalg.norm(exact[known].astype(np.float64) - other[known]))
    return gap / max(size, 1e-12)


def begins_at(
    exact: onnx.ModelProto, other: onnx.ModelProto, feed: Tensors, limit: float
) -> str | None:
    """Return the first node whose result in ``other`` is further off than ``limit``.

    Args:
        exact: in FP32.
        other: of ``rounding.emulate``; a tensor ``x`` may be called ``x_half`` in it.
        feed: all inputs.
        limit: of ``distance``.

    Returns:
        "name (Operator)", or None if no tensor that both have is so far off.
    """
    pairs = list(_pairs(exact, other))
    low, high = 0, len(pairs)
    while high - low > 0:
        step = max(1, (high - low) // PROBES)
        probed = list(range(low + step - 1, high, step))
        if probed[-1] != high - 1:
            probed.append(high - 1)
        bad = _first_bad([pairs[index] for index in probed], exact, other, feed, limit)
        if bad is None:
            return None
        if step == 1:
            return pairs[probed[bad]][2]
        high = probed[bad] + 1
        low = probed[bad - 1] + 1 if bad else low
    return None


def _pairs(exact: onnx.ModelProto, other: onnx.ModelProto) -> Iterator[tuple[str, str, str]]:
    """Yield tensors that both have, as they are called here and there, and who makes them."""
    inferred = onnx.shape_inference.infer_shapes(exact).graph
    floats = {
        value.name
        for value in (*inferred.value_info, *inferred.output)
        if value.type.tensor_type.elem_type == TensorProto.FLOAT
    }
    made = {name for node in other.graph.node for name in node.output}
    for node in exact.graph.node:
        for name in node.output:
            twin = f'{name}_half' if f'{name}_half' in made else name
            if name in floats and twin in made and node.op_type != 'Constant':
                yield name, twin, f'{node.name or name} ({node.op_type})'


def _first_bad(
    pairs: Sequence[tuple[str, str, str]],
    exact: onnx.ModelProto,
    other: onnx.ModelProto,
    feed: Tensors,
    limit: float,
) -> int | None:
    ours = run(_with_outputs(exact, [pair[0] for pair in pairs]), [feed], [p[0] for p in pairs])[0]
    theirs = run(_with_outputs(other, [pair[1] for pair in pairs]), [feed], [p[1] for p in pairs])[
        0
    ]
    for index, (name, twin, _) in enumerate(pairs):
        if distance(ours[name], theirs[twin]) > limit:
            return index
    return None


def _with_outputs(model: onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    there = {value.name for value in copy.graph.output}
    copy.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in dict.fromkeys(names)
        if name not in there
    )
    return copy
