"""Settings of every stage, with their defaults. Pure values: nothing here loads or opens."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    'DecisionConfig',
    'DetectorConfig',
    'PipelineConfig',
    'PreferenceConfig',
    'SegmenterConfig',
    'TrackerConfig',
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerConfig:
    """OC-SORT (arXiv 2203.14360)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceConfig:
    """The explicit preference scorer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionConfig:
    """Hysteresis of the decision states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmenterConfig:
    """The classical box-to-mask segmenter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorConfig:
    """The detector's thresholds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineConfig:
    """Everything that a pipeline is built from."""

    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    preference: PreferenceConfig = field(default_factory=PreferenceConfig)
    decision: DecisionConfig = field(default_factory=DecisionConfig)
    segmenter: SegmenterConfig = field(default_factory=SegmenterConfig)
    detector: DetectorConfig = field(default_factory=DetectorConfig)
