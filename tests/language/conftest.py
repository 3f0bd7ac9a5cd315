"""How a meaning is written in the tables of this room.

A meaning is written as the target's phrase with its parts, then what is said of it:
``kind anchor`` for a relation ("^" inverted, "*" superlative), an order ("#2" its rank), a motion;
"?" marks a mere hint, "~" what may be over, "not" a negation, "@man" what is said of an anchor,
"x2" the count; after a phrase "-red" stands for what it must not be, "[striped]" for its pattern.
"""

from __future__ import annotations

import pytest

from tenet_ros.language.expression import Expression, Motion, Order, Relation
from tenet_ros.language.grammar import lexicon

PATTERNS = frozenset(lexicon.PATTERNS.values())


def name(expression: Expression, index: int) -> str:
    phrase = expression.phrases[index]
    excluded = [f'-{word}' for word in (*phrase.excluded_colours, *phrase.excluded_attributes)]
    excluded += [f'[{word}]' for word in phrase.attributes if word in PATTERNS]
    parts = [
        f'({" ".join([part.noun, *part.colours, *(f"-{c}" for c in part.excluded_colours)])})'
        for part in phrase.parts
    ]
    return ' '.join([phrase.text, *excluded, *parts])


def written(expression: Expression) -> str:
    return '; '.join(
        [
            ' + '.join(name(expression, index) for index in expression.targets),
            *([f'x{expression.count}'] if expression.count != 1 else []),
            *(relation(expression, r) for r in expression.relations),
            *(order(expression, o) for o in expression.orders),
            *(motion(expression, m) for m in expression.motions),
        ]
    )


def relation(expression: Expression, said: Relation) -> str:
    marks = '^' * said.inverted + '*' * said.superlative
    anchors = ' & '.join(name(expression, anchor) for anchor in said.anchors)
    return who(expression, said) + f'{said.kind.value}{marks} {anchors}'


def order(expression: Expression, said: Order) -> str:
    rank = f'#{said.rank}' if said.rank > 1 else ''
    return who(expression, said) + said.extreme.value + rank + '?' * (not said.strict)


def motion(expression: Expression, said: Motion) -> str:
    return who(expression, said) + said.kind.value + '?' * (not said.strict) + '~' * said.past


def who(expression, statement) -> str:
    subject = statement.subject
    about = f'@{expression.phrases[subject].text} ' if subject else ''
    return about + 'not ' * statement.negated


@pytest.fixture
def meaning():
    """Return the function that writes an expression down."""
    return written
