"""The head beside the written-down rules, the surest track and the best choice, on clips of `val`."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

from tenet_ros.config import DecisionConfig
from tenet_ros.inference.session import Session
from tenet_ros.stages.preference.explicit import ExplicitPreference
from tenet_ros.stages.preference.learned import LearnedPreference
from tenet_ros.stages.protocols import Preference
from tenet_ros.training.preference.clips import make_clip
from tenet_ros.training.preference.streaming import Course, Recording, courses, figures, record

__all__ = ['FIRST_SEED', 'compare', 'recordings']

_LOG = logging.getLogger(__name__)
FIRST_SEED = 5000
"""Of the clips that neither training, nor calibration, nor its curves have seen."""


def recordings(
    preferences: Mapping[str, Preference],
    *,
    clips: int,
    profiles: Sequence[str],
    first: int = FIRST_SEED,
    rate_hz: float = 10.0,
) -> Iterator[Recording]:
    """Play clips of the split ``val`` for all preferences.

    Args:
        preferences: by name.
        clips: how many.
        profiles: of the detector, in turn.
        first: seed of the first clip.
        rate_hz: frames per second.
    """
    for number in range(clips):
        clip = make_clip(first + number, 'val', rate_hz=rate_hz, more=4)
        if clip is not None:
            yield record(clip, profiles[number % len(profiles)], preferences)


def compare(
    session: Session,
    *,
    clips: int,
    profile: str,
    decision: DecisionConfig | None = None,
) -> dict[str, dict[str, float]]:
    """Return the figures of ``learned``, ``explicit``, ``top_confidence`` and ``oracle``.

    Args:
        session: of the head, active.
        clips: how many to play.
        profile: of the detector.
        decision: thresholds; None for the defaults.
    """
    preferences: dict[str, Preference] = {
        'learned': LearnedPreference(session),
        'explicit': ExplicitPreference(),
    }
    answers: dict[str, list[Course]] = {}
    for played in recordings(preferences, clips=clips, profiles=(profile,)):
        for name, of_system in courses(played, decision or DecisionConfig()).items():
            answers.setdefault(name, []).extend(of_system)
        _LOG.info('clip %d', played.clip.scene.seed)
    return figures(answers)
