"""Graphs of the Grounding DINO family answer as the networks they came from, words included."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.export.grounding_dino import write_random_source  # noqa: E402
from tenet_ros.inference.text_layouts import CaptionLayout  # noqa: E402
from tenet_ros.inference.tokens import load_tokenizer  # noqa: E402

from .parity import TEXTS, answered, check_parity, exported, reference_boxes  # noqa: E402

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work
KINDS = {
    'mm-grounding-dino': 'MMGroundingDinoForObjectDetection',
    'grounding-dino': 'GroundingDinoForObjectDetection',
}


def layout(source, tokens: int) -> CaptionLayout:
    tokenizer = load_tokenizer(source / 'tokenizer.json', model='dino', max_tokens=tokens)
    return CaptionLayout(tokenizer, phrases=32, tokens=tokens)


def reference(source, kind, image: np.ndarray, texts) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all queries, by the original's own processor and network.

    The caption has no padding there; a text's score is the mean of its tokens'.
    """
    network = getattr(transformers, KINDS[kind]).from_pretrained(source).eval()
    pil = transformers.models.grounding_dino.image_processing_pil_grounding_dino
    processor = pil.GroundingDinoImageProcessorPil.from_pretrained(source)
    pixels = processor(image, return_tensors='pt')['pixel_values']
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(source / 'tokenizer.json'))
    words = tokenizer('. '.join(texts) + '.', return_tensors='pt')
    with torch.no_grad():
        found = network(
            pixel_values=pixels,
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
    assert len(spans) == len(texts)
    boxes = reference_boxes(found.pred_boxes[0].numpy(), image.shape[:2])
    return boxes, np.stack(spans, axis=1)


@pytest.fixture(
    scope='module',
    params=[
        ('mm-grounding-dino', (720, 1280)),
        ('mm-grounding-dino', (480, 640)),
        ('grounding-dino', (480, 640)),
    ],
    ids=lambda param: f'{param[0]}-{param[1][0]}',
)
def small(request, tmp_path_factory):
    kind, size = request.param
    root = tmp_path_factory.mktemp('dino')
    write_random_source(root / 'source', full=False, seed=7, kind=kind)
    return kind, size, *exported('grounding_dino', root, size)


def test_the_graphs_answer_as_the_network(small, frames):
    kind, size, record, job = small
    got = answered(job.folder, layout(job.source, record.limits['tokens']), frames[size])
    assert got[0].shape == (100, 4)
    assert got[1].shape == (100, 32)
    check_parity(got, reference(job.source, kind, frames[size], TEXTS), size)
    # Places that are left over repeat the last text.
    scores = got[1]
    np.testing.assert_allclose(scores[:, len(TEXTS) :], scores[:, len(TEXTS) - 1 : -1], atol=1e-6)
    assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4
