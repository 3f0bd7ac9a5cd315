"""A simulated room with a mobile base, the node, and the program that follows whom a sentence means.

ros2 launch tenet_ros follow.launch.py seed:=1 model:=yolox_nano_416.onnx
"""

# ruff: noqa: I001 - launch is the ROS 2 package, not this repository's folder
from __future__ import annotations

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

CAMERA = '/camera'


def generate_launch_description() -> LaunchDescription:
    """Return the arguments, the room, the node and the program."""
    program = str(Path(__file__).resolve().parent / 'follow.py')
    seed, sentence, model = (LaunchConfiguration(name) for name in ('seed', 'sentence', 'model'))
    # As text, whatever YAML would make of it.
    detector = ParameterValue(model, value_type=str)
    return LaunchDescription(
        [
            DeclareLaunchArgument('seed', default_value='1', description='Who walks where.'),
            DeclareLaunchArgument(
                'sentence', default_value='the person in red', description='Whom to follow.'
            ),
            DeclareLaunchArgument(
                'model', default_value='', description="Detector in place of preset coco's own."
            ),
            Node(
                package='tenet_ros',
                executable='tenet-ros',
                arguments=['world', 'follow', '--seed', seed],
                output='screen',
            ),
            Node(
                package='tenet_ros',
                executable='tenet_node',
                name='tenet',
                parameters=[{'preset': 'coco', 'model': detector, 'target_frame': 'map'}],
                remappings=[
                    ('image', f'{CAMERA}/image_raw'),
                    ('camera_info', f'{CAMERA}/camera_info'),
                    ('depth', f'{CAMERA}/depth/image_raw'),
                ],
                output='screen',
            ),
            # As the executables' own first lines: the Python of an environment that is active,
            # which need not be that of ros2.
            ExecuteProcess(
                cmd=['/usr/bin/env', 'python3', program, sentence],
                name='follow.py',
                output='screen',
            ),
        ]
    )
