"""What came at the first pull, noted so that nothing else passes for it later.

The note of a model lies beside its files as ``source.lock.json``. A file whose hash its manifest
states is held to the manifest; one whose hash nobody states is held to this note.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

from tenet_ros.errors import EngineError
from tenet_ros.inference.manifest import ModelFile

__all__ = ['NAME', 'LockedFile', 'SourceLock']

NAME = 'source.lock.json'


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """One file as it came.

    Attributes:
        url: that the manifest stated then; under another one the file is another.
        sha256: of the content, 64 lower-case hexadecimal digits.
        size_bytes: of the content.
        modified_ns: when it was last written, as the file system says; with ``size_bytes`` it tells
            quickly whether the file may have changed.
        commit: of the hub's repository, as the hub said; or ''.
        etag: the server's name for this version; or ''.
    """

    url: str
    sha256: str
    size_bytes: int
    modified_ns: int
    commit: str = ''
    etag: str = ''

    def unchanged(self, place: Path) -> bool:
        """Return whether a file has this size and time; its content is not read."""
        stat = place.stat()
        return (stat.st_size, stat.st_mtime_ns) == (self.size_bytes, self.modified_ns)


@dataclass(frozen=True, slots=True)
class SourceLock:
    """The note of one model.

    Attributes:
        files: by name.
    """

    files: Mapping[str, LockedFile]

    @classmethod
    def load(cls, folder: Path) -> SourceLock:
        """Read the note of a model's folder; empty if there is none.

        Raises:
            EngineError: there is one, and it cannot be read.
        """
        path = folder / NAME
        try:
            values = json.loads(path.read_text(encoding='utf-8'))
            files = {str(name): LockedFile(**entry) for name, entry in values['files'].items()}
        except (FileNotFoundError, NotADirectoryError):
            return cls(MappingProxyType({}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            reason = getattr(error, 'strerror', None) or 'another content'
            raise EngineError(
                f'{folder.name}: expected the note of what was pulled at {path}, got {reason}; '
                f'remove the folder {folder} and run `tenet-ros models pull {folder.name}`'
            ) from error
        return cls(MappingProxyType(files))

    def entry(self, file: ModelFile) -> LockedFile | None:
        """Return what is noted of a file; None if nothing is, or of another URL."""
        entry = self.files.get(file.name)
        return entry if entry and entry.url == file.url else None

    @property
    def commit(self) -> str:
        """The one commit that the noted files are of, or ''."""
        commits = {entry.commit for entry in self.files.values() if entry.commit}
        return commits.pop() if len(commits) == 1 else ''

    def add(self, folder: Path, name: str, entry: LockedFile) -> SourceLock:
        """Note one more file, on the disk too, in one piece or not at all.

        Raises:
            OSError: the note cannot be written.
        """
        files = {**self.files, name: entry}
        partial = folder / f'.{NAME}.part'
        values = {'files': {name: asdict(entry) for name, entry in sorted(files.items())}}
        partial.write_text(json.dumps(values, indent=1) + '\n', encoding='utf-8')
        partial.replace(folder / NAME)
        return SourceLock(MappingProxyType(files))
