from __future__ import annotations

import array
import contextlib
import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tenet_ros.errors import ContractError
from tenet_ros.standalone.messages import (
    Message,
    deserialize,
    message,
    message_names,
    serialize,
    type_hash,
)

# As ROS 2 Jazzy states them in share/<package>/msg/<name>.json.
HASHES = {
    'std_msgs/msg/String': 'df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18',
    'std_msgs/msg/Header': 'f49fb3ae2cf070f793645ff749683ac6b06203e41c891e17701b1cb597ce6a01',
    'sensor_msgs/msg/Image': 'd31d41a9a4c4bc8eae9be757b0beed306564f7526c88ea6a4588fb9582527d47',
    'sensor_msgs/msg/CompressedImage': (
        '15640771531571185e2efc8a100baf923961a4d15d5569652e6cb6691e8e371a'
    ),
    'sensor_msgs/msg/CameraInfo': (
        'b3dfd68ff46c9d56c80fd3bd4ed22c7a4ddce8c8348f2f59c299e73118e7e275'
    ),
    'sensor_msgs/msg/PointCloud2': (
        '9198cabf7da3796ae6fe19c4cb3bdd3525492988c70522628af5daa124bae2b5'
    ),
    'vision_msgs/msg/Detection2DArray': (
        '214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968'
    ),
    'vision_msgs/msg/Detection3DArray': (
        '793f5eab9595ac1c0da07873cc859db42eae51f0ee76056db8562515d830e018'
    ),
    'vision_msgs/msg/LabelInfo': '3d37df4015cdf660cc851c51897f2acd957e1ca6205ba0a99aebffb9406b0783',
    'vision_msgs/msg/VisionInfo': (
        '95d3116a17484ad91c9a2686e1d54890bbfc3ff6c6a2de137738c4950d45d284'
    ),
    'diagnostic_msgs/msg/DiagnosticStatus': (
        'b0e3e692ea2d54a8af2f4ef1930e81556a2db55216b771f8a7d2724ed47bf0e4'
    ),
    'diagnostic_msgs/msg/DiagnosticArray': (
        '5a8a36efb05fb25070fa0fb3810290c0e6cd4862b54a8fb975a1ee8dc55a333e'
    ),
    'geometry_msgs/msg/PoseStamped': (
        '10f3786d7d40fd2b54367835614bff85d4ad3b5dab62bf8bca0cc232d73b4cd8'
    ),
    'geometry_msgs/msg/TransformStamped': (
        '0a241f87d04668d94099cbb5ba11691d5ad32c2f29682e4eb5653424bd275206'
    ),
    'rmw_dds_common/msg/ParticipantEntitiesInfo': (
        '91a0593bacdcc50ea9bdcf849a938b128412cc1ea821245c663bcd26f83c295e'
    ),
    'rosgraph_msgs/msg/Clock': '692f7a66e93a3c83e71765d033b60349ba68023a8c689a79e48078bcb5c58564',
    'rcl_interfaces/msg/Log': 'e28ce254ca8abc06abf92773b74602cdbf116ed34fbaf294fb9f81da9f318eac',
}


def fill(msg: Message, seed: int = 1) -> Message:
    """Give every field of a message, and of those inside it, a value that is not its default."""
    for name, kind in msg.get_fields_and_field_types().items():
        value = getattr(msg, name)
        if isinstance(value, bool):
            setattr(msg, name, True)
        elif isinstance(value, (int, float)):
            setattr(msg, name, type(value)(seed))
        elif isinstance(value, str):
            setattr(msg, name, f'text {seed} ä')
        elif isinstance(value, np.ndarray):
            setattr(msg, name, np.arange(value.size or 3).astype(value.dtype))
        elif isinstance(value, Message):
            fill(value, seed + 1)
        elif kind == 'sequence<string>':
            setattr(msg, name, ['', 'one', 'zwei'])
        elif kind.startswith('sequence<'):
            package, _, short = kind[9:-1].partition('/')
            inner = message(f'{package}/msg/{short}')
            setattr(msg, name, [fill(inner(), seed + i) for i in range(2)])
    return msg


@pytest.mark.parametrize('name', HASHES)
def test_hashes_are_those_of_ros(name):
    assert type_hash(name) == f'RIHS01_{HASHES[name]}'


@pytest.mark.parametrize('name', sorted(message_names()))
def test_defaults_and_contents_survive_cdr(name):
    for msg in (message(name)(), fill(message(name)())):
        data = serialize(msg)
        assert bytes(data[:4]) == b'\x00\x01\x00\x00'
        assert deserialize(data, name) == msg


def test_fields_have_defaults_and_can_be_changed():
    image = message('sensor_msgs/msg/Image')()
    assert (image.height, image.encoding, image.header.frame_id) == (0, '', '')
    assert image.data.dtype == np.uint8
    image.header.stamp.sec = 5
    assert image.header.stamp.sec == 5
    assert message('geometry_msgs/msg/Quaternion')().w == 1.0
    assert message('sensor_msgs/msg/CameraInfo')().k.shape == (9,)


def test_messages_do_not_share_their_defaults():
    array_type = message('vision_msgs/msg/Detection2DArray')
    first, second = array_type(), array_type()
    first.detections.append(1)
    first.header.frame_id = 'x'
    assert second.detections == []
    assert second.header.frame_id == ''


def test_unknown_fields_are_named():
    with pytest.raises(AttributeError, match="no field 'widht'; it has header, height, width"):
        message('sensor_msgs/msg/Image')(widht=3)
    with pytest.raises(AttributeError):
        message('sensor_msgs/msg/Image')().widht = 3


def test_constants_are_there():
    status = message('diagnostic_msgs/msg/DiagnosticStatus')
    assert (status.OK, status.WARN, status.ERROR, status.STALE) == (0, 1, 2, 3)
    msg = status(level=b'\x02')  # as rclpy writes it
    assert msg.level == status.ERROR


def test_messages_compare_copy_and_print():
    point = message('geometry_msgs/msg/Point')
    assert point(x=1.0) == point(x=1.0)
    assert point(x=1.0) != point(x=2.0)
    assert point() != message('geometry_msgs/msg/Vector3')()
    info = fill(message('sensor_msgs/msg/CameraInfo')())
    assert copy.deepcopy(info) == info
    assert repr(point(x=1.0)) == 'geometry_msgs.msg.Point(x=1.0, y=0.0, z=0.0)'


@pytest.mark.parametrize(
    'pixels',
    [
        np.arange(12, dtype=np.uint8),
        np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
        np.arange(24, dtype=np.uint8)[::2],
        bytes(range(12)),
        bytearray(range(12)),
        memoryview(bytes(range(12))),
        array.array('B', range(12)),
        list(range(12)),
        [],
    ],
)
def test_bytes_come_from_anything_like_bytes(pixels):
    image = message('sensor_msgs/msg/Image')(data=pixels)
    back = deserialize(serialize(image), 'sensor_msgs/msg/Image')
    assert back.data.tobytes() == np.array(list(np.ravel(list(pixels))), dtype=np.uint8).tobytes()


def test_pixels_are_not_copied_on_assignment_nor_on_reading():
    pixels = np.zeros((480, 640, 3), dtype=np.uint8)
    image = message('sensor_msgs/msg/Image')(data=pixels)
    assert np.shares_memory(image.data, pixels)
    received = np.frombuffer(serialize(image), dtype=np.uint8)
    back = deserialize(received, 'sensor_msgs/msg/Image')
    assert np.shares_memory(back.data, received)
    assert not back.data.flags.writeable


@pytest.mark.parametrize(
    ('value', 'clue'),
    [
        (np.zeros(4, dtype=np.uint16), 'fill_bytes'),
        (np.zeros(4), 'fill_bytes'),
        (np.zeros(4, dtype=np.int64), 'fill_bytes'),
    ],
)
def test_pixels_of_another_type_are_not_silently_truncated(value, clue):
    with pytest.raises(TypeError, match=clue):
        message('sensor_msgs/msg/Image')(data=value)


def test_fixed_arrays_keep_their_size():
    with pytest.raises(ValueError, match=r'CameraInfo\.k: expected 9 values, got 4'):
        message('sensor_msgs/msg/CameraInfo')(k=[1.0, 0.0, 0.0, 1.0])
    info = message('sensor_msgs/msg/CameraInfo')(k=np.eye(3), d=[0.1, 0.2])
    assert info.k.tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ('change', 'clue'),
    [
        (lambda d: setattr(d, 'id', 5), r'Detection2D\.id: expected str, got int 5'),
        (lambda d: setattr(d.bbox, 'size_x', 'wide'), r'bbox\.size_x: expected float, got str'),
        (lambda d: setattr(d.header.stamp, 'sec', 1.5), r'stamp\.sec: expected int, got float'),
        (lambda d: setattr(d.header.stamp, 'nanosec', -1), r'nanosec: expected uint32 \(0'),
        (lambda d: setattr(d, 'bbox', None), r'bbox: expected a vision_msgs/msg/BoundingBox2D'),
        (lambda d: setattr(d.header, 'frame_id', None), r'frame_id: expected str, got NoneType'),
    ],
)
def test_a_field_of_a_wrong_type_is_named(change, clue):
    detections = message('vision_msgs/msg/Detection2DArray')()
    detection = message('vision_msgs/msg/Detection2D')()
    change(detection)
    detections.detections.append(detection)
    with pytest.raises(TypeError, match=clue):
        serialize(detection)
    with pytest.raises(TypeError, match=clue.replace(r'Detection2D\.', r'detections\[0\]\.')):
        serialize(detections)


@given(st.binary(max_size=200))
def test_garbage_is_refused_not_crashed_on(data):
    with contextlib.suppress(ContractError):
        deserialize(data, 'sensor_msgs/msg/Image')
    with contextlib.suppress(ContractError):
        deserialize(data, 'vision_msgs/msg/Detection2DArray')


def test_truncated_messages_are_refused():
    data = serialize(fill(message('vision_msgs/msg/Detection2DArray')()))
    for end in range(0, len(data) - 4, 7):
        with pytest.raises(ContractError):
            deserialize(data[:end], 'vision_msgs/msg/Detection2DArray')


def test_bytes_after_a_message_are_ignored():
    data = serialize(message('std_msgs/msg/String')(data='x'))
    assert deserialize(bytes(data) + b'\xff' * 9, 'std_msgs/msg/String').data == 'x'


def test_invalid_utf8_is_refused():
    data = bytearray(serialize(message('std_msgs/msg/String')(data='xyz')))
    data[8] = 0xFF
    with pytest.raises(ContractError, match='std_msgs/msg/String'):
        deserialize(bytes(data), 'std_msgs/msg/String')


def test_unknown_types_are_named():
    with pytest.raises(ContractError, match='sensor_msgs/msg/Picture'):
        message('sensor_msgs/msg/Picture')


@given(hnp.arrays(np.uint8, hnp.array_shapes(max_dims=3, max_side=8)))
def test_any_image_survives(pixels):
    image = message('sensor_msgs/msg/Image')(data=pixels)
    back = deserialize(serialize(image), 'sensor_msgs/msg/Image')
    assert np.array_equal(back.data, pixels.reshape(-1))
