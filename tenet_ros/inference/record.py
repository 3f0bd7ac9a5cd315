"""What was exported, from what and how: the note that lies beside the graphs it speaks of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from tenet_ros.errors import ConfigError, EngineError
from tenet_ros.inference.section import Section

__all__ = ['ExportRecord', 'GraphRecord', 'Precision', 'Profile', 'Role']

Precision: TypeAlias = Literal['fp32', 'fp16']
Role: TypeAlias = Literal['image', 'text', 'segment']
"""What a graph does: ``image`` finds boxes, ``text`` makes of words what ``image`` takes of them,
``segment`` makes masks of an image and boxes."""

Profile: TypeAlias = 'tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]'
"""Least, usual and largest shape of an input that varies."""

NAME = 'export.json'


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRecord:
    """One exported ONNX graph.

    Attributes:
        role: what it does.
        file: its name, in the record's own folder.
        sha256: of its content, 64 lower-case hexadecimal digits.
        size_bytes: of its content.
        profiles: for each input with a dimension that varies, the shapes to build an engine for.
    """

    role: Role
    file: str
    sha256: str
    size_bytes: int
    profiles: Mapping[str, Profile] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecord:
    """All graphs of one model, as they were exported together.

    Attributes:
        model: name of the manifest.
        exporter: module of ``tenet_ros.export`` that made them.
        camera: (height, width) of the images that the graphs take, pixels.
        canvas: (height, width) of what the network sees of such an image, pixels.
        precision: of weights and arithmetic; what a graph keeps in FP32 nevertheless is its own.
        limits: sizes that are fixed in the graphs, by name: ``phrases``, ``boxes``, ``tokens``,
            ``mask``.
        source: SHA-256 of every file that the graphs were made from, by name.
        made_with: versions of the packages that made them, by name.
        graphs: one per role.
    """

    model: str
    exporter: str
    camera: tuple[int, int]
    canvas: tuple[int, int]
    precision: Precision
    limits: Mapping[str, int]
    source: Mapping[str, str]
    made_with: Mapping[str, str]
    graphs: tuple[GraphRecord, ...]

    def graph(self, role: Role) -> GraphRecord:
        """Return the graph of a role.

        Raises:
            EngineError: there is none.
        """
        for graph in self.graphs:
            if graph.role == role:
                return graph
        raise EngineError(
            f'{self.model}: expected a graph for "{role}", the export has '
            f'{", ".join(graph.role for graph in self.graphs)}; run `{self.again}`'
        )

    @property
    def again(self) -> str:
        """The command that makes the same export once more."""
        height, width = self.camera
        return (
            f'tenet-ros models export {self.model} --force --camera {width}x{height} '
            f'--precision {self.precision}'
        )

    def save(self, folder: Path) -> None:
        """Write the record into ``folder``, in one piece or not at all.

        Raises:
            OSError: it cannot be written.
        """
        partial = folder / f'.{NAME}.part'
        partial.write_text(json.dumps(_plain(asdict(self)), indent=1) + '\n', encoding='utf-8')
        partial.replace(folder / NAME)

    @classmethod
    def load(cls, folder: Path) -> ExportRecord:
        """Read the record of ``folder``.

        Raises:
            EngineError: there is none, or it is not one.
        """
        path, again = folder / NAME, f'run `tenet-ros models export {folder.name} --force`'
        try:
            values = json.loads(path.read_bytes())
        except OSError as error:
            raise EngineError(
                f'{folder.name}: expected the note of an export at {path}, got '
                f'{error.strerror or type(error).__name__}; run `tenet-ros models setup '
                f'{folder.name}`'
            ) from error
        except ValueError as error:
            raise EngineError(
                f'{folder.name}: expected the note of an export at {path}, got {_broken(error)}; '
                f'{again}, which writes it anew'
            ) from error
        try:
            return cls._parse(Section(str(path), values))
        except ConfigError as error:
            what, _, _ = str(error).rpartition('; ')  # what to do is not to write it by hand
            raise EngineError(f'{folder.name}: {what}; {again}, which writes it anew') from error

    @classmethod
    def _parse(cls, note: Section) -> ExportRecord:
        """Return the record that a note holds.

        Raises:
            ConfigError: it holds none.
        """
        record = cls(
            model=note.text('model'),
            exporter=note.text('exporter'),
            camera=note.pair('camera'),
            canvas=note.pair('canvas'),
            precision=note.choice('precision', ('fp32', 'fp16')),
            limits=note.wholes('limits'),
            source=note.named_texts('source'),
            made_with=note.named_texts('made_with'),
            graphs=tuple(_graph(section) for section in note.sections('graphs')),
        )
        note.close()
        return record


def _graph(note: Section) -> GraphRecord:
    shapes = note.section('profiles')
    graph = GraphRecord(
        role=note.choice('role', ('image', 'text', 'segment')),
        file=note.matching('file', r'[\w.-]+\.onnx', "a file's name"),
        sha256=note.matching('sha256', '[0-9a-f]{64}', '64 hexadecimal digits'),
        size_bytes=note.whole('size_bytes'),
        profiles={name: _profile(shapes, name) for name in shapes.keys()},  # noqa: SIM118
    )
    note.close()
    return graph


def _profile(shapes: Section, name: str) -> Profile:
    found = shapes.shapes(name)
    if len(found) != 3:
        raise ConfigError(
            f'{shapes.where}: {name}: expected three shapes, got {len(found)}; correct it'
        )
    return found[0], found[1], found[2]


def _broken(error: ValueError) -> str:
    """Say where a file stops being JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f'what is no JSON from line {error.lineno}, column {error.colno} on'
    return 'what is no text'


def _plain(value: Any) -> Any:
    """Return ``value`` in what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
