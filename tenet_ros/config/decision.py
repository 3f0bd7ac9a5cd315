"""Thresholds of the decision states."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ['DecisionConfig']


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionConfig:
    """Hysteresis of the decision states. Probabilities are the logistic of preference logits.

    Leads are differences of shares: the candidates' odds over the sum of all odds, so that two
    perfect fits lead each other by nothing.

    Attributes:
        tentative: from this probability on, the leader is shown.
        stay_margin: and stays shown until another leads it by this much.
        commit: probability that a commitment needs.
        margin: lead over the runner-up that a commitment needs, and over the null.
        commit_after_ms: how long a track must lead so before it is committed to.
        commit_looks: detections under the present command that it must have by then.
        settled: ``PreferenceScores.settled`` that a commitment or an absence needs.
        release: a committed track that fits less than this ...
        release_after_ms: ... for this long is let go.
        switch_margin: a rival that leads by this much ...
        switch_after_ms: ... for this long takes over.
        lost_after_ms: a track unseen for this long is not visible ...
        unlooked_ms: ... where the time since the detector's newest look does not count, up to this:
            what a slow detector has not looked for is not lost ...
        missed_after_ms: ... nor is one unseen for this much longer than another: the detector
            looked meanwhile, however slow it is.
        reacquire_after_ms: how long another track must lead to take the place of a lost one ...
        return_after_ms: ... if that track is new since then, which is how what was lost returns.
        forget_after_ms: how long a lost target is waited for.
        absent: probability of the null from which on nothing is meant ...
        absent_after_ms: ... if it holds for this long ...
        absent_looks: ... and the detector has looked this often.
    """

    tentative: float = 0.4
    stay_margin: float = 0.1
    commit: float = 0.5
    margin: float = 0.2
    commit_after_ms: float = 150.0
    commit_looks: int = 2
    settled: float = 0.8
    release: float = 0.35
    release_after_ms: float = 500.0
    switch_margin: float = 0.35
    switch_after_ms: float = 500.0
    lost_after_ms: float = 600.0
    unlooked_ms: float = 1000.0
    missed_after_ms: float = 300.0
    reacquire_after_ms: float = 250.0
    return_after_ms: float = 60.0
    forget_after_ms: float = 15_000.0
    absent: float = 0.5
    absent_after_ms: float = 700.0
    absent_looks: int = 3
