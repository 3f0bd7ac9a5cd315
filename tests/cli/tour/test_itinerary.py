"""The tour: clips that nothing else uses, sentences that the generator says, and of known truth."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.cli.tour.itinerary import CHOSEN_WITH, SPLIT, TOUR, asks_for, digest, sentences_of
from tenet_ros.errors import ConfigError
from tenet_ros.sim.expressions.wording import say
from tenet_ros.sim.generator import GENERATOR, generate
from tenet_ros.sim.projection import observe
from tenet_ros.sim.sentence import KINDS, Sentence

LINES = [line for stop in TOUR for _, line in stop.lines]
FRAMES = 240


def a_sentence(text, kind, first, last):
    targets = np.zeros((FRAMES, 2), bool)
    targets[first:last, 0] = True
    return Sentence(
        text=text, kind=kind, form='f', held_out=False, targets=targets,
        judged=np.ones(FRAMES, bool),
    )  # fmt: skip


def test_the_clips_are_those_that_were_looked_at_and_nobody_elses():
    assert GENERATOR == CHOSEN_WITH, 'look at the clips of the new generator and choose again'
    assert SPLIT == 'val'
    assert all(4_000_000 <= stop.seed < 5_000_000 for stop in TOUR)
    assert len(digest()) == 12


def test_it_shows_the_whole_idea_in_about_half_a_minute():
    kinds = {line.kind for line in LINES}
    assert kinds <= set(KINDS)
    wanted = {'attribute', 'relation', 'order', 'motion', 'temporal', 'negation', 'plural'}
    assert wanted <= kinds
    assert any(kind.startswith('absent') for kind in kinds)
    assert any(len(ask.texts) > 1 for stop in TOUR for ask in stop.asks)
    assert 3 <= len(TOUR) <= 4


@pytest.mark.parametrize('stop', TOUR, ids=lambda stop: str(stop.seed))
def test_every_command_has_time_to_be_answered(stop):
    times = [ask.at_s for ask in stop.asks] + [8.0]
    assert times[0] == 0.0
    assert min(np.diff(times)) >= 1.7
    assert len({line.text for _, line in stop.lines}) == len(stop.lines)


@pytest.mark.parametrize('line', LINES, ids=lambda line: line.text)
def test_the_words_are_ones_that_the_generator_has_for_the_meaning(line):
    words = (say(line.meaning, np.random.default_rng(seed), pool='train') for seed in range(2000))
    assert any(found is not None and found.text == line.text for found in words)


@pytest.mark.slow
@pytest.mark.parametrize('stop', TOUR, ids=lambda stop: str(stop.seed))
def test_the_truth_of_every_sentence_is_known_while_it_holds(stop):
    scene = generate(stop.seed, SPLIT)
    said = {s.text: s for s in sentences_of(stop, scene, observe(scene))}
    times = [ask.at_s for ask in stop.asks] + [8.0]
    for ask, end_s in zip(stop.asks, times[1:], strict=True):
        held = slice(round(ask.at_s * 30), round(end_s * 30))
        for text in ask.texts:
            sentence = said[text]
            assert sentence.judged[held].mean() >= 0.4, text
            shown = sentence.targets[held].any()
            assert shown != sentence.kind.startswith('absent'), text


def test_a_recording_is_asked_what_can_be_seen_when_it_can():
    early, late = a_sentence('early', 'motion', 0, 80), a_sentence('late', 'order', 160, 240)
    middle = a_sentence('middle', 'relation', 80, 160)
    asks = asks_for([late, early, middle], 30.0)
    assert [ask.texts for ask in asks] == [('early',), ('middle',), ('late',)]
    assert [round(ask.at_s, 2) for ask in asks] == [0.0, 2.67, 5.33]


def test_kinds_vary_where_they_can():
    said = [a_sentence(f's{n}', kind, 0, 240) for n, kind in enumerate(('size', 'size', 'order'))]
    kinds = {s.text: s.kind for s in said}
    asked = [kinds[ask.texts[0]] for ask in asks_for(said, 30.0)]
    assert asked[:2] in (['size', 'order'], ['order', 'size'])


def test_a_recording_without_sentences_is_none_to_show():
    with pytest.raises(ConfigError, match='no sentences'):
        asks_for([], 30.0)
