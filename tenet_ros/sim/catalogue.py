"""What may lie on the table: categories, colours, patterns, and which of them are confusable.

The nouns and colour words are lemmas, as the parser gives them. A sentence is only fair where a
person could tell the things apart, so the tables below also say what a person may mix up.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    'ALLOWED',
    'CATEGORIES',
    'COLOURS',
    'CONFUSABLE',
    'CONFUSABLE_COLOURS',
    'HELD_OUT',
    'PATTERNS',
    'SPLITS',
    'Category',
    'Colour',
    'confusable',
    'confusable_colours',
]

SPLITS = ('train', 'val', 'test')
PATTERNS = ('plain', 'striped', 'dotted', 'checkered')


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What the world needs to know of a kind of thing beyond its shape.

    Attributes:
        patterned: whether things of this kind may be striped, dotted or checkered.
        rolls: 'any' like a ball, 'side' when it lies on its side, 'wheels' along its own x axis,
            '' not at all.
        carries: whether small things may stand on or in it.
        hollow: whether they stand in it, on the disc that is its first part.
        small: whether it may stand on or in something else.
        round: whether a turn about its upright axis is hard to see.
        topples: whether it stands so tall that it may fall over.
    """

    patterned: bool = False
    rolls: str = ''
    carries: bool = False
    hollow: bool = False
    small: bool = False
    round: bool = False
    topples: bool = False


CATEGORIES: dict[str, Category] = {
    'mug': Category(patterned=True, small=True),
    'cup': Category(patterned=True, small=True, round=True),
    'bowl': Category(carries=True, hollow=True, round=True),
    'plate': Category(carries=True, hollow=True, round=True),
    'pan': Category(carries=True, hollow=True),
    'bottle': Category(patterned=True, rolls='side', topples=True, round=True),
    'can': Category(patterned=True, rolls='side', small=True, topples=True, round=True),
    'teapot': Category(),
    'spoon': Category(),
    'box': Category(patterned=True, carries=True),
    'cube': Category(patterned=True, small=True),
    'book': Category(patterned=True, carries=True),
    'ball': Category(patterned=True, rolls='any', small=True, round=True),
    'banana': Category(),
    'apple': Category(small=True, round=True),
    'pear': Category(small=True, round=True),
    'screwdriver': Category(),
    'hammer': Category(),
    'toy car': Category(rolls='wheels', small=True),
    'duck': Category(small=True),
}

CONFUSABLE: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ('mug', 'cup'),
        ('mug', 'teapot'),
        ('cup', 'bowl'),
        ('cup', 'can'),
        ('bowl', 'plate'),
        ('bowl', 'pan'),
        ('plate', 'pan'),
        ('box', 'cube'),
        ('box', 'book'),
        ('ball', 'apple'),
        ('apple', 'pear'),
        ('bottle', 'can'),
        ('screwdriver', 'hammer'),
        ('screwdriver', 'spoon'),
    )
)
"""Pairs of categories that a person may mix up when things are small or half hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A range of hue, saturation and value: paint under white light.

    Attributes:
        hue: (low, high) degrees; low may be negative.
        saturation: (low, high) in [0, 1].
        value: (low, high) in [0, 1].
    """

    hue: tuple[float, float]
    saturation: tuple[float, float]
    value: tuple[float, float]


COLOURS: dict[str, Colour] = {
    'red': Colour(hue=(-6, 4), saturation=(0.86, 0.97), value=(0.68, 0.88)),
    'orange': Colour(hue=(23, 31), saturation=(0.90, 1.00), value=(0.94, 1.00)),
    'yellow': Colour(hue=(50, 57), saturation=(0.82, 0.98), value=(0.92, 1.00)),
    'green': Colour(hue=(112, 142), saturation=(0.65, 0.92), value=(0.42, 0.68)),
    'blue': Colour(hue=(208, 222), saturation=(0.78, 0.96), value=(0.62, 0.92)),
    'purple': Colour(hue=(277, 290), saturation=(0.60, 0.80), value=(0.46, 0.64)),
    'pink': Colour(hue=(326, 342), saturation=(0.36, 0.52), value=(0.95, 1.00)),
    'brown': Colour(hue=(18, 27), saturation=(0.62, 0.76), value=(0.28, 0.40)),
    'white': Colour(hue=(0, 360), saturation=(0.00, 0.04), value=(0.93, 1.00)),
    'grey': Colour(hue=(0, 360), saturation=(0.00, 0.05), value=(0.38, 0.50)),
    'black': Colour(hue=(0, 360), saturation=(0.00, 0.10), value=(0.02, 0.07)),
}

CONFUSABLE_COLOURS: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ('red', 'orange'),
        ('red', 'brown'),
        ('orange', 'yellow'),
        ('orange', 'brown'),
        ('blue', 'purple'),
        ('pink', 'purple'),
        ('white', 'grey'),
        ('grey', 'black'),
        ('brown', 'black'),
    )
)
"""Pairs of colours that shade or light may bring close to each other."""

HELD_OUT: frozenset[tuple[str, str]] = frozenset(
    (colour, category)
    for category, colours in {
        'mug': ('yellow', 'grey'),
        'cup': ('purple',),
        'bowl': ('red',),
        'plate': ('blue', 'brown'),
        'pan': ('orange',),
        'bottle': ('pink',),
        'can': ('green', 'white'),
        'teapot': ('blue',),
        'spoon': ('red',),
        'box': ('purple', 'black'),
        'cube': ('brown',),
        'book': ('yellow',),
        'ball': ('grey', 'red'),
        'banana': ('white',),
        'apple': ('black',),
        'pear': ('pink', 'orange'),
        'screwdriver': ('green',),
        'hammer': ('white',),
        'toy car': ('pink', 'yellow'),
        'duck': ('green',),
    }.items()
    for colour in colours
)
"""(colour, category) pairs that occur in the test split and in no other."""

ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    split: {
        category: tuple(
            colour for colour in COLOURS if split == 'test' or (colour, category) not in HELD_OUT
        )
        for category in CATEGORIES
    }
    for split in SPLITS
}
"""Split -> category -> colours that it may have there."""


def confusable(one: str, other: str) -> bool:
    """Return whether a person may take the one category for the other; True if they are equal."""
    return one == other or frozenset((one, other)) in CONFUSABLE


def confusable_colours(one: str, other: str) -> bool:
    """Return whether a person may take the one colour for the other; True if they are equal."""
    return one == other or frozenset((one, other)) in CONFUSABLE_COLOURS
