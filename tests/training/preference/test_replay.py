"""Clips as the head meets them: labels follow things, and nothing looks ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenet_ros.language.expression import Prompt
from tenet_ros.language.parser import parse
from tenet_ros.sim.generator import generate
from tenet_ros.sim.projection import observe
from tenet_ros.sim.sentence import Sentence
from tenet_ros.training.preference.clips import resample
from tenet_ros.training.preference.noise import NoisyDetector
from tenet_ros.training.preference.profiles import PROFILES, draw_profile
from tenet_ros.training.preference.replay import GHOST, replay

SECONDS, RATE_HZ = 2.0, 10.0


@pytest.fixture(scope='module')
def clip():
    """Return a scene, its truth, a sentence about its first thing, and the prompt."""
    scene = generate(3, 'train', seconds=SECONDS, rate_hz=RATE_HZ)
    truth = observe(scene, scale=0.25)
    targets = np.zeros((len(scene), scene.named), np.bool_)
    targets[:, 0] = True
    text = f'the {scene.things[0].category}'
    sentence = Sentence(
        text=text,
        kind='category',
        form='',
        held_out=False,
        targets=targets,
        judged=np.ones(len(scene), np.bool_),
    )
    return scene, truth, (sentence,), Prompt.of(1, (parse(text),))


def play(clip, *, seed=0, profile='mixed', **options):
    scene, truth, sentences, prompt = clip
    rng = np.random.default_rng(seed)
    drawn = draw_profile(rng, profile)
    detector = noisy(rng, drawn, scene, truth, sentences, prompt)
    return list(
        replay(
            rng, scene, truth, prompt, detector,
            stride=drawn.stride, delay=drawn.delay, **options,
        )
    )  # fmt: skip


def noisy(rng, profile, scene, truth, sentences, prompt):
    targets = [sentence.targets for sentence in sentences]
    return NoisyDetector(rng, profile, scene, truth, prompt, targets)


def test_every_frame_has_its_moment(clip) -> None:
    moments = play(clip)
    assert [moment.frame for moment in moments] == list(range(len(clip[0])))
    for moment in moments:
        assert len(moment.owners) == len(moment.tracks)
    assert len(moments[-1].tracks) > 0


@pytest.mark.parametrize('profile', sorted(PROFILES))
def test_a_tracks_owner_is_what_it_lies_on(clip, profile) -> None:
    moments = play(clip, profile=profile)
    truth = clip[1]
    for moment in moments[5:]:
        seen = moment.tracks.unseen_ns == 0
        for owner, box in zip(moment.owners[seen], moment.tracks.boxes[seen], strict=True):
            if owner >= 0:
                centre = (box[:2] + box[2:]) / 2
                low, high = truth.boxes[moment.frame, owner].reshape(2, 2)
                assert (centre > low - 12).all()
                assert (centre < high + 12).all()


def test_ghosts_belong_to_nobody(clip) -> None:
    scene, truth, sentences, prompt = clip
    nothing = replace(
        truth, boxes=np.zeros_like(truth.boxes), visible_px=np.zeros_like(truth.visible_px)
    )
    rng = np.random.default_rng(0)
    haunted = replace(draw_profile(rng, 'sloppy'), ghosts=3.0)
    detector = noisy(rng, haunted, scene, nothing, sentences, prompt)
    moments = list(replay(rng, scene, nothing, prompt, detector))
    assert sum(len(moment.tracks) for moment in moments) > 0
    assert all((moment.owners == GHOST).all() for moment in moments)


def test_the_future_changes_nothing(clip) -> None:
    scene, truth, sentences, prompt = clip
    half = len(scene) // 2
    boxes = truth.boxes.copy()
    boxes[half:] += 60.0
    later = (scene, replace(truth, boxes=boxes), sentences, prompt)
    for one, other in zip(play(clip)[:half], play(later)[:half], strict=True):
        np.testing.assert_array_equal(one.tracks.boxes, other.tracks.boxes)
        np.testing.assert_array_equal(one.tracks.history, other.tracks.history)
        np.testing.assert_array_equal(one.tracks.phrase_scores, other.tracks.phrase_scores)
        np.testing.assert_array_equal(one.owners, other.owners)


def test_before_the_command_there_is_no_evidence(clip) -> None:
    moments = play(clip, told_at=8)
    assert moments[0].frame == 8
    assert moments[0].tracks.phrase_scores.shape[1] == 1
    assert (moments[0].tracks.evidence <= 1).all()
    assert moments[0].tracks.hits.max() > 1


def test_a_detector_that_says_what_things_look_like_says_so_before_the_command_too(clip) -> None:
    scene, truth, sentences, prompt = clip
    rng = np.random.default_rng(0)
    blurry = noisy(rng, draw_profile(rng, 'good'), scene, truth, sentences, prompt)

    class Seeing:
        def look(self, frame):
            found = blurry.look(frame)
            return replace(found, appearance=np.ones((len(found), 3), np.float32))

    moments = list(replay(rng, scene, truth, prompt, Seeing(), told_at=8))
    assert moments[-1].tracks.evidence.max() > 1


def test_the_same_seed_gives_the_same_clip(clip) -> None:
    for one, other in zip(play(clip, seed=4), play(clip, seed=4), strict=True):
        np.testing.assert_array_equal(one.tracks.boxes, other.tracks.boxes)
        np.testing.assert_array_equal(one.tracks.phrase_scores, other.tracks.phrase_scores)


def test_truth_between_two_looks_is_interpolated(clip) -> None:
    scene, truth = clip[:2]
    keys = np.unique(np.append(np.arange(0, len(scene), 2), len(scene) - 1))
    some = observe(scene, keys.tolist(), scale=0.25)
    filled = resample(some, keys, len(scene))
    np.testing.assert_array_equal(filled.boxes[keys], some.boxes)
    np.testing.assert_array_equal(filled.visible_px[keys], some.visible_px)
    both = (truth.visible_px > 100) & (filled.visible_px > 100)
    assert np.abs(filled.boxes - truth.boxes)[both].max() < 16
