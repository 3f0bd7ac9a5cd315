"""From a meaning to English."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tenet_ros.sim import catalogue
from tenet_ros.sim.expressions import pools, pools_test, pools_val
from tenet_ros.sim.expressions.meaning import End, Meaning, Name
from tenet_ros.sim.expressions.pools import Pool

__all__ = ['POOLS', 'Wording', 'say']

_COMMON = 'train'
_TABLES: dict[str, dict[str, Pool]] = {
    name: {
        'noun': pool.NOUNS,
        'word': pool.WORDS,
        'shape': pool.SHAPES,
        'frame': pool.FRAMES,
    }
    for name, pool in ((_COMMON, pools), ('val', pools_val), ('test', pools_test))
}
POOLS = tuple(_TABLES)
"""Names of the pools; every split may use the first."""
_NUMBERS = {0: 'all', 2: 'the two', 3: 'the three', 4: 'the four'}
_VERBS = {
    'is': ('is', 'are'),
    'isnt': ("isn't", "aren't"),
    'was': ('was', 'were'),
    'has': ('has', 'have'),
    'does': ('does', 'do'),
    's': ('s', ''),
}
_TRIES = 12
_NEW_NAMES = 0.5
"""Names of things and colours are new half as often as what is said about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A meaning in words.

    Attributes:
        text: the sentence.
        form: which entries of the pools made it.
        held_out: whether one of them, or a colour with a category, is kept from training.
    """

    text: str
    form: str
    held_out: bool


@dataclass(slots=True)
class _Choice:
    """Draws from the pools and remembers what was drawn."""

    rng: np.random.Generator
    pool: str
    newer: float
    used: list[str] = field(default_factory=list)
    held_out: bool = False

    def pick(self, table: str, key: str, kinds: str = '') -> str:
        """Return an entry, '' if none is of the wanted kinds ('pre', 'post', 'around')."""
        common, own = (
            _of_kind(_TABLES[pool][table].get(key, ()), kinds) for pool in (_COMMON, self.pool)
        )
        share = self.newer * (_NEW_NAMES if table in {'noun', 'word'} else 1.0)
        new = bool(own) and share > 0 and (not common or self.rng.random() < share)
        entries = own if new else common
        if not entries:
            return ''
        index = int(self.rng.integers(len(entries)))
        self.held_out |= new
        entry = entries[index]
        self.used.append(f'{table}.{key}.{self.pool if new else _COMMON}.{entries.index(entry)}')
        return entry


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A noun phrase without article, for one and for several."""

    one: str
    many: str

    def within(self, shape: str, **holes: str) -> _Phrase:
        """Return the phrase in the hole of a shape."""
        return _Phrase(
            *(
                shape.format(
                    n=text,
                    ns=self.many,
                    **holes,
                    **{verb: forms[i] for verb, forms in _VERBS.items()},
                )
                for i, text in enumerate((self.one, self.many))
            )
        )


def say(meaning: Meaning, rng: np.random.Generator, *, pool: str) -> Wording | None:
    """Put a meaning into words.

    Args:
        meaning: what to say.
        rng: chooses the words.
        pool: of ``POOLS``; at least one word, preposition or frame is of that one.

    Returns:
        The words, or None where the pools have none that are good English for it.
    """
    held_out = pool != _COMMON
    for attempt in range(_TRIES):
        choice = _Choice(rng, pool, min(0.35 + 0.1 * attempt, 1.0) if held_out else 0.0)
        text = _sentence(meaning, choice)
        if text and (choice.held_out or not held_out):
            form = '+'.join(choice.used)
            return Wording(
                text=text, form=form, held_out=choice.held_out or _held_out_pair(meaning)
            )
    return None


def _sentence(meaning: Meaning, choice: _Choice) -> str:
    phrase = _phrase(meaning, choice)
    if phrase is None:
        return ''
    several = meaning.number != 1
    if several:
        opening = choice.pick('word', _NUMBERS[meaning.number])
        the = f'{opening} {phrase.many}'
    else:
        the = f'the {phrase.one}'
    common = meaning.order is None and not meaning.side and not several
    if common and meaning.name.category and choice.rng.random() < 0.2:
        article = 'an' if phrase.one[0] in 'aeiou' else 'a'
        return choice.pick('frame', 'a').format(a=f'{article} {phrase.one}')
    return choice.pick('frame', 'the').format(
        the=the, bare=the.removeprefix('the '), **{'is': 'are' if several else 'is'}
    )


def _phrase(meaning: Meaning, choice: _Choice) -> _Phrase | None:
    """Return the whole noun phrase: what is said before the noun first, then what is after."""
    keys = _constituents(meaning)
    last = _last(keys, choice)
    if last is None:
        return None
    free = not last
    phrase = _named(meaning.name, choice, free=free)
    for key in [k for k in keys if k != last]:
        shape = choice.pick('shape', key, 'pre')
        if not shape:
            return None
        phrase = _filled(phrase, shape, meaning, choice)
    if last:
        shape = choice.pick('shape', last)
        return _filled(phrase, shape, meaning, choice) if shape else None
    return phrase


def _constituents(meaning: Meaning) -> list[str]:
    """Return the keys of everything beyond the name, what stands nearest to the noun first."""
    keys = ['excluded'] if meaning.name.excluded else []
    if meaning.statements:
        deeds = [s.deed.value for s in meaning.statements]
        keys.append(('not_' if meaning.statements[0].negated else '') + '_'.join(deeds))
    if meaning.order is not None:
        keys.append(_order_key(meaning))
    if meaning.side:
        keys.append(f'side{"" if meaning.number == 1 else "s"}.{meaning.side}')
    keys += [('not_' if r.negated else '') + r.place.value for r in meaning.relations]
    return keys


def _order_key(meaning: Meaning) -> str:
    assert meaning.order is not None
    if meaning.order.end in {End.LEFT, End.RIGHT}:
        return f'{meaning.order.end.value}.{meaning.order.rank}'
    return meaning.order.word or meaning.order.end.value


def _last(keys: list[str], choice: _Choice) -> str | None:
    """Return the one that may follow the noun: '' if there is none, None if there are two."""
    stiff = [k for k in keys if not _of_kind(pools.SHAPES.get(k, ()), 'pre')]
    if len(stiff) > 1:
        return None
    if stiff:
        return stiff[0]
    return keys[int(choice.rng.integers(len(keys)))] if keys else ''


def _filled(phrase: _Phrase, shape: str, meaning: Meaning, choice: _Choice) -> _Phrase:
    names = [name for link in meaning.relations for name in link.anchors]
    if meaning.order is not None and meaning.order.anchor is not None:
        names = [meaning.order.anchor]
    anchors = [f'the {_named(name, choice, free=False).one}' for name in names]
    holes = dict(zip('ab', anchors, strict=False)) if '{a}' in shape else {}
    if '{c}' in shape:
        holes['c'] = choice.pick('word', meaning.name.excluded)
    return phrase.within(shape, **holes)


def _named(name: Name, choice: _Choice, *, free: bool) -> _Phrase:
    """Return noun, colour and pattern; ``free`` if something may follow the noun."""
    noun = choice.pick('noun', name.category)
    phrase = _Phrase(noun, _plural(noun))
    if not name.pattern and not name.colour:
        return phrase
    holes = {
        hole: choice.pick('word', colour)
        for hole, colour in (('c', name.colour), ('d', name.second))
        if colour
    }
    key = name.pattern or 'colour'
    if name.second:
        key += '_two'
    shape = ''
    for _ in range(_TRIES):
        shape = choice.pick('shape', key, '' if free else 'pre') or '{c} {n}'
        if ('{c}' in shape) == bool(name.colour):
            break
    else:
        return phrase.within(
            f'{name.pattern} {{n}}' if not name.colour else f'{{c}} {name.pattern} {{n}}', **holes
        )
    return phrase.within(shape, **holes)


def _plural(noun: str) -> str:
    """Return the plural of a noun.

    >>> _plural('box'), _plural('toy car')
    ('boxes', 'toy cars')
    """
    return pools.PLURALS.get(noun, f'{noun}s')


def _of_kind(shapes: tuple[str, ...], kinds: str) -> tuple[str, ...]:
    if not kinds:
        return shapes
    return tuple(s for s in shapes if s.endswith('{n}'))


def _held_out_pair(meaning: Meaning) -> bool:
    names = [meaning.name, *(name for link in meaning.relations for name in link.anchors)]
    if meaning.order is not None and meaning.order.anchor is not None:
        names.append(meaning.order.anchor)
    return any((name.colour, name.category) in catalogue.HELD_OUT for name in names)
