"""What ROS 2's tools read: package.xml, launch files, installed files.

The tests marked `ros` need the packages launch and launch_ros, and nothing else of ROS 2.
"""

# ruff: noqa: I001 - launch is the ROS 2 package, not the folder here
from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

import tenet_ros
from tenet_ros.ros import api

ROOT = Path(tenet_ros.__file__).parents[1]
PARAMS = str(ROOT / 'config' / 'tenet.yaml')
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
    assert (
        used | {'rclpy', 'std_srvs', 'lifecycle_msgs', 'launch', 'launch_ros', 'ros2launch'}
        <= depends
    )


def test_what_docs_send_people_to_is_installed(monkeypatch):
    told = {}
    monkeypatch.setattr('setuptools.setup', lambda **options: told.update(options))
    monkeypatch.chdir(ROOT)
    runpy.run_path('setup.py')
    installed = {
        f'{folder}/{Path(file).name}' for folder, files in told['data_files'] for file in files
    }
    ours = [
        file.relative_to(ROOT)
        for pattern in ('launch/*.py', 'examples/*/*.*', 'config/*', 'rviz/*', 'foxglove/*')
        for file in ROOT.glob(pattern)
        if file.is_file()
    ]
    assert len(ours) >= 12
    assert {f'share/tenet_ros/{file}' for file in ours} <= installed
    names = [Path(path).name for path in installed if path.endswith('.launch.py')]
    assert len(set(names)) == len(names), 'ros2 launch finds them by name alone'


def test_the_launch_file_s_arguments_are_parameters():
    tree = ast.parse((ROOT / 'launch' / 'tenet.launch.py').read_text('utf-8'))
    lists = {
        each.targets[0].id: ast.literal_eval(each.value)
        for each in tree.body
        if isinstance(each, ast.Assign)
    }
    loaded = YAML(typ='safe').load((ROOT / 'config' / 'tenet.yaml').read_text('utf-8'))
    parameters = loaded['/**']['ros__parameters']
    assert {type(parameters[name]) for name in lists['TEXTS']} == {str}
    assert {type(parameters[name]) for name in lists['SWITCHES'] if name != 'use_sim_time'} == {
        bool
    }


def nodes_of(file, **arguments):
    """Return the node actions of a launch file with such arguments, and their context."""
    from launch import LaunchContext
    from launch.launch_description_sources import get_launch_description_from_python_launch_file

    path = next(ROOT.glob(f'*/**/{file}.launch.py'))
    description = get_launch_description_from_python_launch_file(str(path))
    context = LaunchContext()
    context.extend_locals({'current_launch_file_directory': str(path.parent)})
    context.launch_configurations.update({'params_file': PARAMS, **arguments})
    nodes, waiting = [], list(description.entities)
    while waiting:
        entity = waiting.pop(0)
        if hasattr(entity, 'node_package'):
            entity._perform_substitutions(context)
            nodes.append((entity, ' '.join(words(entity, context))))
        elif getattr(entity, 'name', '') != 'params_file':
            waiting = [*(entity.visit(context) or []), *waiting]
    return nodes


def words(node, context):
    """Return the command line that a node action would run, but for its executable."""
    from launch.utilities import perform_substitutions

    # Set by the action while it runs.
    context.extend_locals({'ros_specific_arguments': {'name': '__node:=', 'ns': '__ns:='}})
    return [perform_substitutions(context, word) for word in node.cmd[1:]]


@pytest.mark.ros
def test_the_launch_file_starts_one_node_as_asked():
    ((node, line),) = nodes_of('tenet', image='/front/image_raw', command='5', autostart='false')
    assert (node.node_package, node.node_executable) == ('tenet_ros', 'tenet_node')
    assert node.node_name == '/tenet'
    assert '-r image:=/front/image_raw -r camera_info:=/front/camera_info' in line
    assert '-r depth:=/front/depth/image_raw' in line
    first, second = re.findall(r'--params-file (\S+)', line)
    assert first == PARAMS
    given = YAML(typ='safe').load(Path(second).read_text('utf-8'))
    assert given == {'/tenet': {'ros__parameters': {'command': '5', 'autostart': False}}}


@pytest.mark.ros
def test_without_a_topic_the_launch_file_leaves_the_node_s_own_names():
    ((_, line),) = nodes_of('tenet', namespace='front')
    assert '-r image:=image -r camera_info:=camera_info -r depth:=depth' in line
    assert 'depth/image_raw' not in line


@pytest.mark.ros
def test_a_file_of_parameters_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match='params_file: expected a file'):
        nodes_of('tenet', params_file='/nowhere.yaml')


@pytest.mark.ros
def test_the_launch_file_of_several_cameras_starts_a_node_for_each():
    nodes = nodes_of('cameras', cameras='front, /left/', image='color/image_raw', name='eye')
    assert [node.node_name for node, _ in nodes] == ['/front/eye', '/left/eye']
    for _, line in nodes:
        assert '-r image:=color/image_raw -r camera_info:=color/camera_info' in line
        assert line.endswith('-r depth:=color/depth')


@pytest.mark.ros
@pytest.mark.parametrize('cameras', ['front,front', 'front,', ''])
def test_cameras_need_names_of_their_own(cameras):
    with pytest.raises(ValueError, match='expected different names'):
        nodes_of('cameras', cameras=cameras)
