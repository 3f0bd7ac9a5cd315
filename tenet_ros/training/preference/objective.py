"""What the head is trained for, and how often it is right."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - everybody calls it F

from tenet_ros.sim.sentence import KINDS

__all__ = ['Answer', 'Tally', 'Truths', 'loss', 'right']

_FAR = -30.0
_WEIGHTS = torch.tensor(
    [{'motion': 4.0, 'temporal': 3.0, 'order': 1.5, 'negation': 1.5}.get(k, 1.0) for k in KINDS]
)
"""What a sentence of each kind counts: something moves in few clips, and for a part of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What the network says: logits (B, S, N), null (B, S), settled (B, S)."""

    logits: Tensor
    null: Tensor
    settled: Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truths:
    """Labels of a batch; see ``examples.Batch``."""

    meant: Tensor
    null: Tensor
    judged: Tensor
    kind: Tensor
    real: Tensor


def loss(said: Answer, truth: Truths, *, with_null: bool = True) -> Tensor:
    """Return the sum of four terms.

    Tracks
        cross-entropy of each track by itself, what is meant and what is not at equal weight.
    Null
        cross-entropy of "nothing here is meant".
    List
        cross-entropy of the softmax over all tracks and the null, against what is meant in equal
        shares: the order among candidates is what selection hangs on.
    Settled
        cross-entropy of the answer's being right and plain to see; the answer itself learns
        nothing from it.

    Args:
        said: by the network.
        truth: of the same sentences.
        with_null: whether there is a null to be learned.
    """
    counted = truth.meant >= 0
    meant = truth.meant == 1
    worth = _WEIGHTS.to(said.null.device)[truth.kind]
    each = F.binary_cross_entropy_with_logits(said.logits, meant.float(), reduction='none')
    of_track = worth.unsqueeze(-1)
    tracks = _mean(each, (counted & meant) * of_track) + _mean(each, (counted & ~meant) * of_track)
    known = truth.null >= 0
    absent = (truth.null == 1).float()
    total = 0.5 * tracks + _list(said, truth, meant, counted, worth, with_null=with_null)
    if with_null:
        each = F.binary_cross_entropy_with_logits(said.null, absent, reduction='none')
        total = total + _mean(each, known * worth)
    correct, clear = right(said, truth)
    each = F.binary_cross_entropy_with_logits(said.settled, correct.float(), reduction='none')
    return total + 0.3 * _mean(each, clear * worth)


def _list(
    said: Answer,
    truth: Truths,
    meant: Tensor,
    counted: Tensor,
    worth: Tensor,
    *,
    with_null: bool,
) -> Tensor:
    null = said.null if with_null else torch.full_like(said.null, _FAR)
    row = torch.cat([said.logits.masked_fill(~counted, _FAR), null.unsqueeze(-1)], dim=-1)
    wanted = torch.cat([meant, (truth.null == 1).unsqueeze(-1)], dim=-1).float()
    count = wanted.sum(dim=-1)
    each = -(wanted * row.log_softmax(dim=-1)).sum(dim=-1) / count.clamp(min=1.0)
    use = (count > 0) & (truth.null >= 0)
    return _mean(each, (use if with_null else use & (truth.null == 0)) * worth)


def right(said: Answer, truth: Truths) -> tuple[Tensor, Tensor]:
    """Return whether the best of tracks and null is right, and where that can be said, (B, S)."""
    there = said.logits.detach().masked_fill(truth.meant < 0, _FAR)
    best, row = there.max(dim=-1)
    hit = truth.meant.gather(-1, row.unsqueeze(-1)).squeeze(-1) == 1
    absent = said.null.detach() > best
    correct = torch.where(truth.null == 1, absent, hit & ~absent) & (truth.null >= 0)
    return correct & truth.judged, truth.real & ((truth.null >= 0) | ~truth.judged)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1)


class Tally:
    """Counts right answers per kind of sentence."""

    def __init__(self) -> None:
        self._sums: dict[str, list[float]] = {}

    def add(self, said: Answer, truth: Truths) -> None:
        """Take in a batch."""
        there = said.logits.masked_fill(truth.meant < 0, _FAR)
        best, row = there.max(dim=-1)
        hit = truth.meant.gather(-1, row.unsqueeze(-1)).squeeze(-1) == 1
        absent = said.null > best
        present = truth.judged & (truth.null == 0)
        nothing = truth.judged & (truth.null == 1)
        self._count('select', hit, present)
        self._count('t_acc', ~absent, present)
        self._count('n_acc', absent, nothing)
        for number, kind in enumerate(KINDS):
            of_kind = truth.kind == number
            self._count(f'select/{kind}', hit, present & of_kind)
            self._count(f'n_acc/{kind}', absent, nothing & of_kind)

    def _count(self, name: str, hits: Tensor, where: Tensor) -> None:
        entry = self._sums.setdefault(name, [0.0, 0.0])
        entry[0] += float((hits & where).sum())
        entry[1] += float(where.sum())

    def shares(self) -> dict[str, float]:
        """Return each share of right answers, 0 to 1, where there were any."""
        return {name: hits / count for name, (hits, count) in self._sums.items() if count}
