"""What a clause has said so far."""

from __future__ import annotations

from dataclasses import dataclass

from tenet_ros.language.expression import RelationKind

__all__ = ['Context']


@dataclass(slots=True, kw_only=True)
class Context:
    """State of one clause.

    Attributes:
        subject: index of the phrase that the clause is about.
        depth: how many clauses it lies in.
        flip: the whole clause is a contrast: "not the ones *on the table*".
        negated: "not" stands before what comes next.
        predicate: after "is".
        passive: after "being" or "is".
        relative: after "that" or "who".
        no_longer: after "no longer".
        past: after "was" or "has been": what is told may be over.
        over: likewise, of the verb that is read now: "moved", "was pushed".
        motion: index of the motion that a heading refines, or -1.
        carried: the relation that "and" would go on with, and whether it was negated.
        worn: whether that relation was to clothes.
        latest: the newest anchor, if it ends right here, or -1.
    """

    subject: int
    depth: int = 0
    flip: bool = False
    negated: bool = False
    predicate: bool = False
    passive: bool = False
    relative: bool = False
    no_longer: bool = False
    past: bool = False
    over: bool = False
    motion: int = -1
    carried: tuple[RelationKind, bool] | None = None
    worn: bool = False
    latest: int = -1

    def take_negation(self) -> bool:
        """Return whether the next statement is denied, and forget the "not"."""
        denied, self.negated = self.negated != self.flip, False
        return denied
