"""Files that viewers open speak of topics that the node has, and of keys that it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import tenet_ros
from tenet_ros.cli.view_topics import OUTPUTS
from tenet_ros.ros import api

ROOT = Path(tenet_ros.__file__).parents[1]
CAMERA = '/camera/image_raw'


def strings(value):
    """Return all texts in a tree of lists and dictionaries, keys included."""
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def layout():
    return json.loads((ROOT / 'foxglove' / 'tenet.json').read_text('utf-8'))


def displays():
    loaded = YAML(typ='safe').load((ROOT / 'rviz' / 'tenet.rviz').read_text('utf-8'))
    return loaded['Visualization Manager']['Displays']


def topics_in(tree):
    """Return the topics that a file names: what begins with a slash, without a path into it."""
    return {re.split(r'[.\[]', text)[0] for text in strings(tree) if text.startswith('/')}


@pytest.fixture
def eye(run_node, robot):
    """A robot whose node follows a red square and has answered."""
    run_node(command='the dog', remap=(f'image:={CAMERA}',))
    made = robot(image=CAMERA)
    made.wait_for_node()
    return made


def types_of(eye, topics):
    """Return the types of all topics in the graph, once these are among them."""
    known = lambda: dict(eye.node.get_topic_names_and_types())  # noqa: E731
    eye.spin_until(lambda: known().keys() >= set(topics))
    return known()


@pytest.mark.parametrize('read', [layout, displays], ids=['foxglove', 'rviz'])
def test_every_topic_in_the_file_is_the_node_s(eye, read):
    named = topics_in(read())
    assert len(named) >= 5
    assert types_of(eye, named)


def test_what_view_subscribes_to_has_the_node_s_names_and_types(eye):
    shown = {t.of('/tenet'): t.type_name for t in OUTPUTS if t.name != '/tf_static'}
    known = types_of(eye, shown)
    assert shown == {topic: known[topic][0] for topic in shown}


# What RViz's own sources of release Jazzy name, beside what every display has.
RVIZ = {
    'Image': ('sensor_msgs/msg/Image', set()),
    'PointCloud2': (
        'sensor_msgs/msg/PointCloud2',
        {
            'Position Transformer',
            'Color Transformer',
            'Style',
            'Size (Pixels)',
            'Size (m)',
            'Alpha',
        },
    ),
    'Pose': ('geometry_msgs/msg/PoseStamped', {'Shape', 'Axes Length', 'Axes Radius'}),
    'TF': (
        '',
        {'Show Arrows', 'Show Axes', 'Show Names', 'Marker Scale', 'Frame Timeout'},
    ),
    'Axes': ('', {'Length', 'Radius', 'Reference Frame'}),
}
POLICIES = {'Value', 'Depth', 'Durability Policy', 'History Policy', 'Reliability Policy'}


def test_rviz_s_displays_have_such_properties_and_show_such_messages(eye):
    known = types_of(eye, [d['Topic']['Value'] for d in displays() if 'Topic' in d])
    for display in displays():
        library, _, kind = display['Class'].partition('/')
        type_name, properties = RVIZ[kind]
        assert library == 'rviz_default_plugins'
        assert set(display) - {'Class', 'Name', 'Enabled', 'Value', 'Topic'} <= properties
        assert display['Enabled'] == display['Value']
        if type_name:
            assert set(display['Topic']) == POLICIES
            assert known[display['Topic']['Value']] == [type_name]


def test_rviz_asks_for_no_more_than_the_node_offers(eye):
    for topic in (display['Topic'] for display in displays() if 'Topic' in display):
        assert topic['Durability Policy'] == 'Volatile'
        if topic['Value'].startswith('/tenet/'):
            (offer,) = eye.node.get_publishers_info_by_topic(topic['Value'])
            assert offer.qos_profile.reliability == api.ReliabilityPolicy.RELIABLE
        else:
            assert topic['Reliability Policy'] == 'Best Effort'


def test_every_key_in_the_layout_is_said(eye):
    status = eye.values(eye.follow(eye.squares(red=100)))
    health = eye.values(eye.diagnosis(lambda values: values['state'] == 'ACTIVE'))
    asked = [text for text in strings(layout()) if '{key==' in text]
    assert len(asked) >= 8
    for text in asked:
        (key,) = re.findall(r'\{key=="(\w+)"\}\.value$', text)
        assert key in (status if text.startswith('/tenet/status') else health), text
    assert {name for text in asked for name in re.findall(r'\{name=="([^"]+)"\}', text)} == {
        eye.health().name
    }


def test_every_panel_of_the_layout_is_placed_once():
    made = layout()

    def leaves(node):
        return (
            [node] if isinstance(node, str) else [*leaves(node['first']), *leaves(node['second'])]
        )

    assert sorted(leaves(made['layout'])) == sorted(made['configById'])
