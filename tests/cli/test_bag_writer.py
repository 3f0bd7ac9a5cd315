"""Bags that rosbags, ``ros2 bag`` and Foxglove read."""

from __future__ import annotations

import errno

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.interfaces import QosDurability, QosReliability

from tenet_ros.cli.bag_writer import BagWriter, known_types, qos_of
from tenet_ros.errors import ConfigError
from tenet_ros.ros import api

STRING = 'std_msgs/msg/String'


def payload(text):
    store = known_types()
    return bytes(store.serialize_cdr(store.types[STRING](data=text), STRING))


def latched():
    return qos_of(api.QoSProfile(depth=1, durability=api.DurabilityPolicy.TRANSIENT_LOCAL))


def write(path, *, count=3, **options):
    with BagWriter(path, **options) as bag:
        bag.add_topic('/words', STRING, [latched()])
        for index in range(count):
            bag.write('/words', 10**18 + index, payload(f'word {index}'))
    return path


def read(path):
    with AnyReader([path]) as reader:
        connections = reader.connections
        messages = [
            (at_ns, raw, reader.deserialize(raw, connection.msgtype).data)
            for connection, at_ns, raw in reader.messages()
        ]
    return connections, messages


@pytest.mark.parametrize('name', ['out.mcap', 'out'])
def test_messages_come_back_as_the_bytes_that_were_received(tmp_path, name):
    _, messages = read(write(tmp_path / name))
    assert messages == [(10**18 + i, payload(f'word {i}'), f'word {i}') for i in range(3)]


def test_a_name_with_mcap_is_one_file_and_any_other_a_bag_folder(tmp_path):
    assert write(tmp_path / 'out.mcap').is_file()
    write(tmp_path / 'out')
    assert sorted(p.name for p in (tmp_path / 'out').iterdir()) == ['metadata.yaml', 'out.mcap']


def write_until_the_disk_is_full(path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, 'No space left on device')

    with BagWriter(path) as bag:
        bag.add_topic('/words', STRING, [latched()])
        bag.write('/words', 10**18, payload('first'))
        bag._writer.storage.close_chunk()
        monkeypatch.setattr(bag._writer, 'write', full)
        bag.write('/words', 10**18 + 1, payload('second'))


def test_what_was_written_before_the_disk_was_full_is_kept(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match=r'No space left.*out\.incomplete\.mcap'):
        write_until_the_disk_is_full(tmp_path / 'out.mcap', monkeypatch)
    assert [p.name for p in tmp_path.iterdir()] == ['out.incomplete.mcap']
    rest = (tmp_path / 'out.incomplete.mcap').read_bytes()
    assert rest.startswith(b'\x89MCAP0')
    assert b'std_msgs/msg/String' in rest


def test_offered_qos_is_kept(tmp_path):
    with AnyReader([write(tmp_path / 'out.mcap')]) as reader:
        offered = reader.connections[0].ext.offered_qos_profiles[0]
    assert offered.durability is QosDurability.TRANSIENT_LOCAL
    assert offered.reliability is QosReliability.RELIABLE
    assert offered.depth == 1


def test_vision_messages_are_known():
    assert 'vision_msgs/msg/Detection2DArray' in known_types().fielddefs


def test_nothing_is_left_behind_beside_the_bag(tmp_path):
    write(tmp_path / 'out.mcap')
    assert [p.name for p in tmp_path.iterdir()] == ['out.mcap']


def test_a_bag_without_messages_is_not_kept(tmp_path):
    write(tmp_path / 'out.mcap', count=0)
    assert list(tmp_path.iterdir()) == []


def test_what_was_recorded_before_an_interruption_is_kept(tmp_path):
    def record():
        with BagWriter(tmp_path / 'out.mcap') as bag:
            bag.add_topic('/words', STRING, [latched()])
            bag.write('/words', 1, payload('first'))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record()
    assert len(read(tmp_path / 'out.mcap')[1]) == 1


@pytest.mark.parametrize('name', ['out.mcap', 'out'])
def test_an_existing_bag_is_replaced_only_when_told_to(tmp_path, name):
    path = write(tmp_path / name)
    with pytest.raises(ConfigError, match='exists already'):
        BagWriter(path)
    write(path, count=1, overwrite=True)
    assert len(read(path)[1]) == 1


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path):
    blocked = tmp_path / 'file'
    blocked.write_text('')
    with (
        pytest.raises(ConfigError, match='cannot be written'),
        BagWriter(blocked / 'below' / 'out.mcap'),
    ):
        pass


def test_large_messages_are_compressed(tmp_path):
    store = known_types()
    kind = 'std_msgs/msg/UInt8MultiArray'
    layout = store.types['std_msgs/msg/MultiArrayLayout'](dim=[], data_offset=0)
    blank = store.types[kind](layout=layout, data=np.zeros(1_000_000, np.uint8))
    with BagWriter(tmp_path / 'out.mcap') as bag:
        bag.add_topic('/blank', kind, [latched()])
        bag.write('/blank', 1, bytes(store.serialize_cdr(blank, kind)))
    assert (tmp_path / 'out.mcap').stat().st_size < 100_000
