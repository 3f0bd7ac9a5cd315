"""From played clips to the JSON of the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenet_ros.evaluation.tabletop.figures import Verdict, judge, pool
from tenet_ros.evaluation.tabletop.play import Played
from tenet_ros.evaluation.tabletop.record import Case
from tenet_ros.evaluation.tabletop.systems import SYSTEMS
from tenet_ros.evaluation.tabletop.tally import parts_json
from tenet_ros.evaluation.tabletop.witness import Report
from tenet_ros.sim.sentence import KINDS

__all__ = ['Row', 'gap_closed', 'rows_of', 'summary']

SUBSETS: dict[str, Callable[[Case], bool]] = {
    'known_wording': lambda case: not case.held_out,
    'held_out_wording': lambda case: case.held_out,
    'known_pair': lambda case: not case.new_pair,
    'held_out_pair': lambda case: case.new_pair,
}
"""Parts of the sentences that are told separately; a pair is a colour and a category."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One sentence, and what every system made of it.

    Attributes:
        clip: name.
        number: of the sentence in its clip.
        case: the sentence.
        verdicts: per system.
        report: what to look at of ours.
    """

    clip: str
    number: int
    case: Case
    verdicts: dict[str, Verdict]
    report: Report


def rows_of(cases: Sequence[Case], played: Played) -> list[Row]:
    """Return one row per sentence of a clip."""
    return [
        Row(
            clip=played.name,
            number=number,
            case=case,
            verdicts={name: judge(case, played.traces[name][number]) for name in SYSTEMS},
            report=played.reports[number],
        )
        for number, case in enumerate(cases)
    ]


def summary(clips: Sequence[Played], rows: Sequence[Row]) -> dict[str, Any]:
    """Return one flat object per system, and what concerns all of them, for ``json.dumps``.

    ``lost_by_cause`` of ours adds up to 1 - ``jf``: what each cause took away.
    """
    figures: dict[str, Any] = {}
    for name in SYSTEMS:
        figures[name] = {
            **pool([row.verdicts[name] for row in rows]),
            'latency_ms': _percentiles(clips, name),
            'per_kind': {
                kind: pool([row.verdicts[name] for row in rows if row.case.kind == kind])
                for kind in KINDS
                if any(row.case.kind == kind for row in rows)
            },
            **{
                subset: pool([row.verdicts[name] for row in rows if chosen(row.case)])
                for subset, chosen in SUBSETS.items()
            },
        }
    figures['ours']['lost_by_cause'] = _lost(rows)
    return {
        **figures,
        'gap_closed': gap_closed(figures['ours'], figures),
        'gap_closed_explicit': gap_closed(figures['explicit'], figures),
        'held_out_wording_gain': _gain(figures, 'held_out_wording'),
        **parts_json([played.parts for played in clips]),
        'clips': len(clips),
    }


def gap_closed(
    system: dict[str, Any], figures: dict[str, dict[str, Any]]
) -> dict[str, float | None]:
    """Return what a system closes of the J&F from highest confidence to oracle selection.

    ``target``: over the sentences that have an object, the narrower reading; ``overall``: over
    all sentences, where a system that never says "nothing" leaves a wide gap; and per kind.
    None where the oracle is not better.
    """
    low, high = figures['top_confidence'], figures['oracle_track']
    pairs = {
        'overall': tuple(s['jf'] for s in (low, system, high)),
        'target': tuple(s['jf_target'] for s in (low, system, high)),
    }
    for kind in system['per_kind']:
        pairs[kind] = tuple(s['per_kind'][kind]['jf'] for s in (low, system, high))
    return {name: _closed(*values) for name, values in pairs.items()}


def _gain(figures: dict[str, dict[str, Any]], subset: str) -> float | None:
    """Return how much higher the J&F of ours is than that of the explicit rules."""
    ours, explicit = (figures[name][subset]['jf'] for name in ('ours', 'explicit'))
    return None if ours is None or explicit is None else round(ours - explicit, 4)


def _closed(low: float | None, ours: float | None, high: float | None) -> float | None:
    if low is None or ours is None or high is None or high - low < 1e-3:
        return None
    return round((ours - low) / (high - low), 4)


def _percentiles(clips: Sequence[Played], name: str) -> dict[str, float]:
    values = np.concatenate([played.latency_ms[name] for played in clips])
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {'p50': round(float(p50), 2), 'p95': round(float(p95), 2), 'p99': round(float(p99), 2)}


def _lost(rows: Sequence[Row]) -> dict[str, float]:
    """Return the mean over all scored sentences of what each cause took away."""
    scored = [row for row in rows if not np.isnan(row.verdicts['ours'].jf)]
    totals: dict[str, float] = {}
    for row in scored:
        for cause, lost in row.report.lost.items():
            totals[cause] = totals.get(cause, 0.0) + lost / len(scored)
    return {cause: round(lost, 4) for cause, lost in sorted(totals.items(), key=lambda i: -i[1])}
