"""A preset of exported models from one command to a node that runs, with random weights."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenet_ros.cli import models
from tenet_ros.config import Settings
from tenet_ros.errors import EngineError
from tenet_ros.factory import PRESETS, build
from tenet_ros.inference import catalogue, reply, state
from tenet_ros.inference.catalogue import PRESET_MODELS
from tenet_ros.language.expression import Expression, Phrase, Prompt
from tenet_ros.types import Command, Frame

from .published import publish

CAMERA = (240, 320)
TEXT = 'the red mug'


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(['models', *argv])
    return int(args.run(args))


@pytest.fixture(scope='module')
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifests of ``edge`` and what the hub has of them."""
    for package in ('torch', 'transformers', 'onnxscript', 'tokenizers'):
        pytest.importorskip(package, reason=f'needs {package} (extra export)')
    files: dict[str, bytes] = {}
    manifests = {
        name: publish(catalogue.load_manifest(name), tmp_path_factory.mktemp(name), files)
        for name in PRESET_MODELS['edge']
    }
    return manifests, files


@pytest.fixture
def hub(
    published: tuple[dict[str, Any], dict[str, bytes]],
    file_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Let the loopback server stand for every host, and random models for the published ones."""
    manifests, files = published
    file_server.files.update(files)
    ask, known = reply.open_url, catalogue.load_manifest

    def open_url(url: str, headers: Any, timeout_s: float) -> reply.Reply:
        host = '/'.join(url.split('/', 3)[:3])
        return ask(url.replace(host, file_server.url, 1), headers, timeout_s)

    monkeypatch.setattr(reply, 'open_url', open_url)
    monkeypatch.setattr(catalogue, 'load_manifest', lambda n: manifests.get(n) or known(n))
    monkeypatch.setattr(state, 'has_tensorrt', lambda: False)


@pytest.fixture(scope='module')
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a store of the whole module."""
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp('engines')
        patch.setenv('TENET_ENGINES', str(place))
        yield place


@pytest.fixture
def edge(root: Path, hub: None, capsys: pytest.CaptureFixture[str]) -> str:
    """Set ``edge`` up where that has not been done, and return what was said."""
    status = run('setup', 'edge', '--camera', '320x240', '--precision', 'fp32')
    said = capsys.readouterr().out
    assert status == 0, said
    return said


@pytest.mark.timeout(300)
def test_one_command_makes_a_preset_ready(edge: str, capsys: pytest.CaptureFixture[str]):
    run('list')
    rows = capsys.readouterr().out.splitlines()
    for name in PRESET_MODELS['edge']:
        (row,) = (line for line in rows if re.match(rf'\s*{name}\b', line))
        assert ' ready' in row, edge
    assert 'failed' not in edge
    assert edge.count('TensorRT rules') == 3  # of image, text and segment


@pytest.mark.timeout(300)
def test_a_frame_goes_through_the_detector_and_the_pipeline(edge: str):
    image = np.random.default_rng(0).integers(0, 256, (*CAMERA, 3), np.uint8)
    expression = Expression(text=TEXT, phrases=(Phrase(text=TEXT, noun='mug'),))
    prompt = Prompt.of(1, (expression,))
    with build(Settings(preset='edge', engine='cpu')) as system:
        assert len(system.sessions) == 3
        keys = ' '.join(session.key for session in system.sessions)
        for name in ('omdet_turbo_tiny.image', 'omdet_turbo_tiny.text', 'efficientvit_sam_l0'):
            assert name in keys
        found = system.detector.detect(image, system.detector.prepare(prompt))
        assert found.boxes.shape[1:] == (4,)
        system.pipeline.set_command(Command(command_id=1, text=TEXT, sentences=(TEXT,)), prompt)
        frame = Frame(image=image, stamp_ns=5, frame_id='cam', sequence=1)
        assert len(system.pipeline.step(frame).targets) == 1
        boxes = np.asarray([[40, 30, 200, 180]], np.float32)
        (mask,) = system.segmenter.decode(system.segmenter.encode(image), boxes)
        assert mask.crop.size > 0
    for session in system.sessions:
        with pytest.raises(EngineError, match='expected an active session'):
            session.infer({})


@pytest.mark.timeout(300)
def test_the_node_becomes_active(edge: str, root: Path, start: Callable[..., Any]):
    node = start('node', '--preset', 'edge', '--ros-args', '-p', 'engine:=cpu')
    # Its last word of becoming active.
    assert any('waiting for images on' in line for line in node.stdout)


@pytest.mark.parametrize('preset', ['edge', 'desktop'])
def test_what_is_missing_is_one_line_with_the_command(
    preset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv('TENET_ENGINES', str(tmp_path))
    with pytest.raises(EngineError, match=f'run `tenet-ros models setup {preset}`') as got:
        build(Settings(preset=preset))
    assert '\n' not in str(got.value)
    apart = Settings(preset='tabletop', segmenter=PRESETS[preset].segmenter)
    with pytest.raises(EngineError, match=f'models setup {apart.segmenter}`'):
        build(apart)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize('name', PRESET_MODELS['edge'])
def test_in_half_precision_as_well(
    name: str,
    hub: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv('TENET_ENGINES', str(tmp_path))
    status = run('setup', name, '--camera', '320x240', '--precision', 'fp16')
    said = capsys.readouterr().out
    assert status == 0, said
    assert 'FP16 against FP32: no drift' in said
    assert said.rstrip().endswith('checked: ready')
