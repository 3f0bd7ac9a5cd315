"""The test split is frozen, and a clip that is not what was frozen is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenet_ros.errors import ConfigError
from tenet_ros.evaluation.tabletop.split import Entry, check, digest_of, entries, frozen
from tenet_ros.sim.generator import GENERATOR, generate
from tenet_ros.sim.sentence import Sentence


@pytest.fixture(scope='module')
def scene():
    return generate(7, 'val', seconds=1, rate_hz=10)


def a_sentence(scene, **changes):
    shape = (len(scene), scene.named)
    fields = {
        'text': 'the mug', 'kind': 'category', 'form': 'plain', 'held_out': False,
        'targets': np.zeros(shape, bool), 'judged': np.ones(shape[0], bool),
    }  # fmt: skip
    return Sentence(**{**fields, **changes})


def test_the_frozen_split_is_of_this_generator_and_has_seeds_of_its_own():
    split = frozen()
    seeds = [row['seed'] for row in split['clips']]
    assert split['generator'] == GENERATOR, 'freeze the test split anew'
    assert len(seeds) >= 120
    assert len(set(seeds)) == len(seeds)
    assert min(seeds) >= 4_000_000
    assert split['sentences'] / len(seeds) > 5


def test_validation_clips_come_in_any_number_and_test_clips_from_the_list():
    assert [e.seed for e in entries('val', 2)] == [1_000_000, 1_000_001]
    assert entries('test', 3) == entries('test', None)[:3]
    assert all(entry.digest for entry in entries('test', None))
    with pytest.raises(ConfigError, match='--clips'):
        entries('test', 10_000)
    with pytest.raises(ConfigError, match='--split'):
        entries('train', 1)


def test_the_same_clip_has_the_same_digest(scene):
    again = generate(7, 'val', seconds=1, rate_hz=10)
    said = [a_sentence(scene)]
    assert digest_of(scene, said) == digest_of(again, [a_sentence(again)])


def test_the_digest_does_not_hang_on_the_last_bits_of_poses(scene):
    moved = replace(scene, positions=scene.positions * (1 + 1e-12))
    assert digest_of(scene, []) == digest_of(moved, [])


def test_another_scene_word_or_truth_has_another_digest(scene):
    other = generate(8, 'val', seconds=1, rate_hz=10)
    targets = np.zeros((len(scene), scene.named), bool)
    targets[-1, 0] = True
    digests = {
        digest_of(scene, [a_sentence(scene)]),
        digest_of(other, [a_sentence(other)]),
        digest_of(scene, [a_sentence(scene, text='the cup')]),
        digest_of(scene, [a_sentence(scene, targets=targets)]),
        digest_of(scene, [a_sentence(scene, judged=np.zeros(len(scene), bool))]),
    }
    assert len(digests) == 5


def test_a_clip_that_is_not_the_frozen_one_is_refused_by_name(scene):
    said = [a_sentence(scene)]
    check(Entry(split='test', seed=7, digest=digest_of(scene, said)), scene, said)
    check(Entry(split='val', seed=7), scene, said)
    with pytest.raises(ConfigError, match=r'test-7: .*frozen'):
        check(Entry(split='test', seed=7, digest='0' * 64), scene, said)
