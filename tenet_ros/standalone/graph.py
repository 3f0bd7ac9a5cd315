"""Who is there: announcing this process's nodes, and knowing those of others.

A ROS 2 process is one DDS participant. Which nodes it holds, and which endpoint belongs to which
node, it says on the topic `ros_discovery_info`; everything else (topics, types, QoS) is DDS's own
discovery, kept up to date here from its built-in topics whenever somebody asks.
"""

from __future__ import annotations

import ctypes as ct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tenet_ros.errors import ContractError
from tenet_ros.standalone._cyclone import (
    BuiltinEndpoint,
    BuiltinParticipant,
    SampleInfo,
    check,
    dds,
)
from tenet_ros.standalone.dds import Participant, Reader, Writer
from tenet_ros.standalone.dds_qos import CQos, read_profile, read_user_data
from tenet_ros.standalone.messages import deserialize, message, serialize, type_hash
from tenet_ros.standalone.names import from_dds_topic, from_dds_type, to_dds_topic, to_dds_type
from tenet_ros.standalone.qos import DurabilityPolicy, HistoryPolicy, QoSProfile

__all__ = ['EndpointInfo', 'Graph', 'NodeEntry', 'TopicEndpointInfo']

_INFO_TYPE: Final = 'rmw_dds_common/msg/ParticipantEntitiesInfo'
_INFO_TOPIC: Final = 'ros_discovery_info'
_Info: Final = message(_INFO_TYPE)
_NodeInfo: Final = message('rmw_dds_common/msg/NodeEntitiesInfo')
_Gid: Final = message('rmw_dds_common/msg/Gid')

_BUILTIN_PARTICIPANT, _BUILTIN_PUBLICATION, _BUILTIN_SUBSCRIPTION = (
    0x7FFF0001,
    0x7FFF0003,
    0x7FFF0004,
)
_ALIVE: Final = 16
_BATCH: Final = 64


class EndpointInfo(NamedTuple):
    """A discovered writer or reader."""

    gid: bytes
    participant: bytes
    topic: str
    type_name: str
    type_hash: str
    qos: QoSProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEndpointInfo:
    """What `ros2 topic info -v` shows of one endpoint."""

    node_name: str
    node_namespace: str
    topic_type: str
    topic_type_hash: str
    endpoint_gid: bytes
    qos_profile: QoSProfile


@dataclass(slots=True, eq=False)
class NodeEntry:
    """A node of this process, and the GUIDs of its endpoints."""

    name: str
    namespace: str
    readers: list[bytes] = field(default_factory=list)
    writers: list[bytes] = field(default_factory=list)

    def to_msg(self) -> Any:
        """Return a `rmw_dds_common/msg/NodeEntitiesInfo`."""
        return _NodeInfo(
            node_namespace=self.namespace,
            node_name=self.name,
            reader_gid_seq=[_Gid(data=gid) for gid in self.readers],
            writer_gid_seq=[_Gid(data=gid) for gid in self.writers],
        )


class Graph:
    """The nodes and endpoints on the domain, this process's own included.

    Args:
        participant: This process on the domain.
    """

    def __init__(self, participant: Participant) -> None:
        self._participant = participant
        self._lock = threading.RLock()
        self._own: list[NodeEntry] = []
        self._infos: dict[bytes, Any] = {}  # participant -> its ParticipantEntitiesInfo
        self._alive: set[bytes] = set()
        self._writers: dict[bytes, EndpointInfo] = {}
        self._readers: dict[bytes, EndpointInfo] = {}
        self._gid = participant.gid
        profile = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        user_data = f'typehash={type_hash(_INFO_TYPE)};'.encode()
        type_name = to_dds_type(_INFO_TYPE)
        with CQos.from_profile(profile, user_data) as qos:
            self._announcer: Writer = participant.create_writer(_INFO_TOPIC, type_name, qos)
        profile.history = HistoryPolicy.KEEP_ALL
        with CQos.from_profile(profile, user_data) as qos:
            qos.ignore_own_participant()
            self._listener: Reader = participant.create_reader(_INFO_TOPIC, type_name, qos)
        self._builtin = {
            topic: check(
                dds.dds_create_reader(participant.handle, topic, None, None),
                'reading DDS discovery',
            )
            for topic in (_BUILTIN_PARTICIPANT, _BUILTIN_PUBLICATION, _BUILTIN_SUBSCRIPTION)
        }

    # This process's own nodes.

    def add_node(self, entry: NodeEntry) -> None:
        """Announce a node."""
        with self._lock:
            self._own.append(entry)
            self.announce()

    def remove_node(self, entry: NodeEntry) -> None:
        """Announce that a node is gone."""
        with self._lock:
            if entry in self._own:
                self._own.remove(entry)
                self.announce()

    def announce(self) -> None:
        """Publish what this process holds; call after an entry changed."""
        with self._lock:
            info = _Info(
                gid=_Gid(data=self._gid),
                node_entities_info_seq=[entry.to_msg() for entry in self._own],
            )
            self._announcer.write(serialize(info))

    # Everybody's.

    def nodes(self) -> list[tuple[str, str]]:
        """Name and namespace of every node."""
        with self._lock:
            self._refresh()
            names = [(entry.name, entry.namespace) for entry in self._own]
            for participant, info in self._infos.items():
                if participant in self._alive:
                    names += [(n.node_name, n.node_namespace) for n in info.node_entities_info_seq]
            return names

    def topics(self) -> dict[str, set[str]]:
        """Topic name to the types seen on it, in ROS names."""
        found: dict[str, set[str]] = {}
        with self._lock:
            self._refresh()
            for endpoint in (*self._writers.values(), *self._readers.values()):
                topic, type_name = from_dds_topic(endpoint.topic), from_dds_type(endpoint.type_name)
                if topic and type_name:
                    found.setdefault(topic, set()).add(type_name)
        return found

    def publishers_on(self, topic: str) -> list[TopicEndpointInfo]:
        """Every publisher on a fully qualified ROS topic."""
        return list(self._on(topic, self._writers, 'writer_gid_seq'))

    def subscriptions_on(self, topic: str) -> list[TopicEndpointInfo]:
        """Every subscription on a fully qualified ROS topic."""
        return list(self._on(topic, self._readers, 'reader_gid_seq'))

    def _on(
        self, topic: str, endpoints: dict[bytes, EndpointInfo], member: str
    ) -> Iterator[TopicEndpointInfo]:
        dds_topic = to_dds_topic(topic)
        with self._lock:
            self._refresh()
            found = [e for e in endpoints.values() if e.topic == dds_topic]
            if not found:
                return
            owners = self._owners(member)
        for endpoint in found:
            name, namespace = owners.get(endpoint.gid, ('_NODE_NAME_UNKNOWN_', ''))
            yield TopicEndpointInfo(
                node_name=name,
                node_namespace=namespace or '_NODE_NAMESPACE_UNKNOWN_',
                topic_type=from_dds_type(endpoint.type_name) or endpoint.type_name,
                topic_type_hash=endpoint.type_hash,
                endpoint_gid=endpoint.gid,
                qos_profile=endpoint.qos,
            )

    def _owners(self, member: str) -> dict[bytes, tuple[str, str]]:
        nodes = [entry.to_msg() for entry in self._own]
        nodes += [n for info in self._infos.values() for n in info.node_entities_info_seq]
        return {
            gid.data.tobytes(): (node.node_name, node.node_namespace)
            for node in nodes
            for gid in getattr(node, member)
        }

    def _refresh(self) -> None:
        """Take what DDS has learnt since the last time."""
        if not self._listener.handle:
            return
        for alive, sample in self._take(_BUILTIN_PARTICIPANT, BuiltinParticipant):
            key = bytes(sample.key)
            if alive:
                self._alive.add(key)
            else:
                self._alive.discard(key)
                self._infos.pop(key, None)
        for topic, known in (
            (_BUILTIN_PUBLICATION, self._writers),
            (_BUILTIN_SUBSCRIPTION, self._readers),
        ):
            for alive, sample in self._take(topic, BuiltinEndpoint):
                if alive:
                    known[bytes(sample.key)] = _endpoint(sample)
                else:
                    known.pop(bytes(sample.key), None)
        while (received := self._listener.take()) is not None:
            try:
                info = deserialize(received.data, _INFO_TYPE)
            except ContractError:  # another distribution's layout: its nodes stay nameless
                continue
            self._infos[info.gid.data.tobytes()] = info

    def _take(self, topic: int, structure: Any) -> Iterator[tuple[bool, Any]]:
        reader = self._builtin[topic]
        while True:
            samples = (ct.c_void_p * _BATCH)()
            infos = (SampleInfo * _BATCH)()
            count = dds.dds_take(reader, samples, infos, _BATCH, _BATCH)
            if count <= 0:
                return
            for sample, info in zip(samples[:count], infos[:count], strict=True):
                yield (
                    info.instance_state == _ALIVE and info.valid_data,
                    structure.from_address(sample),
                )
            dds.dds_return_loan(reader, samples, count)

    def close(self) -> None:
        """Withdraw the announcement and stop listening."""
        with self._lock:
            self._announcer.close()
            self._listener.close()
            for handle in self._builtin.values():
                dds.dds_delete(handle)


def _endpoint(sample: BuiltinEndpoint) -> EndpointInfo:
    data = read_user_data(sample.qos).decode(errors='replace')
    pairs = dict(part.split('=', 1) for part in data.split(';') if '=' in part)
    return EndpointInfo(
        gid=bytes(sample.key),
        participant=bytes(sample.participant_key),
        topic=sample.topic_name.decode(errors='replace'),
        type_name=sample.type_name.decode(errors='replace'),
        type_hash=pairs.get('typehash', ''),
        qos=read_profile(sample.qos),
    )
