"""A lifecycle node that starts itself; written against the API of both worlds."""

from __future__ import annotations

import sys
from typing import Any

from tenet_ros.ros import api


class Managed(api.LifecycleNode):
    """Publishes on a lifecycle publisher, and prints its transitions."""

    def __init__(self) -> None:
        super().__init__('managed')
        self.rate_hz = self.declare_parameter(
            'rate_hz',
            20.0,
            api.ParameterDescriptor(
                description='How often to publish.',
                floating_point_range=[api.FloatingPointRange(from_value=1.0, to_value=100.0)],
            ),
        ).value
        self.count = 0

    def on_configure(self, state: Any) -> Any:
        """Create what publishes."""
        self.output = self.create_lifecycle_publisher(api.String, '~/output', 10)
        self.ticker = self.create_timer(1.0 / self.rate_hz, self.tick)
        print(f'configured from {state.label}')
        return super().on_configure(state)

    def on_activate(self, state: Any) -> Any:
        """Say so."""
        print(f'activated from {state.label}')
        return super().on_activate(state)

    def on_deactivate(self, state: Any) -> Any:
        """Say so."""
        print(f'deactivated from {state.label}')
        return super().on_deactivate(state)

    def on_cleanup(self, state: Any) -> Any:
        """Destroy what on_configure created."""
        self.destroy_timer(self.ticker)
        self.destroy_lifecycle_publisher(self.output)
        print(f'cleaned up from {state.label}')
        return super().on_cleanup(state)

    def tick(self) -> None:
        """Publish; inactive, the publisher drops it."""
        self.count += 1
        self.output.publish(api.String(data=f'tick {self.count}'))


def main() -> int:
    """Run until a signal."""
    api.init(args=sys.argv)
    node = Managed()
    code = 1
    try:
        code = 0 if api.autostart(node) else 1
        print(f'ready {api.BACKEND}')
        api.spin(node)
    except (KeyboardInterrupt, api.ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        api.try_shutdown()
    return code


if __name__ == '__main__':
    sys.exit(main())
