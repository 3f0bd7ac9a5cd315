"""OWLv2's graphs answer as the network they came from, preprocessing and words included."""

from __future__ import annotations

import functools

import numpy as np
import pytest

pytest.importorskip('torch', reason='needs torch (extra export)')
pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.export.original_detectors import load_detector
from tenet_ros.inference.text_layouts import QueryLayout
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
    return size, *exports('owlv2', size, seed)


def layout(source) -> QueryLayout:
    tokenizer = load_tokenizer(source / 'tokenizer.json', model='owlv2', max_tokens=16)
    return QueryLayout(tokenizer, phrases=32)


loaded = functools.cache(load_detector)


def test_pixels_are_the_processors(small, frames):
    pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')
    size, record, job = small
    assert record.canvas == (192, 192)
    _, seen = answered(job.folder, layout(job.source), frames[size])
    original = loaded(job.source)
    check_pixels(seen['canvas'], original.pixels(frames[size]), original.std)


def test_boxes_and_scores_are_the_networks_on_the_same_pixels(small, frames):
    size, _, job = small
    for image in (frames[size], frames[size][:, ::-1]):
        got, seen = answered(job.folder, layout(job.source), image)
        assert got[0].shape == (100, 4)
        assert got[1].shape == (100, 32)
        want = loaded(job.source).answers(seen['canvas'], size, TEXTS)
        check_parity(got, want, size)


def test_boxes_and_scores_are_the_networks_from_camera_bytes_on(small, frames):
    """End to end: no whole grey levels here, and no proposals that go on or do not."""
    pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')
    size, _, job = small
    got, _ = answered(job.folder, layout(job.source), frames[size])
    original = loaded(job.source)
    check_parity(got, original.answers(original.pixels(frames[size]), size, TEXTS), size)


def test_the_last_text_repeated_changes_nothing(small, frames):
    size, _, job = small
    (_, scores), _ = answered(job.folder, layout(job.source), frames[size])
    np.testing.assert_allclose(scores[:, len(TEXTS) :], scores[:, len(TEXTS) - 1 : -1], atol=1e-6)
    assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4
