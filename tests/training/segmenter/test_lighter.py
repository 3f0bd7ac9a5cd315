"""The graph that is said with less work says the same."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch, of the extra [train]')
onnx = pytest.importorskip('onnx', reason='needs onnx, of the extra [train]')

from tenet_ros.inference.ort import OrtSession  # noqa: E402
from tenet_ros.training.quantize import quantize  # noqa: E402
from tenet_ros.training.segmenter.crops import SIDE  # noqa: E402
from tenet_ros.training.segmenter.export import EXACT, export, write_float  # noqa: E402
from tenet_ros.training.segmenter.lighter import columns_as_channels  # noqa: E402
from tenet_ros.training.segmenter.network import BoxSegmenter  # noqa: E402
from tenet_ros.training.warm_start import adopt  # noqa: E402


def crops(count, seed=0):
    rng = np.random.default_rng(seed)
    smooth = rng.integers(0, 256, (count, 12, 12, 4)).repeat(8, axis=1).repeat(8, axis=2)
    smooth[..., 3] = 255
    smooth[0, :30] = 0
    return smooth.astype(np.uint8)


def network():
    torch.manual_seed(3)
    torch.set_num_threads(1)
    return BoxSegmenter().eval()


def run(graph, given):
    with OrtSession(graph, threads=1) as session:
        return session.infer({'crops': given})


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp('graph') / 'light.onnx'
    export(network(), path, crops(4))
    return path


def test_a_lighter_graph_gives_the_masks_of_the_one_it_was_made_from(exported, tmp_path):
    exact, heavy = tmp_path / 'float.onnx', tmp_path / 'heavy.onnx'
    write_float(network(), exact)
    quantize(exact, heavy, ({'crops': crop[None]} for crop in crops(4)), EXACT)
    for count in (1, 3):
        given = crops(count, seed=1)
        was, now = run(heavy, given), run(exported, given)
        assert was['masks'].std() > 0.01
        np.testing.assert_allclose(now['masks'], was['masks'], rtol=0, atol=2e-5)
        np.testing.assert_allclose(now['iou_predictions'], was['iou_predictions'], atol=1e-5)


def test_a_training_goes_on_from_a_lighter_graph(exported):
    again, given = BoxSegmenter(), torch.from_numpy(crops(4))
    adopt(again, exported, lambda: again(given), scope='network.')
    for name in ('words.assign.weight', 'edge.0.weight', 'mask.weight', 'mask.bias'):
        torch.testing.assert_close(again.get_parameter(name), network().get_parameter(name))


def test_a_convolution_of_paired_columns_is_the_one_of_columns():
    rng = np.random.default_rng(2)
    weight = rng.normal(size=(3, 2, 3, 3)).astype(np.float32)
    image = torch.from_numpy(rng.normal(size=(1, 2, 5, SIDE)).astype(np.float32))
    wanted = torch.nn.functional.conv2d(image, torch.from_numpy(weight), padding=1)
    paired = image.reshape(1, 2, 5, -1, 2).permute(0, 1, 4, 2, 3).reshape(1, 4, 5, -1)
    moved = torch.from_numpy(columns_as_channels(weight))
    got = torch.nn.functional.conv2d(paired, moved, padding=1)
    unpaired = got.reshape(1, 3, 2, 5, -1).permute(0, 1, 3, 4, 2).reshape(1, 3, 5, -1)
    torch.testing.assert_close(unpaired, wanted, atol=1e-5, rtol=1e-5)
