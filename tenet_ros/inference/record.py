"""What was exported, from what and how: the note that lies beside the graphs it speaks of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from tenet_ros.errors import EngineError

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
            f'{", ".join(graph.role for graph in self.graphs)}; run `tenet-ros models export '
            f'{self.model}` again'
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
        path = folder / NAME
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding='utf-8'))
            graphs = tuple(
                GraphRecord(**{**graph, 'profiles': _profiles(graph['profiles'])})
                for graph in values['graphs']
            )
            return cls(
                **{
                    **values,
                    'graphs': graphs,
                    'camera': tuple(values['camera']),
                    'canvas': tuple(values['canvas']),
                }
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            reason = getattr(error, 'strerror', None) or str(error) or type(error).__name__
            raise EngineError(
                f'{folder.name}: expected the note of an export at {path}, got {reason}; run '
                f'`tenet-ros models setup {folder.name}`'
            ) from error


def _profiles(value: Mapping[str, Any]) -> dict[str, Profile]:
    return {
        name: (tuple(shapes[0]), tuple(shapes[1]), tuple(shapes[2]))
        for name, shapes in value.items()
    }


def _plain(value: Any) -> Any:
    """Return ``value`` in what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
