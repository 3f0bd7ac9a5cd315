from __future__ import annotations

import dataclasses
import hashlib
import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from tenet_ros.errors import EngineError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.ort import OrtSession, default_threads
from tenet_ros.inference.spec import TensorSpec


def manifest_of(path: Path) -> Manifest:
    """A manifest that fits the sum model."""
    likeness = load_manifest('yolox_nano_416')
    content = path.read_bytes()
    file = dataclasses.replace(
        likeness.graph,
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
    )
    float32 = np.dtype(np.float32)
    return dataclasses.replace(
        likeness,
        name='sum',
        files=(file,),
        inputs=tuple(TensorSpec(name, float32, ('n', 3)) for name in ('first', 'second')),
        outputs=(TensorSpec('total', float32, ('n', 3)),),
    )


def test_a_file_that_fits_its_manifest_is_loaded(sum_model: Path):
    manifest = manifest_of(sum_model)
    with OrtSession(sum_model, manifest) as session:
        assert session.key == f'sum {manifest.graph.sha256[:12]}'


def test_a_missing_file_says_how_to_get_it(tmp_path: Path):
    session = OrtSession(tmp_path / 'x.onnx', load_manifest('yolox_nano_416'))
    with pytest.raises(
        EngineError,
        match=r'No such file.*check the path, or run `tenet-ros models pull yolox_nano_416',
    ):
        session.activate()


def test_another_file_is_refused_with_both_hashes(sum_model: Path):
    manifest = load_manifest('yolox_nano_416')
    with pytest.raises(EngineError) as caught:
        OrtSession(sum_model, manifest).activate()
    assert manifest.graph.sha256 in str(caught.value)
    assert hashlib.sha256(sum_model.read_bytes()).hexdigest() in str(caught.value)


@pytest.mark.parametrize('content', [b'', b'not a model', bytes(range(256))])
def test_a_corrupt_file_is_one_line(tmp_path: Path, content: bytes):
    path = tmp_path / 'broken.onnx'
    path.write_bytes(content)
    with pytest.raises(EngineError, match='broken: expected an ONNX model') as caught:
        OrtSession(path).activate()
    assert '\n' not in str(caught.value)


def test_a_graph_with_other_tensors_than_its_manifest_is_refused(sum_model: Path):
    right = manifest_of(sum_model)
    wrong = dataclasses.replace(right, outputs=right.outputs * 2)
    with pytest.raises(EngineError, match=r'expected the outputs total.*; the file has total'):
        OrtSession(sum_model, wrong).activate()


def test_the_name_of_a_varying_dimension_does_not_matter(sum_model: Path):
    with OrtSession(sum_model, manifest_of(sum_model)) as session:
        assert session.inputs[0].shape == ('rows', 3)


def test_the_ladder_tells_why_it_went_down(sum_model: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: ['CPUExecutionProvider'])
    with OrtSession(sum_model, threads=2) as session:
        assert session.provider == (
            'CPU, 2 threads (no Tensorrt in this onnxruntime; no CUDA in this onnxruntime)'
        )


def test_no_usable_provider_is_an_error(sum_model: Path):
    with pytest.raises(EngineError, match='expected one of MadeUpExecutionProvider'):
        OrtSession(sum_model, providers=('MadeUpExecutionProvider',)).activate()


@pytest.mark.parametrize(('cpus', 'threads'), [(1, 1), (2, 1), (4, 2), (6, 3), (64, 8)])
def test_half_of_the_cpus_stay_free(monkeypatch: pytest.MonkeyPatch, cpus: int, threads: int):
    monkeypatch.setattr(os, 'sched_getaffinity', lambda _pid: set(range(cpus)), raising=False)
    assert default_threads() == threads


def test_yolox_is_what_its_manifest_says(shared_models: Path):
    manifest = load_manifest('yolox_nano_416')
    with OrtSession(shared_models / 'yolox_nano_416.onnx', manifest) as session:
        assert session.outputs == manifest.outputs
