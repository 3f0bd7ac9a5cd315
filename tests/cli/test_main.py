"""The command line as a stranger meets it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time

import pytest

from tenet_ros import __version__
from tenet_ros.cli import say
from tenet_ros.cli.main import main, split_ros_args

COMMANDS = (
    'demo', 'run', 'node', 'camera', 'cameras', 'say', 'watch', 'view', 'record', 'models', 'doctor',
    'bench', 'world',
)  # fmt: skip


def help_of(capsys, *arguments):
    with pytest.raises(SystemExit) as exit_:
        main([*arguments, '--help'])
    assert exit_.value.code == 0
    return capsys.readouterr().out


def test_help_names_every_command_and_a_first_thing_to_try(capsys):
    text = help_of(capsys)
    assert all(f'\n    {command} ' in text for command in COMMANDS)
    assert 'tenet-ros run video.mp4' in text


@pytest.mark.parametrize('command', COMMANDS)
def test_every_command_has_its_own_help(capsys, command):
    assert f'tenet-ros {command}' in help_of(capsys, command)


@pytest.mark.parametrize('bench', ['stream', 'clips', 'tracker', 'segmenter', 'grasp', 'follow'])
def test_every_benchmark_writes_json(capsys, bench):
    assert '--json OUT' in help_of(capsys, 'bench', bench)


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(['--version'])
    assert capsys.readouterr().out == f'tenet-ros {__version__}\n'


@pytest.mark.parametrize('wrong', [[], ['nonsense'], ['camera'], ['run', 'video.mp4'], ['bench']])
def test_a_wrong_command_line_exits_with_two_and_shows_the_usage(capsys, wrong):
    with pytest.raises(SystemExit) as exit_:
        main(wrong)
    assert exit_.value.code == 2
    assert 'usage: tenet-ros' in capsys.readouterr().err


@pytest.mark.parametrize(
    'wrong',
    [
        ['say', 'the dog', '--timeout', 'nan'],
        ['say', 'the dog', '--timeout', 'inf'],
        ['watch', '--once', '--timeout=-1'],
        ['record', 'out.mcap', '--duration', 'nan'],
        ['camera', 'video.mp4', '--start-delay=-1'],
        ['camera', 'video.mp4', '--duration', 'soon'],
        ['run', 'video.mp4', 'the dog', '--frames=-1'],
        ['run', 'video.mp4', 'the dog', '--threads=-3'],
        ['camera', 'video.mp4', '--rate', '0'],
        ['demo', '--rate=-3'],
        ['bench', 'stream', '--rate', 'nan'],
        ['cameras', 'front', '5left'],
    ],
    ids=' '.join,
)
def test_a_number_that_makes_no_sense_is_refused_at_once(capsys, wrong):
    with pytest.raises(SystemExit) as exit_:
        main(wrong)
    assert exit_.value.code == 2
    assert ', got ' in capsys.readouterr().err


def test_a_full_disk_is_one_line(capsys, monkeypatch):
    def full(_args):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(say, 'run', full)
    assert main(['say', 'the dog']) == 1
    assert capsys.readouterr().err == (
        'tenet-ros say: [Errno 28] No space left on device; make room, or write elsewhere\n'
    )


def test_an_error_is_one_line_on_stderr_and_status_one(capsys):
    assert main(['camera', '/nowhere/video.mp4']) == 1
    captured = capsys.readouterr()
    assert captured.out == ''
    assert captured.err.startswith("tenet-ros camera: source '/nowhere/video.mp4': no such file")
    assert captured.err.count('\n') == 1


def test_ctrl_c_gives_130(monkeypatch):
    def interrupt(_args):
        raise KeyboardInterrupt

    monkeypatch.setattr('tenet_ros.cli.doctor.run', interrupt)
    assert main(['doctor']) == 130


@pytest.mark.parametrize(
    ('argv', 'own', 'ros'),
    [
        (['watch'], ['watch'], []),
        (
            ['node', '--ros-args', '-p', 'a:=1'],
            ['node'],
            ['--ros-args', '-p', 'a:=1'],
        ),
        (
            ['node', '--ros-args', '-p', 'a:=1', '--', '--preset', 'coco'],
            ['node', '--preset', 'coco'],
            ['--ros-args', '-p', 'a:=1'],
        ),
        (['say', '--', '-5 mugs'], ['say', '--', '-5 mugs'], []),
    ],
)
def test_ros_arguments_are_parted_from_our_own(argv, own, ros):
    assert split_ros_args(argv) == (own, ros)


def test_help_does_not_import_what_it_does_not_need():
    code = (
        'import sys, tenet_ros.cli.main as m\n'
        'm.build_parser().format_help()\n'
        'heavy = {"numpy", "cv2", "onnxruntime", "rosbags", "cyclonedds", "rich", "scipy"}\n'
        'print(sorted(heavy & set(sys.modules)))'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout == '[]\n'


def test_a_reader_that_leaves_is_no_traceback():
    command = [sys.executable, '-u', '-m', 'tenet_ros.cli.main', 'doctor', '--json']
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert 'Traceback' not in done.stderr


def test_sigterm_leaves_through_every_finally():
    code = (
        'import sys, time, tenet_ros.cli.main as m\n'
        'def run(args):\n'
        '    try:\n'
        '        print("ready", flush=True)\n'
        '        time.sleep(60)\n'
        '    finally:\n'
        '        print("cleaned", flush=True)\n'
        'm.doctor.run = run\n'
        'sys.exit(m.main(["doctor"]))'
    )
    process = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == 'ready\n'
    start = time.monotonic()
    process.terminate()
    rest, _ = process.communicate(timeout=20)
    assert rest == 'cleaned\n'
    assert process.returncode == 143
    assert time.monotonic() - start < 20
