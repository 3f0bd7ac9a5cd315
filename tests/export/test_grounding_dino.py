"""Graphs of the Grounding DINO family answer as the networks they came from, words included."""

from __future__ import annotations

import functools

import numpy as np
import pytest

pytest.importorskip('torch', reason='needs torch (extra export)')
pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from tenet_ros.export.original_detectors import load_detector, ranked_as
from tenet_ros.inference.text_layouts import CaptionLayout
from tenet_ros.inference.tokens import load_tokenizer

from .parity import TEXTS, answered, check_parity, check_pixels

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work
TIE = 1e-4
"""Of proposals' logits; rounding in two runtimes is less."""

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


loaded = functools.cache(load_detector)


@pytest.fixture(scope='module', params=CASES, ids=str)
def small(request, exports):
    kind, size, seed = request.param
    return size, *exports('grounding_dino', size, seed, kind=kind)


def test_pixels_are_the_processors(small, frames):
    pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')
    size, record, job = small
    original = loaded(job.source)
    _, seen = answered(job.folder, layout(job.source, record.limits['tokens']), frames[size])
    check_pixels(seen['canvas'], original.pixels(frames[size]), original.std)


def test_boxes_and_scores_are_the_networks_on_the_same_pixels(small, frames):
    size, record, job = small
    for image in (frames[size], frames[size][:, ::-1]):
        got, seen = answered(job.folder, layout(job.source, record.limits['tokens']), image)
        assert got[0].shape == (100, 4)
        assert got[1].shape == (100, 32)
        # Proposals that are equally good go on in the graph's order; that they are is checked.
        with ranked_as(seen['proposals']) as proposals:
            want = loaded(job.source).answers(seen['canvas'], size, TEXTS)
        assert proposals.gap <= TIE
        check_parity(got, want, size)
        # Places that are left over repeat the last text.
        scores = got[1]
        repeated = scores[:, len(TEXTS) - 1 : -1]
        np.testing.assert_allclose(scores[:, len(TEXTS) :], repeated, atol=1e-6)
        assert np.ptp(scores[:, : len(TEXTS)], axis=1).min() > 1e-4
