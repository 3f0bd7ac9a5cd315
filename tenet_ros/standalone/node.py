"""The node."""

from __future__ import annotations

from collections.abc import Sequence

from tenet_ros.standalone.announcements import announce_log, announce_parameters
from tenet_ros.standalone.arguments import RosArguments
from tenet_ros.standalone.context import Context, get_default_context
from tenet_ros.standalone.exceptions import NotInitializedException
from tenet_ros.standalone.log import set_rosout
from tenet_ros.standalone.names import (
    fully_qualified_node_name,
    normalize_namespace,
    remap_identity,
    validate_namespace,
    validate_node_name,
)
from tenet_ros.standalone.node_entities import NodeEntities
from tenet_ros.standalone.parameter import Parameter
from tenet_ros.standalone.time_source import TimeSource

__all__ = ['Node']


class Node(NodeEntities):
    """A ROS 2 node.

    Args:
        node_name: Letters, digits, underscores.
        context: The default one when None.
        cli_args: ROS arguments for this node alone, without `--ros-args`.
        namespace: Absolute or relative; `/` when empty.
        use_global_arguments: Heed the process's command line.
        enable_rosout: Publish logs on `/rosout` too.
        start_parameter_services: Accepted; there are no services here.
        parameter_overrides: Values that win over declared defaults, and over the command line.
        allow_undeclared_parameters: Let undeclared parameters be set and read.
        automatically_declare_parameters_from_overrides: Declare whatever has an override.
        enable_logger_service: Accepted; there are no services here.

    Raises:
        NotInitializedException: `init` was not called.
        NameValidationException: A name that is not legal.
    """

    def __init__(
        self,
        node_name: str,
        *,
        context: Context | None = None,
        cli_args: Sequence[str] | None = None,
        namespace: str | None = None,
        use_global_arguments: bool = True,
        enable_rosout: bool = True,
        start_parameter_services: bool = True,
        parameter_overrides: Sequence[Parameter] | None = None,
        allow_undeclared_parameters: bool = False,
        automatically_declare_parameters_from_overrides: bool = False,
        enable_logger_service: bool = False,
    ) -> None:
        del start_parameter_services, enable_logger_service
        context = context or get_default_context()
        if not context.ok():
            raise NotInitializedException('cannot create a node: init() has not been called')
        own = RosArguments.parse(cli_args or (), all_ros=True)
        shared = context.arguments if use_global_arguments else RosArguments()
        remaps = own.remaps + shared.remaps
        validate_node_name(node_name)
        wanted = normalize_namespace(namespace or '')
        validate_namespace(wanted)
        name, wanted = remap_identity(node_name, wanted, remaps)
        full_name = fully_qualified_node_name(name, wanted)
        overrides = shared.overrides_for(full_name) | own.overrides_for(full_name)
        overrides |= {p.name: p.value for p in parameter_overrides or ()}
        super().__init__(
            context, name, wanted, remaps, overrides, allow_undeclared=allow_undeclared_parameters
        )
        self.__destroyed = False
        try:
            if enable_rosout and shared.rosout:
                announce_log(self)
            announce_parameters(self)
            self.__time_source = TimeSource(self, self.get_clock())
            if automatically_declare_parameters_from_overrides:
                for override, value in overrides.items():
                    if not self.has_parameter(override):
                        self.declare_parameter(override, value)
        except BaseException:
            self.destroy_node()
            raise

    def destroy_node(self) -> None:
        """Take the node off the graph and close all it made; a second call does nothing."""
        if self.__destroyed:
            return
        self.__destroyed = True
        set_rosout(self.get_logger().name, None)
        self.on_parameter_change(None)
        self.destroy_entities()
