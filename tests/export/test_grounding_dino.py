"""Graphs of the Grounding DINO family answer as the networks they came from, words included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.inference.text_layouts import CaptionLayout  # noqa: E402
from tenet_ros.inference.tokens import load_tokenizer  # noqa: E402

from .parity import TEXTS, answered, check_parity, check_pixels, reference_boxes  # noqa: E402

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work
TIE = 1e-4
"""Of proposals' logits; rounding in two runtimes is less."""

KINDS = {
    'mm-grounding-dino': 'MMGroundingDinoForObjectDetection',
    'grounding-dino': 'GroundingDinoForObjectDetection',
}

CASES = [
    ('mm-grounding-dino', (480, 640), 7),
    *(
        pytest.param(case, marks=pytest.mark.slow)
        for case in (
            ('mm-grounding-dino', (720, 1280), 1),
            ('mm-grounding-dino', (720, 1280), 3),
            ('grounding-dino', (480, 640), 2),
            ('grounding-dino', (720, 1280), 3),
        )
    ),
]
"""Architectures, camera sizes, and seeds of the weights."""


def layout(source, tokens: int) -> CaptionLayout:
    tokenizer = load_tokenizer(source / 'tokenizer.json', model='dino', max_tokens=tokens)
    return CaptionLayout(tokenizer, phrases=32, tokens=tokens)


@contextmanager
def ranked_as(ranks: np.ndarray) -> Iterator[None]:
    """Let proposals that are equally good go on in the order of ``ranks``, (1, N).

    The first proposal gets the first of the learned queries, and so on: two that change places
    for a difference in the last digit change all answers. That they are ties is checked.
    """

    def topk(values, count, dim):
        places = torch.from_numpy(ranks)
        assert (count, dim) == (places.shape[1], 1)
        assert places.unique().numel() == count
        chosen = values.gather(1, places)
        torch.testing.assert_close(chosen, best(values, count, dim=dim)[0], rtol=0, atol=TIE)
        return chosen, places

    best = torch.topk
    with mock.patch.object(torch, 'topk', topk):
        yield


def reference(source, kind, seen, size) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all queries of the original network.

    Args:
        source: its files.
        kind: of architecture.
        seen: pixels, (1, 3, h, w), and ranks of the proposals.
        size: (height, width) of the camera image.

    The caption has no padding there; a text's score is the mean of its tokens'.
    """
    network = getattr(transformers, KINDS[kind]).from_pretrained(source).eval()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(source / 'tokenizer.json'))
    words = tokenizer('. '.join(TEXTS) + '.', return_tensors='pt')
    with torch.no_grad(), ranked_as(seen['ranks']):
        found = network(
            pixel_values=torch.from_numpy(seen['canvas']),
            input_ids=words['input_ids'],
            attention_mask=words['attention_mask'],
        )
    tokens = found.logits[0].sigmoid().numpy()
    ids = words['input_ids'][0].tolist()
    spans, start = [], 1
    for place, token in enumerate(ids):
        if token == 1012:
            spans.append(tokens[:, start:place].mean(axis=1))
            start = place + 1
    assert len(spans) == len(TEXTS)
    boxes = reference_boxes(found.pred_boxes[0].numpy(), size)
    return boxes, np.stack(spans, axis=1)


@pytest.fixture(scope='module', params=CASES, ids=str)
def small(request, exports):
    kind, size, seed = request.param
    return kind, size, *exports('grounding_dino', size, seed, kind=kind)


def test_pixels_are_the_processors(small, frames):
    pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')
    _, size, record, job = small
    pil = transformers.models.grounding_dino.image_processing_pil_grounding_dino
    processor = pil.GroundingDinoImageProcessorPil.from_pretrained(job.source)
    _, seen = answered(job.folder, layout(job.source, record.limits['tokens']), frames[size])
    pixels = processor(frames[size], return_tensors='np')['pixel_values']
    check_pixels(seen['canvas'], pixels, np.asarray(processor.image_std) * 255)


def test_boxes_and_scores_are_the_networks_on_the_same_pixels(small, frames):
    kind, size, record, job = small
    for image in (frames[size], frames[size][:, ::-1]):
        got, seen = answered(job.folder, layout(job.source, record.limits['tokens']), image)
        assert got[0].shape == (100, 4)
        assert got[1].shape == (100, 32)
        check_parity(got, reference(job.source, kind, seen, size), size)
        # Places that are left over repeat the last text.
        scores = got[1]
        repeated = scores[:, len(TEXTS) - 1 : -1]
        np.testing.assert_allclose(scores[:, len(TEXTS) :], repeated, atol=1e-6)
        assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4
