"""What an exporter is asked for, and the table of exporters."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from tenet_ros.errors import ConfigError
from tenet_ros.inference.record import ExportRecord, GraphRecord, Precision, Profile, Role

__all__ = ['EXPORTERS', 'ExportJob', 'Exporter', 'digest', 'graph_record', 'open_exporter']


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """One model to be exported.

    Attributes:
        model: name of its manifest.
        source: folder of the published files: weights, configuration, tokenizer.
        folder: empty, where the graphs are written to.
        camera: (height, width) of the images that the graphs shall take, pixels.
        precision: of weights and arithmetic.
        torch: whether torch's own program is wanted beside each graph, for machines with torch
            and without TensorRT. Models that are published as ONNX have none.
    """

    model: str
    source: Path
    folder: Path
    camera: tuple[int, int]
    precision: Precision
    torch: bool = False


class Exporter(Protocol):
    """What a module of ``EXPORTERS`` offers."""

    def export(self, job: ExportJob) -> ExportRecord:
        """Write the graphs of ``job`` and return what is to be noted of them.

        Raises:
            EngineError: a file of the source is missing or another than expected.
        """
        ...

    def write_random_source(self, folder: Path, *, full: bool, seed: int) -> None:
        """Write the files that the hub would give, with seeded random weights.

        Args:
            folder: where to.
            full: the published architecture; else one of the same kind that is small enough for a
                test.
            seed: of the weights.
        """
        ...


EXPORTERS: Mapping[str, str] = MappingProxyType(
    {
        'omdet_turbo': 'tenet_ros.export.omdet_turbo',
        'grounding_dino': 'tenet_ros.export.grounding_dino',
        'owlv2': 'tenet_ros.export.owlv2',
        'yolox': 'tenet_ros.export.yolox',
        'efficientvit_sam': 'tenet_ros.export.efficientvit_sam',
        'sam': 'tenet_ros.export.sam',
        'sam2': 'tenet_ros.export.sam2',
    }
)
"""Module of each exporter that a manifest may name."""


def open_exporter(name: str) -> Exporter:
    """Import an exporter.

    Raises:
        ConfigError: there is none of this name, or what it needs is not installed.
    """
    if name not in EXPORTERS:
        raise ConfigError(
            f'exporter: expected one of {", ".join(EXPORTERS)}, got {name!r}; use one'
        )
    try:
        return cast('Exporter', importlib.import_module(EXPORTERS[name]))
    except ImportError as error:
        raise ConfigError(
            f"exporting needs the extra [export], got {error}; run pip install 'tenet_ros[export]'"
        ) from error


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, 64 lower-case hexadecimal digits."""
    sha = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(1 << 20):
            sha.update(block)
    return sha.hexdigest()


def graph_record(
    path: Path, role: Role, profiles: Mapping[str, Profile] | None = None
) -> GraphRecord:
    """Return the note of a graph that has been written to ``path``."""
    return GraphRecord(
        role=role,
        file=path.name,
        sha256=digest(path),
        size_bytes=path.stat().st_size,
        profiles=profiles or {},
    )
