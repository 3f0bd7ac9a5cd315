"""Settings of the tracker."""

from __future__ import annotations

from dataclasses import dataclass

from tenet_ros.config.checks import expect

__all__ = ['TrackerConfig']


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
        max_missed_known: the same where the detector says what things look like: such a track does
            not take what is another thing's, and stays what sentences relate others to.
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
        replay_frames: frames kept, so that their detections may arrive late; more of them, where
            detections are that late ...
        replay_s: ... up to this time. What comes later is of no use.
        evidence_window: detections over which language evidence is averaged.
        cut_weight: how much a detection at the border of the image, which may show a part alone,
            counts in that beside another.
        same_appearance: cosine of two appearances from which a new track is a lost one that came
            back, a box size away or farther; it then has its id and its past. Counts where the
            detector says what things look like.
        same_place_appearance: the same where it comes back to the place at which it was lost.
        recall_looks: detections up to which a new track may turn out to be a lost one: what left a
            part of itself elsewhere is known when more of it is seen. Detections at the border of
            the image do not count, until there are four times as many.
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
    max_missed_known: int = 90
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
    replay_s: float = 4.0
    evidence_window: int = 10
    cut_weight: float = 0.2
    same_appearance: float = 0.96
    same_place_appearance: float = 0.92
    recall_looks: int = 15
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
            'nominal_frame_s', 'replay_s', 'memory_s', 'return_reach', 'history_s', 'cut_weight',
        )  # fmt: skip
        counts = (
            'direction_looks', 'min_hits', 'replay_frames', 'evidence_window', 'history_samples',
            'recall_looks',
        )  # fmt: skip
        missed = ('fresh_looks', 'tentative_looks', 'max_missed_looks', 'max_missed_known')
        expect(self, 'tracker', shares, 'a number from 0 to 1', lambda v: 0 <= v <= 1)
        expect(self, 'tracker', positive, 'a number above 0', lambda v: 0 < v < float('inf'))
        expect(self, 'tracker', ('reach',), 'a number from 1 to 10', lambda v: 1 <= v <= 10)
        expect(self, 'tracker', counts, 'a whole number from 1', lambda v: v >= 1 and v == int(v))
        expect(self, 'tracker', missed, 'a whole number from 0', lambda v: v >= 0 and v == int(v))
