import dataclasses
import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest

from tenet_ros.errors import ContractError
from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, HELD_OUT, PATTERNS
from tenet_ros.sim.generator import GENERATOR, generate, generate_still
from tenet_ros.sim.rotations import matrix
from tenet_ros.sim.scene import ActivityKind
from tenet_ros.sim.solids import part_points
from tenet_ros.sim.viewpoints import on_table

RATE = 6.0
"""Frames are few here: what counts is where things are, not how often one looks."""

GOLDEN = (5, '932f96af2750', 'fb7dbd7bcc73')


def _sphere(count):
    k = np.arange(count) + 0.5
    tilt, turn = np.arccos(1 - 2 * k / count), np.pi * (1 + 5**0.5) * k
    return np.stack((np.cos(turn) * np.sin(tilt), np.sin(turn) * np.sin(tilt), np.cos(tilt)), 1)


FINE = np.concatenate((_sphere(400), np.eye(3)))
"""Other directions than the generator uses for its own proofs."""


@pytest.fixture(scope='module')
def clips():
    return [generate(seed, 'train', rate_hz=RATE) for seed in range(40)]


@pytest.fixture(scope='module')
def tests():
    return [generate(seed, 'test', rate_hz=RATE) for seed in range(25)]


@pytest.fixture(scope='module')
def stills():
    return [generate_still(seed, split) for split in ('val', 'test') for seed in range(40)]


def _arrays(value):
    if isinstance(value, np.ndarray):
        yield value.tobytes()
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _arrays(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _arrays(item)
    else:
        yield repr(value)


@pytest.mark.parametrize(
    'make', [lambda s: generate(s, 'val', rate_hz=RATE), lambda s: generate_still(s, 'val')]
)
def test_seed_gives_the_same_scene_again_and_another_seed_another(make):
    assert list(_arrays(make(7))) == list(_arrays(make(7)))
    assert list(_arrays(make(7))) != list(_arrays(make(8)))


def _summary(scenes):
    """A checksum of who is where and does what, to a tenth of a millimetre."""
    digest = hashlib.sha256()
    for scene in scenes:
        words = [(t.category, t.colour, t.second, t.pattern) for t in scene.things]
        deeds = [(a.thing, a.kind.value, round(a.start_s, 3)) for a in scene.activities]
        digest.update(repr((words, deeds, scene.camera.motion)).encode())
        for array in (scene.positions, scene.rotations, scene.camera.positions):
            digest.update((np.round(array, 4) + 0.0).tobytes())
    return digest.hexdigest()[:12]


def test_this_version_of_the_generator_gives_the_clips_it_always_gave(tests, stills):
    """Recorded results name seeds and version: raise ``GENERATOR`` with every such change."""
    assert (GENERATOR, _summary(tests[:12]), _summary(stills[-12:])) == GOLDEN


def test_splits_have_seeds_of_their_own():
    one, other = (generate(3, split, rate_hz=RATE) for split in ('train', 'val'))
    assert list(_arrays(one.things)) != list(_arrays(other.things))
    assert one.generator == GENERATOR


@pytest.mark.parametrize(
    ('seed', 'split', 'seconds'), [(-1, 'train', 8), (0, 'dev', 8), (0, 'val', 0.5)]
)
def test_arguments_that_mean_nothing_are_refused(seed, split, seconds):
    with pytest.raises(ContractError):
        generate(seed, split, seconds=seconds)


def _extents(scene, frame):
    """Extents of every part along ``FINE``, the owner of each part."""
    low, high, owners = [], [], []
    for n, thing in enumerate(scene.things):
        turn, place = matrix(scene.rotations[frame, n]), scene.positions[frame, n]
        for part in thing.parts:
            along = (part_points(part) @ turn.T + place) @ FINE.T
            low.append(along.min(axis=0))
            high.append(along.max(axis=0))
            owners.append(n)
    return np.asarray(low), np.asarray(high), np.asarray(owners)


def _deepest(scene, frame):
    """How far parts of different things reach into each other at most, metres."""
    low, high, owners = _extents(scene, frame)
    deepest = 0.0
    for k, owner in enumerate(owners):
        gap = np.maximum(low[k] - high, low - high[k]).max(axis=1)
        deepest = max(deepest, float(-gap[owners != owner].min(initial=0.0)))
    return deepest


def test_nothing_passes_through_anything(clips):
    for scene in clips:
        for frame in range(0, len(scene), 12):
            assert _deepest(scene, frame) < 0.004, (scene.seed, frame)


def test_stills_do_not_interpenetrate(stills):
    assert max(_deepest(scene, 0) for scene in stills[:30]) < 0.004


def test_nothing_sinks_into_the_table_and_what_rests_stands_on_something(clips):
    for scene in clips:
        busy = {activity.thing for activity in scene.activities}
        for frame in (0, len(scene) - 1):
            low, high, owners = _extents(scene, frame)
            feet = np.asarray([low[owners == n, -1].min() for n in range(len(scene.things))])
            tops = [high[owners == n, -1] for n in range(len(scene.things))]
            assert (feet[: scene.named] > -0.003).all()
            for n in set(range(scene.named)) - busy:
                levels = np.concatenate([[0.0], *(t for m, t in enumerate(tops) if m != n)])
                assert np.abs(levels - feet[n]).min() < 0.003, (scene.seed, n)


def test_thing_moves_during_its_activities_and_at_no_other_time(clips):
    for scene in clips:
        times = np.arange(len(scene)) / RATE
        for n in range(scene.named):
            mine = [a for a in scene.activities if a.thing == n]
            idle = np.ones(len(times), bool)
            for activity in mine:
                assert 0 <= activity.start_s < activity.end_s <= 8
                during = (times > activity.start_s) & (times < activity.end_s)
                idle &= (times < activity.start_s - 1 / RATE) | (times > activity.end_s + 1 / RATE)
                if np.count_nonzero(during) > 4:
                    moved = np.ptp(scene.positions[during, n], axis=0).max()
                    turned = np.ptp(scene.rotations[during, n], axis=0).max()
                    assert moved > 0.01 or turned > 0.05, (scene.seed, activity)
            still = idle[1:] & idle[:-1]
            assert (np.diff(scene.positions[:, n], axis=0)[still] == 0).all()
            assert (np.diff(scene.rotations[:, n], axis=0)[still] == 0).all()


def test_activities_of_one_thing_do_not_overlap(clips):
    for scene in clips:
        for n in range(scene.named):
            mine = sorted((a.start_s, a.end_s) for a in scene.activities if a.thing == n)
            assert all(a[1] <= b[0] for a, b in itertools.pairwise(mine))


def test_pushed_thing_is_in_touch_with_something_unnamed(clips):
    seen = 0
    for scene in clips:
        for activity in scene.activities:
            frame = int((activity.start_s + activity.end_s) / 2 * RATE)
            if activity.kind is not ActivityKind.PUSHED or frame >= len(scene):
                continue
            low, high, owners = _extents(scene, frame)
            mine, unnamed = owners == activity.thing, owners >= scene.named
            carried = any(
                a.thing != activity.thing and a.start_s == activity.start_s
                for a in scene.activities
            )
            if carried:
                continue
            apart = np.maximum(
                low[mine][:, None] - high[unnamed], low[unnamed] - high[mine][:, None]
            )
            assert apart.max(axis=-1).min() < 0.008
            seen += 1
    assert seen > 2


def test_held_out_pairs_occur_in_the_test_split_alone(clips, tests, stills):
    def pairs(scenes):
        return {(t.colour, t.category) for scene in scenes for t in scene.things if t.category}

    assert not pairs(clips) & HELD_OUT
    assert not pairs(scene for scene in stills if scene.split == 'val') & HELD_OUT
    assert len((pairs(tests) | pairs(s for s in stills if s.split == 'test')) & HELD_OUT) > 10


def test_every_category_colour_pattern_activity_and_camera_occurs(clips, tests, stills):
    scenes = [*clips, *tests, *stills]
    things = [thing for scene in scenes for thing in scene.things if thing.category]
    assert {t.category for t in things} == set(CATEGORIES)
    assert {t.colour for t in things} == set(COLOURS)
    assert {t.pattern for t in things} == set(PATTERNS)
    assert {a.kind for scene in scenes for a in scene.activities} == set(ActivityKind)
    assert {scene.camera.motion for scene in scenes} == {'static', 'pan', 'handheld'}


def test_scenes_are_as_mixed_as_promised(clips, tests):
    scenes = [*clips, *tests]
    counts = [scene.named for scene in scenes]
    assert min(counts) >= 2
    assert max(counts) <= 12
    assert all(len(scene.things) - scene.named <= 2 for scene in scenes)
    lively = np.mean([bool(scene.activities) for scene in scenes])
    assert 0.6 < lively < 0.9
    alike = 0
    for scene in scenes:
        words = Counter(w for t in scene.things[: scene.named] for w in (t.category, t.colour))
        alike += max(words.values()) > 1
    assert alike / len(scenes) >= 0.6


def test_unnamed_things_come_last(clips):
    for scene in clips:
        assert all(thing.category for thing in scene.things[: scene.named])
        assert not any(thing.category for thing in scene.things[scene.named :])


def test_camera_looks_down_at_the_table(clips):
    for scene in clips:
        camera = scene.camera
        assert (camera.positions[:, 2] > 0.15).all()
        identity = camera.rotations @ np.swapaxes(camera.rotations, 1, 2)
        np.testing.assert_allclose(identity, np.broadcast_to(np.eye(3), identity.shape), atol=1e-9)
        assert np.linalg.det(camera.rotations[0]) == pytest.approx(1)
        middle = on_table(camera, 0, np.array([320.0, 240.0]))
        assert np.hypot(*middle) < 0.6
        assert 450 <= camera.focal_px <= 650 + 1e-9
