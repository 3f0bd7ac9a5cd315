"""Settings of every stage, with their defaults. Pure values: nothing here loads or opens."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    'DecisionConfig',
    'DetectorConfig',
    'PipelineConfig',
    'PreferenceConfig',
    'SegmenterConfig',
    'Settings',
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user chooses; ``factory.build`` makes a system of it.

    Attributes:
        preset: name of a preset, one of ``factory.PRESETS``.
        model: path of a detector file to use in place of the preset's own; empty for its own.
        threads: CPU threads for one inference; 0 lets the session choose.
        camera_motion: ``none``, or ``sparse`` for optical flow on corner points.
        pipeline: thresholds of the stages.
    """

    preset: str = 'coco'
    model: str = ''
    threads: int = 0
    camera_motion: str = 'none'
    pipeline: PipelineConfig = field(default_factory=PipelineConfig)
