from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest

from tenet_ros.errors import ConfigError, EngineError
from tenet_ros.export.job import EXPORTERS
from tenet_ros.inference.catalogue import (
    PRESET_MODELS,
    load_manifest,
    manifest_names,
    resolve,
)
from tenet_ros.inference.manifest_form import parse_manifest
from tenet_ros.inference.record import ExportRecord
from tenet_ros.inference.store import EngineStore, Health

YOLOX, SAM = (
    (resources.files('tenet_ros') / 'engines' / f'{name}.yaml').read_text()
    for name in ('yolox_nano_416', 'efficientvit_sam_l0')
)


@pytest.mark.parametrize('name', manifest_names())
def test_every_manifest_of_the_package_is_well_formed(name: str):
    manifest = load_manifest(name)
    assert manifest.name == name
    assert manifest.licence in {'Apache-2.0', 'MIT', 'BSD-3-Clause'}
    if manifest.bundled:
        assert EngineStore.default().check(manifest) is Health.READY


@pytest.mark.parametrize('name', manifest_names())
def test_what_is_fetched_is_pinned_or_said_not_to_be(name: str):
    manifest = load_manifest(name)
    for file in manifest.files:
        by_commit = re.search(r'/[0-9a-f]{40}/', file.url)
        admitted = 'No commit of its repository' in ' '.join(manifest.known_problems)
        assert by_commit or file.sha256 or admitted, file.name


@pytest.mark.parametrize('name', [n for n in manifest_names() if load_manifest(n).export])
def test_every_exported_model_says_what_its_graphs_are(name: str):
    manifest = load_manifest(name)
    plan = manifest.plan
    assert plan.exporter in EXPORTERS
    roles = [graph.role for graph in plan.graphs]
    assert roles in (['image', 'text'], ['image'], ['segment'])
    for graph in plan.graphs:
        if graph.role != 'text':
            assert graph.inputs[0].shape == (1, 'height', 'width', 3)
            assert graph.inputs[0].dtype == np.uint8
        names = {dim for t in graph.inputs + graph.outputs for dim in t.shape if type(dim) is str}
        varying = names - {'height', 'width', 'features'} - set(plan.limits)
        assert varying == ({'count'} if graph.role == 'segment' else set())
    if 'text' in roles:
        taken = {spec.name: spec for spec in plan.graphs[0].inputs}
        given = plan.graphs[1].outputs
        assert given
        assert all(taken[spec.name] == spec for spec in given)
    if roles == ['segment']:
        assert plan.profiles['boxes'] == ((1, 4), (4, 4), (16, 4))


def test_sizes_that_an_export_fixes_stand_in_its_tensors():
    plan = load_manifest('efficientvit_sam_l0').plan
    record = ExportRecord(
        model='efficientvit_sam_l0',
        exporter='efficientvit_sam',
        camera=(480, 640),
        canvas=(512, 512),
        precision='fp32',
        limits={'mask': 64},
        source={},
        made_with={},
        graphs=(),
    )
    tensors = plan.tensors('segment', record)
    assert tensors is not None
    assert tensors.inputs[0].shape == (1, 480, 640, 3)
    assert tensors.outputs[0].shape == ('count', 64, 64)
    assert plan.tensors('text', record) is None


def test_a_model_that_is_run_as_published_has_no_plan():
    with pytest.raises(EngineError, match='it is run as published'):
        load_manifest('yolox_nano_416').plan  # noqa: B018


@pytest.mark.parametrize('preset', PRESET_MODELS)
def test_every_preset_resolves(preset: str):
    assert [m.name for m in resolve(preset)] == list(PRESET_MODELS[preset])


def test_yolox_says_how_images_go_in():
    manifest = load_manifest('yolox_nano_416')
    assert manifest.image is not None
    assert (manifest.image.resize, manifest.image.channels) == ('letterbox', 'bgr')
    assert manifest.inputs[0].shape == (1, 3, 416, 416)
    assert len(manifest.classes) == len(set(manifest.classes)) == 80


def test_a_model_resolves_to_itself():
    assert [m.name for m in resolve('yolox_nano_416')] == ['yolox_nano_416']


@pytest.mark.parametrize('name', ['', 'yolov9', '../yolox_nano_416', 'coco.yaml'])
def test_an_unknown_name_lists_the_known_ones(name: str):
    with pytest.raises(ConfigError, match=r'coco.*yolox_nano_416'):
        resolve(name)
    with pytest.raises(ConfigError, match='yolox_nano_416'):
        load_manifest(name)


@pytest.mark.parametrize(
    ('old', 'new', 'says'),
    [
        ('task: detection', '', 'expected the key task'),
        ('task: detection', 'task: [1]', r'task: expected text, got \[1\] \(list\)'),
        ('task: detection', 'task: detection\ntsak: 1', 'got also tsak; remove'),
        ('pad: 114', 'pad: 300', r'image: pad: expected an integer from 0 to 255, got 300'),
        ('channels: bgr', 'channels: gbr', 'channels: expected rgb or bgr'),
        ('sha256: 695e', 'sha256: XYZ', '64 lower-case hexadecimal'),
        ('url: https', 'url: ftp', 'an https URL'),
        ('name: yolox_nano_416.onnx', 'name: ../x', 'a file name without a folder'),
        ('shape: [1, 3, 416, 416]', 'shape: [1, 0]', 'sizes and names'),
        ('mean: [0, 0, 0]', 'mean: [0, 0]', 'three numbers'),
        ('value: 0.258', 'value: high', r'accuracy\[0\]: value: expected a number'),
        ('person, bicycle', 'person, no, bicycle, 3', 'a list of texts'),
        ('image:\n', 'image: 3\nother:\n', 'image: expected keys with values'),
        ('task: detection', 'task: "', 'expected YAML'),
        ('task: detection', 'task: a\ntask: b', 'expected YAML'),
    ],
)
def test_a_mistake_in_a_manifest_is_named(old: str, new: str, says: str):
    assert old in YOLOX
    with pytest.raises(ConfigError, match=says) as caught:
        parse_manifest('trial', YOLOX.replace(old, new, 1))
    assert 'manifest trial' in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    ('old', 'new', 'says'),
    [
        ('id: mit-han-lab/', 'id: ', 'hub: id: expected the id of a repository'),
        ('camera: [720, 1280]', 'camera: [720]', 'camera: expected a list of two sizes'),
        ('camera: [720, 1280]', 'camera: [720, wide]', 'camera: expected a list of two sizes'),
        ('limits: {mask: 256}', 'limits: {mask: 0}', 'limits: mask: expected an integer from 1'),
        ('[[1, 4], [4, 4], [16, 4]]', '[[1, 4], [4, 4]]', 'boxes: expected three shapes'),
        ('[[1, 4], [4, 4], [16, 4]]', '[[1, 4], 4, [16, 4]]', 'boxes: expected a list of shapes'),
        ('  segment:', '  segments:', 'graphs: expected the keys .*got also segments'),
        ('precision: fp16', 'precision: int8', 'precision: expected fp16 or fp32'),
        ('path: onnx/', 'path: ../', 'expected a path in the hub'),
        ('name: decoder', 'name: encoder', 'each of a name of its own'),
        ('known_problems:\n  -', 'known_problems:', 'known_problems: expected a list'),
    ],
)
def test_a_mistake_in_a_plan_is_named(old: str, new: str, says: str):
    assert old in SAM
    with pytest.raises(ConfigError, match=says) as caught:
        parse_manifest('trial', SAM.replace(old, new, 1))
    assert 'manifest trial' in str(caught.value)


def test_a_bundled_file_must_be_pinned():
    loose = re.sub(r'    url: .*\n', '', re.sub(r'    sha256: .*\n', '', YOLOX))
    with pytest.raises(ConfigError, match='expected sha256 and size_bytes of'):
        parse_manifest('trial', loose)


@pytest.mark.parametrize('text', ['', '- a', '3', 'null'])
def test_a_manifest_that_is_no_mapping_is_refused(text: str):
    with pytest.raises(ConfigError, match='expected keys with values'):
        parse_manifest('trial', text)
