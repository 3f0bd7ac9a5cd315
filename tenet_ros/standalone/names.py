"""ROS 2 names: validation, expansion, remapping, and what they are called in DDS.

Rules are those of the ROS 2 design article "Topic and Service name mapping to DDS" and of rcl:
`/a/b` is absolute, `a/b` is relative to the node's namespace, `~/a` is relative to the node, and
`{node}`, `{ns}` are replaced. A DDS topic carries the prefix `rt`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tenet_ros.standalone.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidTopicNameException,
)

__all__ = [
    'RemapRule',
    'expand_topic_name',
    'from_dds_topic',
    'from_dds_type',
    'fully_qualified_node_name',
    'normalize_namespace',
    'remap_identity',
    'resolve_topic_name',
    'to_dds_topic',
    'to_dds_type',
    'validate_full_topic_name',
    'validate_namespace',
    'validate_node_name',
]

_TOKEN = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
_MAX_NODE_NAME = 255
_MAX_TOPIC_NAME = 247  # 255 characters in DDS, less the longest prefix and suffix
_MAX_NAMESPACE = 245


@dataclass(frozen=True, slots=True, kw_only=True)
class RemapRule:
    """One `[node:]match:=replacement` of the command line.

    Attributes:
        node: Name of the node the rule is for; empty for every node.
        match: Topic name in any form, or `__node` / `__ns`.
        replacement: What it becomes.
    """

    node: str
    match: str
    replacement: str


def validate_node_name(name: str) -> None:
    """Raise `InvalidNodeNameException` unless `name` is a legal ROS 2 node name."""
    if not _TOKEN.fullmatch(name) or len(name) > _MAX_NODE_NAME:
        raise InvalidNodeNameException(
            f'node name {name!r}: expected letters, digits and underscores, not starting with a '
            f'digit, at most {_MAX_NODE_NAME} characters'
        )


def normalize_namespace(namespace: str) -> str:
    """Return the absolute form of a namespace as given by a user: `''` -> `/`, `a` -> `/a`."""
    return namespace if namespace.startswith('/') else f'/{namespace}'


def validate_namespace(namespace: str) -> None:
    """Raise `InvalidNamespaceException` unless `namespace` is a legal absolute namespace."""
    if namespace == '/':
        return
    tokens = namespace.split('/')
    legal = len(tokens) > 1 and tokens[0] == '' and all(map(_TOKEN.fullmatch, tokens[1:]))
    if not legal or len(namespace) > _MAX_NAMESPACE:
        raise InvalidNamespaceException(
            f'namespace {namespace!r}: expected /, or /name/name... with letters, digits and '
            'underscores, no name starting with a digit, no trailing slash'
        )


def fully_qualified_node_name(name: str, namespace: str) -> str:
    """Join a namespace and a node name: `/` + `cam` -> `/cam`, `/a` + `cam` -> `/a/cam`."""
    return f'/{name}' if namespace == '/' else f'{namespace}/{name}'


def validate_full_topic_name(topic: str) -> None:
    """Raise `InvalidTopicNameException` unless `topic` is a legal absolute topic name."""
    tokens = topic.split('/')
    legal = len(tokens) > 1 and tokens[0] == '' and all(map(_TOKEN.fullmatch, tokens[1:]))
    if not legal or len(topic) > _MAX_TOPIC_NAME:
        raise InvalidTopicNameException(
            f'topic name {topic!r}: expected names of letters, digits and underscores between '
            f'single slashes, none starting with a digit, at most {_MAX_TOPIC_NAME} characters'
        )


def expand_topic_name(topic: str, node_name: str, namespace: str) -> str:
    """Return the absolute form of a topic name, without remapping.

    Raises:
        InvalidTopicNameException: The name is not legal.
    """
    if not topic:
        raise InvalidTopicNameException('topic name: expected a name, got an empty string')
    expanded = topic.replace('{node}', node_name)
    expanded = expanded.replace('{ns}', namespace).replace('{namespace}', namespace)
    if '{ns}' in topic or '{namespace}' in topic:
        expanded = expanded.replace('//', '/')
    if expanded == '~' or expanded.startswith('~/'):
        expanded = fully_qualified_node_name(node_name, namespace) + expanded[1:]
    elif not expanded.startswith('/'):
        expanded = fully_qualified_node_name(expanded, namespace)
    try:
        validate_full_topic_name(expanded)
    except InvalidTopicNameException as error:
        raise InvalidTopicNameException(f'{error} (from {topic!r})') from None
    return expanded


def resolve_topic_name(
    topic: str, node_name: str, namespace: str, rules: Sequence[RemapRule]
) -> str:
    """Expand a topic name and apply the first remapping rule that fits.

    Args:
        topic: Name as the node wrote it.
        node_name: The node's name, after remapping.
        namespace: The node's namespace, after remapping.
        rules: In order of precedence.

    Raises:
        InvalidTopicNameException: The name, or what a rule makes of it, is not legal.
    """
    expanded = expand_topic_name(topic, node_name, namespace)
    for rule in rules:
        if rule.match.startswith('__') or rule.node not in {'', node_name}:
            continue
        if expand_topic_name(rule.match, node_name, namespace) == expanded:
            return expand_topic_name(rule.replacement, node_name, namespace)
    return expanded


def remap_identity(name: str, namespace: str, rules: Sequence[RemapRule]) -> tuple[str, str]:
    """Apply `__node` (or `__name`) and `__ns` rules; return the node's name and namespace.

    Raises:
        NameValidationException: A rule makes an illegal name.
    """
    mine = [rule for rule in rules if rule.node in {'', name}]
    new_name = next((r.replacement for r in mine if r.match in {'__node', '__name'}), name)
    new_namespace = next((r.replacement for r in mine if r.match == '__ns'), namespace)
    validate_node_name(new_name)
    new_namespace = normalize_namespace(new_namespace)
    validate_namespace(new_namespace)
    return new_name, new_namespace


def to_dds_topic(topic: str) -> str:
    """`/camera/image` -> `rt/camera/image`."""
    return f'rt{topic}'


def from_dds_topic(dds_topic: str) -> str | None:
    """`rt/camera/image` -> `/camera/image`; None where the DDS topic is not a ROS topic."""
    return dds_topic[2:] if dds_topic.startswith('rt/') else None


def to_dds_type(type_name: str) -> str:
    """`sensor_msgs/msg/Image` -> `sensor_msgs::msg::dds_::Image_`."""
    package, kind, name = type_name.split('/')
    return f'{package}::{kind}::dds_::{name}_'


def from_dds_type(dds_type: str) -> str | None:
    """`sensor_msgs::msg::dds_::Image_` -> `sensor_msgs/msg/Image`; None for other DDS types."""
    parts = dds_type.split('::')
    if len(parts) == 4 and parts[2] == 'dds_' and parts[3].endswith('_'):
        return f'{parts[0]}/{parts[1]}/{parts[3][:-1]}'
    return None
