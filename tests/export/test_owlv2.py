"""OWLv2's graphs answer as the network they came from, preprocessing and words included."""

from __future__ import annotations

import functools

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.inference.text_layouts import QueryLayout  # noqa: E402
from tenet_ros.inference.tokens import load_tokenizer  # noqa: E402

from .parity import TEXTS, answered, check_parity, check_pixels, reference_boxes  # noqa: E402

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work

CASES = [
    ((480, 640), 7),
    *(pytest.param(((720, 1280), seed), marks=pytest.mark.slow) for seed in (1, 2, 3)),
]
"""Camera sizes, and seeds of the weights."""


@pytest.fixture(scope='module', params=CASES, ids=str)
def small(request, exports):
    size, seed = request.param
    return size, *exports('owlv2', size, seed)


def layout(source) -> QueryLayout:
    tokenizer = load_tokenizer(source / 'tokenizer.json', model='owlv2', max_tokens=16)
    return QueryLayout(tokenizer, phrases=32)


def processed(source, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels of the original's own processor, and its std, in grey levels."""
    pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')
    kind = transformers.models.owlv2.image_processing_pil_owlv2.Owlv2ImageProcessorPil
    processor = kind.from_pretrained(source)
    pixels = processor(image, return_tensors='np')['pixel_values']
    return pixels.astype(np.float32), np.asarray(processor.image_std) * 255


@functools.cache
def loaded(source):
    """Return the original network."""
    return transformers.Owlv2ForObjectDetection.from_pretrained(source).eval()


def reference(source, pixels: np.ndarray, size) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all patches of the original network, for (1, 3, h, w) pixels."""
    network = loaded(source)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(source / 'tokenizer.json'), pad_token='<unused0>'
    )
    words = tokenizer(
        TEXTS, return_tensors='pt', padding='max_length', max_length=16, truncation=True
    )
    with torch.no_grad():
        found = network(
            pixel_values=torch.from_numpy(pixels),
            input_ids=words['input_ids'],
            attention_mask=words['attention_mask'],
        )
    boxes = reference_boxes(found.pred_boxes[0].numpy(), (max(size), max(size)))
    limit = np.asarray([size[1], size[0]] * 2, np.float32)
    return np.minimum(boxes, limit), found.logits[0].sigmoid().numpy()


def test_pixels_are_the_processors(small, frames):
    size, record, job = small
    assert record.canvas == (192, 192)
    _, seen = answered(job.folder, layout(job.source), frames[size])
    check_pixels(seen['canvas'], *processed(job.source, frames[size]))


def test_boxes_and_scores_are_the_networks_on_the_same_pixels(small, frames):
    size, _, job = small
    for image in (frames[size], frames[size][:, ::-1]):
        got, seen = answered(job.folder, layout(job.source), image)
        assert got[0].shape == (100, 4)
        assert got[1].shape == (100, 32)
        check_parity(got, reference(job.source, seen['canvas'], size), size)


def test_boxes_and_scores_are_the_networks_from_camera_bytes_on(small, frames):
    """End to end: no whole grey levels here, and no proposals that go on or do not."""
    size, _, job = small
    got, _ = answered(job.folder, layout(job.source), frames[size])
    pixels, _ = processed(job.source, frames[size])
    check_parity(got, reference(job.source, pixels, size), size)


def test_the_last_text_repeated_changes_nothing(small, frames):
    size, _, job = small
    (_, scores), _ = answered(job.folder, layout(job.source), frames[size])
    np.testing.assert_allclose(scores[:, len(TEXTS) :], scores[:, len(TEXTS) - 1 : -1], atol=1e-6)
    assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4
