"""The network's word counting, the loop that trains it, and the graph that leaves the house."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch, of the extra [train]')

from tenet_ros.inference.ort import OrtSession  # noqa: E402
from tenet_ros.training.segmenter.__main__ import main  # noqa: E402
from tenet_ros.training.segmenter.crops import SIDE  # noqa: E402
from tenet_ros.training.segmenter.export import Exported, load, write_float  # noqa: E402
from tenet_ros.training.segmenter.loss import iou, loss  # noqa: E402
from tenet_ros.training.segmenter.network import BoxSegmenter, Words  # noqa: E402
from tenet_ros.training.segmenter.train import CHECKPOINT, Plan  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def crops(count, seed=0):
    rng = np.random.default_rng(seed)
    made = rng.integers(0, 256, (count, SIDE, SIDE, 4), dtype=np.uint8)
    made[..., 3] = 255
    return torch.from_numpy(made)


def test_words_know_at_once_which_colour_is_inside():
    torch.manual_seed(0)
    colours = torch.zeros(1, 3, 24, 24)
    colours[:, 0] = -1
    colours[:, :, 6:18, 6:18] = torch.tensor([1.0, 0.5, -0.5])[None, :, None, None]
    belief = torch.zeros(1, 1, 24, 24)
    belief[:, :, 4:20, 4:20] = 0.6
    words = Words(3, 32, 2.0)
    ratio = words.ratio(words(colours), belief, torch.ones_like(belief))
    inside = ratio[:, :, 6:18, 6:18]
    outside = ratio[:, :, :6]
    assert inside.min() > 1
    assert outside.max() < 0


def test_words_do_not_count_what_lies_beyond_the_image():
    torch.manual_seed(0)
    words = Words(3, 16, 1.0)
    features, belief = torch.randn(1, 3, 8, 8), torch.rand(1, 1, 8, 8)
    valid = torch.ones(1, 1, 8, 8)
    valid[..., :3] = 0
    changed = features.clone()
    changed[..., :3] = 9
    before, after = (words.ratio(words(f), belief, valid) for f in (features, changed))
    torch.testing.assert_close(before[..., 3:], after[..., 3:])


def test_a_network_says_the_same_of_darker_and_paler_pictures():
    torch.manual_seed(0)
    network = BoxSegmenter().eval()
    original = crops(2) // 2 + 40
    original[..., 3] = 255
    paler = original.clone()
    paler[..., :3] = original[..., :3] // 2 + 60
    with torch.no_grad():
        first, second = network(original)[0], network(paler)[0]
    assert (first - second).abs().mean() < 0.1 * first.std()


def test_the_loss_falls_towards_the_truth_and_ignores_what_lies_beyond_the_image():
    truth = torch.zeros(2, 1, SIDE, SIDE)
    truth[:, :, 20:60, 20:60] = 1
    valid = torch.ones_like(truth)
    valid[..., 80:] = 0
    coarse, quality = torch.zeros(2, 1, 24, 24), torch.zeros(2, 1)
    right = (truth * 2 - 1) * 6
    beyond = right.clone()
    beyond[..., 80:] = 6
    values = [loss(x, coarse, quality, truth, valid) for x in (-right, right * 0, right, beyond)]
    assert values[0] > values[1] > values[2]
    torch.testing.assert_close(values[2], values[3])
    torch.testing.assert_close(iou(right, truth, valid), torch.ones(2))
    assert iou(-right, truth, valid).max() == 0


def test_the_rate_rises_stays_and_falls_to_nothing(tmp_path):
    plan = Plan(out=tmp_path, pools={}, rate=1.0, warm_up=0.1, decay=0.5)
    assert plan.rate_at(0) < 0.1
    assert plan.rate_at(0.1) == plan.rate_at(0.5) == pytest.approx(1, abs=1e-3)
    assert 0.3 < plan.rate_at(0.75) < 0.7
    assert plan.rate_at(1) < 1e-3


def test_a_training_learns_resumes_and_leaves_the_house(tmp_path):
    out = tmp_path / 'run'
    arguments = ['--out', str(out), '--procedural', '30', '--minutes']
    main([*arguments, '0.08'])
    state = torch.load(out / CHECKPOINT, weights_only=True)
    graph = tmp_path / 'segmenter.onnx'
    main([*arguments, '0.12', '--resume', '--export', str(graph)])
    later = torch.load(out / CHECKPOINT, weights_only=True)
    assert later['step'] > state['step'] > 0
    assert later['used_s'] > state['used_s']
    log = [json.loads(line) for line in (out / 'log.jsonl').read_text().splitlines()]
    assert 0 <= log[-1]['iou'] <= 1
    given = crops(3, seed=1)
    with torch.no_grad():
        expected = Exported(load(out / CHECKPOINT))(given)
    spread = float(expected[0].std())
    exact = tmp_path / 'float.onnx'
    write_float(load(out / CHECKPOINT), exact)
    with OrtSession(exact, threads=1) as session:
        outputs = session.infer({'crops': given.numpy()})
    assert np.abs(outputs['masks'] - expected[0].numpy()).max() < 0.05 * max(spread, 0.1)
    assert np.abs(outputs['iou_predictions'] - expected[1].numpy()).max() < 0.01
    # What is shipped computes in eight bits.
    with OrtSession(graph, threads=1) as session:
        outputs = session.infer({'crops': given.numpy()})
    assert np.abs(outputs['masks'] - expected[0].numpy()).mean() < 0.1 * max(spread, 0.1)
    assert np.abs(outputs['iou_predictions'] - expected[1].numpy()).max() < 0.05
