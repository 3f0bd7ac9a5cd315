"""Publishes strings, and images where asked to; written against the API of both worlds."""

from __future__ import annotations

import sys

import numpy as np

from tenet_ros.ros import api


class Talker(api.Node):
    """Says what it was told to say, 20 times a second."""

    def __init__(self) -> None:
        super().__init__('talker')
        self.text = self.declare_parameter('text', 'hello').value
        self.reliability = self.declare_parameter('reliability', 'reliable').value
        self.images = self.declare_parameter('images', value=False).value
        once = self.declare_parameter('once', value=False).value
        durability = api.DurabilityPolicy.TRANSIENT_LOCAL if once else api.DurabilityPolicy.VOLATILE
        qos = api.QoSProfile(
            depth=5,
            reliability=api.ReliabilityPolicy[self.reliability.upper()],
            durability=durability,
        )
        self.chatter = self.create_publisher(api.String, 'chatter', qos)
        self.camera = self.create_publisher(api.Image, 'image', api.qos_profile_sensor_data)
        self.count = 0
        self.pixels = np.arange(480 * 640 * 3, dtype=np.uint32).astype(np.uint8)
        if once:
            self.say()
        self.create_timer(0.05, (lambda: None) if once else self.say)
        self.first = self.create_timer(0.001, self.started)

    def started(self) -> None:
        """Tell that callbacks are running."""
        self.first.cancel()
        print('spinning')

    def say(self) -> None:
        """Publish one round."""
        self.count += 1
        self.chatter.publish(api.String(data=f'{self.text} {self.count}'))
        if self.images:
            image = api.Image(height=480, width=640, step=1920, encoding='rgb8')
            image.header.stamp = self.get_clock().now().to_msg()
            image.header.frame_id = f'frame {self.count}'
            api.fill_bytes(image, self.pixels)
            self.camera.publish(image)


def main() -> None:
    """Run until a signal."""
    api.init(args=sys.argv)
    node = Talker()
    try:
        print(f'ready {node.get_fully_qualified_name()} on {node.chatter.topic_name}')
        api.spin(node)
    except (KeyboardInterrupt, api.ExternalShutdownException) as reason:
        print(f'ended by {type(reason).__name__}, ok {api.ok()}')
    finally:
        node.destroy_node()
        api.try_shutdown()
    print('closed')


if __name__ == '__main__':
    main()
