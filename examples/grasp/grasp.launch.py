"""A simulated table with a gripper, the node, and the program that picks up what a sentence means.

ros2 launch tenet_ros grasp.launch.py seed:=1 sentence:="the grey apple" then:="put it in the bowl"
"""

# ruff: noqa: I001 - launch is the ROS 2 package, not this repository's folder
from __future__ import annotations

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

CAMERA = '/camera'


def generate_launch_description() -> LaunchDescription:
    """Return the arguments, the world, the node and the program."""
    program = str(Path(__file__).resolve().parent / 'grasp.py')
    seed, sentence, then = (LaunchConfiguration(name) for name in ('seed', 'sentence', 'then'))
    return LaunchDescription(
        [
            DeclareLaunchArgument('seed', default_value='1', description='Which table.'),
            DeclareLaunchArgument(
                'sentence', default_value='the grey apple', description='What to pick up.'
            ),
            DeclareLaunchArgument(
                'then', default_value='', description='Where to put it: "put it in the bowl".'
            ),
            Node(
                package='tenet_ros',
                executable='tenet-ros',
                arguments=['world', 'grasp', '--seed', seed],
                output='screen',
            ),
            Node(
                package='tenet_ros',
                executable='tenet_node',
                name='tenet',
                parameters=[{'preset': 'tabletop', 'target_frame': 'world'}],
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
                cmd=['/usr/bin/env', 'python3', program, sentence, then],
                name='grasp.py',
                output='screen',
            ),
        ]
    )
