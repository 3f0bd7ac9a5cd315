"""Start one tenet node for each of several cameras.

ros2 launch tenet_ros cameras.launch.py cameras:=front,left command:="the red mug"

Each camera's node is in its namespace: it reads /front/image, /front/camera_info and /front/depth,
answers as /front/tenet, and the frame of its target on /tf is front/target. Drivers that publish
elsewhere: image:=color/image_raw depth:=aligned_depth_to_color/image_raw, relative to the
namespace. Every argument of tenet.launch.py may be given as well, for all cameras.
"""

# ruff: noqa: I001 - launch is the ROS 2 package, not this folder
from __future__ import annotations

from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    GroupAction,
    IncludeLaunchDescription,
    OpaqueFunction,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, ThisLaunchFileDir

ABOUT = {
    'image': ('image', 'Images, within the namespace and without transport suffix.'),
    'camera_info': ('', 'Calibration, likewise; beside the images by default.'),
    'depth': ('', 'Registered depth, likewise; depth beside the images by default.'),
}


def generate_launch_description() -> LaunchDescription:
    """Return the arguments and the nodes."""
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'cameras',
                description='Namespaces of the cameras, separated by ",": front,left. Every argument '
                'of tenet.launch.py may be given as well, for all of them.',
            ),
            *(
                DeclareLaunchArgument(name, default_value=default, description=about)
                for name, (default, about) in ABOUT.items()
            ),
            OpaqueFunction(function=_nodes),
        ]
    )


def _nodes(context: LaunchContext) -> list[GroupAction]:
    """Return the node of each camera, in a scope of its own."""
    listed = str(LaunchConfiguration('cameras').perform(context))
    cameras = [name.strip().strip('/') for name in listed.split(',')]
    if not all(cameras) or len(set(cameras)) < len(cameras):
        raise ValueError(f'cameras: expected different names such as front,left, got {listed!r}')
    topics = {name: str(LaunchConfiguration(name).perform(context)) for name in ABOUT}
    folder, slash, _ = topics['image'].rpartition('/')
    topics['depth'] = topics['depth'] or f'{folder}{slash}depth'
    one = PythonLaunchDescriptionSource(
        PathJoinSubstitution([ThisLaunchFileDir(), 'tenet.launch.py'])
    )
    return [
        GroupAction(
            [
                IncludeLaunchDescription(
                    one,
                    launch_arguments={
                        'namespace': camera,
                        'frame_prefix': f'{camera}/',
                        **topics,
                    }.items(),
                )
            ]
        )
        for camera in cameras
    ]
