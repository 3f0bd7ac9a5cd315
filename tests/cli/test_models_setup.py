"""A model from its publisher's files to one that is ready, every step as a person types it."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tenet_ros.cli import models
from tenet_ros.errors import ConfigError, EngineError
from tenet_ros.export import job
from tenet_ros.export.job import EXPORTERS, ExportJob, graph_record
from tenet_ros.inference import catalogue, reply, state
from tenet_ros.inference.catalogue import manifest_names
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.manifest_form import parse_manifest
from tenet_ros.inference.record import ExportRecord

from .published import publish

NAME = 'trial'
COMMIT = 'c' * 40
TRIAL = f"""
task: detection
summary: a detector for trials
homepage: https://example.org
licence: Apache-2.0
precision: fp16
hub: {{id: maker/trial, revision: {COMMIT}}}
files: [{{name: weights.bin}}, {{name: config.json}}]
exporter: trial
camera: [720, 1280]
canvas: [64, 64]
limits: {{boxes: 5, phrases: 3}}
graphs:
  image:
    inputs: [{{name: image, dtype: uint8, shape: [1, height, width, 3]}}]
    outputs:
      - {{name: boxes, dtype: float32, shape: [1, boxes, 4]}}
      - {{name: scores, dtype: float32, shape: [1, boxes, phrases]}}
postprocessing: none
accuracy: []
"""


class TrialExporter(ModuleType):
    """Writes a graph of the trial manifest's tensors; ``mistake`` names what it does wrong."""

    mistake = ''
    runs = 0

    def export(self, wanted: ExportJob) -> ExportRecord:
        type(self).runs += 1
        assert not list(wanted.folder.iterdir())
        if self.mistake == 'fails':
            (wanted.folder / 'half.onnx').write_bytes(b'half')
            raise EngineError('trial: expected other weights')
        path = wanted.folder / 'image.onnx'
        if self.mistake != 'forgets':
            path.write_bytes(self.graph(wanted.camera))
        return ExportRecord(
            model=wanted.model,
            exporter='trial',
            camera=wanted.camera,
            canvas=(64, 64),
            precision=wanted.precision,
            limits={'boxes': 5, 'phrases': 3},
            source={
                file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                for file in wanted.source.iterdir()
            },
            made_with={},
            graphs=(
                graph_record(path, 'image')
                if path.exists()
                else job.GraphRecord(role='image', file=path.name, sha256='0' * 64, size_bytes=1),
            ),
        )

    def graph(self, camera: tuple[int, int]) -> bytes:
        onnx = pytest.importorskip('onnx', reason='needs onnx (extra export)')
        from onnx import TensorProto, helper

        shape = [1, *camera, 3]
        outputs = {'boxes': [1, 5, 4], 'scores': [1, 5, 2 if self.mistake == 'shape' else 3]}
        nodes = [
            helper.make_node('ConstantOfShape', [f'{name}_shape'], [name], name=f'make_{name}')
            for name in outputs
        ]
        sizes = [
            helper.make_tensor(f'{name}_shape', TensorProto.INT64, [3], dims)
            for name, dims in outputs.items()
        ]
        graph = helper.make_graph(
            nodes,
            'trial',
            [helper.make_tensor_value_info('image', TensorProto.UINT8, shape)],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
                for name, dims in outputs.items()
            ],
            sizes,
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
        onnx.checker.check_model(made)
        return bytes(made.SerializeToString())


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / 'engines'
    monkeypatch.setenv('TENET_ENGINES', str(root))
    monkeypatch.setenv('COLUMNS', '200')  # commands of the table on one line
    monkeypatch.setattr(state, 'has_tensorrt', lambda: False)
    return root


@pytest.fixture
def hub(file_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the loopback server stand for every host."""
    ask = reply.open_url

    def open_url(url: str, headers: Any, timeout_s: float) -> reply.Reply:
        host = '/'.join(url.split('/', 3)[:3])
        return ask(url.replace(host, file_server.url, 1), headers, timeout_s)

    monkeypatch.setattr(reply, 'open_url', open_url)
    return file_server


def offer(monkeypatch: pytest.MonkeyPatch, manifest: Manifest) -> None:
    """Make a manifest the one that the catalogue knows by its name."""
    known = catalogue.load_manifest
    monkeypatch.setattr(
        catalogue, 'load_manifest', lambda n: manifest if n == manifest.name else known(n)
    )
    monkeypatch.setattr(catalogue, 'manifest_names', lambda: (manifest.name,))


@pytest.fixture
def exporter(hub: Any, monkeypatch: pytest.MonkeyPatch) -> type[TrialExporter]:
    offer(monkeypatch, parse_manifest(NAME, TRIAL))
    for name, content in {'weights.bin': b'w' * 50_000, 'config.json': b'{}'}.items():
        hub.files[f'/maker/trial/resolve/{COMMIT}/{name}'] = content
    monkeypatch.setitem(sys.modules, 'trial_exporter', TrialExporter('trial_exporter'))
    monkeypatch.setattr(job, 'EXPORTERS', {**EXPORTERS, 'trial': 'trial_exporter'})
    monkeypatch.setattr(TrialExporter, 'runs', 0)
    monkeypatch.setattr(TrialExporter, 'mistake', '')
    return TrialExporter


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(['models', *argv])
    return int(args.run(args))


def state_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    run('list')
    row = next(line for line in capsys.readouterr().out.splitlines() if NAME in line)
    return re.split(r'\s{2,}', row.strip())[4:]


def test_each_step_names_the_next(
    exporter: type[TrialExporter], store: Path, capsys: pytest.CaptureFixture[str]
):
    assert state_of(capsys) == ['missing', 'pull']
    assert run('pull', NAME) == 0
    out = capsys.readouterr().out
    assert '2 of 2 hashes noted, not known before' in out
    assert out.endswith('next: tenet-ros models export trial\n')
    assert state_of(capsys) == ['pulled', 'export']
    assert run('export', NAME, '--camera', '640x480') == 0
    out = capsys.readouterr().out
    assert 'image.onnx, fp16, 640x480' in out
    assert out.endswith('next: tenet-ros models check trial\n')
    assert state_of(capsys) == ['exported', 'check']
    assert sorted(p.name for p in (store / NAME).iterdir()) == [
        'export.json', 'image.onnx', 'source', 'source.lock.json',
    ]  # fmt: skip
    assert not list(store.glob('.trial.export'))


def test_an_export_is_not_made_twice(
    exporter: type[TrialExporter], capsys: pytest.CaptureFixture[str]
):
    run('pull', NAME)
    for argv, runs in (
        ((), 1),
        ((), 1),
        (('--camera', '640x480'), 2),
        (('--camera', '640x480'), 2),
        (('--camera', '640x480', '--precision', 'fp32'), 3),
        (('--camera', '640x480', '--precision', 'fp32', '--force'), 4),
    ):
        assert run('export', NAME, *argv) == 0
        assert exporter.runs == runs, argv
    assert 'there already' in capsys.readouterr().out


def test_an_export_that_fails_leaves_the_one_before(
    exporter: type[TrialExporter], store: Path, monkeypatch: pytest.MonkeyPatch
):
    run('pull', NAME)
    run('export', NAME)
    before = {path: path.read_bytes() for path in (store / NAME).rglob('*') if path.is_file()}
    for mistake, says in (('fails', 'expected other weights'), ('forgets', 'to write image.onnx')):
        monkeypatch.setattr(exporter, 'mistake', mistake)
        with pytest.raises(EngineError, match=says):
            run('export', NAME, '--force')
        after = {path: path.read_bytes() for path in (store / NAME).rglob('*') if path.is_file()}
        assert after == before
        assert not (store / '.trial.export').exists()


def test_what_a_killed_export_left_is_in_nobodys_way(exporter: type[TrialExporter], store: Path):
    run('pull', NAME)
    (store / '.trial.export').mkdir()
    (store / '.trial.export' / 'image.onnx').write_bytes(b'half')
    assert run('export', NAME) == 0
    assert not (store / '.trial.export').exists()


def test_a_graph_that_changed_is_damaged_and_made_again(
    exporter: type[TrialExporter], store: Path, capsys: pytest.CaptureFixture[str]
):
    run('pull', NAME)
    run('export', NAME, '--camera', '640x480', '--precision', 'fp32')
    graph = store / NAME / 'image.onnx'
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1] + b'!')
    capsys.readouterr()
    assert run('check', NAME) == 1
    again = 'export trial --force --camera 640x480 --precision fp32'
    said = capsys.readouterr().out
    assert f'trial damaged (image.onnx is not what was exported): tenet-ros models {again}' in said
    graph.write_bytes(whole[:-1])
    assert state_of(capsys) == ['damaged', again.replace(' trial', '')]
    assert run(*again.split()) == 0
    assert graph.read_bytes() == whole
    graph.unlink()
    capsys.readouterr()
    assert run('check', NAME) == 1
    assert f'damaged (image.onnx is missing): tenet-ros models {again}' in capsys.readouterr().out


def test_a_graph_whose_content_alone_changed_is_made_again_unforced(
    exporter: type[TrialExporter], store: Path
):
    run('pull', NAME)
    run('export', NAME)
    graph = store / NAME / 'image.onnx'
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1] + b'!')
    assert run('export', NAME) == 0
    assert graph.read_bytes() == whole


@pytest.mark.parametrize(
    ('spoil', 'says'),
    [
        (lambda note: '', 'got what is no JSON from line 1, column 1 on'),
        (lambda note: note[:40], r'got what is no JSON from line \d+, column \d+ on'),
        (lambda note: '{}', 'expected the key model, got nothing'),
        (lambda note: '[]', 'expected keys with values, got'),
        (lambda note: note.replace('640', '-3'), 'camera: expected a list of sizes and names'),
        (lambda note: note.replace('"fp32"', '"fp8"'), r"expected fp32 or fp16, got 'fp8'"),
        (lambda note: note.replace('image.onnx', '../x'), r"graphs\[0\]: file: expected a file's"),
        (lambda note: note.replace('"limits"', '"bounds"'), 'expected the key limits, got'),
        (lambda note: note.replace('"trial"', '"owlv2_base"', 1), 'it is of owlv2_base by trial'),
        (lambda note: note.replace('"boxes"', '"beds"'), 'trial by trial with beds, phrases'),
    ],
)
def test_a_note_that_cannot_be_read_says_where_and_what_to_do(
    spoil: Callable[[str], str],
    says: str,
    exporter: type[TrialExporter],
    store: Path,
    capsys: pytest.CaptureFixture[str],
):
    run('pull', NAME)
    run('export', NAME, '--camera', '640x480', '--precision', 'fp32')
    place = store / NAME / 'export.json'
    place.write_text(spoil(place.read_text()))
    assert state_of(capsys)[0] == 'damaged'
    assert run('check', NAME) == 1
    (said,) = capsys.readouterr().out.splitlines()
    assert re.search(says, said), said
    assert str(store / NAME) in said
    assert 'run `tenet-ros models export trial --force`' in said
    assert 'correct it' not in said
    run('export', NAME)
    assert state_of(capsys)[0] == 'exported'


def test_an_export_of_other_files_is_made_again(
    exporter: type[TrialExporter], hub: Any, store: Path, capsys: pytest.CaptureFixture[str]
):
    run('pull', NAME)
    run('export', NAME)
    (store / NAME / 'source' / 'config.json').unlink()
    (store / NAME / 'source.lock.json').unlink()
    hub.files[f'/maker/trial/resolve/{COMMIT}/config.json'] = b'{"newer": 1}'
    run('pull', NAME)
    assert state_of(capsys) == ['pulled', 'export']
    run('export', NAME)
    assert exporter.runs == 2
    assert state_of(capsys) == ['exported', 'check']


def test_setup_goes_all_the_way(
    exporter: type[TrialExporter], store: Path, capsys: pytest.CaptureFixture[str]
):
    assert run('setup', NAME, '--camera', '640x480', '--precision', 'fp32') == 0
    said = capsys.readouterr().out
    for step in ('pulled: ', 'exported: image.onnx, fp32, 640x480', 'built: nothing', 'checked: '):
        assert f'  {step}' in said
    assert 'tensors of image: as the manifest says' in said


def test_setup_stops_at_what_is_wrong_and_says_so(
    exporter: type[TrialExporter],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(exporter, 'mistake', 'shape')
    assert run('setup', NAME) == 1
    said = capsys.readouterr().out
    assert (
        'tensors of image: failed: expected scores: (1, 5, 3) float32, got scores: (1, 5, 2) float32'
        in said
    )
    assert 'trial is not ready: 1 of what was done went wrong' in said
    monkeypatch.setattr(exporter, 'mistake', 'fails')
    assert run('setup', NAME, '--camera', '320x240') == 1
    assert '  stopped: trial: expected other weights' in capsys.readouterr().out


def test_a_model_that_passes_everything_is_ready_until_its_graphs_change(
    exporter: type[TrialExporter],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    gate = ModuleType('gate')
    gate.inspect = lambda model, *, profiles: ()  # type: ignore[attr-defined]
    gate.refused = bool  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, 'tenet_ros.export.gate', gate)
    run('pull', NAME)
    run('export', NAME, '--precision', 'fp32')
    assert run('check', NAME) == 0
    assert state_of(capsys) == ['ready']
    run('export', NAME, '--precision', 'fp32', '--camera', '320x240')
    assert state_of(capsys) == ['exported', 'check']


def test_a_graph_that_tensorrt_would_refuse_is_never_ready(
    exporter: type[TrialExporter],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    gate = ModuleType('gate')
    gate.inspect = lambda model, *, profiles: ('refused: loop_3 (Loop)',)  # type: ignore[attr-defined]
    gate.refused = bool  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, 'tenet_ros.export.gate', gate)
    run('pull', NAME)
    run('export', NAME, '--precision', 'fp32')
    capsys.readouterr()
    assert run('check', NAME) == 1
    assert 'TensorRT rules for image: failed: refused: loop_3 (Loop)' in capsys.readouterr().out
    assert state_of(capsys) == ['exported', 'check']


def test_engines_are_asked_for_where_they_can_be_built(
    exporter: type[TrialExporter],
    store: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(state, 'has_tensorrt', lambda: True)
    run('pull', NAME)
    run('export', NAME)
    assert state_of(capsys) == ['exported', 'build']
    record = json.loads((store / NAME / 'export.json').read_text())
    engines = store / NAME / 'engines'
    engines.mkdir()
    (engines / 'broken.engine').write_bytes(b'\x00')
    assert state_of(capsys) == ['exported', 'build']
    head = json.dumps({'key': {'graph_sha256': record['graphs'][0]['sha256']}})
    (engines / 'trial.image.engine').write_bytes(b'magic\n' + head.encode() + b'\n\x00\x01')
    assert state_of(capsys) == ['built', 'check']


def test_without_tensorrt_build_says_what_to_do(exporter: type[TrialExporter]):
    run('pull', NAME)
    run('export', NAME)
    with pytest.raises(EngineError, match=r'expected the Python package tensorrt .* JetPack'):
        run('build', NAME)


def test_without_the_extra_export_says_what_to_install(
    exporter: type[TrialExporter], monkeypatch: pytest.MonkeyPatch, store: Path
):
    run('pull', NAME)
    monkeypatch.setattr(job, 'EXPORTERS', {**EXPORTERS, 'trial': 'no_such_module_anywhere'})
    with pytest.raises(ConfigError, match=r"pip install 'tenet_ros\[export\]'"):
        run('export', NAME)
    assert sorted(p.name for p in (store / NAME).iterdir()) == ['source', 'source.lock.json']


def one_model_of_each_exporter() -> list[Any]:
    """Return their names; ``edge`` is set up elsewhere, and MobileSAM's pair is no random source."""
    plans = {name: catalogue.load_manifest(name).export for name in manifest_names()}
    names = {plan.exporter: name for name, plan in plans.items() if plan and name != 'mobile_sam'}
    quick = {'yolox', 'sam2'}
    return [
        pytest.param(name, marks=() if exporter in quick else pytest.mark.slow)
        for exporter, name in names.items()
    ]


@pytest.mark.parametrize('name', one_model_of_each_exporter())
def test_a_model_of_each_exporter_goes_all_the_way_with_random_weights(
    name: str,
    hub: Any,
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """Small networks of the same kind, served as the hub serves the published ones."""
    manifest = catalogue.load_manifest(name)
    for package in ('torch', 'transformers', 'onnxscript', 'tokenizers'):
        pytest.importorskip(package, reason=f'needs {package} (extra export)')
    if find_spec(EXPORTERS[manifest.plan.exporter]) is None:
        pytest.skip(f'needs the exporter {manifest.plan.exporter}')
    source = tmp_path / 'published'
    source.mkdir()
    offer(monkeypatch, publish(manifest, source, hub.files))
    assert run('setup', name, '--camera', '320x240', '--precision', 'fp32') == 0
    assert f'{name} is not ready' not in capsys.readouterr().out
    assert run('check', name) == 0
