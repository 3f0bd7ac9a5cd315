"""Prints what it hears; written against the API of both worlds."""

from __future__ import annotations

import sys
import zlib
from typing import Any

from tenet_ros.ros import api


class Listener(api.Node):
    """Prints strings, and a checksum of images."""

    def __init__(self) -> None:
        super().__init__('listener')
        late = self.declare_parameter('transient_local', value=False).value
        durability = api.DurabilityPolicy.TRANSIENT_LOCAL if late else api.DurabilityPolicy.VOLATILE
        qos = api.QoSProfile(depth=5, durability=durability)
        self.create_subscription(api.String, 'chatter', self.hear, qos)
        reliable = self.declare_parameter('reliable_images', value=False).value
        image_qos = api.QoSProfile(depth=1) if reliable else api.qos_profile_sensor_data
        self.create_subscription(api.Image, 'image', self.see, image_qos)
        self.create_timer(0.5, lambda: None)

    def hear(self, msg: Any) -> None:
        """Print a string."""
        print(f'heard {msg.data}')

    def see(self, msg: Any) -> None:
        """Print what tells one image from another."""
        pixels = api.as_bytes_view(msg.data)
        print(
            f'saw {msg.header.frame_id} {msg.height}x{msg.width} {msg.encoding} '
            f'{pixels.size} {zlib.crc32(pixels)}'
        )


def main() -> None:
    """Run until a signal."""
    api.init(args=sys.argv)
    node = Listener()
    try:
        print('ready')
        api.spin(node)
    except (KeyboardInterrupt, api.ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        api.try_shutdown()


if __name__ == '__main__':
    main()
