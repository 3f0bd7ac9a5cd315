"""Exports of seeded random weights, made once for all benchmarks that need them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tenet_ros.inference.record import ExportRecord

__all__ = ['SEED', 'exported']

SEED = 0
"""Of random weights."""


def exported(
    model: str,
    camera: tuple[int, int],
    folder: Path,
    *,
    full: bool,
    precision: Literal['fp32', 'fp16'],
) -> tuple[ExportRecord, Path, Path]:
    """Export a model with random weights, unless that has been done.

    Args:
        model: an exporter.
        camera: (height, width) of the images to export for, pixels.
        folder: where exports are written to, and found again.
        full: the published architecture, else a small one of its kind.
        precision: of the export.

    Returns:
        The note of it, where its graphs lie, and the files that they were made of.
    """
    from tenet_ros.export.job import ExportJob, open_exporter

    small = '' if full else '-small'
    place = folder / f'{model}-{camera[1]}x{camera[0]}-{precision}{small}'
    source = folder / f'{model}{small}-source'
    if (place / 'export.json').is_file():
        return ExportRecord.load(place), place, source
    exporter = open_exporter(model)
    place.mkdir(parents=True, exist_ok=True)
    if not source.exists():
        exporter.write_random_source(source, full=full, seed=SEED)
    job = ExportJob(model=model, source=source, folder=place, camera=camera, precision=precision)
    record = exporter.export(job)
    record.save(place)
    return record, place, source
