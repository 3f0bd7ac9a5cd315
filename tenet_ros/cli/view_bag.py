"""The topics of a node in a recorded bag, into a scene."""

from __future__ import annotations

import math
from pathlib import Path

from rosbags.highlevel import AnyReader, AnyReaderError

from tenet_ros.cli.bag_writer import known_types
from tenet_ros.cli.session import full_name
from tenet_ros.cli.view_scene import Scene
from tenet_ros.cli.view_topics import OUTPUTS, camera_topics
from tenet_ros.errors import ConfigError, SourceError
from tenet_ros.sources.bag_reader import listing, open_bag

__all__ = ['play']

STATUS = 'diagnostic_msgs/msg/DiagnosticStatus'
COMPRESSED = '/compressed'


def play(
    scene: Scene, path: Path, *, image: str | None, depth: str | None, seconds: float | None
) -> None:
    """Show all of a bag, in the order of recording and as fast as it can be read.

    Args:
        scene: made for the node whose topics are looked for.
        path: of the bag.
        image: topic of the images, in place of the node's own.
        depth: topic of registered depth.
        seconds: of the recording to show; all by default.

    Raises:
        ConfigError: nothing of the node is in it, or a topic that was asked for is not.
        SourceError: it does not open, or breaks off.
    """
    reader = open_bag(path, known_types())
    try:
        _show(scene, reader, path, image=image, depth=depth, seconds=seconds)
    except (AnyReaderError, OSError, ValueError) as error:
        raise SourceError(f'{path}: breaks off: {error}; try "ros2 bag reindex"') from error
    finally:
        reader.close()


def _show(
    scene: Scene,
    reader: AnyReader,
    path: Path,
    *,
    image: str | None,
    depth: str | None,
    seconds: float | None,
) -> None:
    types = {c.topic: str(c.msgtype) for c in reader.connections if c.msgcount}
    for wanted in filter(None, (image, depth)):
        if wanted not in types:
            raise ConfigError(f'{path}: has no topic {wanted}; {listing(types)}')
    outputs = {topic.of(f'/{scene.node}'): topic.part for topic in OUTPUTS}
    if f'/{scene.node}/status' not in types and image is None:
        raise ConfigError(f'{path}: nothing of the node /{scene.node} is in it; {_nodes(types)}')
    cameras = camera_topics(image or _named(scene, reader), depth)
    parts = outputs | {topic.name: topic.part for topic in cameras}
    connections = [c for c in reader.connections if c.topic in parts]
    end_ns = reader.start_time + seconds * 1e9 if seconds is not None else math.inf
    for connection, logged_ns, raw in reader.messages(connections):
        if logged_ns > end_ns:
            return
        message = reader.deserialize(raw, connection.msgtype)
        scene.take(parts[connection.topic], message, logged_ns)


def _named(scene: Scene, reader: AnyReader) -> str | None:
    """Return the topic of the node's camera, as the first diagnostics in the bag name it."""
    connections = [c for c in reader.connections if c.topic == '/diagnostics']
    for connection, _, raw in reader.messages(connections) if connections else ():
        scene.hear(reader.deserialize(raw, connection.msgtype))
        if scene.image_topic:
            return scene.image_topic
    return None


def _nodes(types: dict[str, str]) -> str:
    """Return whose status there is, for an error."""
    nodes = [
        full_name(topic.removesuffix('/status'))
        for topic, kind in types.items()
        if kind == STATUS and topic.endswith('/status')
    ]
    if nodes:
        return f'--node could be {", ".join(nodes)}'
    return f'record it with "tenet-ros record OUT.mcap --inputs"; {listing(types)}'
