"""Graphs of the Grounding DINO family answer as the networks they came from, words included."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.inference.text_layouts import CaptionLayout  # noqa: E402
from tenet_ros.inference.tokens import load_tokenizer  # noqa: E402

from .parity import TEXTS, answered, check_parity, check_pixels, reference_boxes  # noqa: E402

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work
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


def reference(source, kind, pixels: np.ndarray, size) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all queries of the original network, for (1, 3, h, w) pixels.

    The caption has no padding there; a text's score is the mean of its tokens'.
    """
    network = getattr(transformers, KINDS[kind]).from_pretrained(source).eval()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(source / 'tokenizer.json'))
    words = tokenizer('. '.join(TEXTS) + '.', return_tensors='pt')
    with torch.no_grad():
        found = network(
            pixel_values=torch.from_numpy(pixels),
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
    _, canvas = answered(job.folder, layout(job.source, record.limits['tokens']), frames[size])
    pixels = processor(frames[size], return_tensors='np')['pixel_values']
    check_pixels(canvas, pixels, np.asarray(processor.image_std) * 255)


def test_boxes_and_scores_are_the_networks_on_the_same_pixels(small, frames):
    kind, size, record, job = small
    for image in (frames[size], frames[size][:, ::-1]):
        got, canvas = answered(job.folder, layout(job.source, record.limits['tokens']), image)
        assert got[0].shape == (100, 4)
        assert got[1].shape == (100, 32)
        check_parity(got, reference(job.source, kind, canvas, size), size)
        # Places that are left over repeat the last text.
        scores = got[1]
        repeated = scores[:, len(TEXTS) - 1 : -1]
        np.testing.assert_allclose(scores[:, len(TEXTS) :], repeated, atol=1e-6)
        assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4
