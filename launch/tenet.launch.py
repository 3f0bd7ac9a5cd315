"""Start the tenet node on a camera.

ros2 launch tenet_ros tenet.launch.py image:=/camera/image_raw command:="the red mug"

For several cameras include this file once for each, with a namespace of its own.
"""

# ruff: noqa: I001 - launch is the ROS 2 package, not this folder
from __future__ import annotations

from pathlib import Path
from typing import Any

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

# Arguments that override one parameter of params_file; an empty text leaves the file's value.
TEXTS = ('preset', 'model', 'image_transport', 'command', 'target_frame', 'frame_prefix')
SWITCHES = ('autostart', 'use_sim_time')


def generate_launch_description() -> LaunchDescription:
    """Return the arguments and the node."""
    share = FindPackageShare('tenet_ros')
    switch = {'choices': ['', 'true', 'false']}
    levels = ['debug', 'info', 'warn', 'error', 'fatal']
    return LaunchDescription(
        [
            _argument('image', 'image', 'Topic of the camera images, without transport suffix.'),
            _argument('camera_info', '', 'Topic of the calibration; beside the image by default.'),
            _argument(
                'depth',
                '',
                'Topic of registered depth; by default depth/image_raw beside the image, and depth '
                'beside one that is called image.',
            ),
            _argument('target_frame', '', "Frame of poses; the camera's optical one by default."),
            _argument('frame_prefix', '', 'Before the names of target frames on /tf.'),
            _argument(
                'image_transport',
                '',
                'raw, or compressed for <image>/compressed.',
                choices=['', 'raw', 'compressed'],
            ),
            _argument('command', '', 'What to look for at first: sentences separated by ";".'),
            _argument('preset', '', 'Detector and segmenter; coco knows 80 kinds of objects.'),
            _argument('model', '', "Detector file in place of the preset's own."),
            _argument(
                'params_file',
                PathJoinSubstitution([share, 'config', 'tenet.yaml']),
                'Parameters; the arguments here override it.',
            ),
            _argument('namespace', '', 'Namespace of the node, one for each camera.'),
            _argument('name', 'tenet', 'Name of the node.'),
            _argument('autostart', '', 'Configure and activate by itself.', **switch),
            _argument('use_sim_time', '', 'Take the time from /clock.', **switch),
            _argument('respawn', 'false', 'Start again if it dies.', choices=['true', 'false']),
            _argument('log_level', 'info', 'Least severity to log.', choices=levels),
            OpaqueFunction(function=_node),
        ]
    )


def _argument(name: str, default: Any, description: str, **options: Any) -> DeclareLaunchArgument:
    return DeclareLaunchArgument(name, default_value=default, description=description, **options)


def _node(context: LaunchContext) -> list[Node]:
    """Return the node, with the arguments as they were given."""

    def given(name: str) -> str:
        return str(LaunchConfiguration(name).perform(context))

    image, params_file = given('image'), given('params_file')
    if not Path(params_file).is_file():  # launch_ros would warn, and run the node without it
        raise ValueError(f'params_file: expected a file, {params_file!r} is not there')
    folder, slash, last = image.rpartition('/')
    camera_info = given('camera_info') or f'{folder}{slash}camera_info'
    depth = given('depth') or f'{folder}{slash}depth{"" if last == "image" else "/image_raw"}'
    overrides: dict[str, Any] = {
        name: ParameterValue(given(name), value_type=str) for name in TEXTS if given(name)
    }
    overrides |= {name: given(name) == 'true' for name in SWITCHES if given(name)}
    return [
        Node(
            package='tenet_ros',
            executable='tenet_node',
            namespace=given('namespace'),
            name=given('name'),
            parameters=[params_file, overrides],
            remappings=[('image', image), ('camera_info', camera_info), ('depth', depth)],
            arguments=['--ros-args', '--log-level', given('log_level')],
            output='screen',
            emulate_tty=True,
            respawn=given('respawn') == 'true',
            respawn_delay=2.0,
        )
    ]
