"""The files of a published model: its configuration, its preprocessing and its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import torch

from tenet_ros.errors import EngineError
from tenet_ros.export.camera import CameraInput, Fit, Method, stretch
from tenet_ros.export.graphs import made_with
from tenet_ros.export.job import ExportJob, digest
from tenet_ros.inference.record import ExportRecord, GraphRecord

__all__ = [
    'Preprocessing',
    'export_record',
    'load_network',
    'load_preprocessing',
    'need_file',
    'read_json',
]

Triple = tuple[float, float, float]

_METHODS: dict[int, Method] = {2: 'bilinear', 3: 'bicubic'}
"""Pillow's numbers of the resamplers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """What a model's image processor does.

    Attributes:
        size: as it is written: ``height`` and ``width``, or ``shortest_edge`` and
            ``longest_edge``, pixels.
        method: of the resize.
        mean: per channel, grey levels from 0 to 255.
        std: per channel, grey levels from 0 to 255.
    """

    size: dict[str, int]
    method: Method
    mean: Triple
    std: Triple

    def fit(self, camera: tuple[int, int]) -> Fit:
        """Return how a camera image lies in the canvas.

        Raises:
            EngineError: the size is written in a way that is not known here.
        """
        if {'height', 'width'} <= self.size.keys():
            return stretch(camera, (self.size['height'], self.size['width']))
        if {'shortest_edge', 'longest_edge'} <= self.size.keys():
            sizes = import_module('transformers.image_transforms')
            canvas = sizes.get_size_with_aspect_ratio(
                camera, self.size['shortest_edge'], self.size['longest_edge']
            )
            return stretch(camera, canvas)
        raise EngineError(
            'preprocessor_config.json: expected a size of height and width, or of shortest_edge '
            f'and longest_edge, got {self.size}; use the published file'
        )

    def layers(self, fit: Fit) -> CameraInput:
        """Return the layers that do the same, as Pillow would."""
        return CameraInput(fit, method=self.method, mean=self.mean, std=self.std)


def need_file(job: ExportJob, name: str) -> Path:
    """Return the path of a published file.

    Raises:
        EngineError: it is not there.
    """
    path = job.source / name
    if not path.is_file():
        raise EngineError(
            f'{job.model}: expected {name} in {job.source}, got no such file; run '
            f'`tenet-ros models pull {job.model}`'
        )
    return path


def read_json(job: ExportJob, name: str) -> dict[str, Any]:
    """Return the content of a published file.

    Raises:
        EngineError: it is not there, or it is no JSON object.
    """
    path = need_file(job, name)
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise EngineError(
            f'{job.model}: expected JSON in {path}, got {error}; remove it and run '
            f'`tenet-ros models pull {job.model}`'
        ) from error
    if not isinstance(content, dict):
        raise EngineError(
            f'{job.model}: expected a JSON object in {path}, got {type(content).__name__}; remove '
            f'it and run `tenet-ros models pull {job.model}`'
        )
    return content


def load_preprocessing(job: ExportJob) -> Preprocessing:
    """Return what ``preprocessor_config.json`` asks for.

    Raises:
        EngineError: it is missing, or asks for what is not known here.
    """
    content = read_json(job, 'preprocessor_config.json')
    try:
        scale = float(content['rescale_factor']) if content.get('do_rescale', True) else 1.0
        method = _METHODS[content.get('resample', 2)]
        mean, std = (
            cast('Triple', tuple(float(value) / scale for value in content[key]))
            for key in ('image_mean', 'image_std')
        )
        size = {str(name): int(value) for name, value in content['size'].items()}
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise EngineError(
            f'{job.model}: expected size, resample, image_mean and image_std in '
            f'{job.source / "preprocessor_config.json"}, got {type(error).__name__} {error}; '
            'use the published file'
        ) from error
    return Preprocessing(size=size, method=method, mean=mean, std=std)


def load_network(job: ExportJob, kinds: dict[str, str]) -> Any:
    """Return the network of a folder of published files, in float32, for inference.

    Args:
        job: what to export.
        kinds: class of ``transformers`` for each ``model_type`` that the exporter knows.

    Raises:
        EngineError: a file is missing or broken, or is of another architecture.
    """
    kind = read_json(job, 'config.json').get('model_type')
    need_file(job, 'model.safetensors')
    if kind not in kinds:
        raise EngineError(
            f'{job.model}: expected the model_type {" or ".join(kinds)} in '
            f'{job.source / "config.json"}, got {kind}; name the exporter that fits in the manifest'
        )
    architecture = getattr(import_module('transformers'), kinds[kind])
    try:
        network, report = architecture.from_pretrained(
            job.source,
            local_files_only=True,
            attn_implementation='eager',
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # it raises whatever its parsers raise
        raise EngineError(
            f'{job.model}: expected weights of {kinds[kind]} in {job.source}, got '
            f'{type(error).__name__}: {" ".join(str(error).split())[:300]}; remove the folder and '
            f'run `tenet-ros models pull {job.model}`'
        ) from error
    missing = sorted(report['missing_keys'])
    if missing:
        raise EngineError(
            f'{job.model}: expected all weights of {kinds[kind]} in {job.source}, '
            f'{len(missing)} are missing, {missing[0]} for one; remove model.safetensors and run '
            f'`tenet-ros models pull {job.model}`'
        )
    return network.eval()


def export_record(
    job: ExportJob,
    exporter: str,
    *,
    canvas: tuple[int, int],
    limits: dict[str, int],
    graphs: tuple[GraphRecord, ...],
) -> ExportRecord:
    """Return the note of what was exported from all files of the source."""
    files = sorted(path for path in job.source.iterdir() if path.is_file())
    return ExportRecord(
        model=job.model,
        exporter=exporter,
        camera=job.camera,
        canvas=canvas,
        precision=job.precision,
        limits=limits,
        source={path.name: digest(path) for path in files if not path.name.startswith('.')},
        made_with=made_with(),
        graphs=graphs,
    )
