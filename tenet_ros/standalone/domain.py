"""Which DDS domain to join, and how to find the others on it: ROS 2's environment variables."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from tenet_ros.standalone._cyclone import check, dds
from tenet_ros.standalone.exceptions import RosArgumentError
from tenet_ros.standalone.log import get_logger

__all__ = ['Discovery', 'close_domain', 'domain_id_from_environment', 'open_domain']

_RANGES: Final = ('SUBNET', 'LOCALHOST', 'OFF', 'SYSTEM_DEFAULT')
_MAX_PARTICIPANT_INDEX: Final = 32  # rmw_cyclonedds's figure: processes on one machine
_RECEIVE_BUFFER: Final = '8 MiB'
"""Asked of the kernel, which gives at most net.core.rmem_max. A colour image of 640x480 fills the
usual default of 208 KiB four times over, and what does not fit of a best-effort image is gone."""
_MAX_DOMAIN_ID: Final = 232  # UDP ports end at 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """How far a node looks for others.

    Attributes:
        reach: SUBNET (multicast), LOCALHOST, OFF, or SYSTEM_DEFAULT (Cyclone's own).
        static_peers: Host names or addresses to ask in addition.
        uri: Cyclone configuration of the user; it has the last word.
    """

    reach: str = 'SUBNET'
    static_peers: tuple[str, ...] = ()
    uri: str = ''

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Discovery:
        """Read ROS_AUTOMATIC_DISCOVERY_RANGE, ROS_STATIC_PEERS, ROS_LOCALHOST_ONLY, CYCLONEDDS_URI.

        Raises:
            RosArgumentError: An unknown range.
        """
        reach = environment.get('ROS_AUTOMATIC_DISCOVERY_RANGE', '').upper() or 'SUBNET'
        if reach not in _RANGES:
            raise RosArgumentError(
                f'ROS_AUTOMATIC_DISCOVERY_RANGE: expected one of {", ".join(_RANGES)}, '
                f'got {reach!r}'
            )
        peers = tuple(p for p in environment.get('ROS_STATIC_PEERS', '').split(';') if p)
        if environment.get('ROS_LOCALHOST_ONLY', '') == '1':
            reach, peers = 'LOCALHOST', ()
        if peers and reach in {'OFF', 'SYSTEM_DEFAULT'}:
            get_logger('tenet_ros.standalone').warning(
                f'ROS_STATIC_PEERS is ignored: ROS_AUTOMATIC_DISCOVERY_RANGE is {reach}'
            )
            peers = ()
        return cls(reach=reach, static_peers=peers, uri=environment.get('CYCLONEDDS_URI', ''))

    def to_cyclone(self) -> str:
        """Return the Cyclone configuration that `rmw_cyclonedds_cpp` would use.

        Cyclone merges comma-separated fragments, the later ones winning.
        """
        if self.reach == 'SYSTEM_DEFAULT':
            return self.uri
        general, discovery = '', ''
        internal = f'<SocketReceiveBufferSize min="default" max="{_RECEIVE_BUFFER}"/>'
        if self.reach in {'LOCALHOST', 'OFF'}:
            general = '<General><AllowMulticast>false</AllowMulticast></General>'
        if self.reach == 'LOCALHOST':
            # Cyclone 11 otherwise drops what older peers send to 127.0.0.1, because that arrives
            # over `lo` while it has chosen to use `eth0`.
            internal += '<ExtendedPacketInfo>false</ExtendedPacketInfo>'
        if self.reach == 'OFF':
            discovery = (
                '<ParticipantIndex>none</ParticipantIndex>'
                f'<Tag>ros_discovery_off_{os.getpid()}</Tag>'
            )
        else:
            peers = (('localhost',) if self.reach == 'LOCALHOST' else ()) + self.static_peers
            addresses = ''.join(f'<Peer address={quoteattr(peer)}/>' for peer in peers)
            discovery = (
                '<ParticipantIndex>auto</ParticipantIndex>'
                f'<MaxAutoParticipantIndex>{_MAX_PARTICIPANT_INDEX}</MaxAutoParticipantIndex>'
                + (f'<Peers>{addresses}</Peers>' if addresses else '')
            )
        return (
            f'<CycloneDDS><Domain>{general}<Discovery>{discovery}</Discovery>'
            f'<Internal>{internal}</Internal></Domain></CycloneDDS>,{self.uri}'
        )


def domain_id_from_environment(environment: Mapping[str, str] = os.environ) -> int:
    """Return ROS_DOMAIN_ID, or 0.

    Raises:
        RosArgumentError: Not a whole number from 0 to 232.
    """
    text = environment.get('ROS_DOMAIN_ID', '') or '0'
    if not text.isdecimal() or int(text) > _MAX_DOMAIN_ID:
        raise RosArgumentError(
            f'ROS_DOMAIN_ID: expected a whole number from 0 to {_MAX_DOMAIN_ID}, got {text!r}'
        )
    return int(text)


_open: Final[dict[int, tuple[int, str, int]]] = {}  # id -> DDS handle, configuration, users
_lock: Final = threading.Lock()


def open_domain(domain_id: int, configuration: str) -> None:
    """Create the DDS domain in this process, or join in its use.

    Raises:
        RosArgumentError: It is open with another configuration.
        MiddlewareError: DDS refuses the configuration.
    """
    with _lock:
        if domain_id in _open:
            handle, present, users = _open[domain_id]
            if present != configuration:
                raise RosArgumentError(
                    f'domain {domain_id} is in use in this process with other discovery settings'
                )
            _open[domain_id] = (handle, present, users + 1)
            return
        code = dds.dds_create_domain(domain_id, configuration.encode())
        handle = check(
            code,
            f'opening DDS domain {domain_id} with CYCLONEDDS_URI={os.environ.get("CYCLONEDDS_URI", "")!r}',
        )
        _open[domain_id] = (handle, configuration, 1)


def close_domain(domain_id: int) -> None:
    """Stop using the domain; the last user deletes it, and with it DDS's threads and sockets."""
    with _lock:
        handle, configuration, users = _open[domain_id]
        if users > 1:
            _open[domain_id] = (handle, configuration, users - 1)
            return
        del _open[domain_id]
    dds.dds_delete(handle)
