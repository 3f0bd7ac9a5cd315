"""The demonstration: what it leaves, that it leaves no process, and what it says when it cannot."""

from __future__ import annotations

import contextlib
import json
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from tenet_ros.cli.main import main
from tenet_ros.cli.tour.footage import Programme, programme
from tenet_ros.errors import SourceError
from tenet_ros.evaluation.tabletop.figures import pool
from tenet_ros.factory import PRESETS
from tenet_ros.sim.generator import generate
from tenet_ros.sim.recording import write
from tenet_ros.sim.sentence import Sentence

FRAMES = 60
TEXT = 'the red box'
TIMEOUT_S = 100

needs_models = pytest.mark.skipif('tabletop' not in PRESETS, reason='needs the preset "tabletop"')


@pytest.fixture(scope='module')
def recordings(tmp_path_factory):
    """Return a folder of one clip of two seconds: a red square that slides."""
    scene = generate(2, 'train', seconds=FRAMES / 30)
    views = []
    for frame in range(FRAMES):
        image, labels = np.full((480, 640, 3), 120, np.uint8), np.zeros((480, 640), np.uint8)
        window = np.s_[200:280, 100 + 2 * frame : 180 + 2 * frame]
        image[window], labels[window] = (200, 30, 30), 1
        views.append((image, labels))
    targets = np.zeros((FRAMES, scene.named), bool)
    targets[:, 0] = True
    said = Sentence(
        text=TEXT, kind='attribute', form='f', held_out=False, targets=targets,
        judged=np.ones(FRAMES, bool),
    )  # fmt: skip
    folder = tmp_path_factory.mktemp('recordings')
    write(scene, views, folder / '0', sentences=[said])
    return folder


def offspring(pid):
    """Return the ids of all processes that carry the mark of having been started by ``pid``."""
    found = []
    for path in Path('/proc').glob('[0-9]*/environ'):
        with contextlib.suppress(OSError):
            if f'TENET_ROS_PARENT={pid}\0'.encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def lines_until(process, words):
    """Read what a process says until a line has all these words, and return that line."""
    said = []
    for line in process.stdout:
        said.append(line)
        if all(word in line for word in words):
            return line
    raise AssertionError(''.join(said))


@needs_models
def test_the_tour_leaves_a_video_a_sheet_and_the_benchs_figures(start, recordings, tmp_path):
    out = tmp_path / 'deep' / 'out'
    demo = start('demo', '--recordings', str(recordings), '--out', str(out), '--threads', '1')
    said, _ = demo.communicate(timeout=TIMEOUT_S)
    assert demo.returncode == 0, said
    figures = json.loads((out / 'summary.json').read_text())
    assert set(pool([])) | {'latency_ms', 'per_kind', 'machine'} <= set(figures)
    assert figures['frames_sent'] == FRAMES
    assert figures['violations'] == []
    assert figures['latency_ms']['p50'] > 0
    (row,) = figures['asked']
    assert row['sentence'] == TEXT
    assert TEXT in said
    sheet = cv2.imread(str(out / 'contact_sheet.png'))
    assert sheet is not None
    video = cv2.VideoCapture(str(out / 'demo.mp4'))
    assert int(video.get(cv2.CAP_PROP_FRAME_COUNT)) == FRAMES
    assert offspring(demo.pid) == []


@needs_models
def test_live_answers_what_is_typed_and_ends_with_all_its_processes(start, recordings):
    demo = start('demo', '--live', '--recordings', str(recordings), '--threads', '1')
    lines_until(demo, ['try', TEXT])
    demo.stdin.write('the blue banana\n')
    demo.stdin.flush()
    lines_until(demo, ['>', 'the blue banana'])
    lines_until(demo, ['SEARCHING', 'the blue banana'])
    assert len(offspring(demo.pid)) == 2
    demo.send_signal(signal.SIGINT)
    assert demo.wait(TIMEOUT_S) == 0
    assert offspring(demo.pid) == []


@needs_models
def test_nothing_outlives_a_demo_that_was_killed(start, recordings, watch):
    demo = start('demo', '--live', '--recordings', str(recordings), '--threads', '1')
    lines_until(demo, ['try', TEXT])
    left = offspring(demo.pid)
    assert len(left) == 2
    wait_for_ends = watch(*left)
    demo.kill()
    wait_for_ends()
    assert offspring(demo.pid) == []


@pytest.mark.parametrize(
    ('argv', 'words'),
    [
        (['--preset', 'desktopp'], 'preset: expected one of'),
        (['video.mp4'], 'expected a SENTENCE after video.mp4'),
    ],
)
def test_what_is_wrong_is_one_line(argv, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(['demo', *argv]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_without_a_renderer_it_plays_what_is_recorded_and_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv('MUJOCO_GL', 'bogus')
    shown = programme(tmp_path / 'cache', None)
    assert isinstance(shown, Programme)
    assert 'playing recorded clips' in capsys.readouterr().err
    assert all(len(showing.asks) == 3 for showing in shown.showings)
    known = [{s.text for s in showing.recording.sentences} for showing in shown.showings]
    for showing, texts in zip(shown.showings, known, strict=True):
        assert all(set(ask.texts) <= texts for ask in showing.asks)
    assert not (tmp_path / 'cache').exists()


def test_frames_of_the_whole_are_found_in_their_clips():
    class Counted:
        def __init__(self, frames):
            self.recording = range(frames)

    both = Programme(folder=Path(), showings=(Counted(3), Counted(2)))
    assert [both.at(frame) for frame in range(6)] == [
        (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (0, 0),
    ]  # fmt: skip


def test_a_folder_without_recordings_is_said_to_be_one(tmp_path):
    with pytest.raises(SourceError, match='expected a recording'):
        programme(tmp_path, tmp_path)
