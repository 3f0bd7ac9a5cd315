"""Who a node is, and who else is there."""

from __future__ import annotations

from collections.abc import Sequence

from tenet_ros.standalone.context import Context
from tenet_ros.standalone.graph import TopicEndpointInfo
from tenet_ros.standalone.names import RemapRule, fully_qualified_node_name, resolve_topic_name

__all__ = ['NodeGraph']


class NodeGraph:
    """Mixin: what `rclpy.node.Node` offers on names and on the graph.

    Args:
        context: Where the node lives.
        name: After remapping.
        namespace: After remapping.
        remaps: For topics.
    """

    def __init__(
        self, context: Context, name: str, namespace: str, remaps: Sequence[RemapRule]
    ) -> None:
        self.__context = context
        self.__name = name
        self.__namespace = namespace
        self.__remaps = tuple(remaps)

    @property
    def context(self) -> Context:
        """The context it was made in."""
        return self.__context

    def get_name(self) -> str:
        """Return the node's name."""
        return self.__name

    def get_namespace(self) -> str:
        """Return the node's namespace, `/` or `/a/b`."""
        return self.__namespace

    def get_fully_qualified_name(self) -> str:
        """Return namespace and name."""
        return fully_qualified_node_name(self.__name, self.__namespace)

    def resolve_topic_name(self, topic: str, *, only_expand: bool = False) -> str:
        """Return the fully qualified name that `topic` means for this node.

        Raises:
            InvalidTopicNameException: The name is not legal.
        """
        rules = () if only_expand else self.__remaps
        return resolve_topic_name(topic, self.__name, self.__namespace, rules)

    def get_node_names(self) -> list[str]:
        """Names of all nodes on the domain."""
        return [name for name, _ in self.__context.graph.nodes()]

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        """Names and namespaces of all nodes on the domain."""
        return self.__context.graph.nodes()

    def get_topic_names_and_types(
        self,
        no_demangle: bool = False,  # noqa: ARG002, FBT001, FBT002, rclpy's signature
    ) -> list[tuple[str, list[str]]]:
        """Topics on the domain and their types."""
        topics = self.__context.graph.topics()
        return sorted((name, sorted(types)) for name, types in topics.items())

    def get_publishers_info_by_topic(self, topic_name: str) -> list[TopicEndpointInfo]:
        """Every publisher on a topic, with its node and QoS."""
        return self.__context.graph.publishers_on(self.resolve_topic_name(topic_name))

    def get_subscriptions_info_by_topic(self, topic_name: str) -> list[TopicEndpointInfo]:
        """Every subscription on a topic, with its node and QoS."""
        return self.__context.graph.subscriptions_on(self.resolve_topic_name(topic_name))

    def count_publishers(self, topic_name: str) -> int:
        """Number of publishers on a topic, whoever has them."""
        return len(self.get_publishers_info_by_topic(topic_name))

    def count_subscribers(self, topic_name: str) -> int:
        """Number of subscriptions on a topic, whoever has them."""
        return len(self.get_subscriptions_info_by_topic(topic_name))
