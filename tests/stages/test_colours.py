from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.language.expression import Part, Phrase
from tenet_ros.language.grammar.lexicon import BASE_COLOURS
from tenet_ros.stages.appearance import Appearance
from tenet_ros.stages.colours import COLOURS, REGIONS, colour_table, sample

BOX = np.asarray([[40, 30, 140, 130]], np.float32)
GREY = (120, 122, 118)

# sRGB of things that nobody would call otherwise.
CLEAR = {
    'black': (25, 25, 27),
    'white': (243, 243, 240),
    'grey': (120, 121, 123),
    'red': (195, 30, 35),
    'orange': (240, 130, 30),
    'yellow': (245, 215, 40),
    'green': (45, 140, 60),
    'cyan': (40, 190, 200),
    'blue': (40, 80, 200),
    'purple': (120, 50, 150),
    'pink': (240, 150, 185),
    'brown': (105, 65, 38),
    'beige': (215, 195, 160),
    'gold': (205, 165, 60),
    'dark blue': (25, 35, 85),
    'light blue': (150, 190, 235),
    'dark green': (25, 75, 38),
    'dark red': (110, 22, 28),
    'light grey': (185, 186, 188),
    'dark grey': (70, 71, 73),
    'light brown': (175, 130, 90),
}
KIN = {
    frozenset(pair.split('/'))
    for pair in [
        'grey/white',
        'grey/black',
        'grey/silver',
        'white/silver',
        'orange/gold',
        'yellow/gold',
        'beige/gold',
        'red/pink',
        'red/brown',
        'red/orange',
        'brown/gold',
        'brown/beige',
        'brown/orange',
        'cyan/green',
        'cyan/blue',
        'blue/purple',
        'purple/pink',
        'beige/white',
        'beige/grey',
        'beige/pink',
        'yellow/orange',
        'yellow/green',
        'black/brown',
        'black/blue',
        'black/green',
        'black/red',
        'black/purple',
        'beige/yellow',
    ]
}
"""Colours that a reasonable person may take for each other in some light."""


def picture(colour: tuple[int, int, int], ground: tuple[int, int, int] = GREY) -> np.ndarray:
    """A disc of one colour, with some noise and shade, on a ground with a white lamp."""
    noise = np.random.default_rng(1).normal(0, 4, (160, 200, 3))
    image = np.empty((160, 200, 3), np.float64)
    image[:] = ground
    y, x = np.mgrid[:160, :200]
    disc = ((x - 90) / 48) ** 2 + ((y - 80) / 48) ** 2 <= 1
    shade = 1.05 - 0.25 * (y - 32) / 96
    image[disc] = (np.asarray(colour) * shade[..., None])[disc]
    image[:20, 160:] = 250
    return (image + noise).clip(0, 255).astype(np.uint8)


def agreement(image: np.ndarray, *words: str, boxes: np.ndarray = BOX, **phrase: object) -> float:
    spoken = Phrase(text='x', noun='x', colours=words, **phrase)
    return float(Appearance.of(spoken, person=False).agreement(sample(image, boxes))[0])


def test_every_colour_of_the_lexicon_is_understood():
    for name in BASE_COLOURS:
        assert {name, f'dark {name}', f'light {name}'} <= set(COLOURS)


@pytest.mark.parametrize('word', CLEAR)
def test_a_clear_colour_agrees(word: str):
    assert agreement(picture(CLEAR[word]), word) > 0.8


@pytest.mark.parametrize('word', [word for word in CLEAR if ' ' not in word])
def test_a_clearly_different_colour_disagrees(word: str):
    for other, colour in CLEAR.items():
        family = other.split()[-1]
        if family != word and frozenset((family, word)) not in KIN:
            ground = CLEAR['green'] if word == 'grey' else GREY
            assert agreement(picture(colour, ground), word) < 0.2, other


@pytest.mark.parametrize('base', ['blue', 'green', 'red', 'grey', 'brown'])
def test_dark_and_light_are_told_apart(base: str):
    dark, light = (
        CLEAR[f'dark {base}'] if base != 'brown' else (60, 38, 22),
        CLEAR.get(f'light {base}', (235, 150, 150) if base == 'red' else (160, 215, 165)),
    )
    assert (
        agreement(picture(dark), f'dark {base}') > agreement(picture(light), f'dark {base}') + 0.5
    )
    assert (
        agreement(picture(light), f'light {base}') > agreement(picture(dark), f'light {base}') + 0.4
    )


def test_a_lit_black_thing_is_still_rather_black():
    assert agreement(picture((62, 62, 64)), 'black') > 0.5


@pytest.mark.parametrize('ground', [CLEAR['green'], CLEAR['red'], CLEAR['white']])
def test_the_ground_around_a_thing_counts_little(ground):
    ball = picture(CLEAR['blue'], ground)
    word = next(word for word, colour in CLEAR.items() if colour == ground)
    loose = np.asarray([[28, 18, 152, 142]], np.float32)  # half of this box is ground
    assert agreement(ball, 'blue', boxes=loose) > 0.8
    assert agreement(ball, word, boxes=loose) < 0.3


def test_an_underexposed_picture_keeps_its_colours():
    dim = (picture(CLEAR['yellow']) * 0.6).astype(np.uint8)
    assert agreement(dim, 'yellow') > 0.8


def test_two_colours_both_count():
    image = picture(CLEAR['black'])
    image[30:80, 40:140][(image[30:80, 40:140] < 40).all(axis=2)] = CLEAR['white']
    assert agreement(image, 'black', 'white') > 0.8
    assert agreement(image, 'black', 'red') == pytest.approx(0.5, abs=0.1)


def test_an_excluded_colour_turns_the_answer_round():
    red, blue = picture(CLEAR['red']), picture(CLEAR['blue'])
    assert agreement(red, excluded_colours=('red',)) < 0.2
    assert agreement(blue, excluded_colours=('red',)) > 0.8


def test_a_word_that_is_no_known_colour_says_nothing():
    assert not Appearance.of(Phrase(text='x', noun='x', colours=('plaid',)), person=False)


def person(shirt: tuple[int, int, int], legs: tuple[int, int, int]) -> np.ndarray:
    image = np.full((220, 120, 3), 150, np.uint8)
    image[20:50, 50:70] = (200, 160, 140)
    image[50:120, 38:82] = shirt
    image[120:200, 42:78] = legs
    return image


def dressed(image: np.ndarray, noun: str, colour: str) -> float:
    spoken = Phrase(text='man', noun='man', parts=(Part(noun=noun, colours=(colour,)),))
    box = np.asarray([[36, 18, 84, 202]], np.float32)
    return float(Appearance.of(spoken, person=True).agreement(sample(image, box))[0])


def test_clothes_are_looked_for_where_they_are_worn():
    image = person(CLEAR['red'], CLEAR['blue'])
    assert dressed(image, 'shirt', 'red') > 0.8
    assert dressed(image, 'trousers', 'blue') > 0.8
    assert dressed(image, 'shirt', 'red') > dressed(image, 'trousers', 'red') + 0.3
    assert dressed(image, 'shirt', 'green') < 0.2


def test_a_quarter_of_a_person_is_enough():
    assert dressed(person(CLEAR['red'], (90, 92, 95)), 'clothes', 'red') > 0.8


@pytest.mark.parametrize(
    'box',
    [
        pytest.param([0, 0, 200, 160], id='whole image'),
        pytest.param([0, 0, 1.5, 1.5], id='one pixel'),
        pytest.param([199, 159, 200, 160], id='last corner'),
        pytest.param([0, 70, 200, 72], id='a line'),
    ],
)
def test_any_box_gives_an_answer(box: list[float]):
    samples = sample(picture(CLEAR['red']), np.asarray([box], np.float32))
    for region in REGIONS:
        share = samples.share('red', region)
        assert share.shape == (1,)
        assert 0 <= share[0] <= 1


def test_no_boxes_give_no_answers():
    samples = sample(picture(CLEAR['red']), np.zeros((0, 4), np.float32))
    assert samples.share('red').shape == (0,)


@pytest.mark.parametrize('value', [0, 255])
def test_a_picture_of_one_value_does_not_fail(value: int):
    samples = sample(np.full((20, 20, 3), value, np.uint8), np.asarray([[2, 2, 9, 9]], np.float32))
    assert samples.share('white' if value else 'black')[0] == pytest.approx(1, abs=0.01)


def test_tables_are_shares():
    for word in COLOURS:
        table = colour_table(word)
        assert table.dtype == np.float32
        assert 0 <= table.min() <= table.max() <= 1
        assert table.max() > 0.9, word


def test_real_frames(shared_data):
    """The dark grey Mini, the red dancer's sweater and the white dog of the clips."""
    import cv2

    def look(clip: str, frame: int, box: list[float], **spoken) -> float:
        path = shared_data / 'rvos' / clip / 'JPEGImages' / f'{frame:05d}.jpg'
        image = np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])
        phrase = Phrase(text='x', noun='x', **spoken)
        look_for = Appearance.of(phrase, person=bool(phrase.parts))
        return float(look_for.agreement(sample(image, np.asarray([box], np.float32)))[0])

    mini, clio = [255, 190, 690, 375], [563, 184, 854, 480]
    assert look('davis16_car-roundabout', 0, mini, colours=('dark grey',)) > 0.8
    assert look('davis16_car-roundabout', 0, mini, colours=('red',)) < 0.2
    assert look('davis16_car-roundabout', 74, clio, colours=('red',)) > 0.8
    assert look('davis16_car-roundabout', 74, clio, colours=('yellow',)) < 0.2
    dog = [262, 147, 441, 292]
    assert look('edgetam_dog_soccer', 40, dog, colours=('white',)) > 0.8
    assert look('edgetam_dog_soccer', 40, dog, colours=('black',)) < 0.2
    boy = (Part(noun='t-shirt', colours=('white',)),)
    assert look('davis17_bmx-trees', 0, [395, 120, 520, 330], parts=boy) > 0.8
