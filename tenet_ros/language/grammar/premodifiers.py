"""What a participle before a noun says of its motion: "the rolling ball", "the pushed box"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tenet_ros.language.expression import Motion, MotionKind
from tenet_ros.language.grammar import lexicon as lex
from tenet_ros.language.grammar.verbs import Form, Sense, Verb

__all__ = ['premodifier_motion']

_PREMODIFIER_MOTIONS: Mapping[Sense, Motion] = MappingProxyType(
    {
        Sense.MOVE: Motion(kind=MotionKind.MOVING),
        Sense.ACT: Motion(kind=MotionKind.MOVING, strict=False),
        Sense.SPIN: Motion(kind=MotionKind.SPINNING),
        Sense.ORBIT: Motion(kind=MotionKind.CIRCLING),
        Sense.RETURN: Motion(kind=MotionKind.RETURNED),
        Sense.REST: Motion(kind=MotionKind.STILL, strict=False),
        Sense.STOP: Motion(kind=MotionKind.STILL),
        Sense.FALL: Motion(kind=MotionKind.DOWNWARD),
        Sense.RISE: Motion(kind=MotionKind.UPWARD),
        Sense.APPROACH: Motion(kind=MotionKind.APPROACHING),
        Sense.RECEDE: Motion(kind=MotionKind.RECEDING),
        Sense.ENTER: Motion(kind=MotionKind.ENTERED),
    }
)
_DONE: Mapping[str, Motion] = MappingProxyType(
    {
        **dict.fromkeys(('push', 'shove', 'nudge', 'pull', 'drag'), Motion(kind=MotionKind.MOVED)),
        **dict.fromkeys(
            ('lift', 'raise', 'hoist'), Motion(kind=MotionKind.UPWARD, past=True, strict=False)
        ),
    }
)
"""What was done to a thing that is called by it: "the pushed box"."""


def premodifier_motion(verb: Verb, word: str) -> Motion | None:
    """Return what "moving", "parked" or "striped" before a noun says of its motion."""
    if verb.form is Form.PAST and word in lex.STATES:
        return Motion(kind=MotionKind.STILL)
    if verb.form is Form.PAST and verb.sense in {Sense.FALL, Sense.RISE}:
        return replace(_PREMODIFIER_MOTIONS[verb.sense], past=True, strict=False)
    done = _DONE.get(verb.base) if verb.form is Form.PAST else None
    if done is not None:
        return done
    if verb.form is Form.PAST and verb.sense not in {Sense.REST, Sense.RETURN, Sense.ENTER}:
        return None
    if verb.base == 'turn':
        return Motion(kind=MotionKind.SPINNING, strict=False)
    return _PREMODIFIER_MOTIONS.get(verb.sense)
