"""The node's short options, as ROS arguments."""

from __future__ import annotations

import argparse
from itertools import pairwise

import pytest
from ruamel.yaml import YAML

from tenet_ros.cli import node
from tenet_ros.cli.main import split_ros_args
from tenet_ros.errors import ConfigError


def translate(*argv):
    own, ros = split_ros_args(['node', *argv])
    parser = argparse.ArgumentParser()
    node.add_parser(parser.add_subparsers())
    args = parser.parse_args(own)
    args.ros_args = ros
    return node.ros_arguments(args)


def pairs(arguments, flag):
    """Return the ``name:=value`` pairs after a flag."""
    found = [b for a, b in pairwise(arguments) if a == flag]
    return dict(pair.split(':=', 1) for pair in found)


def test_by_default_the_node_listens_where_the_camera_command_publishes():
    arguments = translate()
    assert arguments[0] == '--ros-args'
    assert pairs(arguments, '-r') == {
        'image': '/camera/image_raw',
        'camera_info': '/camera/camera_info',
        'depth': '/camera/depth/image_raw',
    }
    assert pairs(arguments, '-p') == {}


def test_depth_is_looked_for_beside_the_images_unless_it_is_elsewhere():
    remaps = pairs(translate('--image', '/front/rgb/image_raw'), '-r')
    assert remaps['depth'] == '/front/rgb/depth/image_raw'
    assert pairs(translate('--depth', '/d'), '-r')['depth'] == '/d'
    arguments = translate('--depth', '/d', '--ros-args', '-r', 'image:=/mine')
    assert pairs(arguments, '-r') == {'image': '/mine', 'depth': '/d'}


def test_the_calibration_is_looked_for_beside_the_images():
    remaps = pairs(translate('--image', '/front/rgb/image_raw'), '-r')
    assert remaps['camera_info'] == '/front/rgb/camera_info'
    assert pairs(translate('--image', 'rgb'), '-r')['camera_info'] == 'camera_info'
    remaps = pairs(translate('--image', '/a/b', '--camera-info', '/c'), '-r')
    assert remaps['camera_info'] == '/c'


def test_a_users_own_remapping_is_not_overruled():
    arguments = translate('--ros-args', '-r', 'image:=/mine')
    assert arguments == ['--ros-args', '-r', 'image:=/mine']


@pytest.mark.parametrize('sentence', ['the dog', 'a: b', '"quoted"', "it's", 'žlutý', '[1, 2]', ''])
def test_a_sentence_stays_a_sentence_whatever_yaml_would_make_of_it(sentence):
    value = pairs(translate('--command', sentence), '-p')['command']
    assert YAML(typ='safe').load(value) == sentence


def test_options_become_parameters_and_names(tmp_path):
    model = tmp_path / 'm.onnx'
    model.write_bytes(b'')
    arguments = translate(
        '--preset', 'coco', '--transport', 'compressed', '--model', str(model),
        '--name', 'eye', '--namespace', '/robot',
    )  # fmt: skip
    assert pairs(arguments, '-p') == {
        'image_transport': '"compressed"',
        'preset': '"coco"',
        'model': f'"{model}"',
    }
    remaps = pairs(arguments, '-r')
    assert (remaps['__node'], remaps['__ns']) == ('eye', '/robot')


def test_ros_arguments_of_the_user_come_first():
    arguments = translate('--preset', 'coco', '--ros-args', '-p', 'threads:=2')
    assert arguments[:3] == ['--ros-args', '-p', 'threads:=2']
    assert pairs(arguments, '-p') == {'threads': '2', 'preset': '"coco"'}


def test_a_model_that_is_not_there_is_said_before_anything_starts():
    with pytest.raises(ConfigError, match=r'/nowhere\.onnx is not there'):
        translate('--model', '/nowhere.onnx')


def test_a_preset_that_does_not_exist_is_said_before_anything_starts():
    with pytest.raises(ConfigError, match=r"--preset: expected one of coco, .* got 'nope'"):
        translate('--preset', 'nope')
