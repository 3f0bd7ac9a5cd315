"""OmDet-Turbo's graphs answer as the network they came from, preprocessing and words included."""

from __future__ import annotations

import functools

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.inference.text_layouts import OmDetLayout  # noqa: E402
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
    return size, *exports('omdet_turbo', size, seed)


def layout(source) -> OmDetLayout:
    tokenizer = load_tokenizer(source / 'tokenizer.json', model='omdet', max_tokens=77)
    return OmDetLayout(tokenizer, phrases=32)


@functools.cache
def loaded(source):
    """Return the original network."""
    return transformers.OmDetTurboForObjectDetection.from_pretrained(source).eval()


def reference(source, pixels, size, texts: list[str] = TEXTS) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all queries of the original network, for (1, 3, h, w) pixels."""
    network = loaded(source)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(source / 'tokenizer.json'), pad_token='<|endoftext|>'
    )
    length = {'padding': 'max_length', 'max_length': 77, 'truncation': True}
    classes = tokenizer(texts, return_tensors='pt', **length)
    task = tokenizer([f'Detect {", ".join(texts)}.'], return_tensors='pt', **length)
    with torch.no_grad():
        found = network(
            pixel_values=torch.from_numpy(pixels),
            classes_input_ids=classes['input_ids'],
            classes_attention_mask=classes['attention_mask'],
            tasks_input_ids=task['input_ids'],
            tasks_attention_mask=task['attention_mask'],
            classes_structure=torch.tensor([len(texts)]),
        )
    boxes = reference_boxes(found.decoder_coord_logits[0].numpy(), size)
    return boxes, found.decoder_class_logits[0].sigmoid().numpy()


def test_pixels_are_the_processors(small, frames):
    pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')
    size, _, job = small
    kind = transformers.models.detr.image_processing_pil_detr.DetrImageProcessorPil
    processor = kind.from_pretrained(job.source)
    _, seen = answered(job.folder, layout(job.source), frames[size])
    pixels = processor(frames[size], return_tensors='np')['pixel_values']
    check_pixels(seen['canvas'], pixels, processor.image_std)


def test_boxes_and_scores_are_the_networks_on_the_same_pixels(small, frames):
    size, _, job = small
    for image in (frames[size], frames[size][:, ::-1]):
        got, seen = answered(job.folder, layout(job.source), image)
        assert got[0].shape == (100, 4)
        assert got[1].shape == (100, 32)
        want = reference(job.source, seen['canvas'], size)
        check_parity(got, want, size)
        # The network must not be one that answers so whatever it sees.
        mirrored = np.ascontiguousarray(seen['canvas'][..., ::-1])
        with pytest.raises(AssertionError):
            check_parity(got, reference(job.source, mirrored, size), size)


def test_the_last_text_repeated_changes_nothing(small, frames):
    size, _, job = small
    (_, scores), _ = answered(job.folder, layout(job.source), frames[size])
    np.testing.assert_array_equal(scores[:, len(TEXTS) :], scores[:, len(TEXTS) - 1 : -1])
    assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4


def test_the_note_says_what_was_made(small):
    size, record, job = small
    assert record.camera == size
    assert record.canvas == (160, 160)
    assert record.limits == {'boxes': 100, 'phrases': 32, 'tokens': 77}
    assert {'config.json', 'model.safetensors', 'tokenizer.json'} <= record.source.keys()
    for graph in record.graphs:
        assert (job.folder / graph.file).stat().st_size == graph.size_bytes
