"""The benchmark as one page that needs nothing else: tables, plots, and film strips to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from tenet_ros.evaluation.tabletop.clip import Footage
from tenet_ros.evaluation.tabletop.goals import reached
from tenet_ros.evaluation.tabletop.play import Played
from tenet_ros.evaluation.tabletop.plots import bars, curves
from tenet_ros.evaluation.tabletop.strips import as_data_url, film_strip
from tenet_ros.evaluation.tabletop.summary import Row
from tenet_ros.evaluation.tabletop.systems import SYSTEMS

__all__ = ['page']

STRIPS = 10
COMMIT_EDGES_S = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 8.0)

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em;
       color: #222; }
h1, h2 { font-weight: 600; } h2 { margin-top: 2em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .2em .7em; border-bottom: 1px solid #ddd; text-align: right; }
td:first-child, th:first-child { text-align: left; }
.met { color: #00734f; } .missed { color: #b03a00; font-weight: 600; }
svg { width: 100%; max-width: 860px; font: 11px system-ui, sans-serif; }
.grid { stroke: #ddd; } figure { margin: 1.2em 0; } figure img { width: 100%; }
figcaption { font-size: 14px; } .wide { overflow-x: auto; } .dim { color: #666; }
"""

COLUMNS: tuple[tuple[str, Callable[[Mapping[str, Any]], Any]], ...] = (
    ('J&F', lambda f: f['jf']),
    ('streaming', lambda f: f['streaming_jf']),
    ('with object', lambda f: f['jf_target']),
    ('N-acc', lambda f: f['n_acc']),
    ('T-acc', lambda f: f['t_acc']),
    ('wrong', lambda f: f['wrong_target_fraction']),
    ('commit s', lambda f: f['commit_s_median']['static']),
    ('motion s', lambda f: f['commit_s_median']['motion']),
    ('switches/min', lambda f: f['switches_per_min']),
    ('re-acq.', lambda f: f['reacquire_rate']),
    ('re-acq. s', lambda f: f['reacquire_s_median']),
    ('p50 ms', lambda f: f['latency_ms']['p50']),
    ('p95 ms', lambda f: f['latency_ms']['p95']),
)


def page(
    figures: Mapping[str, Any],
    clips: Sequence[Played],
    rows: Sequence[Row],
    footage_of: Callable[[str], Footage],
) -> str:
    """Return the report as HTML.

    Args:
        figures: of ``summary``, perhaps with ``split`` and ``machine``.
        clips: what was played.
        rows: one per sentence.
        footage_of: opens the pictures of a clip by its name.
    """
    kinds = list(figures['ours']['per_kind'])
    ranked = sorted(
        (row for row in rows if not np.isnan(row.verdicts['ours'].jf)),
        key=lambda row: row.verdicts['ours'].jf,
    )
    shown = ('ours', 'explicit', 'top_confidence', 'oracle_track')
    best = [row for row in reversed(ranked) if not row.case.absent][:STRIPS]
    sections = [
        ('Goals', _goals(figures)),
        ('Systems', _systems(figures)),
        ('J&F per kind', bars({s: _of_kinds(figures, s, kinds, 'jf') for s in shown}, kinds)),
        ('J&F over the time of the clip', curves(_over_time(clips, rows, shown), **_span(rows))),
        ('Time to the first right commitment', _commits(rows)),
        ('Share of time on a wrong target, per kind', _wrong(figures, kinds)),
        ('What took away from a J&F of 1', _causes(figures)),
        ('The ten worst', _strips(ranked[:STRIPS], footage_of)),
        ('Ten of the best', _strips(best, footage_of)),
    ]
    body = ''.join(f'<h2>{escape(title)}</h2>{content}' for title, content in sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<title>tenet-ros bench tabletop</title><style>{STYLE}</style></head><body>'
        f'<h1>Tabletop benchmark</h1><p class="dim">{escape(_preamble(figures, rows))}</p>'
        f'{body}</body></html>\n'
    )


def _preamble(figures: Mapping[str, Any], rows: Sequence[Row]) -> str:
    words = [f'{figures["clips"]} clips, {len(rows)} sentences']
    split, machine = figures.get('split'), figures.get('machine')
    if split:
        words.append(f'split {split["name"]}, generator {split["generator"]}')
    if machine:
        words.append(f'{machine["cores"]} cores of {machine["cpu"]}')
    return '; '.join(words)


def _goals(figures: Mapping[str, Any]) -> str:
    lines = []
    for goal in reached(figures):
        met = goal['met']
        missed = '' if met or goal['missed_by'] is None else f'by {goal["missed_by"]:.3g}'
        verdict = '<span class="met">met</span>'
        verdict = verdict if met else f'<span class="missed">missed {missed}</span>'
        lines.append(
            [escape(goal['goal']), escape(goal['limit']), _number(goal['figure']), verdict]
        )
    return _table(['goal', 'limit', 'figure', ''], lines)


def _systems(figures: Mapping[str, Any]) -> str:
    lines = [[name, *(_number(value(figures[name])) for _, value in COLUMNS)] for name in SYSTEMS]
    return f'<div class="wide">{_table(["", *(title for title, _ in COLUMNS)], lines)}</div>'


def _table(headers: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    head = ''.join(f'<th>{escape(header)}</th>' for header in headers)
    body = ''.join(f'<tr>{"".join(f"<td>{c}</td>" for c in cells)}</tr>' for cells in lines)
    return f'<table><tr>{head}</tr>{body}</table>'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.3g}' if abs(value) < 10 else f'{value:.1f}'


def _of_kinds(
    figures: Mapping[str, Any], system: str, kinds: Sequence[str], name: str
) -> list[float | None]:
    return [figures[system]['per_kind'][kind][name] for kind in kinds]


def _over_time(
    clips: Sequence[Played], rows: Sequence[Row], systems: Sequence[str]
) -> dict[str, list[tuple[float, float]]]:
    """Return the mean J&F of the sentences with an object at each scored time of the clip."""
    absent = {(row.clip, row.number) for row in rows if row.case.absent}
    rate_hz = rows[0].case.rate_hz
    lines = {}
    for system in systems:
        sums: dict[int, list[float]] = {}
        for played in clips:
            for number, trace in enumerate(played.traces[system]):
                if (played.name, number) in absent:
                    continue
                for frame, jf in zip(trace.scored, (trace.j + trace.f) / 2, strict=True):
                    sums.setdefault(int(frame), []).append(float(jf))
        lines[system] = [(f / rate_hz, float(np.mean(sums[f]))) for f in sorted(sums)]
    return lines


def _span(rows: Sequence[Row]) -> dict[str, Any]:
    frames = max(len(row.case.judged) for row in rows)
    return {'right': max(1.0, frames / rows[0].case.rate_hz), 'unit': 'seconds into the clip'}


def _commits(rows: Sequence[Row]) -> str:
    groups = [f'<= {edge:g} s' for edge in COMMIT_EDGES_S[1:]] + ['never']
    series = {}
    for system in ('ours', 'explicit'):
        times = np.asarray([row.verdicts[system].commit_s for row in rows])
        times = times[~np.isnan(times)]
        counts, _ = np.histogram(times[np.isfinite(times)], bins=COMMIT_EDGES_S)
        shares = [*counts.tolist(), int(np.isinf(times).sum())]
        series[system] = [share / max(len(times), 1) for share in shares]
    return bars(series, groups)


def _wrong(figures: Mapping[str, Any], kinds: Sequence[str]) -> str:
    systems = ('ours', 'explicit')
    name = 'wrong_target_fraction'
    series = {system: _of_kinds(figures, system, kinds, name) for system in systems}
    most = max((v for values in series.values() for v in values if v is not None), default=0.0)
    return bars(series, kinds, top=_ceiling(most))


def _causes(figures: Mapping[str, Any]) -> str:
    lost = figures['ours']['lost_by_cause']
    top = _ceiling(max(lost.values(), default=0.0))
    return bars({'lost J&F': list(lost.values())}, list(lost), top=top)


def _ceiling(value: float) -> float:
    """Return the lowest of some round numbers that is not below ``value``."""
    return next((top for top in (0.04, 0.08, 0.2, 0.4) if value <= top), 1.0)


def _strips(rows: Sequence[Row], footage_of: Callable[[str], Footage]) -> str:
    parts = []
    for row in rows:
        verdict = row.verdicts['ours']
        picture = as_data_url(film_strip(footage_of(row.clip), row.case, row.report))
        notes = [row.case.kind, f'clip {row.clip}', f'J&F {verdict.jf:.2f}']
        notes += ['held-out wording'] if row.case.held_out else []
        notes += [f'mostly: {row.report.main_cause}'] if row.report.main_cause else []
        caption = f'<b>{escape(row.case.text)}</b> <span class="dim">{escape(", ".join(notes))}'
        parts.append(
            f'<figure><img src="{picture}" alt=""><figcaption>{caption}</span></figcaption>'
            '</figure>'
        )
    legend = 'white: the truth; magenta: our mask; below: time, state, J&amp;F'
    return f'<p class="dim">{legend}</p>{"".join(parts)}'
