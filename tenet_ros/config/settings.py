"""What a user chooses, and everything that a pipeline is built from."""

from __future__ import annotations

from dataclasses import dataclass, field

from tenet_ros.config.decision import DecisionConfig
from tenet_ros.config.models import DetectorConfig, MaskConfig, SegmenterConfig
from tenet_ros.config.preference import PreferenceConfig
from tenet_ros.config.tracker import TrackerConfig

__all__ = ['AUTO', 'PipelineConfig', 'Settings']

AUTO = 'auto'
"""The value of a choice that is left to something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineConfig:
    """Everything that a pipeline is built from.

    Attributes:
        tracker: of the tracks.
        preference: of the explicit preference.
        decision: None for what the preference advises.
        segmenter: of the segmenter without weights.
        detector: of any detector.
        masks: of any segmenter.
    """

    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    preference: PreferenceConfig = field(default_factory=PreferenceConfig)
    decision: DecisionConfig | None = None
    segmenter: SegmenterConfig = field(default_factory=SegmenterConfig)
    detector: DetectorConfig = field(default_factory=DetectorConfig)
    masks: MaskConfig = field(default_factory=MaskConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user chooses; ``factory.build`` makes a system of it.

    Attributes:
        preset: name of a preset, one of ``factory.PRESETS``.
        detector: one of ``factory.DETECTORS``, or ``auto`` for the preset's own.
        model: path of a detector file to use in place of the preset's own; empty for its own.
        threads: CPU threads for one inference; 0 lets the session choose.
        engine: what runs exported models, one of ``factory.ENGINES``: ``auto`` for the best that
            works here.
        camera_motion: ``none``, ``sparse`` for optical flow on corner points, or ``auto`` for
            that while a sentence speaks of motion.
        segmenter: one of ``factory.SEGMENTERS``, or ``auto`` for the preset's own.
        preference: one of ``factory.PREFERENCES``, likewise.
        pipeline: thresholds of the stages.
    """

    preset: str = 'coco'
    detector: str = AUTO
    model: str = ''
    threads: int = 0
    engine: str = 'auto'
    camera_motion: str = 'auto'
    segmenter: str = AUTO
    preference: str = AUTO
    pipeline: PipelineConfig = field(default_factory=PipelineConfig)
