"""Published files that are missing, broken or of another model are refused with a remedy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip('torch', reason='needs torch (extra export)')
pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

from safetensors.torch import load_file, save_file

from tenet_ros.errors import EngineError
from tenet_ros.export.job import ExportJob, open_exporter


@pytest.fixture(scope='module')
def published(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('owlv2') / 'source'
    open_exporter('owlv2').write_random_source(folder, full=False, seed=1)
    return folder


@pytest.fixture
def job(published, tmp_path) -> ExportJob:
    source = tmp_path / 'source'
    shutil.copytree(published, source)
    return ExportJob(
        model='owlv2_base', source=source, folder=tmp_path, camera=(96, 128), precision='fp32'
    )


@pytest.mark.parametrize('name', ['config.json', 'model.safetensors', 'preprocessor_config.json'])
def test_a_missing_file_is_named(job, name):
    (job.source / name).unlink()
    with pytest.raises(EngineError, match=f'expected {name} .* models pull owlv2_base'):
        open_exporter('owlv2').export(job)


def test_weights_cut_short_are_refused(job):
    path = job.source / 'model.safetensors'
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(EngineError, match='expected weights of Owlv2ForObjectDetection'):
        open_exporter('owlv2').export(job)


def test_weights_with_a_gap_are_refused(job):
    path = job.source / 'model.safetensors'
    weights = load_file(path)
    del weights['box_head.dense0.weight']
    save_file(weights, path, metadata={'format': 'pt'})
    with pytest.raises(EngineError, match=r'1 are missing, box_head\.dense0\.weight'):
        open_exporter('owlv2').export(job)


def test_another_architecture_is_refused(job):
    with pytest.raises(EngineError, match=r'expected the model_type omdet-turbo .* got owlv2'):
        open_exporter('omdet_turbo').export(job)


@pytest.mark.parametrize('text', ['{', '[]'])
def test_a_configuration_that_is_none_is_refused(job, text):
    (job.source / 'config.json').write_text(text)
    with pytest.raises(EngineError, match=r'expected (a )?JSON'):
        open_exporter('owlv2').export(job)


@pytest.mark.parametrize(
    'change', [{'resample': 7}, {'image_mean': None}, {'size': 960}, {'size': {'longest_edge': 9}}]
)
def test_preprocessing_of_another_kind_is_refused(job, change):
    path = job.source / 'preprocessor_config.json'
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(EngineError, match=r'preprocessor_config\.json'):
        open_exporter('owlv2').export(job)
