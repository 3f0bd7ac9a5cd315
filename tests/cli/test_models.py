from __future__ import annotations

import argparse
import os
import urllib.error
from pathlib import Path

import pytest

from tenet_ros.cli import models
from tenet_ros.errors import ConfigError, EngineError, TenetError
from tenet_ros.inference import reply
from tenet_ros.inference.catalogue import load_manifest


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / 'engines'
    monkeypatch.setenv('TENET_ENGINES', str(root))
    return root


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise urllib.error.URLError(OSError(-2, 'Name or service not known'))

    monkeypatch.setattr(reply, 'open_url', refuse)


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(['models', *argv])
    return int(args.run(args))


def test_list_shows_every_model_and_its_preset(capsys: pytest.CaptureFixture[str], store: Path):
    assert run('list') == 0
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if 'yolox_nano_416' in line)
    assert 'coco' in row
    assert 'missing' in row
    assert 'minilm_l6_v2' in out
    assert str(store) in out


def test_pull_without_network_is_one_clear_line(offline: None, store: Path):
    with pytest.raises(EngineError, match=r'Name or service not known; .*--from FILE') as caught:
        run('pull', 'coco')
    assert '\n' not in str(caught.value)
    assert not store.exists()


def test_pull_from_a_file(
    offline: None, store: Path, shared_models: Path, capsys: pytest.CaptureFixture[str]
):
    assert run('pull', 'coco', '--from', str(shared_models / 'yolox_nano_416.onnx')) == 0
    out = capsys.readouterr().out
    assert str(store / 'yolox_nano_416' / 'yolox_nano_416.onnx') in out
    assert load_manifest('yolox_nano_416').graph.sha256 in out
    assert run('check') == 0
    assert run('check', 'coco') == 0
    assert run('pull', 'coco') == 0, 'what is here needs no network'


def test_pull_of_a_wrong_file_is_refused(store: Path, tmp_path: Path):
    wrong = tmp_path / 'wrong.onnx'
    wrong.write_bytes(b'nothing')
    with pytest.raises(EngineError, match='nothing was installed'):
        run('pull', 'coco', '--from', str(wrong))
    assert not list(store.rglob('*'))


def test_pull_of_an_unknown_name_lists_the_known():
    with pytest.raises(ConfigError, match=r'coco, .*; use one of these'):
        run('pull', 'nothing')


@pytest.mark.parametrize(
    ('name', 'meant'), [('EDGE', 'edge'), ('omdet_turbo', 'omdet_turbo_tiny'), ('coco ', 'coco')]
)
def test_a_name_that_is_nearly_right_is_guessed(name: str, meant: str):
    with pytest.raises(ConfigError, match=f'is {meant} meant'):
        run('pull', name)


def test_a_store_that_cannot_be_written_is_said_before_anything_is_asked_of_a_server(
    store: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reply, 'open_url', None)
    store.mkdir()
    (store / 'yolox_nano_416').write_text('a file')
    with pytest.raises(EngineError, match=r'yolox_nano_416 is no folder; remove the file that'):
        run('pull', 'coco')
    (store / 'yolox_nano_416').unlink()
    monkeypatch.setattr(os, 'access', lambda *_: False)
    with pytest.raises(EngineError, match=rf'{store} cannot be written; set TENET_ENGINES'):
        run('pull', 'coco')


def test_a_folder_in_place_of_a_file_is_named(store: Path, shared_models: Path):
    (store / 'yolox_nano_416' / 'yolox_nano_416.onnx').mkdir(parents=True)
    with pytest.raises(EngineError, match='Is a directory; remove that folder'):
        run('pull', 'coco', '--from', str(shared_models / 'yolox_nano_416.onnx'))


def test_what_is_no_file_is_not_copied(store: Path):
    with pytest.raises(EngineError, match=r'/dev/zero is neither; give a copy of yolox_s\.onnx'):
        run('pull', 'yolox_s', '--from', '/dev/zero')
    assert not store.exists()


def test_a_bundled_model_takes_no_other_file():
    with pytest.raises(EngineError, match='comes with the package, got /dev/null; leave it out'):
        run('pull', 'preference', '--from', '/dev/null')


def test_check_tells_missing_from_damaged(store: Path, capsys: pytest.CaptureFixture[str]):
    assert run('check') == 0
    # Only what comes with the package is here.
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.endswith(' ready') for line in lines)
    assert not any('yolox' in line for line in lines)
    assert run('check', 'coco') == 1
    assert 'yolox_nano_416 missing: tenet-ros models pull' in capsys.readouterr().out
    (store / 'yolox_nano_416').mkdir(parents=True)
    (store / 'yolox_nano_416' / 'yolox_nano_416.onnx').write_bytes(b'half')
    assert run('check') == 1
    assert 'yolox_nano_416 damaged' in capsys.readouterr().out


def test_list_says_how_far_each_model_has_come(capsys: pytest.CaptureFixture[str]):
    assert run('list') == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    rows = {words[0]: words for words in lines if words}
    assert {'missing', 'pull'} <= set(rows['omdet_turbo_tiny'])
    assert 'edge' in rows['efficientvit_sam_l0']
    assert 'desktop' in rows['mm_grounding_dino_tiny']
    assert 'ready' in rows['tabletop_detector']


@pytest.mark.parametrize('action', ['export', 'build'])
def test_a_model_that_is_run_as_published_is_not_exported(action: str):
    with pytest.raises(EngineError, match='it is run as published'):
        run(action, 'coco')


@pytest.mark.parametrize('action', ['export', 'build'])
def test_a_model_that_was_not_pulled_is_not_exported(action: str, store: Path):
    store.mkdir()
    with pytest.raises(EngineError, match='run `tenet-ros models pull omdet_turbo_tiny`'):
        run(action, 'edge')


@pytest.mark.parametrize('action', ['export', 'setup'])
@pytest.mark.parametrize(
    'camera',
    ['1280', '1280x', '0x0', 'x', '1280x720x3', '-1x2', '63x64', '100000x100000', '1280x8193'],
)
def test_a_camera_that_is_no_size_is_refused(
    camera: str, action: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as caught:
        run(action, 'edge', f'--camera={camera}')
    assert caught.value.code == 2
    said = ' '.join(capsys.readouterr().err.split())
    assert f'such as 1280x720, each from 64 to 8192, got {camera!r}' in said


@pytest.mark.parametrize('below', ['', 'further', 'further/on'])
@pytest.mark.parametrize(
    'argv',
    ['list', 'check', 'check tabletop', 'pull coco', 'export edge', 'build edge', 'setup edge'],
)
def test_a_store_that_is_no_folder_is_said_at_once(
    argv: str, below: str, store: Path, monkeypatch: pytest.MonkeyPatch
):
    store.write_text('a file')
    monkeypatch.setenv('TENET_ENGINES', str(store / below))
    with pytest.raises(ConfigError, match=f'TENET_ENGINES: expected a folder .*, {store} is none'):
        run(*argv.split())


def test_a_store_of_a_user_that_is_not_there_is_said_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv('TENET_ENGINES', '~nobody_of_this_name/engines')
    with pytest.raises(ConfigError, match='there is no such user; set TENET_ENGINES to a folder'):
        run('list')


@pytest.mark.parametrize('argv', [(), ('pull',), ('unknown',)])
def test_an_incomplete_command_line_exits_with_usage(argv: tuple[str, ...]):
    with pytest.raises(SystemExit) as caught:
        run(*argv)
    assert caught.value.code == 2


def test_every_error_is_a_tenet_error(offline: None):
    with pytest.raises(TenetError):
        run('pull', 'minilm_l6_v2')
