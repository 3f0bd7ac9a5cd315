"""The owner of a DDS handle."""

from __future__ import annotations

import ctypes as ct
import threading

from tenet_ros.standalone._cyclone import check, dds

__all__ = ['DdsEntity']


class DdsEntity:
    """A DDS handle with an owner."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._lock = threading.Lock()

    @property
    def handle(self) -> int:
        """The DDS handle; 0 after `close`."""
        return self._handle

    @property
    def gid(self) -> bytes:
        """The DDS GUID, 16 bytes, as ROS 2 puts it on `ros_discovery_info`."""
        guid = (ct.c_uint8 * 16)()
        check(dds.dds_get_guid(self._handle, guid), 'reading a GUID')
        return bytes(guid)

    def close(self) -> None:
        """Delete the entity; a second call does nothing."""
        with self._lock:
            handle, self._handle = self._handle, 0
            if handle:
                self._delete(handle)

    def _delete(self, handle: int) -> None:
        dds.dds_delete(handle)
