"""The simulated tabletop as a source: names, time, depth, and what is played instead."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tenet_ros.errors import SourceError
from tenet_ros.sim.generator import generate
from tenet_ros.sim.graphics import GraphicsError
from tenet_ros.sim.recording import write
from tenet_ros.sources import open_source, opened, tabletop
from tenet_ros.sources.recorded import RecordedTabletop
from tenet_ros.sources.tabletop import open_tabletop, tabletop_of


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    """Return the folder of a recording of a second, its pictures one grey each."""
    scene = generate(2, 'train', seconds=1.0)
    views = [
        (np.full((480, 640, 3), 3 * n, np.uint8), np.zeros((480, 640), np.uint8))
        for n in range(len(scene))
    ]
    folder = tmp_path_factory.mktemp('recordings') / 'clip'
    write(scene, views, folder)
    return folder


@pytest.fixture
def nothing_draws(monkeypatch):
    monkeypatch.setenv('MUJOCO_GL', 'bogus')


@pytest.mark.parametrize(
    ('spec', 'name', 'length'),
    [('sim', 'sim:train:0', 240), ('sim:test:4', 'sim:test:4', 240), ('sim:2+', 'sim:train:2+', None)],
)  # fmt: skip
def test_a_name_says_which_clip(graphics, spec, name, length):
    with opened(open_source(spec)) as source:
        assert (source.info.name, source.info.length) == (name, length)
        assert source.info.kind == 'simulation'
        assert not source.info.live


def test_frames_come_in_time_with_depth_and_calibration(graphics):
    with opened(tabletop_of('sim:2')) as source:
        frames = [frame for frame, _ in zip(source.frames(), range(4), strict=False)]
    assert [frame.due_ns for frame in frames] == [round(n * 1e9 / 30) for n in range(4)]
    first = frames[0]
    assert first.picture.rgb().shape == (480, 640, 3)
    assert first.depth.image.dtype == np.float32
    assert np.nanmin(first.depth.image) > 0.1
    assert first.depth.stamp_ns == first.stamp_ns
    k = first.calibration.k.reshape(3, 3)
    assert k[0, 0] == k[1, 1] == generate(2, 'train').camera.focal_px
    assert (k[0, 2], k[1, 2]) == (319.5, 239.5)


def test_depth_may_be_left_out(graphics):
    with opened(open_source('sim:2', depth_topic='')) as source:
        assert next(source.frames()).depth is None


def test_each_iteration_begins_at_the_first_frame_and_renders_the_same(graphics):
    with opened(tabletop_of('sim:2', depth=False)) as source:
        one, two = source.frames(), source.frames()
        for _ in range(2):
            np.testing.assert_array_equal(next(one).picture.data, next(two).picture.data)


def test_an_endless_simulation_goes_on_with_the_next_seed(graphics, monkeypatch):
    monkeypatch.setattr(
        'tenet_ros.sim.generator.generate',
        lambda seed, split, *, rate_hz: generate(seed, split, seconds=1.0, rate_hz=rate_hz),
    )
    with (
        opened(tabletop_of('sim:2+', depth=False)) as source,
        opened(tabletop_of('sim:3')) as next_,
    ):
        frames = [frame for frame, _ in zip(source.frames(), range(31), strict=False)]
        following = next(next_.frames())
    np.testing.assert_array_equal(frames[30].picture.data, following.picture.data)
    assert frames[30].due_ns == 1_000_000_000


def test_a_clip_may_be_played_again_and_again(graphics, monkeypatch):
    monkeypatch.setattr(
        'tenet_ros.sim.generator.generate',
        lambda seed, split, *, rate_hz: generate(seed, split, seconds=1.0, rate_hz=rate_hz),
    )
    with opened(tabletop_of('sim:2', after='again', depth=False)) as source:
        assert source.info.length is None
        frames = [frame for frame, _ in zip(source.frames(), range(31), strict=False)]
    np.testing.assert_array_equal(frames[30].picture.data, frames[0].picture.data)
    assert frames[30].due_ns == 1_000_000_000


def test_closing_ends_the_rendering_thread(graphics):
    source = tabletop_of('sim:2')
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []
    assert not [t for t in threading.enumerate() if t.name == 'tabletop']


def test_a_name_that_is_none_lists_what_there_is():
    with pytest.raises(SourceError, match=r'simulated tabletop \(sim, sim:7\)'):
        open_source('sim:x')


def test_without_graphics_a_simulation_is_a_clear_error(nothing_draws):
    with pytest.raises(GraphicsError, match='apt install'):
        open_source('sim:7')


def test_without_graphics_recordings_are_played_and_it_is_said(
    nothing_draws, recorded, monkeypatch
):
    monkeypatch.setattr(tabletop, 'RECORDINGS', recorded.parent)
    said = []
    with opened(open_tabletop('sim:7+', say=said.append)) as source:
        frames = [frame for frame, _ in zip(source.frames(), range(31), strict=False)]
    assert len(said) == 1
    assert said[0].startswith('playing recorded clips in place of sim:7+: ')
    assert frames[30].picture.rgb()[0, 0, 0] == 0
    assert frames[30].due_ns == 1_000_000_000


def test_without_graphics_and_recordings_the_error_stays(nothing_draws, tmp_path, monkeypatch):
    monkeypatch.setattr(tabletop, 'RECORDINGS', tmp_path)
    with pytest.raises(GraphicsError):
        open_tabletop('sim:7', say=print)


def test_a_recording_plays_its_own_bytes(recorded):
    with opened(open_source(recorded)) as source:
        assert isinstance(source, RecordedTabletop)
        frames = list(source.frames())
        assert [f.picture.format for f in frames] == ['jpeg'] * 30
    assert source.info.length == 30
    np.testing.assert_allclose([f.picture.rgb().mean() for f in frames], np.arange(30) * 3, atol=1)
    assert frames[-1].due_ns == round(29 * 1e9 / 30)
    assert frames[0].calibration.width == 640
