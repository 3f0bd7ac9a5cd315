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
    """OC-SORT (arXiv 2203.14360) on a clock of nanoseconds.

    A *look* is a frame to which a detection set, empty or not, was applied: a slow detector does
    not make tracks miss. Lengths are shares of a box's own size (the root of its area).

    Attributes:
        high_score: detections from here on are matched first and may begin tracks.
        low_score: detections below are ignored.
        second_association: match detections of low score to what is left (ByteTrack).
        second_looks: only to tracks that missed fewer looks than this.
        second_min_iou: and only with this overlap.
        min_iou: least overlap of a match.
        other_label_weight: factor on the overlap of a detection with a track of another class.
        direction_weight: weight of observation-centric momentum.
        direction_looks: looks over which the observed direction is measured.
        jitter: displacement below which a direction means little, box sizes.
        min_hits: detections that confirm a track; only confirmed ones are published. Tracks that
            begin in the first ``min_hits`` looks of a stream are confirmed at once.
        tentative_looks: looks in a row that an unconfirmed track may miss.
        max_missed_looks: looks in a row that a confirmed track may miss.
        max_unseen_s: time that any track may go without detection or mask box.
        speed: standard deviation of the velocity, box sizes per second.
        growth: standard deviation of the rate of the size, box sizes per second.
        motion_memory_s: how long a velocity persists.
        detection_noise: of a detection's centre and size, box sizes.
        mask_noise: of a mask box's centre and size, box sizes.
        mask_min_iou: a mask box that overlaps its track by less is ignored.
        nominal_frame_s: frame time where two stamps do not give one.
        replay_frames: frames kept, to apply detections that arrive late.
        evidence_window: detections over which language evidence is averaged.
        history_s: length of the published history.
        history_samples: most positions in it.
        camera_motion: 'none', or 'sparse' for sparse optical flow.
    """

    high_score: float = 0.3
    low_score: float = 0.1
    second_association: bool = True
    second_looks: int = 3
    second_min_iou: float = 0.5
    min_iou: float = 0.3
    other_label_weight: float = 0.5
    direction_weight: float = 0.2
    direction_looks: int = 3
    jitter: float = 0.05
    min_hits: int = 2
    tentative_looks: int = 2
    max_missed_looks: int = 30
    max_unseen_s: float = 5.0
    speed: float = 1.0
    growth: float = 0.3
    motion_memory_s: float = 1.0
    growth_memory_s: float = 1.0
    detection_noise: tuple[float, float] = (0.05, 0.05)
    mask_noise: tuple[float, float] = (0.1, 0.3)
    mask_min_iou: float = 0.5
    nominal_frame_s: float = 1 / 30
    replay_frames: int = 32
    evidence_window: int = 10
    history_s: float = 2.0
    history_samples: int = 32
    camera_motion: str = 'none'


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
    """The detector's thresholds.

    Attributes:
        score_threshold: boxes below are dropped. Low, because the tracker's second association
            keeps a known object by a weak box.
        same_class_iou: of two boxes of one class that overlap more, the weaker is dropped.
        any_class_iou: the same for boxes of any class: one object under two names. Their evidence
            is pooled.
        max_boxes: at most so many boxes are kept, the best.
        reference_threshold: phrase score from which a box can be the detector's own answer.
    """

    score_threshold: float = 0.1
    same_class_iou: float = 0.6
    any_class_iou: float = 0.7
    max_boxes: int = 100
    reference_threshold: float = 0.2


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
