"""Writing a ROS 2 bag: bytes as they came, definitions and QoS beside them."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from functools import partial
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Final, final

from rosbags.interfaces import (
    Connection,
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from tenet_ros.errors import ConfigError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ['BagWriter', 'known_types', 'qos_of']

ZSTD_LEVEL: Final = -3
"""Masks shrink to one percent at any level; camera images cost 2 ms each at this one."""
VERSION: Final = 8
"""Metadata version of the bag: the newest one whose QoS every distribution since Humble reads."""


def known_types() -> Typestore:
    """Return the message definitions of ROS 2 Jazzy, and of ``vision_msgs``."""
    store = get_typestore(Stores.ROS2_JAZZY)
    folder = resources.files('tenet_ros') / 'standalone' / 'msg' / 'vision_msgs'
    for file in folder.iterdir():
        if file.name.endswith('.msg'):
            name = f'vision_msgs/msg/{file.name[: -len(".msg")]}'
            store.register(get_types_from_msg(file.read_text(encoding='utf-8'), name))
    return store


@final
class BagWriter:
    """Writes serialised messages; the bag appears under its name when it is complete.

    ``NAME.mcap`` becomes one self-contained file, which Foxglove opens and ``ros2 bag`` takes in
    place of a folder; any other name becomes a folder with ``metadata.yaml``, as ``ros2 bag
    record`` makes it. Chunks are compressed with zstd.

    Args:
        path: where the bag goes.
        overwrite: replace what lies there.

    Raises:
        ConfigError: something lies there already, or the folder cannot be written.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        self._path = path
        self._single = path.suffix == '.mcap'
        if path.exists() and not overwrite:
            raise ConfigError(f'{path}: exists already; choose another name, or use --force')
        self._store = known_types()
        self._folder = path.absolute().with_name(f'.{path.name}.{os.getpid()}.recording')
        self._writer = Writer(
            self._folder / path.stem, version=VERSION, storage_plugin=StoragePlugin.MCAP
        )
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._connections: dict[str, Connection] = {}
        self._failure: OSError | None = None
        self.counts: dict[str, int] = {}
        """Messages per topic."""

    def knows(self, type_name: str) -> bool:
        """Return whether a type's definition is known, so that it can be written."""
        return type_name in self._store.fielddefs

    def add_topic(self, topic: str, type_name: str, qos: list[Qos]) -> None:
        """Announce a topic, with the QoS that its publishers offer."""
        self._connections[topic] = self._writer.add_connection(
            topic, type_name, typestore=self._store, offered_qos_profiles=qos
        )
        self.counts[topic] = 0

    def write(self, topic: str, received_ns: int, data: bytes) -> None:
        """Append one message as it was received.

        Raises:
            OSError: the disk is full, or gone; `__exit__` then says what is left.
        """
        try:
            self._writer.write(self._connections[topic], received_ns, data)
        except OSError as error:
            self._failure = error
            raise
        self.counts[topic] += 1

    def __enter__(self) -> BagWriter:
        """Open the bag."""
        try:
            self._writer.open()
        except OSError as error:
            raise ConfigError(f'{self._path}: cannot be written: {error.strerror}') from error
        # rosbags compresses at zstd's default level, which takes 8 ms for a colour image.
        storage: Any = self._writer.storage
        storage.compressor = partial(zstd.compress, level=ZSTD_LEVEL)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the bag; one without messages is not kept.

        Raises:
            ConfigError: it could not be written; what came before that lies beside its name.
        """
        try:
            if self._failure is not None:
                raise self._failure
            if not sum(self.counts.values()):
                self._writer.abort()
                return
            self._writer.close()
            self._publish()
        except OSError as failure:
            rest = self._keep_rest()
            raise ConfigError(
                f'{self._path}: cannot be written: {failure.strerror}; make room. What came before '
                f'that is in {rest}, which `mcap recover` completes'
            ) from failure
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _keep_rest(self) -> Path:
        """Move the bag as far as it was written to a name beside its own; return that."""
        with suppress(OSError):  # the full disk again
            self._writer.abort()
        made = self._folder / self._path.stem
        rest = self._path.with_name(f'{self._path.stem}.incomplete.mcap')
        return (made / f'{made.name}.mcap').replace(rest)

    def _publish(self) -> None:
        """Move the complete bag to its name."""
        made = self._folder / self._path.stem
        if self._path.is_dir():
            shutil.rmtree(self._path)
        if self._single:
            (made / f'{made.name}.mcap').replace(self._path)
        else:
            self._path.unlink(missing_ok=True)
            made.replace(self._path)


def qos_of(profile: Any) -> Qos:
    """Return an rclpy QoS profile in rosbags' words."""

    def span(duration: Any) -> QosTime:
        seconds, nanoseconds = divmod(int(duration.nanoseconds), 1_000_000_000)
        return QosTime(seconds, nanoseconds)

    return Qos(
        history=QosHistory(int(profile.history)),
        depth=int(profile.depth),
        reliability=QosReliability(int(profile.reliability)),
        durability=QosDurability(int(profile.durability)),
        deadline=span(profile.deadline),
        lifespan=span(profile.lifespan),
        liveliness=QosLiveliness(int(profile.liveliness)),
        liveliness_lease_duration=span(profile.liveliness_lease_duration),
        avoid_ros_namespace_conventions=bool(profile.avoid_ros_namespace_conventions),
    )
