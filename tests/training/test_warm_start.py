"""A shipped graph can be taken apart again: training goes on where it ended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch, of the extra [train]')
pytest.importorskip('onnx', reason='needs onnx, of the extra [train]')

import tenet_ros  # noqa: E402
from tenet_ros.errors import EngineError  # noqa: E402
from tenet_ros.inference.ort import OrtSession  # noqa: E402
from tenet_ros.training.detector.deploy import Deployed  # noqa: E402
from tenet_ros.training.detector.export import write_float  # noqa: E402
from tenet_ros.training.detector.model import Model  # noqa: E402
from tenet_ros.training.detector.network import HEIGHT, WIDTH  # noqa: E402
from tenet_ros.training.quantize import quantize  # noqa: E402
from tenet_ros.training.segmenter.export import write_float as write_segmenter  # noqa: E402
from tenet_ros.training.segmenter.network import BoxSegmenter  # noqa: E402
from tenet_ros.training.warm_start import adopt  # noqa: E402

WEIGHTS = Path(tenet_ros.__file__).parent / 'weights'


def crops(count, seed=0):
    rng = np.random.default_rng(seed)
    smooth = rng.integers(0, 256, (count, 12, 12, 4)).repeat(8, axis=1).repeat(8, axis=2)
    smooth[..., 3] = 255
    return torch.from_numpy(smooth.astype(np.uint8))


def trained_like(model):
    """Give normalisations a history, as training would."""
    torch.manual_seed(5)
    torch.set_num_threads(1)
    for name, value in model.named_buffers():
        if 'running' in name:
            value.uniform_(0.5, 1.5)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if name.endswith('.bias'):
                value.add_(0.1 * torch.randn_like(value))
    return model.eval()


def test_a_network_answers_as_the_graph_it_was_read_from(tmp_path):
    again, graph = BoxSegmenter(), tmp_path / 'float.onnx'
    write_segmenter(trained_like(BoxSegmenter()), graph)
    adopt(again, graph, lambda: again(crops(4)), scope='network.')
    with torch.no_grad():
        got = again(crops(2, 1))[0].numpy()
    with OrtSession(graph, threads=1) as session:
        wanted = session.infer({'crops': crops(2, 1).numpy()})['masks']
    np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-3)


def test_the_shipped_segmenter_answers_nearly_as_its_graph():
    network, graph = BoxSegmenter(), WEIGHTS / 'segmenter_crop96.onnx'
    adopt(network, graph, lambda: network(crops(4)), scope='network.')
    with torch.no_grad():
        masks = network(crops(2, 1))[0].numpy()
    with OrtSession(graph, threads=1) as session:
        wanted = session.infer({'crops': crops(2, 1).numpy()})['masks']
    # The graph computes in eight bits, the network does not.
    assert np.abs(masks - wanted).mean() < 0.1 * wanted.std()


def test_normalisations_get_the_statistics_of_what_they_see():
    network = BoxSegmenter()
    adopt(network, WEIGHTS / 'segmenter_crop96.onnx', lambda: network(crops(32)), scope='network.')
    with torch.no_grad():
        still = network(crops(32))[0]
        network.train()
        moving = network(crops(32))[0]
    spread = float(still.std())
    assert float((still - moving).abs().mean()) < 0.1 * spread


def test_a_detector_in_eight_bits_is_read_back(tmp_path):
    model = trained_like(Model())
    images = np.random.default_rng(0).integers(0, 256, (4, HEIGHT, WIDTH, 3)).astype(np.uint8)
    write_float(Deployed(model), tmp_path / 'float.onnx')
    inputs = ({'image': image[None]} for image in images)
    quantize(tmp_path / 'float.onnx', tmp_path / 'small.onnx', inputs, exact=())
    batch = torch.from_numpy(images)
    again = Model()
    adopt(again.network, tmp_path / 'small.onnx', lambda: again(batch), scope='network.')
    for name, convolution in model.network.named_modules():
        if not isinstance(convolution, torch.nn.Conv2d):
            continue
        norm = norm_after(model.network, name)
        slope = norm.weight / (norm.running_var + norm.eps).sqrt() if norm else torch.ones(1)
        wanted = convolution.weight * slope.reshape(-1, 1, 1, 1)
        got = again.network.get_submodule(name).weight
        # Seven bits: a step is a 63rd of the channel's largest weight, and half of it is lost.
        largest = wanted.abs().amax(dim=(1, 2, 3), keepdim=True)
        assert ((got - wanted).abs() <= largest / 126 + 1e-6).all(), name


def norm_after(network, name):
    parent, _, place = name.rpartition('.')
    after = dict(network.get_submodule(parent).named_children()).get(
        str(int(place) + 1) if place.isdigit() else ''
    )
    return after if isinstance(after, torch.nn.BatchNorm2d) else None


def test_a_graph_of_another_kind_is_refused():
    network = Model().network
    images = torch.zeros((1, HEIGHT, WIDTH, 3), dtype=torch.uint8)
    with pytest.raises(EngineError, match='another network'):
        adopt(network, WEIGHTS / 'segmenter_crop96.onnx', lambda: network(images), scope='network.')


def test_a_graph_of_another_network_is_refused():
    network = BoxSegmenter(widths=(8, 48, 96, 128))
    with pytest.raises(EngineError, match='another network'):
        adopt(
            network, WEIGHTS / 'segmenter_crop96.onnx', lambda: network(crops(2)), scope='network.'
        )
