"""OmDet-Turbo's graphs answer as the network they came from, preprocessing and words included."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.inference.text_layouts import OmDetLayout  # noqa: E402
from tenet_ros.inference.tokens import load_tokenizer  # noqa: E402

from .parity import TEXTS, answered, check_parity, exported, reference_boxes  # noqa: E402

SIZES = [(480, 640), (720, 1280)]

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work


def layout(source) -> OmDetLayout:
    tokenizer = load_tokenizer(source / 'tokenizer.json', model='omdet', max_tokens=77)
    return OmDetLayout(tokenizer, phrases=32)


def reference(source, image: np.ndarray, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all queries, by the original's own processor and network."""
    network = transformers.OmDetTurboForObjectDetection.from_pretrained(source).eval()
    processor = transformers.models.detr.image_processing_pil_detr.DetrImageProcessorPil
    pixels = processor.from_pretrained(source)(image, return_tensors='pt')['pixel_values']
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(source / 'tokenizer.json'), pad_token='<|endoftext|>'
    )
    length = {'padding': 'max_length', 'max_length': 77, 'truncation': True}
    classes = tokenizer(texts, return_tensors='pt', **length)
    task = tokenizer([f'Detect {", ".join(texts)}.'], return_tensors='pt', **length)
    with torch.no_grad():
        found = network(
            pixel_values=pixels,
            classes_input_ids=classes['input_ids'],
            classes_attention_mask=classes['attention_mask'],
            tasks_input_ids=task['input_ids'],
            tasks_attention_mask=task['attention_mask'],
            classes_structure=torch.tensor([len(texts)]),
        )
    boxes = reference_boxes(found.decoder_coord_logits[0].numpy(), image.shape[:2])
    return boxes, found.decoder_class_logits[0].sigmoid().numpy()


@pytest.fixture(scope='module')
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp('omdet')
    # The network of seed 7 answers with up to 2e-3 when four of 76,800 values differ by the one
    # grey level that Pillow's fixed-point sums differ by.
    return {size: exported('omdet_turbo', root, size, seed=3) for size in SIZES}


@pytest.mark.parametrize('size', SIZES)
def test_boxes_and_scores_are_the_networks(small, frames, size):
    _, job = small[size]
    got = answered(job.folder, layout(job.source), frames[size])
    assert got[0].shape == (100, 4)
    assert got[1].shape == (100, 32)
    check_parity(got, reference(job.source, frames[size], TEXTS), size)


def test_the_last_text_repeated_changes_nothing(small, frames):
    _, job = small[480, 640]
    _, scores = answered(job.folder, layout(job.source), frames[480, 640])
    np.testing.assert_array_equal(scores[:, len(TEXTS) :], scores[:, len(TEXTS) - 1 : -1])
    assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4


def test_the_note_says_what_was_made(small):
    record, job = small[720, 1280]
    assert record.camera == (720, 1280)
    assert record.canvas == (160, 160)
    assert record.limits == {'boxes': 100, 'phrases': 32, 'tokens': 77}
    assert {'config.json', 'model.safetensors', 'tokenizer.json'} <= record.source.keys()
    for graph in record.graphs:
        assert (job.folder / graph.file).stat().st_size == graph.size_bytes
