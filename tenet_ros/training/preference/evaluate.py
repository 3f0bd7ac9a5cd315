"""The head beside the written-down rules, the surest track and the best choice, on clips of `val`."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

import numpy as np

from tenet_ros.inference.session import Session
from tenet_ros.stages.preference.explicit import ExplicitPreference
from tenet_ros.stages.preference.learned import ADVISED, LearnedPreference
from tenet_ros.stages.protocols import Preference
from tenet_ros.training.preference.clips import make_clip
from tenet_ros.training.preference.noise import NoisyDetector
from tenet_ros.training.preference.profiles import draw_profile
from tenet_ros.training.preference.rendered import RATE_HZ, Seen
from tenet_ros.training.preference.streaming import Course, Recording, courses, figures, record

__all__ = ['FIRST_SEED', 'compare', 'recordings']

_LOG = logging.getLogger(__name__)
FIRST_SEED = 5000
"""Of the clips that neither training, nor calibration, nor its curves have seen."""


def recordings(
    preferences: Mapping[str, Preference],
    *,
    clips: int,
    profile: str = 'good',
    seen: Seen | None = None,
    first: int = FIRST_SEED,
) -> Iterator[Recording]:
    """Play clips of the split ``val`` at 10 Hz for all preferences.

    Args:
        preferences: by name.
        clips: how many.
        profile: of the noisy detector.
        seen: the real detector and rendered clips, in its stead.
        first: seed of the first clip.
    """
    for seed in range(first, first + clips):
        clip = make_clip(seed, 'val', rate_hz=RATE_HZ, more=4)
        if clip is None:
            continue
        if seen is not None:
            yield record(clip, seen.detector(clip.scene, clip.prompt), preferences)
            continue
        rng = np.random.default_rng([seed, 0, 11])
        drawn = draw_profile(rng, profile)
        noisy = NoisyDetector.of(rng, drawn, clip)
        yield record(clip, noisy, preferences, stride=drawn.stride, delay=drawn.delay)


def compare(
    session: Session,
    *,
    clips: int,
    first: int = FIRST_SEED,
    profile: str = 'good',
    seen: Seen | None = None,
) -> dict[str, dict[str, float]]:
    """Return the figures of ``learned``, ``explicit``, ``top_confidence`` and ``oracle``.

    Args:
        session: of the head, active.
        clips: how many to play.
        first: seed of the first.
        profile: of the noisy detector.
        seen: the real detector and rendered clips, in its stead.
    """
    preferences: dict[str, Preference] = {
        'learned': LearnedPreference(session),
        'explicit': ExplicitPreference(),
    }
    answers: dict[str, list[Course]] = {}
    for played in recordings(preferences, clips=clips, first=first, profile=profile, seen=seen):
        for name, of_system in courses(played, {'learned': ADVISED}).items():
            answers.setdefault(name, []).extend(of_system)
        _LOG.info('clip %d', played.clip.scene.seed)
    return figures(answers)
