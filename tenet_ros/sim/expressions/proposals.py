"""Meanings that might suit a clip, kind by kind. Which of them do is for ``referent`` to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions.draw import BESIDE, Draw
from tenet_ros.sim.expressions.meaning import (
    Deed,
    End,
    Meaning,
    Name,
    Order,
    Place,
    Relation,
    Statement,
)
from tenet_ros.sim.expressions.names import colour_of, resembles
from tenet_ros.sim.expressions.places import HOLLOW

__all__ = ['PROPOSERS']

_LOOKS = 4
"""Anchors tried in search of a rare relation."""
_OPPOSITE = {
    Place.LEFT_OF: Place.RIGHT_OF,
    Place.RIGHT_OF: Place.LEFT_OF,
    Place.BEHIND: Place.IN_FRONT_OF,
    Place.IN_FRONT_OF: Place.BEHIND,
}
_NOW = (
    Deed.MOVING,
    Deed.LEFTWARD,
    Deed.RIGHTWARD,
    Deed.TOWARDS,
    Deed.AWAY,
    Deed.ROLLING,
    Deed.SLIDING,
    Deed.PUSHED,
    Deed.SPINNING,
    Deed.FALLING,
    Deed.LIFTED,
    Deed.CIRCLING,
)
_THEN = (Deed.STOPPED, Deed.STARTED, Deed.CAME_BACK, Deed.FELL, Deed.WAS_PUSHED, Deed.ENTERED)
_HEADINGS = (Deed.LEFTWARD, Deed.RIGHTWARD, Deed.TOWARDS, Deed.AWAY)
_DENIED = (Deed.MOVING, Deed.ROLLING, Deed.SPINNING, Deed.PUSHED)


def _category(draw: Draw) -> Meaning | None:
    once = [i for i in draw.visible if draw.categories[draw.things[i].category] == 1]
    i = draw.thing(once)
    return None if i < 0 else Meaning(name=Name(category=draw.things[i].category))


def _attribute(draw: Draw) -> Meaning | None:
    i = draw.thing(draw.twins() if draw.often(0.7) else None)
    if i < 0:
        return None
    thing = draw.things[i]
    category = '' if draw.alone and draw.often(0.15) else thing.category
    name = Name(category=category, colour=thing.colour)
    if thing.pattern != 'plain' and draw.often(0.6):
        second = thing.second if draw.often(0.5) else ''
        colour = thing.colour if draw.often(0.5) else ''
        name = Name(category=category, colour=colour, pattern=thing.pattern, second=second)
    elif thing.pattern == 'plain' and draw.often(0.25):
        kin = (t for t in draw.things if t.category == thing.category)
        if any(t.pattern != 'plain' for t in kin):
            name = Name(category=category, colour='', pattern='plain')
    return Meaning(name=name)


def _size(draw: Draw) -> Meaning | None:
    i = draw.thing(draw.twins())
    if i < 0:
        return None
    name = draw.name(i, colour=0.35)
    largest = draw.often(0.5)
    count = int((draw.clip.named(name) > 0).sum(axis=1).max())
    two = ('larger', 'big') if largest else ('smaller', 'small')
    words = (two[0], two[1]) if count == 2 else ('', two[1])
    end = End.LARGEST if largest else End.SMALLEST
    return Meaning(name=name, order=Order(end=end, word=draw.one_of(words)))


def _related(draw: Draw, i: int) -> Relation | None:
    """Return a relation in which thing ``i`` stands at some time, the rarer ones first."""
    dice = draw.rng.random()
    for _ in range(_LOOKS if dice < 0.2 else 0):
        (m, name), (k, other) = draw.anchor(i), draw.anchor(i)
        if -1 not in {m, k} and m != k and (draw.clip.place(Place.BETWEEN, (m, k))[:, i] > 0).any():
            return Relation(place=Place.BETWEEN, anchors=(name, other))
    found: list[Relation] = []
    for _ in range(_LOOKS if dice < 0.6 else 1):
        m, name = draw.anchor(i)
        places = draw.places(i, m) if m >= 0 else []
        special = [p for p in places if p not in BESIDE[:4]]
        if special:
            return Relation(place=draw.one_of(special), anchors=(name,))
        found += [Relation(place=p, anchors=(name,)) for p in places]
    return draw.one_of(found) if found else None


def _relation(draw: Draw) -> Meaning | None:
    i = draw.thing(draw.twins() if draw.often(0.75) else None)
    if i < 0:
        return None
    if draw.often(0.12):
        m, anchor = draw.anchor(i)
        end = End.CLOSEST_TO if draw.often(0.75) else End.FARTHEST_FROM
        order = Order(end=end, anchor=anchor)
        return None if m < 0 else Meaning(name=draw.name(i, colour=0.0), order=order)
    link = _related(draw, i)
    name = draw.name(i, colour=0.15, anonymous=0.1)
    return None if link is None else Meaning(name=name, relations=(link,))


def _order(draw: Draw) -> Meaning | None:
    i = draw.thing(draw.twins())
    if i < 0:
        return None
    name = draw.name(i, colour=0.15)
    if draw.alone and draw.often(0.08):
        name = Name(colour=draw.things[i].colour)
    count = int((draw.clip.named(name) > 0).sum(axis=1).max())
    if draw.often(0.15) and count <= 3:
        return Meaning(name=name, side=draw.one_of(('left', 'right')))
    ends = [End.LEFT, End.RIGHT, End.NEAREST, End.FARTHEST]
    if count >= 3:
        ends += [End.LEFT, End.RIGHT, End.MIDDLE]
    end, rank = draw.one_of(ends), 1
    if end in {End.LEFT, End.RIGHT} and count >= 3 and draw.often(0.55):
        rank = 3 if count >= 4 and draw.often(0.3) else 2
    return Meaning(name=name, order=Order(end=end, rank=rank))


def _motion(draw: Draw) -> Meaning | None:
    if draw.often(0.15):
        movers = [i for _, i in draw.deeds((Deed.MOVING,))]
        names = {draw.things[i].category for i in movers}
        i = draw.thing([i for i in draw.twins() if draw.things[i].category in names])
        still = Statement(deed=Deed.STILL)
        return None if i < 0 else Meaning(name=draw.name(i, colour=0.1), statements=(still,))
    found = draw.deeds(_NOW)
    if not found:
        return None
    deed = draw.deed(found)
    i = draw.one_of([k for d, k in found if d is deed])
    name = draw.name(i, colour=0.1, anonymous=0.25)
    if deed in {Deed.ROLLING, Deed.SLIDING} and draw.often(0.5):
        ways = [way for way, k in draw.deeds(_HEADINGS) if k == i]
        if ways:
            also = Statement(deed=draw.one_of(ways))
            return Meaning(name=name, statements=(Statement(deed=deed), also))
    return Meaning(name=name, statements=(Statement(deed=deed),))


def _temporal(draw: Draw) -> Meaning | None:
    if draw.often(0.2):
        movers = [i for _, i in draw.deeds((Deed.MOVING,))]
        i = draw.thing(movers)
        if i < 0:
            return None
        name = draw.name(i, colour=0.0, anonymous=0.5)
        return Meaning(name=name, order=Order(end=End.FIRST_MOVED))
    found = draw.deeds(_THEN)
    if not found:
        return None
    deed = draw.deed(found)
    i = draw.one_of([i for d, i in found if d is deed])
    name = draw.name(i, colour=0.1, anonymous=0.35)
    return Meaning(name=name, statements=(Statement(deed=deed),))


def _not_colour(draw: Draw, i: int) -> Meaning | None:
    """The mug that is not red."""
    thing = draw.things[i]
    kin = {t.colour for t in draw.things if t.category == thing.category}
    others = sorted(kin - {thing.colour})
    if not others:
        return None
    return Meaning(name=Name(category=thing.category, excluded=draw.one_of(others)))


def _not_doing(draw: Draw, i: int) -> Meaning | None:
    """The ball that is not rolling, while another is."""
    category = draw.things[i].category
    deeds = [d for d, k in draw.deeds(_DENIED) if draw.things[k].category == category]
    if not deeds:
        return None
    denied = Statement(deed=draw.one_of(deeds), negated=True)
    return Meaning(name=draw.name(i, colour=0.0), statements=(denied,))


def _not_there(draw: Draw, i: int) -> Meaning | None:
    """The ball not next to the bowl, while another is."""
    category = draw.things[i].category
    kin = [k for k in draw.twins() if draw.things[k].category == category and k != i]
    link = _related(draw, draw.one_of(kin)) if kin else None
    if link is None or link.place in {Place.BETWEEN, Place.UNDER}:
        return None
    return Meaning(name=draw.name(i, colour=0.0), relations=(replace(link, negated=True),))


def _negation(draw: Draw) -> Meaning | None:
    i = draw.thing(draw.twins())
    options = [_not_colour, _not_there]
    if draw.may(Deed.MOVING):
        options.append(_not_doing)
    return None if i < 0 else draw.one_of(options)(draw, i)


def _colour_and_place(draw: Draw, i: int) -> Meaning | None:
    link = _related(draw, i)
    return None if link is None else Meaning(name=draw.name(i, colour=1.0), relations=(link,))


def _colour_and_deed(draw: Draw, i: int) -> Meaning | None:
    found = [(d, k) for d, k in draw.deeds(_NOW + _THEN) if k == i]
    if not found:
        return None
    done = (Statement(deed=draw.deed(found)),)
    return Meaning(name=draw.name(i, colour=1.0), statements=done)


def _deed_and_place(draw: Draw, i: int) -> Meaning | None:
    found = [d for d, k in draw.deeds(_NOW) if k == i and d not in _HEADINGS]
    link = _related(draw, i)
    if not found or link is None:
        return None
    done = (Statement(deed=draw.one_of(found)),)
    return Meaning(name=draw.name(i, colour=0.3), relations=(link,), statements=done)


def _size_and_place(draw: Draw, i: int) -> Meaning | None:
    name, link = draw.name(i, colour=0.35), _related(draw, i)
    if link is None:
        return None
    end, word = draw.one_of(((End.LARGEST, 'big'), (End.SMALLEST, 'small')))
    return Meaning(name=name, relations=(link,), order=Order(end=end, word=word))


def _colour_and_order(draw: Draw, i: int) -> Meaning | None:
    ends = (End.LEFT, End.RIGHT, End.NEAREST, End.FARTHEST, End.LARGEST, End.SMALLEST)
    return Meaning(name=draw.name(i, colour=1.0), order=Order(end=draw.one_of(ends)))


def _combination(draw: Draw) -> Meaning | None:
    movers = sorted({i for _, i in draw.deeds((Deed.MOVING, Deed.SPINNING))})
    if movers and draw.often(0.5):
        options = (_colour_and_deed, _deed_and_place)
        return draw.one_of(options)(draw, draw.thing(movers))
    i = draw.thing(draw.twins() if draw.often(0.7) else None)
    found = (_colour_and_place, _colour_and_place, _size_and_place, _colour_and_order)
    return None if i < 0 else draw.one_of(found)(draw, i)


def _plural(draw: Draw) -> Meaning | None:
    i = draw.thing(draw.twins() if draw.often(0.8) else None)
    if i < 0:
        return None
    thing, dice = draw.things[i], draw.rng.random()
    name = draw.name(i, colour=0.3)
    meaning = Meaning(name=name)
    if dice < 0.2 and draw.alone:
        meaning = Meaning(name=Name(colour=thing.colour))
    elif dice < 0.35:
        meaning = Meaning(name=name, side=draw.one_of(('left', 'right')))
    elif dice < 0.45 and draw.may(Deed.MOVING):
        anyone = Name() if draw.alone and draw.often(0.5) else name
        deed = Statement(deed=draw.one_of((Deed.MOVING, Deed.STILL)))
        meaning = Meaning(name=anyone, statements=(deed,))
    elif dice < 0.6:
        link = _related(draw, i)
        meaning = meaning if link is None else Meaning(name=name, relations=(link,))
    count = int((draw.clip.values(meaning) > 0).sum(axis=1).max())
    number = count if 2 <= count <= 4 and draw.often(0.5) else 0
    return replace(meaning, number=number) if count >= 2 else None


def _absent_category(draw: Draw) -> Meaning | None:
    present = [thing.category for thing in draw.things]
    missing = [c for c in catalogue.CATEGORIES if all(resembles(p, c) < 0 for p in present)]
    if not missing:
        return None
    category = draw.one_of(missing)
    allowed = catalogue.ALLOWED[draw.clip.facts.scene.split][category]
    colours = [t.colour for t in draw.things if t.colour in allowed]
    colour = draw.one_of(colours) if colours and draw.often(0.45) else ''
    return Meaning(name=Name(category=category, colour=colour))


def _absent_colour(draw: Draw) -> Meaning | None:
    i = draw.thing()
    if i < 0:
        return None
    category = draw.things[i].category
    kin = [t for t in draw.things if resembles(t.category, category) >= 0]
    allowed = catalogue.ALLOWED[draw.clip.facts.scene.split][category]
    wrong = [c for c in allowed if all(colour_of(t, c) < 0 for t in kin)]
    if not wrong:
        return None
    shown = [c for c in wrong if any(t.colour == c for t in draw.things)]
    colour = draw.one_of(shown if shown and draw.often(0.7) else wrong)
    return Meaning(name=Name(category=category, colour=colour))


def _absent_relation(draw: Draw) -> Meaning | None:
    i = draw.thing()
    if i < 0:
        return None
    link = _related(draw, i)
    if link is None or link.place is Place.BETWEEN:
        return None
    place = _OPPOSITE.get(link.place)
    if place is None or draw.often(0.3):
        others = [p for p in (*BESIDE, Place.ON, Place.IN) if p is not link.place]
        place = draw.one_of(others)
    category = link.anchors[0].category
    if place in {Place.ON, Place.IN}:
        if not catalogue.CATEGORIES[category].carries:
            return None
        place = Place.IN if category in HOLLOW else Place.ON
    return Meaning(name=draw.name(i, colour=0.25), relations=(replace(link, place=place),))


def _absent_motion(draw: Draw) -> Meaning | None:
    moving = sorted({i for _, i in draw.deeds((Deed.MOVING,))})
    stirs = draw.clip.deeds.stirred[-1]
    if moving and draw.often(0.4):
        i = draw.one_of(moving)
        deed = draw.one_of(_NOW[1:])
    else:
        i = draw.thing([k for k in draw.visible if not stirs[k]])
        options = [Deed.MOVING, Deed.MOVING, *_HEADINGS, Deed.PUSHED, Deed.SPINNING, Deed.LIFTED]
        rolls = i >= 0 and catalogue.CATEGORIES[draw.things[i].category].rolls
        deed = draw.one_of([*options, Deed.ROLLING, Deed.ROLLING] if rolls else options)
    if i < 0:
        return None
    return Meaning(name=draw.name(i, colour=0.2), statements=(Statement(deed=deed),))


PROPOSERS: dict[str, Callable[[Draw], Meaning | None]] = {
    'category': _category,
    'attribute': _attribute,
    'size': _size,
    'relation': _relation,
    'order': _order,
    'motion': _motion,
    'temporal': _temporal,
    'negation': _negation,
    'combination': _combination,
    'plural': _plural,
    'absent_category': _absent_category,
    'absent_colour': _absent_colour,
    'absent_relation': _absent_relation,
    'absent_motion': _absent_motion,
}
"""Kind of sentence -> one try at a meaning of that kind."""
