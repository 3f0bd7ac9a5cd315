"""Engines built for this very GPU, kept on disk: whole or not at all, and built by one process.

An engine is worth its key only: another graph, TensorRT, GPU, precision or shape profile needs
another engine. The key stands readable in the file's name and whole in its header.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, final

from tenet_ros.inference.cache_lock import LOCK_TIMEOUT_S, locked
from tenet_ros.inference.record import Profile

__all__ = ['BuiltEngine', 'EngineCache', 'EngineKey']

_log = logging.getLogger(__name__)

_MAGIC = b'tenet_ros engine 1\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineKey:
    """All that an engine depends on.

    Attributes:
        name: of model and role: "omdet_turbo_t.image".
        graph_sha256: of the ONNX file.
        tensorrt: version of TensorRT.
        gpu: name of the GPU.
        capability: its compute capability, (major, minor).
        precision: of weights and arithmetic.
        profiles: shapes that the engine is for, by input.
    """

    name: str
    graph_sha256: str
    tensorrt: str
    gpu: str
    capability: tuple[int, int]
    precision: str
    profiles: Mapping[str, Profile]

    @property
    def fields(self) -> dict[str, Any]:
        """The key in what JSON knows."""
        return {
            'name': self.name,
            'graph_sha256': self.graph_sha256,
            'tensorrt': self.tensorrt,
            'gpu': self.gpu,
            'capability': list(self.capability),
            'precision': self.precision,
            'profiles': {
                name: [list(shape) for shape in shapes]
                for name, shapes in sorted(self.profiles.items())
            },
        }

    @property
    def machine(self) -> str:
        """What of the key is of the machine, for file names."""
        major, minor = self.capability
        gpu = re.sub(r'[^A-Za-z0-9]+', '-', self.gpu).strip('-')
        return f'{gpu}-sm{major}{minor}-trt{self.tensorrt}'

    @property
    def file_name(self) -> str:
        """Readable, and different for every key."""
        digest = hashlib.sha256(json.dumps(self.fields, sort_keys=True).encode()).hexdigest()
        return f'{self.name}-{self.precision}-{self.machine}-{digest[:12]}.engine'


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltEngine:
    """A serialized engine.

    Attributes:
        plan: what TensorRT serialized.
        notes: what the engine itself does not keep; plain JSON.
        timing: the timing cache after the build; empty for an engine that was loaded.
    """

    plan: bytes
    notes: Mapping[str, Any] = field(default_factory=dict)
    timing: bytes = b''


@final
class EngineCache:
    """A folder of engines.

    Args:
        folder: need not exist; where it cannot be written, engines are built in memory each time.
        lock_timeout_s: longest wait for another process that builds the same engine.
    """

    def __init__(self, folder: Path, *, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self.folder = folder
        self._lock_timeout_s = lock_timeout_s

    def get(
        self, key: EngineKey, build: Callable[[bytes], BuiltEngine], *, distrust: bytes = b''
    ) -> BuiltEngine:
        """Return the engine of a key, built now if the folder has none.

        Args:
            key: of the engine.
            build: takes the timing cache, possibly empty, and returns the engine.
            distrust: a plan from this cache that TensorRT would not load: it is built again.

        Raises:
            EngineError: as of ``build``; or another process holds the lock for too long.
        """
        found = self._load(key)
        if found and found.plan != distrust:
            return found
        with locked(self.folder, key.file_name, key.name, self._lock_timeout_s) as writable:
            found = self._load(key) if writable else None  # built while this process waited
            if found and found.plan != distrust:
                return found
            built = build(self._timing(key))
            if writable:
                self._store(key, built)
            return built

    def _load(self, key: EngineKey) -> BuiltEngine | None:
        """Return the engine in the key's file, or nothing if it is not whole or not the key's."""
        path = self.folder / key.file_name
        try:
            with path.open('rb') as file:
                header, plan = _read(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning('%s is not a whole engine (%s): it is built again', path, str(error))
            return None
        if header.get('key') != key.fields:
            _log.warning('%s is of another graph, GPU or TensorRT: it is built again', path)
            return None
        return BuiltEngine(plan=plan, notes=header.get('notes', {}))

    def _store(self, key: EngineKey, built: BuiltEngine) -> None:
        """Write an engine and its timing cache; one that cannot be written is used all the same."""
        header = {
            'key': key.fields,
            'notes': dict(built.notes),
            'plan_sha256': hashlib.sha256(built.plan).hexdigest(),
            'plan_bytes': len(built.plan),
        }
        try:
            for left in self.folder.glob(
                f'.{key.file_name}.*.part'
            ):  # of a process that was killed
                left.unlink(missing_ok=True)
            head = _MAGIC + json.dumps(header).encode() + b'\n'
            _replace(self.folder / key.file_name, head + built.plan)
            if built.timing:
                _replace(self._timing_path(key), built.timing)
        except OSError as error:
            _log.warning(
                'the engine of %s could not be kept in %s (%s): it will be built again next time; '
                'make room, or set TENET_ENGINES to a folder of yours',
                key.name, self.folder, error.strerror or error,
            )  # fmt: skip

    def _timing(self, key: EngineKey) -> bytes:
        """Return the timing cache of this machine; TensorRT itself refuses one that is no good."""
        with suppress(OSError):
            return self._timing_path(key).read_bytes()
        return b''

    def _timing_path(self, key: EngineKey) -> Path:
        return self.folder / f'{key.machine}.timing'


def _read(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Return header and plan of an engine file.

    Raises:
        ValueError: it is none, or is cut off or changed.
    """
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError('it does not begin as one')
    header = json.loads(file.readline(1 << 20))
    if not isinstance(header, dict):
        raise ValueError('its header is none')  # noqa: TRY004 - about the file, not about code
    plan = file.read()
    if len(plan) != header.get('plan_bytes'):
        raise ValueError(f'{len(plan)} bytes of {header.get("plan_bytes")}')
    if hashlib.sha256(plan).hexdigest() != header.get('plan_sha256'):
        raise ValueError('its content was changed')
    return header, plan


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside its place, and rename it: its place holds the whole file or none."""
    partial = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        with partial.open('wb') as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())  # a robot is switched off without being asked
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
