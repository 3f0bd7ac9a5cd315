"""From a checkpoint to ``weights/preference.onnx`` and its manifest, calibrated and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from tenet_ros.errors import EngineError
from tenet_ros.inference.spec import TensorSpec
from tenet_ros.stages.preference.learned_columns import width
from tenet_ros.stages.preference.learned_features import FITS, PAIRS, SENTENCES, TRACKS
from tenet_ros.stages.preference.learned_sentence import BAG
from tenet_ros.training.preference.examples import Examples
from tenet_ros.training.preference.network import PreferenceNet
from tenet_ros.training.preference.train import ask

__all__ = ['TorchSession', 'calibrate', 'export', 'load_network', 'network_of', 'parity']

_INPUTS = ('tracks', 'pairs', 'present', 'fits', 'sentences', 'tokens')
_OUTPUTS = ('logits', 'null', 'settled')
_AXES = {
    'tracks': {0: 'n'}, 'pairs': {0: 'n', 1: 'n'}, 'present': {0: 'n'}, 'fits': {0: 's', 1: 'n'},
    'sentences': {0: 's'}, 'tokens': {0: 's', 1: 'l'},
    'logits': {0: 's', 1: 'n'}, 'null': {0: 's'}, 'settled': {0: 's'},
}  # fmt: skip


_LEANING = MappingProxyType({'tracks': 0.0, 'null': 0.0, 'settled': 1.0})
"""Logits added to each output after calibration, chosen in the stream on clips of `val`."""


class _OneMoment(nn.Module):
    """The network for one moment at a time."""

    def __init__(self, network: PreferenceNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(out.squeeze(0) for out in self.network(*(i.unsqueeze(0) for i in inputs)))


class TorchSession:
    """The network behind the ``Session`` protocol, to compare with before there is a file."""

    def __init__(self, network: PreferenceNet) -> None:
        self._module = _OneMoment(network.cpu().eval())
        self.key, self.provider = 'preference (torch)', 'torch, CPU'
        self.inputs: tuple[TensorSpec, ...] = ()
        self.outputs: tuple[TensorSpec, ...] = ()

    def activate(self) -> None:
        """Do nothing: the network is there."""

    def deactivate(self) -> None:
        """Do nothing."""

    def infer(self, inputs: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        """Run the network."""
        with torch.no_grad():
            said = self._module(*(torch.from_numpy(inputs[name].copy()) for name in _INPUTS))
        return {name: out.numpy() for name, out in zip(_OUTPUTS, said, strict=True)}

    def __enter__(self) -> TorchSession:  # noqa: PYI034 - Self came with Python 3.11
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


def load_network(checkpoint: Path) -> PreferenceNet:
    """Return the averaged network of a checkpoint."""
    state = torch.load(checkpoint, map_location='cpu', weights_only=False)
    network = PreferenceNet()
    network.load_state_dict(state['average'])
    network.eval()
    return network


def network_of(graph: Path) -> PreferenceNet:
    """Return the network whose weights lie in an exported graph."""
    import onnx

    stored = {
        tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
        for tensor in onnx.load(str(graph)).graph.initializer
    }
    network = PreferenceNet()
    wanted = network.state_dict()
    network.load_state_dict({name: stored[f'network.{name}'] for name in wanted})
    network.eval()
    return network


def calibrate(network: PreferenceNet, examples: Examples) -> dict[str, tuple[float, float]]:
    """Set slope and offset of each output so that its logistic is a probability (Platt, 1999).

    Beyond that the outputs lean towards an answer, by ``_LEANING``: thresholds of decisions serve
    every preference, and the written-down one is surer of itself than it should be.

    Args:
        network: changed in place.
        examples: of clips that it was not trained on.

    Returns:
        Slope and offset of tracks, null and settled.
    """
    network.slope.fill_(1.0)
    network.offset.fill_(0.0)
    pairs = _predictions(network, examples)
    found = {}
    for number, (name, (logits, wanted)) in enumerate(pairs.items()):
        slope, offset = _platt(logits, wanted)
        offset += _LEANING[name]
        network.slope[number], network.offset[number] = slope, offset
        found[name] = (slope, offset)
        if name == 'null':
            # "Settled" looks at the calibrated others, so it comes after them.
            pairs['settled'] = _predictions(network, examples)['settled']
    return found


def _predictions(network: PreferenceNet, examples: Examples) -> dict[str, tuple[Tensor, Tensor]]:
    from tenet_ros.training.preference.objective import right

    rows = np.arange(len(examples), dtype=np.int64)
    starts = examples.starts()
    said_of: dict[str, tuple[list[Tensor], list[Tensor]]] = {
        name: ([], []) for name in ('tracks', 'null', 'settled')
    }
    with torch.no_grad():
        for at in range(0, len(rows), 16):
            batch = examples.batch(rows[at : at + 16], starts)
            said, truth = ask(network, batch, torch.device('cpu'))
            correct, clear = right(said, truth)
            for name, logits, wanted, where in (
                ('tracks', said.logits, truth.meant == 1, truth.meant >= 0),
                ('null', said.null, truth.null == 1, truth.null >= 0),
                ('settled', said.settled, correct, clear),
            ):
                said_of[name][0].append(logits[where])
                said_of[name][1].append(wanted[where].float())
    return {name: (torch.cat(a), torch.cat(b)) for name, (a, b) in said_of.items()}


def _platt(logits: Tensor, wanted: Tensor) -> tuple[float, float]:
    values = torch.tensor([1.0, 0.0], requires_grad=True)
    fit = torch.optim.LBFGS([values], max_iter=60)

    def cost() -> Tensor:
        fit.zero_grad()
        value = nn.functional.binary_cross_entropy_with_logits(
            values[0] * logits + values[1], wanted
        )
        value.backward()
        return value

    fit.step(cost)
    slope, offset = values.detach().tolist()
    return max(slope, 0.05), offset


def export(network: PreferenceNet, path: Path) -> str:
    """Write the graph, check it against the network, and return its sha256.

    Raises:
        EngineError: ONNX Runtime does not say what the network says.
    """
    wrapped = _OneMoment(network.cpu().eval())
    torch.onnx.export(
        wrapped,
        _example(5, 2, 7, seed=0),
        str(path),
        input_names=list(_INPUTS),
        output_names=list(_OUTPUTS),
        dynamic_axes=_AXES,
        opset_version=17,
        dynamo=False,
        # Weights keep their names, so that the graph can be read back; who runs it folds anyway.
        do_constant_folding=False,
    )
    worst = parity(network, path)
    if worst > 1e-3:
        raise EngineError(f'{path}: expected the logits of the network, got {worst:.1e} off')
    return hashlib.sha256(path.read_bytes()).hexdigest()


def parity(network: PreferenceNet, path: Path) -> float:
    """Return the largest difference of any logit between the network and its graph."""
    from tenet_ros.inference.ort import OrtSession

    worst = 0.0
    with OrtSession(path, threads=1) as session:
        for seed, (n, s, length) in enumerate(((1, 1, 3), (9, 4, 12), (40, 10, 20))):
            inputs = _example(n, s, length, seed=seed)
            named = {k: v.numpy() for k, v in zip(_INPUTS, inputs, strict=True)}
            got, want = session.infer(named), TorchSession(network).infer(named)
            worst = max(worst, *(float(np.abs(got[k] - want[k]).max()) for k in _OUTPUTS))
    return worst


def _example(n: int, s: int, length: int, *, seed: int) -> tuple[Tensor, ...]:
    random = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=random)

    tokens = torch.randint(1, 300, (s, length, BAG), generator=random)
    tokens[-1, length // 2 + 1 :] = 0
    return (
        normal(n, width(TRACKS)),
        normal(n, n, width(PAIRS)),
        torch.ones(n),
        normal(s, n, width(FITS)),
        normal(s, width(SENTENCES)),
        tokens,
    )
