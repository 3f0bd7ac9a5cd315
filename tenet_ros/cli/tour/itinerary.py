"""What the demonstration asks, and when: clips of the generator with sentences of known truth."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tenet_ros.errors import ConfigError
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
from tenet_ros.sim.expressions.referent import Clip
from tenet_ros.sim.generator import GENERATOR
from tenet_ros.sim.scene import Scene, Truth
from tenet_ros.sim.sentence import Sentence

__all__ = [
    'CHOSEN_WITH',
    'SPLIT',
    'TOUR',
    'Ask',
    'Line',
    'Stop',
    'asks_for',
    'digest',
    'sentences_of',
]

SPLIT = 'val'
CHOSEN_WITH = 5
"""Generator of the clips that were chosen; another one's must be looked at and chosen anew."""
LEAST_S = 2.0
"""Time that an answer is given to show itself."""
MOST_ASKS = 3
FORM = 'tour'


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence and what it means.

    Attributes:
        text: what is said.
        kind: one of ``sim.sentence.KINDS``.
        meaning: what its truth is worked out from.
    """

    text: str
    kind: str
    meaning: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One command, given while a clip plays; it holds until the next, or the clip's end.

    Attributes:
        at_s: from the clip's start.
        texts: its sentences.
    """

    at_s: float
    texts: tuple[str, ...]

    @property
    def command(self) -> str:
        """What is published."""
        return '; '.join(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One clip of the tour and what is said about it.

    Attributes:
        seed: of the generator.
        lines: sentences by the time at which they are said; equal times make one command.
    """

    seed: int
    lines: tuple[tuple[float, Line], ...]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The commands, in order."""
        times = sorted({at_s for at_s, _ in self.lines})
        return tuple(
            Ask(at_s=time, texts=tuple(line.text for at_s, line in self.lines if at_s == time))
            for time in times
        )


def _meant(text: str, kind: str, meaning: Meaning) -> Line:
    return Line(text=text, kind=kind, meaning=meaning)


def _named(text: str, kind: str, category: str, colour: str) -> Line:
    return _meant(text, kind, Meaning(name=Name(category=category, colour=colour)))


def _doing(text: str, kind: str, category: str, *deeds: Deed, number: int = 1) -> Line:
    said = tuple(Statement(deed=deed) for deed in deeds)
    return _meant(text, kind, Meaning(name=Name(category=category), statements=said, number=number))


def _placed(text: str, category: str, place: Place, anchor: str) -> Line:
    relation = Relation(place=place, anchors=(Name(category=anchor),))
    return _meant(text, 'relation', Meaning(name=Name(category=category), relations=(relation,)))


def _ordered(text: str, category: str, end: End, rank: int) -> Line:
    order = Order(end=end, rank=rank)
    return _meant(text, 'order', Meaning(name=Name(category=category), order=order))


TOUR = (
    Stop(
        seed=4_000_094,
        lines=(
            (0.0, _named('the red mug', 'attribute', 'mug', 'red')),
            (1.8, _named('the green bottle', 'absent_colour', 'bottle', 'green')),
            (3.7, _named('the pink banana', 'attribute', 'banana', 'pink')),
            (3.7, _named('the red bottle', 'attribute', 'bottle', 'red')),
            (5.8, _ordered('the farthest mug', 'mug', End.FARTHEST, 1)),
        ),
    ),
    Stop(
        seed=4_000_087,
        lines=(
            (0.0, _placed('the bottle next to the duck', 'bottle', Place.NEAR, 'duck')),
            (
                1.8,
                _meant(
                    'the bottle that is not orange',
                    'negation',
                    Meaning(name=Name(category='bottle', excluded='orange')),
                ),
            ),
            (
                3.5,
                _doing('the ball that is rolling away', 'motion', 'ball', Deed.ROLLING, Deed.AWAY),
            ),
            (5.7, _doing('the one that stopped', 'temporal', '', Deed.STOPPED)),
        ),
    ),
    Stop(
        seed=4_000_146,
        lines=(
            (0.0, _ordered('the leftmost ball', 'ball', End.LEFT, 1)),
            (
                5.5,
                _doing('the two balls that have stopped', 'plural', 'ball', Deed.STOPPED, number=2),
            ),
        ),
    ),
    Stop(
        seed=4_000_192,
        lines=(
            (0.0, _placed('the can behind the box', 'can', Place.BEHIND, 'box')),
            (
                1.9,
                _meant('all the bowls', 'plural', Meaning(name=Name(category='bowl'), number=0)),
            ),
            (5.2, _ordered('the second bowl from the left', 'bowl', End.LEFT, 2)),
        ),
    ),
)
"""Nothing of the test split, and seeds that neither training nor the benchmark uses."""


def digest() -> str:
    """Return a short name for the whole tour, which changes whenever its pictures or words do."""
    return hashlib.sha256(f'{GENERATOR} {SPLIT} {TOUR!r}'.encode()).hexdigest()[:12]


def sentences_of(stop: Stop, scene: Scene, truth: Truth) -> tuple[Sentence, ...]:
    """Return what is said at a stop, with its truth over the whole clip.

    Args:
        stop: of the tour.
        scene: its clip.
        truth: as ``sim.projection.observe`` gives it.
    """
    clip = Clip(scene, truth)
    referents = [(line, clip.refer(line.meaning)) for _, line in stop.lines]
    return tuple(
        Sentence(
            text=line.text,
            kind=line.kind,
            form=FORM,
            held_out=False,
            targets=referent.targets,
            judged=referent.judged,
        )
        for line, referent in referents
    )


def asks_for(sentences: Sequence[Sentence], rate_hz: float) -> tuple[Ask, ...]:
    """Return commands for a recording that is no stop of the tour: some of its own sentences.

    Of those that can be judged most of the time, one of each kind, present ones first.

    Args:
        sentences: about the recording.
        rate_hz: its frames per second.

    Raises:
        ConfigError: there are none.
    """
    if not sentences:
        raise ConfigError('this recording has no sentences; give one that was made with some')
    frames = len(sentences[0].judged)
    count = max(1, min(MOST_ASKS, len(sentences), int(frames / rate_hz / LEAST_S)))
    asks: list[Ask] = []
    left = list(sentences)
    for number in range(count):
        first, last = frames * number // count, frames * (number + 1) // count
        best = max(left, key=lambda s: (_worth(s, first, last), s.text))
        # Another kind the next time, as long as there is one.
        others = [s for s in left if s.kind != best.kind]
        left = others or [s for s in left if s is not best]
        asks.append(Ask(at_s=first / rate_hz, texts=(best.text,)))
    return tuple(asks)


def _worth(sentence: Sentence, first: int, last: int) -> float:
    """Return how much there is to see of a sentence from one frame to another, in [0, 2]."""
    judged = sentence.judged[first:last]
    shown = sentence.targets[first:last].any(axis=1) & judged
    return float(judged.mean() + shown.mean())
