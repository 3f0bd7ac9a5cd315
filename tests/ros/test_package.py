"""What ROS 2's tools read: package.xml, the launch file, installed files."""

# ruff: noqa: I001 - launch is the ROS 2 package, not the folder here
from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import tenet_ros
from tenet_ros.ros import api

ROOT = Path(tenet_ros.__file__).parents[1]
PACKAGE = ET.parse(ROOT / 'package.xml').getroot()


def test_package_xml_is_what_colcon_needs():
    assert PACKAGE.get('format') == '3'
    assert PACKAGE.findtext('name') == 'tenet_ros'
    assert PACKAGE.findtext('version') == tenet_ros.__version__
    assert PACKAGE.findtext('license') == 'Apache-2.0'
    assert PACKAGE.findtext('export/build_type') == 'ament_python'
    (maintainer,) = PACKAGE.findall('maintainer')
    assert re.fullmatch(r'[^@\s]+@[^@\s]+\.[a-z]+', maintainer.get('email', ''))


def test_package_xml_names_every_ros_package_that_is_imported():
    depends = {each.text for each in PACKAGE.findall('exec_depend')}
    used = set(re.findall(r"msg\('(\w+)/(?:msg|srv)/", Path(api.__file__).read_text('utf-8')))
    assert used | {'rclpy', 'std_srvs', 'lifecycle_msgs', 'launch', 'launch_ros'} <= depends


@pytest.mark.ros
def test_the_launch_file_starts_one_node_as_asked():
    from launch import LaunchContext, LaunchDescription
    from launch.actions import DeclareLaunchArgument
    from launch.launch_description_sources import get_launch_description_from_python_launch_file

    path = str(ROOT / 'launch' / 'tenet.launch.py')
    description = get_launch_description_from_python_launch_file(path)
    assert isinstance(description, LaunchDescription)
    context = LaunchContext()
    context.launch_configurations.update(
        image='/front/image_raw', command='the red mug; 5', params_file='', autostart='false'
    )
    actions = []
    for entity in description.entities:
        if isinstance(entity, DeclareLaunchArgument):
            assert len(entity.description) > 10
            if entity.name == 'params_file':
                continue
        actions += entity.visit(context) or []
    (node,) = actions
    assert (node.node_package, node.node_executable) == ('tenet_ros', 'tenet_node')


@pytest.mark.ros
def test_the_launch_file_of_several_cameras_starts_a_node_for_each():
    from launch import LaunchContext
    from launch.launch_description_sources import get_launch_description_from_python_launch_file

    path = str(ROOT / 'launch' / 'cameras.launch.py')
    description = get_launch_description_from_python_launch_file(path)
    context = LaunchContext()
    context.extend_locals({'current_launch_file_directory': str(ROOT / 'launch')})
    context.launch_configurations.update(cameras='front, left', params_file='', name='eye')
    nodes, waiting = [], list(description.entities)
    while waiting:
        entity = waiting.pop(0)
        if hasattr(entity, 'node_package'):
            entity._perform_substitutions(context)
            nodes.append(entity.node_name)
        elif getattr(entity, 'name', '') != 'params_file':
            waiting = [*(entity.visit(context) or []), *waiting]
    assert nodes == ['/front/eye', '/left/eye']
