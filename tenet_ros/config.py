"""Settings of every stage, with their defaults. Pure values: nothing here loads or opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tenet_ros.errors import ConfigError

__all__ = [
    'AUTO',
    'DecisionConfig',
    'DetectorConfig',
    'PipelineConfig',
    'PreferenceConfig',
    'SegmenterConfig',
    'Settings',
    'TrackerConfig',
]

AUTO = 'auto'
"""The value of a choice that is left to something else."""


def _expect(
    config: object, room: str, names: tuple[str, ...], words: str, fits: Callable[[float], bool]
) -> None:
    """Raise ``ConfigError`` for the first of these fields whose value does not fit."""
    for name in names:
        value = getattr(config, name)
        if not fits(value):
            raise ConfigError(f'{room}.{name}: expected {words}, got {value!r}; correct it')


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerConfig:
    """OC-SORT (arXiv 2203.14360) on a clock of nanoseconds.

    A *look* is a frame to which a detection set, empty or not, was applied: a slow detector does
    not make tracks miss. Lengths are shares of a box's own size (the root of its area), so one
    setting serves every resolution; times are seconds, so it serves every frame rate.

    Attributes:
        high_score: detections from here on are matched first and may begin tracks.
        low_score: detections below are ignored.
        second_association: match detections between the two to tracks that are left (ByteTrack).
        second_min_iou: only with this overlap.
        min_iou: least overlap of any other match.
        reach: factor by which boxes are enlarged when, last of all, what is left is matched.
        fresh_looks: only tracks that missed no more looks have a second chance and a reach, and
            only to them is a mask a sign of life.
        other_label_weight: factor on the overlap of a detection with a track of another class, and
            on that with a track that looks otherwise.
        other_appearance: cosine of two appearances below which they are of different things. Counts
            where the detector says what things look like.
        recency: factor on a track's claim for every look that it missed.
        direction_weight: weight of observation-centric momentum.
        direction_looks: looks over which the observed direction is measured.
        jitter: displacement below which a direction means little, box sizes.
        min_hits: detections that confirm a track; only confirmed ones are published. Tracks that
            begin in the first ``min_hits`` looks of a stream are confirmed at once.
        tentative_looks: looks in a row that an unconfirmed track may miss.
        max_missed_looks: looks in a row that a confirmed track may miss.
        max_unseen_s: time that any track may go without detection and mask box.
        speed: standard deviation of the centre's velocity, box sizes per second.
        speed_memory_s: how long such a velocity persists.
        growth: standard deviation of the size's rate of change, box sizes per second.
        growth_memory_s: how long such a rate persists.
        detection_noise: standard deviation of a detection's centre, box sizes.
        detection_size_noise: of its width and height.
        mask_noise: standard deviation of a mask box's centre, box sizes.
        mask_size_noise: of its width and height; larger, for a mask that loses a limb must not
            shrink the box that it is made from next.
        mask_min_iou: a mask box that overlaps its track by less is ignored.
        nominal_frame_s: frame time where two stamps do not give one.
        replay_frames: frames kept, so that their detections may arrive late.
        evidence_window: detections over which language evidence is averaged.
        same_appearance: cosine of two appearances from which a new track is a lost one that came
            back, a box size away or farther; it then has its id and its past. Counts where the
            detector says what things look like.
        same_place_appearance: the same where it comes back to the place at which it was lost.
        recall_s: age up to which a new track may turn out to be a lost one.
        memory_s: how long lost tracks are kept for that.
        return_reach: how far from where it was seen last a thing may come back, box sizes.
        history_s: length of the published history: "the one that stopped" may have done so seconds
            ago.
        history_samples: most positions in it, denser towards now.
    """

    high_score: float = 0.3
    low_score: float = 0.1
    second_association: bool = True
    second_min_iou: float = 0.4
    min_iou: float = 0.2
    reach: float = 2.0
    fresh_looks: int = 3
    other_label_weight: float = 0.5
    other_appearance: float = 0.8
    recency: float = 0.8
    direction_weight: float = 0.2
    direction_looks: int = 3
    jitter: float = 0.05
    min_hits: int = 2
    tentative_looks: int = 3
    max_missed_looks: int = 30
    max_unseen_s: float = 5.0
    speed: float = 1.0
    speed_memory_s: float = 3.0
    growth: float = 0.5
    growth_memory_s: float = 0.5
    detection_noise: float = 0.03
    detection_size_noise: float = 0.05
    mask_noise: float = 0.1
    mask_size_noise: float = 0.3
    mask_min_iou: float = 0.5
    nominal_frame_s: float = 1 / 30
    replay_frames: int = 32
    evidence_window: int = 10
    same_appearance: float = 0.96
    same_place_appearance: float = 0.92
    recall_s: float = 0.5
    memory_s: float = 8.0
    return_reach: float = 2.0
    history_s: float = 8.0
    history_samples: int = 32

    def __post_init__(self) -> None:
        """Check the ranges."""
        shares = (
            'high_score', 'low_score', 'second_min_iou', 'min_iou', 'other_label_weight',
            'recency', 'direction_weight', 'mask_min_iou', 'same_appearance',
            'same_place_appearance', 'other_appearance',
        )  # fmt: skip
        positive = (
            'max_unseen_s', 'speed', 'speed_memory_s', 'growth', 'growth_memory_s',
            'detection_noise', 'detection_size_noise', 'mask_noise', 'mask_size_noise',
            'nominal_frame_s', 'recall_s', 'memory_s', 'return_reach', 'history_s',
        )  # fmt: skip
        counts = (
            'direction_looks', 'min_hits', 'replay_frames', 'evidence_window', 'history_samples',
        )  # fmt: skip
        _expect(self, 'tracker', shares, 'a number from 0 to 1', lambda v: 0 <= v <= 1)
        _expect(self, 'tracker', positive, 'a number above 0', lambda v: 0 < v < float('inf'))
        _expect(self, 'tracker', ('reach',), 'a number from 1 to 10', lambda v: 1 <= v <= 10)
        _expect(self, 'tracker', counts, 'a whole number from 1', lambda v: v >= 1 and v == int(v))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmenterConfig:
    """The classical box-to-mask segmenter.

    Attributes:
        grid: cells a side of the grid on which a box's window is looked at.
        walk_grid: the same for the random walk, whose cost grows with the fourth power.
        mask_grid: most cells along a mask before it is brought to source pixels.
        margin: what is seen around a box on each side, box sizes.
    """

    grid: int = 96
    walk_grid: int = 48
    mask_grid: int = 320
    margin: float = 0.25

    def __post_init__(self) -> None:
        """Check the ranges."""
        grids = ('grid', 'walk_grid', 'mask_grid')
        _expect(self, 'segmenter', grids, 'a whole number from 8', lambda v: v >= 8 and v == int(v))
        _expect(self, 'segmenter', ('margin',), 'a number from 0 to 2', lambda v: 0 <= v <= 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorConfig:
    """The detector's thresholds.

    Attributes:
        score_threshold: boxes below are dropped. Low, because the tracker's second association
            keeps a known object by a weak box.
        same_class_iou: of two boxes of one class that overlap more, the weaker is dropped; None
            for what the detector advises.
        any_class_iou: the same for boxes of any class: one object under two names. Their evidence
            is pooled.
        max_boxes: at most so many boxes are kept, the best.
        reference_threshold: phrase score from which a box can be the detector's own answer.
    """

    score_threshold: float = 0.1
    same_class_iou: float | None = None
    any_class_iou: float | None = None
    max_boxes: int = 100
    reference_threshold: float = 0.2

    def limits(self, same_class_iou: float, any_class_iou: float) -> tuple[float, float]:
        """Return both overlaps, each as it was chosen or else as the detector advises.

        >>> DetectorConfig(any_class_iou=0.8).limits(0.5, 0.6)
        (0.5, 0.8)
        """
        return (
            same_class_iou if self.same_class_iou is None else self.same_class_iou,
            any_class_iou if self.any_class_iou is None else self.any_class_iou,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineConfig:
    """Everything that a pipeline is built from.

    Attributes:
        tracker: of the tracks.
        preference: of the explicit preference.
        decision: None for what the preference advises.
        segmenter: of the segmenter without weights.
        detector: of any detector.
    """

    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    preference: PreferenceConfig = field(default_factory=PreferenceConfig)
    decision: DecisionConfig | None = None
    segmenter: SegmenterConfig = field(default_factory=SegmenterConfig)
    detector: DetectorConfig = field(default_factory=DetectorConfig)


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
