"""Settings of every stage, with their defaults. Pure values: nothing here loads or opens."""

from __future__ import annotations

from tenet_ros.config.decision import DecisionConfig
from tenet_ros.config.models import DetectorConfig, MaskConfig, SegmenterConfig
from tenet_ros.config.preference import PreferenceConfig
from tenet_ros.config.settings import AUTO, PipelineConfig, Settings
from tenet_ros.config.tracker import TrackerConfig

__all__ = [
    'AUTO',
    'DecisionConfig',
    'DetectorConfig',
    'MaskConfig',
    'PipelineConfig',
    'PreferenceConfig',
    'SegmenterConfig',
    'Settings',
    'TrackerConfig',
]
