"""Annotated videos can be read again and appear only when complete."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tenet_ros.cli.video_writer import CODECS, VideoWriter
from tenet_ros.errors import ConfigError
from tenet_ros.sources import open_source, opened


def picture(grey, size=(48, 64)):
    return np.full((*size, 3), grey, np.uint8)


@pytest.mark.parametrize('suffix', sorted(CODECS))
def test_every_suffix_gives_a_video_that_plays(tmp_path, suffix):
    path = tmp_path / f'out{suffix}'
    with VideoWriter(path, 20.0) as video:
        for grey in (40, 120, 200):
            video.write(picture(grey))
    with opened(open_source(path)) as source:
        frames = [frame.picture.rgb() for frame in source.frames()]
        assert source.info.rate_hz == pytest.approx(20)
    assert [round(float(f.mean()), -1) for f in frames] == [40, 120, 200]


def test_colours_are_not_swapped(tmp_path):
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 200
    with VideoWriter(tmp_path / 'out.avi', 10.0) as video:
        video.write(red)
    _, frame = cv2.VideoCapture(str(tmp_path / 'out.avi')).read()
    assert frame[..., 2].mean() > 180  # OpenCV's order is BGR
    assert frame[..., 0].mean() < 20


def test_odd_and_changing_sizes_are_fitted_to_the_first(tmp_path):
    with VideoWriter(tmp_path / 'out.mp4', 10.0) as video:
        video.write(picture(40, (49, 65)))
        video.write(picture(40, (24, 32)))
    with opened(open_source(tmp_path / 'out.mp4')) as source:
        assert [f.picture.rgb().shape[:2] for f in source.frames()] == [(48, 64)] * 2


def test_the_file_has_its_name_only_when_it_is_complete(tmp_path):
    with VideoWriter(tmp_path / 'out.mp4', 10.0) as video:
        video.write(picture(1))
        assert not (tmp_path / 'out.mp4').exists()
    assert [p.name for p in tmp_path.iterdir()] == ['out.mp4']


def test_no_picture_gives_no_file(tmp_path):
    with VideoWriter(tmp_path / 'out.mp4', 10.0):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ('name', 'words'), [('out.gif', 'ends in .mp4'), ('none/out.mp4', 'there is no folder')]
)
def test_an_output_that_cannot_be_is_refused_before_any_work(tmp_path, name, words):
    with pytest.raises(ConfigError, match=words):
        VideoWriter(tmp_path / name, 10.0)


def test_a_video_that_does_not_play_is_not_kept(tmp_path):
    video = VideoWriter(tmp_path / 'out.mp4', 20.0)
    video.write(picture(40))
    video._writer.release()
    video._partial.write_bytes(b'cut off')
    with pytest.raises(ConfigError, match=r'out\.mp4: cannot be written whole'):
        video.__exit__(None, None, None)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / 'out.mp4'
    (path / 'in the way').mkdir(parents=True)
    video = VideoWriter(path, 20.0)
    video.write(picture(40))
    with pytest.raises(ConfigError, match=r'out\.mp4: cannot be written'):
        video.__exit__(None, None, None)
    assert [p.name for p in tmp_path.iterdir()] == ['out.mp4']
