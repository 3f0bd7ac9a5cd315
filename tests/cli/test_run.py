"""A recording in, an annotated video and JSON lines out: the real preset on a real clip."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tenet_ros.cli.lines import decode_rle
from tenet_ros.cli.main import main
from tenet_ros.sources import open_source, opened

CLIP = 'davis17_dogs-jump_240p'
SENTENCE = 'the woman in the yellow-green jacket'
FRAMES = 24


@pytest.fixture
def clip(shared_data):
    return shared_data / 'rvos' / CLIP


@pytest.fixture
def model(shared_models):
    return str(shared_models / 'yolox_nano_416.onnx')


def lines_of(path):
    return [json.loads(line) for line in path.read_text('utf-8').splitlines()]


def test_the_video_and_the_lines_answer_every_frame(clip, model, tmp_path, capsys):
    video, lines = tmp_path / 'out.mp4', tmp_path / 'out.jsonl'
    options = ['--model', model, '--frames', str(FRAMES), '-o', str(video), '--json', str(lines)]
    assert main(['run', str(clip), SENTENCE, *options]) == 0
    said = capsys.readouterr().err
    assert f'{FRAMES} frames: ' in said
    assert 'out.mp4 (mp4v)' in said
    answers = lines_of(lines)
    assert [a['sequence'] for a in answers] == list(range(FRAMES))
    assert [a['stamp_ns'] for a in answers] == [round(i * 1e9 / 24) for i in range(FRAMES)]
    shown = [a for a in answers if a['mask']]
    assert len(shown) > FRAMES // 2
    for answer in shown:
        mask = decode_rle(answer['mask'])
        assert mask.shape == (240, 432)
        x0, y0, x1, y1 = answer['box']
        rows, columns = np.nonzero(mask)
        # A mask may leave its box a little, but lies on it.
        assert x0 - 20 <= columns.mean() <= x1 + 20
        assert y0 - 20 <= rows.mean() <= y1 + 20
    with opened(open_source(video)) as made:
        assert sum(1 for _ in made.frames()) == FRAMES
        assert made.info.rate_hz == pytest.approx(24)


def test_two_runs_give_the_same_lines(clip, model, tmp_path):
    for name in ('first', 'second'):
        options = ['--model', model, '--frames', '8', '--json', str(tmp_path / name), '--quiet']
        assert main(['run', str(clip), SENTENCE, *options]) == 0
    assert (tmp_path / 'first').read_bytes() == (tmp_path / 'second').read_bytes()


def test_several_sentences_are_answered_side_by_side(clip, model, capsys):
    options = ['--model', model, '--frames', '4', '--json', '-', '--quiet']
    assert main(['run', str(clip), f'{SENTENCE}; the dog on the left', *options]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [t['sentence'] for t in answers[0]['targets']] == [SENTENCE, 'the dog on the left']


def test_a_damaged_frame_costs_one_line_and_the_rest_is_answered(clip, model, tmp_path, capsys):
    folder = tmp_path / 'frames'
    folder.mkdir()
    for path in sorted((clip / 'JPEGImages').iterdir())[:5]:
        shutil.copy(path, folder)
    damaged = sorted(folder.iterdir())[2]
    damaged.chmod(0o644)
    damaged.write_bytes(b'no picture')
    lines = tmp_path / 'out.jsonl'
    assert main(['run', str(folder), SENTENCE, '--model', model, '--json', str(lines)]) == 0
    said = capsys.readouterr().err
    assert 'frame 2 left out: ' in said
    assert '4 frames, 1 could not be decoded' in said
    assert len(lines_of(lines)) == 4


def test_a_noun_that_the_detector_cannot_find_is_said(clip, model, capsys):
    options = ['--model', model, '--frames', '2']
    assert main(['run', str(clip), 'the stethoscope', *options]) == 0
    assert 'this detector cannot find: stethoscope' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['--model', '/nowhere.onnx'], '/nowhere.onnx is not there'),
        (['--preset', 'nonsense'], 'nonsense'),
        (['-o', 'out.gif'], 'ends in .mp4'),
        (['--detect-every', '0'], 'at least 1'),
        (['--json', '/nowhere/out.jsonl'], 'cannot be written'),
    ],
)
def test_what_cannot_be_done_is_one_line(folder, tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.setenv('TENET_ENGINES', str(tmp_path))
    assert main(['run', str(folder), 'the dog', *arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith('tenet-ros run: ')
    assert words in said
    assert said.count('\n') == 1


def test_a_model_that_is_not_pulled_says_what_to_type(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('TENET_ENGINES', str(tmp_path))
    assert main(['run', str(folder), 'the dog']) == 1
    assert 'tenet-ros models pull' in capsys.readouterr().err


def test_nothing_of_ros_is_needed(clip, model):
    """Without cyclonedds, without rclpy: the offline run imports neither."""
    code = (
        'import sys\n'
        'sys.modules["cyclonedds"] = sys.modules["rclpy"] = None\n'
        'from tenet_ros.cli.main import main\n'
        f'sys.exit(main(["run", {str(clip)!r}, "the dog", "--model", {model!r}, "--frames", "1"]))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
