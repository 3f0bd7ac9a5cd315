"""What several statements about motion say together, since each has its time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tenet_ros.language.expression import Extreme, Motion, MotionKind, Order

__all__ = ['rank_in_time', 'settle_times']

_K = MotionKind
_GOING_ON = frozenset(
    {_K.MOVING, _K.LEFTWARD, _K.RIGHTWARD, _K.UPWARD, _K.DOWNWARD, _K.SPINNING, _K.CIRCLING,
     _K.APPROACHING, _K.RECEDING}
)  # fmt: skip
_DIRECTED = _GOING_ON - {_K.MOVING}
_BY_THEMSELVES = frozenset({_K.STOPPED, _K.STARTED, _K.RETURNED, _K.ENTERED})


def settle_times(motions: Sequence[Motion]) -> list[Motion]:
    """Return the motions with "was moving, and is still now" as STOPPED, and so on."""
    settled: list[Motion] = []
    for subject in dict.fromkeys(motion.subject for motion in motions):
        settled += _settle_subject([m for m in motions if m.subject == subject])
    return settled


def _settle_subject(said: list[Motion]) -> list[Motion]:
    moved = [m for m in said if not m.negated and (m.kind is _K.MOVED or m.past) and _goes(m)]
    moves = [m for m in said if not m.negated and not m.past and m.kind in _GOING_ON and m.strict]
    rested = [m for m in said if _rests(m, past=True)]
    rests = [m for m in said if _rests(m, past=False)]
    if moved and rested and said.index(moved[0]) < said.index(rested[-1]):
        # "Rolled and then stood still": the one after the other.
        rests = rests or rested[-1:]
    if moved and rests:
        said = _instead(said, [*moved, *rests], _K.STOPPED)
    elif moves and rested:
        said = _instead(said, rested, _K.STARTED)
    if any(m.kind in _BY_THEMSELVES and not m.negated for m in said):
        said = [m for m in said if m.kind is not _K.MOVED or m.negated]
    if any(m.kind is _K.STARTED and not m.negated for m in said):
        said = [m for m in said if not _rests(m, past=True)]
    if any(m.kind is _K.STOPPED and not m.negated for m in said):
        said = [replace(m, past=m.past or m.kind in _DIRECTED) for m in said]
    if any(m.kind in {_K.STOPPED, _K.STARTED} and not m.negated for m in said):
        said = [m for m in said if m.kind is not _K.MOVING or m.negated]
    if any(m.kind is _K.RETURNED and m.strict and not m.negated for m in said):
        said = [m for m in said if m.kind not in {_K.ENTERED, _K.MOVING} or m.negated]
        said = [m for m in said if m.kind is not _K.RECEDING or m.strict]
    # Nothing else was said of now: "was standing still" goes on.
    return [replace(m, past=False) if m.kind is _K.STILL else m for m in said]


def _goes(motion: Motion) -> bool:
    return motion.kind is not _K.STILL


def _rests(motion: Motion, *, past: bool) -> bool:
    """Whether it says, of then or of now, that the subject rests."""
    if motion.kind is _K.STILL:
        return (motion.strict or past) and not motion.negated and motion.past is past
    if motion.kind is _K.MOVED:
        return motion.negated and past
    return motion.kind is _K.MOVING and motion.negated and not past


def _instead(said: Iterable[Motion], gone: list[Motion], kind: MotionKind) -> list[Motion]:
    """Return the statements with ``kind`` in place of the first of those that are ``gone``."""
    kept = [m for m in said if m not in gone or (m.past and m.kind is not _K.STILL)]
    return [*kept, Motion(kind=kind, subject=gone[0].subject)]


def rank_in_time(rank: int, motions: Sequence[Motion]) -> tuple[Order, ...] | None:
    """Return the orders that a rank means with a deed: "the first one that moved".

    Args:
        rank: 1 for "first", -1 for "last"; 0 where nothing was said.
        motions: of the same subject.

    Returns:
        None where the rank has nothing to do with time; no order where it counts deeds whose
        times nobody measures, as in "the last one to stop".
    """
    if not rank or not motions:
        return None
    told = [m for m in motions if not m.negated]
    if any(m.kind in {_K.MOVED, _K.STARTED} or m.past for m in told):
        extreme = Extreme.FIRST_MOVED if rank > 0 else Extreme.LAST_MOVED
        return (Order(extreme=extreme, rank=max(rank, 1)),)
    return () if any(m.kind in _BY_THEMSELVES for m in told) else None
