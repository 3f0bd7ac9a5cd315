from __future__ import annotations

import re
from importlib import resources

import pytest

from tenet_ros.errors import ConfigError
from tenet_ros.inference.catalogue import (
    PRESET_MODELS,
    load_manifest,
    manifest_names,
    parse_manifest,
    resolve,
)
from tenet_ros.inference.store import EngineStore, Health

YOLOX = (resources.files('tenet_ros') / 'engines' / 'yolox_nano_416.yaml').read_text()


@pytest.mark.parametrize('name', manifest_names())
def test_every_manifest_of_the_package_is_well_formed(name: str):
    manifest = load_manifest(name)
    assert manifest.name == name
    assert manifest.licence in {'Apache-2.0', 'MIT', 'BSD-3-Clause'}
    if manifest.bundled:
        assert EngineStore.default().check(manifest) is Health.READY
    else:
        revision = re.search(r'/[0-9a-f]{40}/', manifest.graph.url)
        assert revision, 'the URL of a model is pinned to a commit'


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


@pytest.mark.parametrize('text', ['', '- a', '3', 'null'])
def test_a_manifest_that_is_no_mapping_is_refused(text: str):
    with pytest.raises(ConfigError, match='expected keys with values'):
        parse_manifest('trial', text)
