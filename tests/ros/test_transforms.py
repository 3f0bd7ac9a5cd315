from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tenet_ros.ros import api
from tenet_ros.ros.transforms import TransformError, Transforms

S = 1_000_000_000


def link(parent, child, *, x=0.0, yaw=0.0, stamp_ns=0, quaternion=None):
    sec, nanosec = divmod(stamp_ns, S)
    header = api.Header(frame_id=parent, stamp=api.TimeMessage(sec=sec, nanosec=nanosec))
    message = api.TransformStamped(header=header, child_frame_id=child)
    message.transform.translation.x = float(x)
    turned = message.transform.rotation
    values = quaternion or Rotation.from_euler('z', yaw, degrees=True).as_quat().tolist()
    turned.x, turned.y, turned.z, turned.w = values
    return message


def tree(*links, static=True) -> Transforms:
    made = Transforms()
    made.add(links, static=static)
    return made


def test_chains_are_followed_up_and_down():
    made = tree(link('map', 'base', x=2), link('base', 'camera', x=1), link('map', 'table', x=10))
    np.testing.assert_allclose(made.pose('map', 'camera', 0)[:3, 3], [3, 0, 0])
    np.testing.assert_allclose(made.pose('table', 'camera', 0)[:3, 3], [-7, 0, 0])
    np.testing.assert_allclose(made.pose('camera', 'map', 0)[:3, 3], [-3, 0, 0])
    np.testing.assert_allclose(made.pose('camera', 'camera', 0), np.eye(4))


def test_poses_are_interpolated_at_the_stamp():
    made = tree(
        link('map', 'base', x=0, yaw=0, stamp_ns=1 * S),
        link('map', 'base', x=4, yaw=90, stamp_ns=2 * S),
        static=False,
    )
    pose = made.pose('map', 'base', round(1.25 * S))
    np.testing.assert_allclose(pose[:3, 3], [1, 0, 0])
    yaw = Rotation.from_matrix(pose[:3, :3]).as_euler('zyx', degrees=True)[0]
    assert yaw == pytest.approx(22.5)


def test_nothing_is_guessed_beyond_what_came():
    made = tree(link('map', 'base', stamp_ns=S), link('map', 'base', stamp_ns=2 * S), static=False)
    with pytest.raises(TransformError, match='newest pose of base is 500 ms older than the image'):
        made.pose('map', 'base', round(2.5 * S))
    with pytest.raises(TransformError, match='oldest pose of base is 1000 ms younger'):
        made.pose('map', 'base', 0)


def test_a_hole_in_the_tree_is_named():
    made = tree(link('map', 'base'), link('world', 'camera'))
    with pytest.raises(
        TransformError, match=r'connects camera with map \(frames on /tf: base, camera, map, world'
    ):
        made.pose('map', 'camera', 0)


def test_a_loop_is_named():
    made = tree(link('a', 'b'), link('b', 'a'))
    with pytest.raises(TransformError, match=r'form a loop: a > b > a; end one of its publishers'):
        made.pose('map', 'a', 0)


def test_a_transform_that_was_once_published_the_wrong_way_is_forgotten():
    made = tree(link('camera', 'map'), link('map', 'camera', x=3), static=False)
    made.add([link('map', 'camera', x=3, stamp_ns=9 * S)], static=False)
    with pytest.raises(TransformError, match='loop'):
        made.pose('map', 'camera', 9 * S)
    made.add([link('map', 'camera', x=3, stamp_ns=11 * S)], static=False)
    assert made.pose('map', 'camera', 11 * S)[0, 3] == 3


def test_a_transform_on_its_way_is_waited_for():
    made = tree(link('map', 'base', stamp_ns=S), static=False)
    found = []
    waiter = threading.Thread(
        target=lambda: found.append(made.pose('map', 'base', 2 * S, timeout_s=10))
    )
    waiter.start()
    made.add([link('map', 'base', x=3, stamp_ns=2 * S)], static=False)
    waiter.join(10)
    np.testing.assert_allclose(found[0][:3, 3], [3, 0, 0])


@pytest.mark.parametrize('far', [float('nan'), float('inf'), 1e300, -1e12])
def test_what_is_no_pose_of_a_frame_is_left_out(far):
    made = tree(link('map', 'base', quaternion=[0.0, 0.0, 0.0, 0.0]))
    made.add([link('map', 'base', x=far)], static=True)
    with pytest.raises(TransformError):
        made.pose('map', 'base', 0)


def test_old_poses_are_forgotten_and_time_may_start_over():
    made = tree(*(link('map', 'base', x=n, stamp_ns=n * S) for n in range(20)), static=False)
    with pytest.raises(TransformError):
        made.pose('map', 'base', 5 * S)
    assert made.pose('map', 'base', 15 * S)[0, 3] == 15
    made.add([link('map', 'base', x=7, stamp_ns=S)], static=False)
    assert made.pose('map', 'base', S)[0, 3] == 7
