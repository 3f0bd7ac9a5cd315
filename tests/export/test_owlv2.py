"""OWLv2's graphs answer as the network they came from, preprocessing and words included."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.inference.text_layouts import QueryLayout  # noqa: E402
from tenet_ros.inference.tokens import load_tokenizer  # noqa: E402

from .parity import TEXTS, answered, check_parity, exported, reference_boxes  # noqa: E402

SIZES = [(480, 640), (720, 1280)]

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work


def layout(source) -> QueryLayout:
    tokenizer = load_tokenizer(source / 'tokenizer.json', model='owlv2', max_tokens=16)
    return QueryLayout(tokenizer, phrases=32)


def reference(source, image: np.ndarray, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all patches, by the original's own processor and network."""
    network = transformers.Owlv2ForObjectDetection.from_pretrained(source).eval()
    processor = transformers.models.owlv2.image_processing_pil_owlv2.Owlv2ImageProcessorPil
    pixels = processor.from_pretrained(source)(image, return_tensors='pt')['pixel_values']
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(source / 'tokenizer.json'), pad_token='<unused0>'
    )
    words = tokenizer(
        texts, return_tensors='pt', padding='max_length', max_length=16, truncation=True
    )
    with torch.no_grad():
        found = network(
            pixel_values=pixels.float(),
            input_ids=words['input_ids'],
            attention_mask=words['attention_mask'],
        )
    square = max(image.shape[:2])
    boxes = reference_boxes(found.pred_boxes[0].numpy(), (square, square))
    limit = np.asarray([image.shape[1], image.shape[0]] * 2, np.float32)
    return np.minimum(boxes, limit), found.logits[0].sigmoid().numpy()


@pytest.fixture(scope='module')
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp('owlv2')
    return {size: exported('owlv2', root, size) for size in SIZES}


@pytest.mark.parametrize('size', SIZES)
def test_boxes_and_scores_are_the_networks(small, frames, size):
    record, job = small[size]
    got = answered(job.folder, layout(job.source), frames[size])
    assert got[0].shape == (100, 4)
    assert got[1].shape == (100, 32)
    assert record.canvas == (192, 192)
    check_parity(got, reference(job.source, frames[size], TEXTS), size)


def test_the_last_text_repeated_changes_nothing(small, frames):
    _, job = small[480, 640]
    _, scores = answered(job.folder, layout(job.source), frames[480, 640])
    np.testing.assert_allclose(scores[:, len(TEXTS) :], scores[:, len(TEXTS) - 1 : -1], atol=1e-6)
    assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4
