"""The network, what it is trained for, and its way to a file and back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tenet_ros
from tenet_ros.stages.preference.learned_features import (
    FITS,
    PAIRS,
    SENTENCES,
    TRACKS,
    Features,
)
from tenet_ros.stages.preference.learned_sentence import BAG
from tenet_ros.training.preference.examples import Examples, Labelled, Labels

torch = pytest.importorskip('torch', reason='needs the extra `train`')


def width(columns):
    return max(place.stop for place in columns.values())


def moment(seed, n=4, s=3):
    """Return a moment whose first score of words says everything: the best track is meant."""
    rng = np.random.default_rng(seed)
    fits = rng.normal(size=(s, n, width(FITS))).astype(np.float32)
    best = fits[..., FITS['words'].start].argmax(axis=1)
    tokens = np.zeros((s, 5, BAG), np.int64)
    tokens[:, :3, 0] = rng.integers(2, 40, (s, 3))
    return Labelled(
        features=Features(
            tracks=rng.normal(size=(n, width(TRACKS))).astype(np.float32),
            pairs=rng.normal(size=(n, n, width(PAIRS))).astype(np.float32),
            fits=fits,
            sentences=rng.normal(size=(s, width(SENTENCES))).astype(np.float32),
            tokens=tokens,
        ),
        labels=Labels(
            meant=(np.arange(n) == best[:, None]).astype(np.int8),
            null=np.zeros(s, np.int8),
            judged=np.ones(s, np.bool_),
            kind=rng.integers(0, 10, s).astype(np.int8),
        ),
        clip=seed,
        time_s=7.0,
    )


@pytest.fixture
def data(tmp_path):
    for split in ('train', 'val'):
        (tmp_path / split).mkdir()
        examples = Examples.of([moment(seed) for seed in range(24)])
        examples.save(tmp_path / split / 'a.npz')
    return tmp_path


def run(data, out, *, steps, resume=False, ablate=''):
    from tenet_ros.training.preference.train import Options, train

    torch.set_num_threads(1)
    options = Options(minutes=1.0, steps=steps, batch=6, ablate=ablate)
    return train(data, out, options, resume=resume)


def test_training_learns_and_writes_its_curves(data) -> None:
    run(data, data / 'run', steps=60)
    lines = [json.loads(line) for line in (data / 'run' / 'curves.jsonl').open()]
    assert lines[-1]['step'] == 60
    assert lines[-1]['select'] > 0.5


def test_a_resumed_run_goes_on_where_it_was(data) -> None:
    run(data, data / 'run', steps=4)
    run(data, data / 'run', steps=6, resume=True)
    state = torch.load(data / 'run' / 'checkpoint.pt', weights_only=False)
    assert state['step'] == 6
    steps = [json.loads(line)['step'] for line in (data / 'run' / 'curves.jsonl').open()]
    assert steps == [4, 6]


def test_the_same_seed_gives_the_same_network(data) -> None:
    one, other = (run(data, data / name, steps=3).state_dict() for name in ('a', 'b'))
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    'name', ['motion', 'relation_attention', 'null', 'prefix', 'reference', 'explicit']
)
def test_every_ablation_trains(data, name) -> None:
    run(data, data / 'run', steps=1, ablate=name)


def test_an_unknown_ablation_is_refused(data) -> None:
    from tenet_ros.errors import ConfigError

    with pytest.raises(ConfigError, match='expected one of motion'):
        run(data, data / 'run', steps=1, ablate='luck')


def test_a_batch_is_scored_as_its_moments_are(data) -> None:
    from tenet_ros.training.preference.network import PreferenceNet
    from tenet_ros.training.preference.train import ask

    examples = Examples.of([moment(0, n=6, s=2), moment(1, n=3, s=4)])
    torch.manual_seed(0)
    network = PreferenceNet().eval()
    with torch.no_grad():
        together, _ = ask(network, examples.batch(np.arange(2), examples.starts()), 'cpu')
        alone, _ = ask(network, examples.batch(np.asarray([1]), examples.starts()), 'cpu')
    torch.testing.assert_close(together.logits[1, :, :3], alone.logits[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(together.null[1], alone.null[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(together.settled[1], alone.settled[0], atol=1e-4, rtol=0)


def test_the_loss_falls_with_better_answers() -> None:
    from tenet_ros.training.preference.objective import Answer, Truths, loss

    meant = torch.tensor([[[1, 0, 0], [0, 0, -1]]])
    truth = Truths(
        meant=meant,
        null=torch.tensor([[0, 1]]),
        judged=torch.ones(1, 2, dtype=torch.bool),
        kind=torch.zeros(1, 2, dtype=torch.long),
        real=torch.ones(1, 2, dtype=torch.bool),
    )

    def cost(sureness):
        logits = sureness * (2.0 * (meant == 1).float() - 1.0)
        null = sureness * torch.tensor([[-1.0, 1.0]])
        settled = torch.full((1, 2), sureness)
        return float(loss(Answer(logits=logits, null=null, settled=settled), truth))

    assert cost(4.0) < cost(1.0) < cost(0.0) < cost(-2.0)


def test_an_exported_network_is_read_back_the_same(tmp_path) -> None:
    pytest.importorskip('onnx')
    from tenet_ros.training.preference.export import export, network_of, parity
    from tenet_ros.training.preference.network import PreferenceNet

    torch.manual_seed(1)
    network = PreferenceNet()
    with torch.no_grad():
        for weights in [*network.parameters(), *network.buffers()]:
            weights.add_(0.1 * torch.randn_like(weights))  # a file keeps equal ones once
    export(network, tmp_path / 'head.onnx')
    assert parity(network_of(tmp_path / 'head.onnx'), tmp_path / 'head.onnx') < 1e-4


def test_the_shipped_graph_says_what_the_training_code_says() -> None:
    pytest.importorskip('onnx')
    from tenet_ros.training.preference.export import network_of, parity

    graph = Path(tenet_ros.__file__).parent / 'weights' / 'preference.onnx'
    assert parity(network_of(graph), graph) < 1e-3


def test_calibration_makes_probabilities_of_logits() -> None:
    from tenet_ros.training.preference.export import _platt

    generator = torch.Generator().manual_seed(0)
    truth = torch.randn(4000, generator=generator)
    wanted = (torch.rand(4000, generator=generator) < torch.sigmoid(truth)).float()
    slope, offset = _platt(3.0 * truth + 1.0, wanted)
    assert slope == pytest.approx(1 / 3, abs=0.03)
    assert offset == pytest.approx(-1 / 3, abs=0.1)


def test_a_calibrated_network_may_be_trained_on_without_a_jump() -> None:
    from tenet_ros.training.preference.export import _example
    from tenet_ros.training.preference.network import PreferenceNet

    network = PreferenceNet().eval()
    network.slope.copy_(torch.tensor([0.7, 1.4, 2.0]))
    network.offset.copy_(torch.tensor([0.5, -1.0, 0.25]))
    inputs = _example(6, 3, 9, seed=1)
    with torch.no_grad():
        before = network(*(each.unsqueeze(0) for each in inputs))
        network.absorb_calibration()
        after = network(*(each.unsqueeze(0) for each in inputs))
    assert network.slope.tolist() == [1.0, 1.0, 1.0]
    for one, other in zip(before, after, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
