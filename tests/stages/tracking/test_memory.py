"""Things that leave and come back: known again by what they look like, under one tracker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenet_ros.config import TrackerConfig
from tenet_ros.errors import ContractError
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.types import Detections, TimedDetections, TrackSet

FRAME_NS = 33_333_333
BRIEF = {'max_missed_known': 30}
"""A track is waited for at its place for a second; what comes back later is known by its looks."""
RED, BLUE = (1.0, 0.0, 0.2), (0.0, 1.0, 0.2)
REDDISH = (1.0, 0.25, 0.2)
"""Cosine with RED 0.97."""
EDGE = (0.6, 0.0, 0.8)
"""Cosine with RED 0.75: red, and half of it is outside."""


def box(x: float, y: float = 100, size: float = 50) -> list[float]:
    """Return a square by its centre."""
    return [x - size / 2, y - size / 2, x + size / 2, y + size / 2]


class Stream:
    """A tracker that sees boxes with appearances, a set a frame."""

    def __init__(
        self, config: TrackerConfig | None = None, size: tuple[int, int] | None = None
    ) -> None:
        self.tracker = OcSortTracker(config or TrackerConfig(**BRIEF))
        self.size = size
        self.frame = -1
        self.command = 1
        self.prompt(1)

    def prompt(self, command: int) -> None:
        self.command = command
        self.tracker.set_prompt(command, 1, 1)

    def look(
        self, *things: tuple[Sequence[float], Sequence[float]], phrase: float = 0.5
    ) -> TrackSet:
        """Show boxes and what is in them for a frame."""
        self.advance()
        return self.apply(self.frame, *things, phrase=phrase)

    def advance(self) -> None:
        """Go on by a frame."""
        self.frame += 1
        self.tracker.advance(sequence=self.frame, stamp_ns=self.frame * FRAME_NS)

    def apply(
        self, at: int, *things: tuple[Sequence[float], Sequence[float]], phrase: float = 0.5
    ) -> TrackSet:
        """Show boxes and what is in them, as they were seen in a frame."""
        n = len(things)
        found = Detections(
            boxes=np.asarray([b for b, _ in things], np.float32).reshape(-1, 4),
            scores=np.full(n, 0.9, np.float32),
            phrase_scores=np.full((n, 1), phrase, np.float32),
            reference=np.asarray([-1]),
            labels=('mug',) * n,
            appearance=np.asarray([a for _, a in things], np.float32).reshape(n, -1 if n else 0),
        )
        assert self.tracker.apply(
            TimedDetections(
                sequence=at,
                stamp_ns=at * FRAME_NS,
                command_id=self.command,
                detections=found,
                size=self.size,
            )
        )
        return self.tracker.snapshot()

    def looks(
        self, frames: int, *things: tuple[Sequence[float], Sequence[float]], phrase: float = 0.5
    ) -> TrackSet:
        for _ in range(frames):
            tracks = self.look(*things, phrase=phrase)
        return tracks

    def id_at(self, tracks: TrackSet, x: float) -> int:
        """Return the id of the track that is seen there."""
        centre = tracks.boxes[:, [0, 2]].mean(axis=1)
        (row,) = np.flatnonzero((np.abs(centre - x) < 10) & (tracks.unseen_ns == 0))
        return int(tracks.ids[row])


def test_what_comes_back_elsewhere_has_its_id_and_its_past() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED), phrase=0.9)
    assert not len(stream.looks(45)), 'forgotten by place'
    stream.looks(1, (box(170), RED), phrase=0.4)
    back = stream.look((box(170), RED), phrase=0.4)
    assert back.ids.tolist() == before.ids.tolist()
    assert back.age_ns[0] == pytest.approx(56 * FRAME_NS, abs=100)
    assert back.hits.tolist() == back.evidence.tolist() == [12]
    assert back.phrase_scores[0, 0] == pytest.approx((10 * 0.9 + 2 * 0.4) / 12, abs=1e-6)
    was = back.history[0, back.history_valid[0], 0]
    assert was[0] == pytest.approx(75, abs=1)
    assert was[-1] == pytest.approx(145, abs=1)
    assert back.former_ids.tolist() != [-1]


def test_what_comes_back_in_part_is_what_it_was_known_to_be() -> None:
    stream = Stream(size=(200, 300))
    stream.looks(10, (box(100), RED), phrase=0.9)
    stream.looks(45)
    back = stream.looks(2, (box(26), RED), phrase=0.1)
    assert back.hits.tolist() == back.evidence.tolist() == [12]
    assert back.phrase_scores[0, 0] == pytest.approx((10 * 0.9 + 0.4 * 0.1) / 10.4, abs=1e-6)


def test_what_looks_different_is_another_thing() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED))
    stream.looks(45)
    after = stream.looks(5, (box(100), BLUE))
    assert after.ids[0] > before.ids[0]
    assert after.former_ids.tolist() == [-1]


def test_what_looks_different_does_not_take_the_place_of_what_is_waited_for() -> None:
    stream = Stream(TrackerConfig())
    before = stream.looks(10, (box(100), RED))
    waiting = stream.looks(45)
    assert waiting.ids.tolist() == before.ids.tolist(), 'sentences may still relate to it'
    both = stream.looks(5, (box(100), BLUE))
    assert stream.id_at(both, 100) > before.ids[0]
    stream.looks(5)
    again = stream.looks(3, (box(102), RED))
    assert stream.id_at(again, 102) == before.ids[0]


def test_it_need_not_look_quite_the_same_where_it_was_lost() -> None:
    config = TrackerConfig(same_appearance=0.99, same_place_appearance=0.95, **BRIEF)
    for x, same in ((100, True), (170, False)):
        stream = Stream(config)
        before = stream.looks(10, (box(100), RED))
        stream.looks(45)
        after = stream.looks(5, (box(x), REDDISH))
        assert (after.ids.tolist() == before.ids.tolist()) == same, x


def test_nothing_comes_back_from_far_away_or_after_too_long() -> None:
    stream = Stream(TrackerConfig(memory_s=3.0, return_reach=2.0, **BRIEF))
    first = stream.looks(10, (box(100), RED))
    stream.looks(45)
    far = stream.looks(20, (box(400), RED))
    assert far.ids[0] > first.ids[0]
    stream.looks(100)
    late = stream.looks(5, (box(400), RED))
    assert late.ids[0] > far.ids[0]


def test_a_track_that_is_still_waited_for_is_found_elsewhere() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED))
    stream.looks(5)
    after = stream.looks(4, (box(190), RED))
    assert after.ids.tolist() == before.ids.tolist(), 'and the one that coasted is gone'


def test_what_was_seen_beside_it_is_not_it() -> None:
    stream = Stream()
    stream.looks(10, (box(100), RED))
    both = stream.looks(10, (box(100), RED), (box(180), RED))
    mine, other = stream.id_at(both, 100), stream.id_at(both, 180)
    alone = stream.looks(60, (box(180), RED))
    assert alone.ids.tolist() == [other]
    again = stream.looks(4, (box(100), RED), (box(180), RED))
    assert stream.id_at(again, 100) == mine


def test_two_alike_that_come_back_have_an_id_each() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED), (box(300), RED), (box(500), BLUE))
    stream.looks(45)
    after = stream.looks(4, (box(120), RED), (box(280), RED), (box(500), BLUE))
    assert after.ids.tolist() == before.ids.tolist()
    assert [stream.id_at(after, x) for x in (120, 280, 500)] == [
        stream.id_at(before, x) for x in (100, 300, 500)
    ]


def test_of_two_alike_each_comes_back_where_it_was() -> None:
    stream = Stream()
    random = np.random.default_rng(1)

    def both() -> TrackSet:
        red = RED + random.normal(0, 0.02, (2, 3))
        return stream.looks(2, (box(100), red[0]), (box(160), red[1]))

    for _ in range(5):
        before = both()
    for _ in range(8):
        stream.looks(45)
        after = both()
        assert after.ids.tolist() == before.ids.tolist()
        assert [stream.id_at(after, x) for x in (100, 160)] == before.ids.tolist()


def test_a_slow_detector_too_knows_again_what_comes_back() -> None:
    stream = Stream()

    def second(*things: tuple[Sequence[float], Sequence[float]]) -> TrackSet:
        stream.frame += 29
        return stream.look(*things)

    for _ in range(5):
        before = second((box(100), RED), (box(400), BLUE))
    for _ in range(6):
        second((box(400), BLUE))
    for _ in range(2):
        after = second((box(150), RED), (box(400), BLUE))
    assert stream.id_at(after, 150) == stream.id_at(before, 100)


def test_what_comes_in_at_the_edge_is_known_when_more_of_it_is_seen() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED))
    stream.looks(45)
    edge = stream.looks(4, (box(40), EDGE))
    assert edge.ids[0] > before.ids[0]
    known = stream.look((box(45), RED))
    assert known.ids.tolist() == before.ids.tolist()
    assert known.former_ids.tolist() == edge.ids.tolist()
    recent = known.history[0, known.history_valid[0], 0]
    assert recent[-3:].tolist() == pytest.approx([15, 15, 18], abs=1), 'meanwhile it was here'
    later = stream.looks(3, (box(45), RED), (box(300), BLUE))
    assert edge.ids[0] not in later.ids.tolist(), 'no id is given twice'


def test_a_part_that_was_left_at_the_edge_becomes_the_thing_again_when_it_returns() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED))
    stream.looks(20)
    part = stream.looks(4, (box(40), EDGE))
    stream.looks(25)
    assert stream.look((box(40), EDGE)).ids[-1] == part.ids[-1], 'long born, hardly seen'
    assert stream.look((box(45), RED)).ids.tolist() == before.ids.tolist()


def test_a_grown_up_track_stays_what_it_is() -> None:
    stream = Stream(TrackerConfig(recall_looks=6, **BRIEF))
    before = stream.looks(10, (box(100), RED))
    stream.looks(45)
    stream.looks(20, (box(100), EDGE))
    assert stream.looks(5, (box(100), RED)).ids[0] > before.ids[0]


@pytest.mark.parametrize(('looks', 'known'), [(10, True), (20, True), (30, False)])
def test_what_comes_in_slowly_is_known_once_the_border_cuts_less_off(
    looks: int, *, known: bool
) -> None:
    config = TrackerConfig(recall_looks=6, **BRIEF)
    stream = Stream(config, size=(200, 300))
    before = stream.looks(10, (box(100), RED))
    stream.looks(45)
    stream.looks(looks, (box(26), EDGE))
    back = stream.looks(2, (box(40), RED))
    assert (back.ids.tolist() == before.ids.tolist()) == known


def test_a_new_prompt_leaves_no_evidence_with_what_comes_back() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED), phrase=0.9)
    stream.looks(45)
    stream.prompt(2)
    after = stream.looks(2, (box(100), RED), phrase=0.1)
    assert after.ids.tolist() == before.ids.tolist()
    assert after.evidence.tolist() == [2]
    assert after.phrase_scores[0, 0] == pytest.approx(0.1)


def test_after_a_reset_nothing_is_known() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED))
    stream.tracker.reset()
    assert stream.looks(3, (box(100), RED)).ids[0] > before.ids[0]


def test_a_detector_that_says_something_else_all_at_once_is_named() -> None:
    stream = Stream()
    stream.looks(3, (box(100), RED))
    with pytest.raises(ContractError, match=r'appearance: expected 3 .* got 2'):
        stream.look((box(100), (1.0, 0.0)))


def test_appearances_that_are_no_numbers_do_no_harm() -> None:
    stream = Stream()
    stream.looks(10, (box(100), (np.nan, np.inf, -np.inf)))
    stream.looks(45)
    after = stream.looks(3, (box(100), (np.nan, 0.0, 0.0)), (box(300), RED))
    assert len(after) == 2
    with np.errstate(over='raise', invalid='raise'):
        for huge in (1e38, -3e38, 1e19):
            assert len(stream.looks(3, (box(100), (huge, huge, 0.0)), (box(300), RED))) == 2


NOTHING = (np.nan, np.nan, np.nan)


@pytest.mark.parametrize(('was', 'is_'), [(NOTHING, NOTHING), (RED, NOTHING), (NOTHING, RED)])
def test_an_appearance_that_says_nothing_makes_nothing_another_thing(
    was: Sequence[float], is_: Sequence[float]
) -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), was))
    stream.looks(10)
    assert stream.looks(3, (box(102), is_)).ids.tolist() == before.ids.tolist()


def test_of_very_many_that_seem_to_have_just_gone_the_last_are_known_again() -> None:
    tracker = OcSortTracker(TrackerConfig(min_hits=1, max_missed_known=0))
    tracker.set_prompt(1, 0, 0)
    crowds = [[box(200 * i, 1000 * k) for i in range(130)] for k in range(5)]
    crowds[0].append(box(-1000))
    looks = [look for crowd in crowds for look in (crowd, [])] + [[box(-1000), box(0, 4000)]]
    for t, look in enumerate(looks):
        n = len(look)
        tracker.advance(sequence=t, stamp_ns=t)
        found = Detections(
            boxes=np.asarray(look, np.float32).reshape(-1, 4),
            scores=np.full(n, 0.9, np.float32),
            phrase_scores=np.zeros((n, 0), np.float32),
            reference=np.zeros(0, np.int64),
            labels=('mug',) * n,
            appearance=np.full((n, 3), RED, np.float32),
        )
        tracker.apply(TimedDetections(sequence=t, stamp_ns=t, command_id=1, detections=found))
    tracks = tracker.snapshot()
    assert tracks.former_ids.tolist() == [tracks.ids.max() + 1, -1]
    assert tracks.ids.tolist() == [1 + 131 + 3 * 130, 1 + 131 + 4 * 130]


_scenes = st.lists(
    st.tuples(st.sets(st.integers(0, 3)), st.integers(1, 8), st.sampled_from([0, 5, 40, 80])),
    min_size=2,
    max_size=10,
)


@settings(max_examples=20, deadline=None)
@given(_scenes, st.sampled_from([0, 2, 30]))
def test_whatever_comes_and_goes_no_id_is_of_two_things(scenes: list, waits: int) -> None:
    stream = Stream(TrackerConfig(max_missed_known=waits))
    given_up: set[int] = set()
    born: dict[int, int] = {}
    for present, looks, shift in scenes:
        things = [(box(100 + 90 * i + shift), (RED, BLUE)[i % 2]) for i in sorted(present)]
        for _ in range(looks):
            tracks = stream.look(*things)
            ids = tracks.ids.tolist()
            assert ids == sorted(set(ids))
            former = tracks.former_ids[tracks.former_ids >= 0].tolist()
            assert len(former) == len(set(former))
            given_up |= set(former)
            assert not given_up & set(ids), 'an id that was given up came back'
            assert (
                tracks.former_ids[tracks.former_ids >= 0] > tracks.ids[tracks.former_ids >= 0]
            ).all()
            births = ((stream.frame * FRAME_NS) - tracks.age_ns).tolist()
            assert all(born.setdefault(i, at) == at for i, at in zip(ids, births, strict=True))
            assert tracks.history_valid[:, -1].all(), 'it is where it is now'


def test_things_that_change_places_in_a_moment_keep_their_ids() -> None:
    stream = Stream()
    before = stream.looks(5, (box(100), RED), (box(120), BLUE))
    after = stream.looks(3, (box(112), RED), (box(108), BLUE))
    centres = after.boxes[:, [0, 2]].mean(axis=1)
    assert after.ids.tolist() == before.ids.tolist()
    assert centres[0] > centres[1], 'boxes alone have it the other way round'


def test_what_looks_otherwise_for_a_moment_is_still_the_same_thing() -> None:
    stream = Stream()
    before = stream.looks(5, (box(100), RED))
    assert stream.look((box(102), EDGE)).ids.tolist() == before.ids.tolist()


def test_in_another_scene_nothing_is_known_again() -> None:
    stream = Stream()
    scene = [(box(x), colour) for x, colour in ((100, RED), (250, BLUE), (400, EDGE))]
    before = stream.looks(10, *scene)
    cut = stream.looks(
        5,
        *[(box(x), colour) for (x, colour) in zip((175, 325, 475), (RED, BLUE, EDGE), strict=True)],
    )
    seen = cut.ids[cut.unseen_ns == 0]
    assert len(seen) == 3
    assert not set(seen.tolist()) & set(before.ids.tolist())


def test_what_leaves_and_comes_in_the_new_scene_is_known_again() -> None:
    stream = Stream()
    stream.looks(10, (box(100), RED), (box(250), BLUE), (box(400), EDGE))
    scene = [(box(175), RED), (box(325), BLUE), (box(475), EDGE)]
    mine = stream.id_at(stream.looks(10, *scene), 175)
    stream.looks(45, *scene[1:])
    assert stream.id_at(stream.looks(3, *scene), 175) == mine


def test_a_lens_that_was_covered_is_no_other_scene() -> None:
    stream = Stream()
    scene = [(box(100), RED), (box(250), BLUE), (box(400), EDGE)]
    before = stream.looks(10, *scene)
    stream.looks(60)
    assert stream.looks(3, *scene).ids.tolist() == before.ids.tolist()


def test_a_camera_that_paused_shows_no_other_scene() -> None:
    stream = Stream(TrackerConfig(max_unseen_s=5.0, memory_s=8.0))
    scene = [(box(100), RED), (box(250), BLUE), (box(400), EDGE)]
    before = stream.looks(10, *scene)
    stream.frame += 180
    assert stream.looks(3, *scene).ids.tolist() == before.ids.tolist()


OTHER_SCENE = [(box(175), RED), (box(325), BLUE), (box(475), EDGE)]


def test_what_comes_where_something_was_before_the_cut_is_new() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED), (box(250), BLUE), (box(400), EDGE))
    stream.looks(5, *OTHER_SCENE)
    after = stream.looks(3, *OTHER_SCENE, (box(103), RED))
    assert stream.id_at(after, 103) > before.ids.max()


def test_a_mask_in_the_new_scene_makes_nothing_of_the_old_one_known_again() -> None:
    stream = Stream()
    before = stream.looks(10, (box(100), RED), (box(250), BLUE), (box(400), EDGE))
    for _ in range(3):
        cut = stream.look(*OTHER_SCENE)
        stream.tracker.correct(cut.ids[:1], cut.boxes[:1])
    stream.looks(40, *OTHER_SCENE)
    after = stream.looks(3, *OTHER_SCENE, (box(90), RED))
    assert stream.id_at(after, 90) > before.ids.max()


def test_one_look_that_errs_in_everything_is_no_cut() -> None:
    stream = Stream()
    scene = [(box(100), RED), (box(250), BLUE), (box(400), EDGE)]
    before = stream.looks(10, *scene)
    stream.look(*OTHER_SCENE)
    assert stream.looks(10, *scene).ids.tolist() == before.ids.tolist()


def test_a_mask_of_where_it_was_waited_for_does_not_stand_for_its_own() -> None:
    stream = Stream()
    other = (box(400), BLUE)
    old = stream.looks(10, (box(100), RED), other).ids[0]
    stream.looks(6, other)
    young = stream.id_at(stream.looks(2, (box(150), EDGE), other), 150)
    for _ in range(2):
        stream.advance()
    masks = np.asarray([box(120), box(153)], np.float32)
    stream.tracker.correct(np.asarray([old, young]), masks)
    tracks = stream.apply(stream.frame - 1, (box(151), RED), other)
    assert tracks.ids[0] == old
    assert tracks.former_ids[0] == young
    assert tracks.unseen_ns[0] == 0, 'its own mask is taken'
