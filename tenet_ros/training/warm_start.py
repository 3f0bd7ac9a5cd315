"""Training that goes on from a shipped graph, where the checkpoint it came from is not at hand.

In an exported graph every normalisation is folded into the convolution before it. Here both are
taken apart again: the convolution gets the folded weights, and the normalisation the statistics
that these weights give on real inputs, with the slope and offset that undo them. The network then
answers as the graph does, and its normalisation works as if it had been trained with it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from tenet_ros.errors import EngineError

__all__ = ['adopt']

_EVERY = 7
"""Of so many values one goes into the statistics; a batch has plenty. Rows are even, so an odd
number comes past every column."""


def adopt(model: nn.Module, graph: Path, run: Callable[[], object], *, scope: str = '') -> None:
    """Give a network the weights of a graph that was exported from one of its kind.

    Args:
        model: takes the weights; left in evaluation mode.
        graph: an ONNX file, exported by ``torch.onnx`` with scoped node names.
        run: runs the model once on inputs as it will be trained with.
        scope: what stands before the model's own names in the graph, 'network.' for instance.

    Raises:
        EngineError: the graph is of another network.
    """
    exported = onnx.load(str(graph))
    tensors = _tensors(exported)
    folded = _folded(model, exported, tensors, scope)
    tensors |= _turned(model, exported, tensors, scope)
    model.eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if scope + name in tensors:
                _fill(parameter, tensors[scope + name], name, graph)
        for name, (weight, bias) in folded.items():
            convolution, norm = _pair(model, name)
            _fill(convolution.weight, _own(weight, convolution), name, graph)
            _plain(norm, bias)
        _measure(model, folded, run)
    untouched = _untouched(model, tensors, folded, scope)
    if untouched:
        raise EngineError(
            f'{graph.name}: expected weights of every layer, got none for {", ".join(untouched)}; '
            'give the graph that this version ships'
        )


def _tensors(exported: Any) -> dict[str, Tensor]:
    """Return the constants by the names they had before they were made smaller."""
    stored = {
        tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy())
        for tensor in exported.graph.initializer
    }
    tensors = dict(stored)
    for node in exported.graph.node:
        if node.op_type != 'DequantizeLinear' or node.input[0] not in stored:
            continue
        value, scale, zero = (stored[name].float() for name in node.input)
        along = [-1] + [1] * (value.ndim - 1) if scale.numel() > 1 else []
        name = node.output[0].removesuffix('_DequantizeLinear_Output')
        tensors[name] = (value - zero.reshape(along)) * scale.reshape(along)
    return tensors


def _folded(
    model: nn.Module, exported: Any, tensors: dict[str, Tensor], scope: str
) -> dict[str, tuple[Tensor, Tensor]]:
    """Return weight and bias of every convolution that swallowed a normalisation, by its name."""
    modules = dict(model.named_modules())
    found = {}
    for node in exported.graph.node:
        # '/network/stem/stem.0/stem.0.0/Conv': the last part but one is the module's whole name.
        if node.op_type != 'Conv' or len(node.input) != 3:
            continue
        weight, bias = (each.removesuffix('_DequantizeLinear_Output') for each in node.input[1:])
        if weight in tensors and weight.startswith('onnx::'):
            name = _module_name(node.name, modules, scope)
            found[name] = (tensors[weight], tensors[bias])
    return found


def _turned(
    model: nn.Module, exported: Any, tensors: dict[str, Tensor], scope: str
) -> dict[str, Tensor]:
    """Return the weights of linear layers, which are exported transposed and without a name."""
    modules = dict(model.named_modules())
    return {
        f'{scope}{_module_name(node.name, modules, scope)}.weight': tensors[node.input[1]].T
        for node in exported.graph.node
        if node.op_type == 'MatMul' and node.input[1] in tensors
    }


def _module_name(node: str, modules: dict[str, nn.Module], scope: str) -> str:
    """Return which module a scoped node is of; its scope repeats names from level to level."""
    parts = node.strip('/').split('/')[:-1]
    skipped = scope.count('.')
    path = ''
    for part in parts[skipped:]:
        for candidate in (f'{path}.{part}' if path else part, f'{path}.{part.split(".")[-1]}'):
            if candidate in modules:
                path = candidate
                break
    return path


def _pair(model: nn.Module, name: str) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """Return a convolution and the normalisation that follows it in its sequence.

    Raises:
        EngineError: there are no such two.
    """
    parent, _, place = name.rpartition('.')
    siblings = dict(model.get_submodule(parent).named_children())
    convolution = siblings.get(place)
    norm = siblings.get(str(int(place) + 1)) if place.isdigit() else None
    if not isinstance(convolution, nn.Conv2d) or not isinstance(norm, nn.BatchNorm2d):
        raise EngineError(
            f'expected a convolution and its normalisation at {name or "the top"}, as the graph '
            'has them, got something else; the graph is of another network'
        )
    return convolution, norm


def _fill(parameter: Tensor, value: Tensor, name: str, graph: Path) -> None:
    if parameter.shape != value.shape:
        raise EngineError(
            f'{graph.name}: expected {tuple(parameter.shape)} for {name}, '
            f'got {tuple(value.shape)}; it is of another network'
        )
    parameter.copy_(value.to(parameter.dtype))


def _own(weight: Tensor, convolution: nn.Conv2d) -> Tensor:
    """Return a weight without the input channels that weigh nothing, added for speed alone."""
    known = convolution.in_channels
    return weight if weight[:, known:].any() else weight[:, :known]


def _plain(norm: nn.BatchNorm2d, bias: Tensor) -> None:
    """Make a normalisation add a bias and do nothing else."""
    _set(norm, mean=torch.zeros_like(bias), variance=torch.ones_like(bias) - norm.eps, bias=bias)


def _set(norm: nn.BatchNorm2d, *, mean: Tensor, variance: Tensor, bias: Tensor) -> None:
    """Set statistics, and the slope and offset with which the whole only adds ``bias``."""
    norm.running_mean.copy_(mean)  # type: ignore[union-attr]
    norm.running_var.copy_(variance)  # type: ignore[union-attr]
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(mean + bias)


def _measure(
    model: nn.Module, folded: dict[str, tuple[Tensor, Tensor]], run: Callable[[], object]
) -> None:
    """Run once, and give every normalisation the statistics of what comes to it."""
    seen: dict[str, tuple[Tensor, Tensor]] = {}

    def watch(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        def hook(_: nn.Module, __: object, output: Tensor) -> None:
            values = output.float().transpose(0, 1).flatten(1)[:, ::_EVERY]
            seen[name] = (values.mean(1), values.var(1))

        return hook

    hooks = [model.get_submodule(name).register_forward_hook(watch(name)) for name in folded]
    run()
    for hook in hooks:
        hook.remove()
    for name, (_, bias) in folded.items():
        mean, variance = seen[name]
        # A channel that is the same everywhere has nothing to be normalised by.
        norm = _pair(model, name)[1]
        _set(norm, mean=mean, variance=variance.clamp(min=1e-4), bias=bias.to(mean))


def _untouched(
    model: nn.Module,
    tensors: dict[str, Tensor],
    folded: dict[str, tuple[Tensor, Tensor]],
    scope: str,
) -> list[str]:
    """Return layers whose weights the graph did not have."""
    pairs = [_pair(model, name) for name in folded]
    done = {id(module) for pair in pairs for module in pair}
    return [
        name
        for name, module in model.named_modules()
        if id(module) not in done
        and any(
            scope + (f'{name}.{own}' if name else own) not in tensors
            for own, _ in module.named_parameters(recurse=False)
        )
    ]
