"""One exported graph as a session takes it: where it lies, what it must be, for which shapes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tenet_ros.errors import EngineError
from tenet_ros.inference.record import ExportRecord, Precision, Profile, Role

__all__ = ['ExportedGraph']


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedGraph:
    """A graph file and its note.

    Attributes:
        name: of model and role: "omdet_turbo_t.image".
        model: name of the manifest.
        path: of the ONNX file.
        sha256: of its content, 64 lower-case hexadecimal digits.
        precision: of weights and arithmetic.
        profiles: for each input with a dimension that varies, the shapes to build an engine for.
        again: the command that makes it once more, for remedies.
    """

    name: str
    model: str
    path: Path
    sha256: str
    precision: Precision = 'fp32'
    profiles: Mapping[str, Profile] = field(default_factory=lambda: MappingProxyType({}))
    again: str = ''

    @classmethod
    def of(cls, record: ExportRecord, role: Role, folder: Path) -> ExportedGraph:
        """Return the graph of a role.

        Args:
            record: of the export.
            role: which graph.
            folder: where the record and its graphs lie.

        Raises:
            EngineError: the export has no such graph.
        """
        graph = record.graph(role)
        return cls(
            name=f'{record.model}.{role}',
            model=record.model,
            path=folder / graph.file,
            sha256=graph.sha256,
            precision=record.precision,
            profiles=graph.profiles,
            again=record.again,
        )

    @property
    def key(self) -> str:
        """Identity for diagnostics."""
        return f'{self.name} {self.sha256[:12]}'

    @property
    def remedy(self) -> str:
        """What to do about a file that is missing or another one."""
        return f'run `{self._again}`'

    @property
    def torch_remedy(self) -> str:
        """What to do about torch's program of it, likewise."""
        return f'run `{self._again} --torch`'

    @property
    def _again(self) -> str:
        return self.again or f'tenet-ros models export {self.model} --force'

    @property
    def levels(self) -> int:
        """How many shapes of each input to warm up: least, usual, largest; or the only one."""
        return 3 if self.profiles else 1

    def read(self) -> bytes:
        """Return the file's content.

        Raises:
            EngineError: it cannot be read, or is not what was exported.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EngineError(
                f'{self.name}: expected an exported graph at {self.path}, got {reason}; '
                f'{self.remedy}'
            ) from error
        digest = hashlib.sha256(content).hexdigest()
        if digest != self.sha256:
            raise EngineError(
                f'{self.name}: expected sha256 {self.sha256}, {self.path} has {digest}; '
                f'{self.remedy}'
            )
        return content
