"""Words about distance and height, in metres where depth says so; both heads."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.ort import OrtSession
from tenet_ros.inference.store import EngineStore
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.preference.learned import LearnedPreference
from tenet_ros.types import Space

SIZE = (480, 640)
FOCAL = 600.0
NOWHERE = (np.nan, np.nan, np.nan)
# Two mugs of one size in the picture. By the picture the lower one is the nearer one.
LOW, HIGH = (200, 330), (420, 150)


@pytest.fixture(scope='module', params=['explicit', 'learned'])
def preference(request):
    if request.param == 'explicit':
        yield ExplicitPreference()
        return
    manifest = load_manifest('preference')
    with OrtSession(EngineStore.default().path(manifest), manifest, threads=1) as session:
        yield LearnedPreference(session)


def at(place, distance):
    """Return where a thing in the picture is at a distance along the optical axis."""
    x, y = place
    return (x - 320) / FOCAL * distance, (y - 240) / FOCAL * distance, distance


@pytest.fixture
def best(scene, preference):
    def find(sentence, things, positions, *, motions=None, up=(0, 0, 0)):
        queries, tracks = scene(things, (sentence,))
        space = Space(
            positions=np.asarray(positions, np.float32),
            motions=np.asarray(motions or [(0, 0, 0)] * len(things), np.float32),
            up=np.asarray(up, np.float32),
            focal_px=FOCAL,
        )
        tracks = dataclasses.replace(tracks, space=space)
        return int(preference.score_all(queries, tracks, SIZE)[0].logits.argmax())

    return find


MUGS = [('mug', LOW), ('mug', HIGH)]


@pytest.mark.parametrize('sentence', ['the nearest mug', 'the mug closest to the camera'])
def test_nearest_is_by_metres_against_the_picture(best, sentence):
    assert best(sentence, MUGS, [at(LOW, 1.5), at(HIGH, 0.8)]) == 1
    assert best(sentence, MUGS, [at(LOW, 0.8), at(HIGH, 1.5)]) == 0


def test_farthest_is_by_metres_as_well(best):
    assert best('the farthest mug', MUGS, [at(LOW, 1.5), at(HIGH, 0.8)]) == 0


def test_what_has_no_distance_from_the_camera_is_near(best):
    here = (0, 0, 0)
    things = [*MUGS, ('mug', (100, 100))]
    assert best('the farthest mug', things, [here, here, at((100, 100), 1.5)]) == 2


def test_where_one_distance_is_not_known_the_picture_decides(best):
    assert best('the nearest mug', MUGS, [NOWHERE, at(HIGH, 0.8)]) == 0


def test_highest_is_against_gravity_where_that_is_known(best):
    # Seen from above, what is higher in the picture lies farther away, and here lower.
    up = (0.0, -np.sqrt(0.5), -np.sqrt(0.5))
    positions = [at(LOW, 0.6), at(HIGH, 1.4)]
    heights = np.asarray(positions) @ up
    assert heights[0] > heights[1]
    assert best('the highest mug', MUGS, positions, up=up) == 0
    assert best('the highest mug', MUGS, positions) == 1


def test_what_comes_towards_the_camera_does_so_in_metres(best):
    positions = [at(LOW, 1.0), at(HIGH, 1.0)]
    motions = [(0, 0, 0), tuple(-0.4 * v for v in at(HIGH, 1.0))]
    assert best('the mug moving towards me', MUGS, positions, motions=motions) == 1
    assert best('the mug moving towards me', MUGS, positions, motions=motions[::-1]) == 0


def test_next_to_is_not_behind(best):
    # Side by side in the picture, but one bowl is a metre behind.
    things = [('mug', (150, 240)), ('bowl', (215, 240)), ('mug', (420, 240)), ('bowl', (485, 240))]
    positions = [at(place, 0.8) for _, place in things]
    assert best('the bowl next to the mug', things, positions) in {1, 3}
    positions[1] = at((215, 240), 2.0)
    assert best('the bowl next to the mug', things, positions) == 3
