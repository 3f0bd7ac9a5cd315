"""OmDet-Turbo's graphs answer as the network they came from, preprocessing and words included."""

from __future__ import annotations

import functools

import numpy as np
import pytest

pytest.importorskip('torch', reason='needs torch (extra export)')
pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.export.original_detectors import load_detector
from tenet_ros.inference.text_layouts import OmDetLayout
from tenet_ros.inference.tokens import load_tokenizer

from .parity import TEXTS, answered, check_parity, check_pixels

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


loaded = functools.cache(load_detector)


def test_pixels_are_the_processors(small, frames):
    pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')
    size, _, job = small
    original = loaded(job.source)
    _, seen = answered(job.folder, layout(job.source), frames[size])
    check_pixels(seen['canvas'], original.pixels(frames[size]), original.std)


def test_boxes_and_scores_are_the_networks_on_the_same_pixels(small, frames):
    size, _, job = small
    for image in (frames[size], frames[size][:, ::-1]):
        got, seen = answered(job.folder, layout(job.source), image)
        assert got[0].shape == (100, 4)
        assert got[1].shape == (100, 32)
        original = loaded(job.source)
        check_parity(got, original.answers(seen['canvas'], size, TEXTS), size)
        # The network must not be one that answers so whatever it sees.
        mirrored = np.ascontiguousarray(seen['canvas'][..., ::-1])
        with pytest.raises(AssertionError):
            check_parity(got, original.answers(mirrored, size, TEXTS), size)


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
