from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch, of the extra [train]')

from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, PATTERNS  # noqa: E402
from tenet_ros.training.detector.assignment import assign, pairwise_iou  # noqa: E402
from tenet_ros.training.detector.losses import (  # noqa: E402
    SECOND_COLOUR,
    Batch,
    box_loss,
    colour_targets,
    match,
    objectness_loss,
)
from tenet_ros.training.detector.model import LOSS_WEIGHTS, Model, losses  # noqa: E402
from tenet_ros.training.detector.network import HEIGHT, WIDTH, grid  # noqa: E402

CELL, STRIDE = grid()


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def batch_of(*boxes, ignored=()) -> Batch:
    count = len(boxes)
    zeros = torch.zeros(1, count, dtype=torch.int64)
    hidden = torch.tensor([[n in ignored for n in range(count)]])
    return Batch(
        images=torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8),
        boxes=torch.tensor([boxes], dtype=torch.float32),
        valid=~hidden,
        ignored=hidden,
        category=zeros,
        colour=zeros,
        second=zeros - 1,
        pattern=zeros,
    )


def perfect_rows(batch: Batch) -> torch.Tensor:
    """Every cell predicts the object whose centre is nearest, without confidence."""
    centre = (batch.boxes[0, :, :2] + batch.boxes[0, :, 2:]) / 2
    nearest = torch.cdist((CELL + 0.5) * STRIDE, centre).argmin(dim=1)
    rows = torch.zeros(1, len(CELL), 6)
    rows[0, :, :4] = batch.boxes[0, nearest]
    return rows


def test_every_object_has_a_cell_and_no_cell_two_objects():
    batch = batch_of([20, 20, 30, 31], [100, 50, 220, 200], [150, 110, 170, 140])
    owner, iou = assign(
        *perfect_rows(batch).split((4, 1, 1), 2)[:1],
        torch.zeros(1, len(CELL)),
        batch.boxes,
        batch.valid,
        CELL,
        STRIDE,
    )
    assert set(owner.unique().tolist()) == {-1, 0, 1, 2}
    assert (iou[owner >= 0] > 0).all()
    assert (iou[owner < 0] == 0).all()


def test_cells_far_from_an_object_do_not_answer_for_it():
    batch = batch_of([100, 100, 110, 110])
    matched = match(perfect_rows(batch), batch, CELL, STRIDE)
    middles = ((CELL + 0.5) * STRIDE)[matched.cells[:, 1]]
    assert ((middles - 105).abs() <= 2.5 * STRIDE[matched.cells[:, 1]]).all()


def test_nobody_is_blamed_for_what_is_hidden():
    batch = batch_of([0, 0, 80, 80], [200, 100, 280, 180], ignored=(0,))
    matched = match(perfect_rows(batch), batch, CELL, STRIDE)
    inside = ((CELL + 0.5) * STRIDE < 80).all(dim=1)
    assert (matched.weight[0, inside] == 0).all()
    assert (matched.weight[0, ~inside] == 1).all()
    assert (matched.objects[:, 1] == 1).all()


def test_iou_against_an_independent_computation():
    generator = np.random.default_rng(0)
    from tenet_ros.geometry import iou_matrix

    corners = generator.uniform(0, 50, (2, 9, 2)).astype(np.float32)
    boxes = [np.concatenate([c, c + generator.uniform(1, 30, (9, 2))], 1) for c in corners]
    first, second = (box.astype(np.float32) for box in boxes)
    got = pairwise_iou(torch.from_numpy(first)[None], torch.from_numpy(second)[None])[0].numpy()
    np.testing.assert_allclose(got, iou_matrix(first, second), atol=1e-6)


def test_a_perfect_box_costs_nothing_and_a_shifted_one_more():
    truth = torch.tensor([[10.0, 10, 50, 40]])
    assert [float(loss) for loss in box_loss(truth, truth)] == pytest.approx([0, 0], abs=1e-6)
    shifts = [box_loss(truth + shift, truth) for shift in (1.0, 5.0, 60.0)]
    giou, relative = ([float(value) for value in column] for column in zip(*shifts, strict=True))
    assert giou == sorted(giou)
    assert relative == sorted(relative)
    assert giou[2] > 1, 'apart, the hull still pulls'


def test_objectness_is_best_where_it_says_its_own_iou():
    batch = batch_of([100, 50, 220, 200])
    rows = perfect_rows(batch)
    rows[..., :4] += 20
    matched = match(rows, batch, CELL, STRIDE)
    assert 0.3 < float(matched.iou.max()) < 0.9
    honest = torch.logit(matched.iou.clamp(1e-4, 1 - 1e-4))
    loss = float(objectness_loss(honest, matched))
    assert loss == pytest.approx(0, abs=1e-4)
    assert float(objectness_loss(honest + 1, matched)) > loss
    assert float(objectness_loss(honest - 1, matched)) > loss


def test_the_colour_of_a_pattern_counts_in_part():
    target = colour_targets(torch.tensor([0, 0]), torch.tensor([2, -1]), 3)
    np.testing.assert_allclose(target.numpy(), [[1, 0, SECOND_COLOUR], [1, 0, 0]])


def test_a_step_teaches_what_is_seen():
    vocabulary = pytest.importorskip('tenet_ros.training.detector.words')
    torch.manual_seed(0)
    model = Model().train()
    words = tuple(dict.fromkeys([*CATEGORIES, *vocabulary.TABLETOP_NOUNS, *vocabulary.EVERYDAY]))
    vectors = np.random.default_rng(0).normal(0, 0.1, (len(words), vocabulary.AXES))
    base = vocabulary.BaseVectors(
        words=words,
        vectors=vectors.astype(np.float32),
        mean=np.zeros(384, np.float32),
        axes=np.zeros((384, vocabulary.AXES), np.float32),
    )
    drawn = vocabulary.Vocabulary(base, nouns=8, wrong=8)
    batch = batch_of([100, 50, 220, 200], [20, 20, 60, 60])
    batch.images[0, 50:200, 100:220] = 250
    batch.images[0, 20:60, 20:60] = 120
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    totals = []
    for _ in range(12):
        parts = losses(model, model(batch.images), batch, drawn, torch.from_numpy(drawn.first))
        assert parts.keys() == LOSS_WEIGHTS.keys()
        total = sum(LOSS_WEIGHTS[name] * value for name, value in parts.items())
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        totals.append(float(total.detach()))
    assert totals[-1] < 0.7 * totals[0]


def test_rows_are_cells_with_boxes_of_positive_size():
    torch.manual_seed(0)
    model = Model().eval()
    rows = model(torch.randint(0, 256, (2, HEIGHT, WIDTH, 3), dtype=torch.uint8))
    assert rows.shape == (2, len(CELL), 5 + 48 + len(COLOURS) + len(PATTERNS))
    assert (rows[..., 2:4] > rows[..., :2]).all()
    centres = (rows[..., :2] + rows[..., 2:4]) / 2
    middle = (CELL + 0.5) * STRIDE
    assert ((centres - middle).abs() < STRIDE).all(), 'before training a cell looks at itself'
