"""Weights of the explicit preference."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ['PreferenceConfig']


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceConfig:
    """The explicit preference scorer: weights of evidence, in log odds.

    Attributes:
        phrase: weight of the log odds of a phrase score.
        phrase_neutral: phrase score that says neither yes nor no.
        phrase_cap: most that words alone may say for a track; detectors are surer of large and
            sharp things, which does not make them the ones that are meant.
        unseen_phrase: evidence of a track that no detection of this command has met yet.
        relation: weight of the log odds of a relation.
        condition_cap: most that missing one relation or motion may say, before the weight.
        bonus: most that meeting a condition may say, before the weight.
        anchor_missed: evidence against all, where the target holds, wears or chases something
            that the detector knows and does not see; half where nobody says whether it knows it.
        place_missed: the same for mere places: "next to the table".
        motion: weight of the log odds of a strict motion.
        motion_hint: weight of a posture or an activity.
        motion_recent_s: the time that counts as now.
        motion_needs_s: time that a track must be watched before its motion is known.
        motion_speed: box sizes per second that are as likely motion as rest.
        motion_growth: d log(size)/dt, per second, that is as likely approach as none.
        motion_jitter: unsteadiness of a box at rest, box sizes.
        motion_stir: box sizes per second that a unit of unsteadiness counts for.
        order: evidence against a track that misses a superlative or ordinal.
        order_hint: the same for "on the left" and "the small".
        reference: evidence of the detector's own answer to the whole sentence.
        unseen_per_s: evidence against a track for each second that it was not seen.
        nothing_there: log odds of "no such object" where there are no tracks at all.
    """

    phrase: float = 1.2
    phrase_neutral: float = 0.17
    phrase_cap: float = 1.8
    unseen_phrase: float = -1.5
    relation: float = 1.0
    condition_cap: float = 3.0
    bonus: float = 1.0
    anchor_missed: float = 2.5
    place_missed: float = 0.8
    motion: float = 1.0
    motion_hint: float = 0.6
    motion_recent_s: float = 1.0
    motion_needs_s: float = 0.6
    motion_speed: float = 0.2
    motion_growth: float = 0.12
    motion_jitter: float = 0.06
    motion_stir: float = 2.0
    order: float = 3.0
    order_hint: float = 2.0
    reference: float = 0.3
    unseen_per_s: float = 1.2
    nothing_there: float = 3.0
