from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenet_ros.standalone.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidTopicNameException,
)
from tenet_ros.standalone.names import (
    RemapRule,
    expand_topic_name,
    from_dds_topic,
    from_dds_type,
    fully_qualified_node_name,
    remap_identity,
    resolve_topic_name,
    to_dds_topic,
    to_dds_type,
    validate_namespace,
    validate_node_name,
)

TOKENS = st.from_regex(r'[A-Za-z_][A-Za-z0-9_]{0,8}', fullmatch=True)


def rule(match: str, replacement: str, node: str = '') -> RemapRule:
    return RemapRule(node=node, match=match, replacement=replacement)


@pytest.mark.parametrize(
    ('topic', 'namespace', 'expanded'),
    [
        ('chatter', '/', '/chatter'),
        ('chatter', '/left', '/left/chatter'),
        ('a/b', '/left/arm', '/left/arm/a/b'),
        ('/chatter', '/left', '/chatter'),
        ('~', '/', '/cam'),
        ('~', '/left', '/left/cam'),
        ('~/status', '/', '/cam/status'),
        ('~/target/mask', '/left', '/left/cam/target/mask'),
        ('{node}/x', '/', '/cam/x'),
        ('/{node}/x', '/left', '/cam/x'),
        ('{ns}/x', '/left', '/left/x'),
        ('{namespace}/x', '/', '/x'),
        ('_private', '/', '/_private'),
    ],
)
def test_names_expand(topic, namespace, expanded):
    assert expand_topic_name(topic, 'cam', namespace) == expanded


@pytest.mark.parametrize(
    'topic',
    ['', '/', 'a//b', 'a/', '1a', 'a/1b', 'a b', 'a-b', '~a', 'a/~', '{what}', 'ä', 'x' * 300],
)
def test_illegal_topics_are_refused_by_name(topic):
    with pytest.raises(InvalidTopicNameException) as raised:
        expand_topic_name(topic, 'cam', '/')
    assert 'topic name' in str(raised.value)


@pytest.mark.parametrize('name', ['', '1a', 'a/b', 'a b', 'a-b', 'ö', '/a', 'x' * 256])
def test_illegal_node_names_are_refused(name):
    with pytest.raises(InvalidNodeNameException):
        validate_node_name(name)


@pytest.mark.parametrize('namespace', ['', 'a', '/a/', '//', '/1a', '/a//b', '/a b'])
def test_illegal_namespaces_are_refused(namespace):
    with pytest.raises(InvalidNamespaceException):
        validate_namespace(namespace)


@pytest.mark.parametrize('namespace', ['/', '/a', '/a/b_2/_c'])
def test_legal_namespaces_pass(namespace):
    validate_namespace(namespace)


@pytest.mark.parametrize(
    ('topic', 'rules', 'resolved'),
    [
        ('image', [], '/ns/image'),
        ('image', [rule('image', '/camera/image_raw')], '/camera/image_raw'),
        ('image', [rule('/ns/image', 'other')], '/ns/other'),
        ('~/command', [rule('~/command', 'say')], '/ns/say'),
        ('~/command', [rule('/ns/cam/command', '/say')], '/say'),
        ('image', [rule('image', 'first'), rule('image', 'second')], '/ns/first'),
        ('image', [rule('image', 'x', node='other')], '/ns/image'),
        ('image', [rule('image', 'x', node='cam')], '/ns/x'),
        ('image', [rule('__node', 'image2')], '/ns/image'),
        ('depth', [rule('image', 'x')], '/ns/depth'),
    ],
)
def test_topics_remap(topic, rules, resolved):
    assert resolve_topic_name(topic, 'cam', '/ns', rules) == resolved


@pytest.mark.parametrize(
    ('rules', 'identity'),
    [
        ([], ('cam', '/')),
        ([rule('__node', 'eye')], ('eye', '/')),
        ([rule('__name', 'eye')], ('eye', '/')),
        ([rule('__ns', '/left')], ('cam', '/left')),
        ([rule('__ns', 'left')], ('cam', '/left')),
        ([rule('__node', 'eye', node='other')], ('cam', '/')),
        ([rule('__node', 'eye', node='cam'), rule('__ns', '/l')], ('eye', '/l')),
    ],
)
def test_identity_remaps(rules, identity):
    assert remap_identity('cam', '/', rules) == identity


def test_fully_qualified_names():
    assert fully_qualified_node_name('cam', '/') == '/cam'
    assert fully_qualified_node_name('cam', '/a/b') == '/a/b/cam'


@given(st.lists(TOKENS, min_size=1, max_size=4))
def test_dds_topic_names_come_back(tokens):
    topic = '/' + '/'.join(tokens)
    assert from_dds_topic(to_dds_topic(topic)) == topic
    assert expand_topic_name(topic, 'node', '/') == topic


def test_dds_type_names_come_back():
    assert to_dds_type('sensor_msgs/msg/Image') == 'sensor_msgs::msg::dds_::Image_'
    assert from_dds_type('sensor_msgs::msg::dds_::Image_') == 'sensor_msgs/msg/Image'


@pytest.mark.parametrize('name', ['Image', 'a::b::Image_', 'a::msg::dds_::Image', 'a.b'])
def test_other_dds_types_are_not_ros_types(name):
    assert from_dds_type(name) is None


def test_other_dds_topics_are_not_ros_topics():
    assert from_dds_topic('ros_discovery_info') is None
    assert from_dds_topic('rq/service') is None
