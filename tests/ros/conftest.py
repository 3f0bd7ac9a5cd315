"""A node, in a process or a thread of its own, and a robot around it: camera, commands, ears."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tenet_ros.ros import api, node

PROGRAMS = Path(__file__).parent / 'programs'
TIMEOUT_S = 10.0

OUTPUTS = {
    'mask': (api.Image, '~/target/mask'),
    'png': (api.CompressedImage, '~/target/mask/compressed'),
    'mask_info': (api.CameraInfo, '~/target/mask/camera_info'),
    'labels': (api.Image, '~/instances/label_image'),
    'tracks': (api.Detection2DArray, '~/tracks'),
    'target': (api.Detection2DArray, '~/target'),
    'overlay': (api.Image, '~/overlay'),
    'overlay_jpeg': (api.CompressedImage, '~/overlay/compressed'),
    'label_info': (api.LabelInfo, '~/label_info'),
    'status': (api.DiagnosticStatus, '~/status'),
    'points': (api.PointCloud2, '~/target/points'),
    'pose': (api.PoseStamped, '~/target/pose'),
    'boxes': (api.Detection3DArray, '~/target/detections_3d'),
    'tf': (api.msg('tf2_msgs/msg/TFMessage'), '/tf'),
}
LATCHED = {'label_info', 'status'}


def load_program(name: str) -> Any:
    """Import a file of ``programs/``."""
    spec = importlib.util.spec_from_file_location(name, PROGRAMS / f'{name}.py')
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


square_node = load_program('square_node')


class Robot:
    """Publishes what a node reads, and keeps what it writes.

    Args:
        name: fully qualified name of the node to talk to.
        image: topic of the raw images.
        outputs: which of ``OUTPUTS`` to subscribe to.
    """

    def __init__(self, *, name: str = '/tenet', image: str = '/image', outputs=('status', 'mask')):
        self.node = api.Node('robot')
        self._executor = api.SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self.heard: dict[str, list[Any]] = {key: [] for key in outputs}
        self.diagnostics: list[Any] = []
        camera = api.QoSProfile(depth=5, reliability=api.ReliabilityPolicy.RELIABLE)
        create = self.node.create_publisher
        self.images = create(api.Image, image, camera)
        self.compressed = create(api.CompressedImage, f'{image}/compressed', camera)
        self.infos = create(api.CameraInfo, '/camera_info', camera)
        self.depths = create(api.Image, '/depth', camera)
        tf_message = api.msg('tf2_msgs/msg/TFMessage')
        self.transforms = create(tf_message, '/tf', 10)
        self.commands = create(api.String, f'{name}/command', 10)
        for key in outputs:
            kind, topic = OUTPUTS[key]
            qos = api.QoSProfile(depth=50)
            if key in LATCHED:
                qos.durability = api.DurabilityPolicy.TRANSIENT_LOCAL
            self.node.create_subscription(
                kind, topic.replace('~', name), self.heard[key].append, qos
            )
        self.node.create_subscription(
            api.DiagnosticArray, '/diagnostics', self.diagnostics.append, 50
        )
        self._next_ns = 1_700_000_000_000_000_000

    def close(self) -> None:
        """Leave the graph."""
        self._executor.remove_node(self.node)
        self._executor.shutdown()
        self.node.destroy_node()

    def spin_until(self, true: Callable[[], Any], timeout_s: float = TIMEOUT_S) -> Any:
        """Take messages until something is true, and return it."""
        end = time.monotonic() + timeout_s
        while not (value := true()):
            assert time.monotonic() < end, f'not true within {timeout_s} s; heard {self.summary()}'
            self._executor.spin_once(timeout_sec=0.05)
        return value

    @staticmethod
    def values(status: Any) -> dict[str, str]:
        """Return the key-value pairs of a DiagnosticStatus."""
        return {item.key: item.value for item in status.values}

    @staticmethod
    def stamp_of(message: Any) -> int:
        """Return the stamp that a result carries, nanoseconds."""
        if hasattr(message, 'values'):
            sec, _, nanosec = Robot.values(message).get('stamp', '0.0').partition('.')
            return int(sec) * 10**9 + int(nanosec)
        return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec

    @staticmethod
    def mask_of(message: Any) -> np.ndarray:
        """Return the pixels of a mono8 image."""
        return api.as_bytes_view(message.data).reshape(message.height, message.width)

    @staticmethod
    def squares(*, red: int | None = None, blue: int | None = None, size=(240, 320)) -> np.ndarray:
        """Return a picture with 60-pixel squares, their left edges where the arguments say."""
        picture = np.full((*size, 3), 128, np.uint8)
        for left, colour in ((red, (255, 0, 0)), (blue, (0, 0, 255))):
            if left is not None:
                picture[80:140, left : left + 60] = colour
        return picture

    def summary(self) -> dict[str, int]:
        return {key: len(messages) for key, messages in self.heard.items()}

    def wait_for_node(self, *, greet: bool = True) -> None:
        """Wait until the node is active, and show it pictures until it answers.

        What is sent before both sides have matched may be lost.
        """
        self.spin_until(lambda: self.commands.get_subscription_count() > 0)
        camera = self.images if greet else self.compressed
        self.spin_until(lambda: camera.get_subscription_count() > 0)
        if greet:
            first, picture = self.show(self.squares()), self.squares()
            answered = lambda: any(self.stamp_of(s) >= first for s in self.heard['status'])  # noqa: E731
            self.spin_until(lambda: answered() or not self.show(picture))

    def say(self, text: str) -> None:
        self.commands.publish(api.String(data=text))

    def stamp(self, stamp_ns: int | None = None) -> tuple[int, Any]:
        if stamp_ns is None:
            stamp_ns = self._next_ns
            self._next_ns += 33_333_333
        sec, nanosec = divmod(stamp_ns, 10**9)
        header = api.Header(stamp=api.TimeMessage(sec=sec, nanosec=nanosec), frame_id='optical')
        return stamp_ns, header

    def show(self, pixels: np.ndarray, *, stamp_ns: int | None = None, **changes: Any) -> int:
        """Publish one rgb8 image; return its stamp."""
        stamp_ns, header = self.stamp(stamp_ns)
        message = api.Image(
            header=header,
            height=pixels.shape[0],
            width=pixels.shape[1],
            encoding='rgb8',
            is_bigendian=0,
            step=pixels.shape[1] * 3,
        )
        api.fill_bytes(message, pixels)
        for field, value in changes.items():
            setattr(message, field, value)
        self.images.publish(message)
        return stamp_ns

    def show_depth(self, millimetres: np.ndarray, stamp_ns: int, **changes: Any) -> None:
        """Publish one depth image, 16UC1."""
        _, header = self.stamp(stamp_ns)
        height, width = millimetres.shape
        message = api.Image(
            header=header, height=height, width=width, encoding='16UC1', step=width * 2
        )
        api.fill_bytes(message, millimetres.astype('<u2'))
        for field, value in changes.items():
            setattr(message, field, value)
        self.depths.publish(message)

    def show_jpeg(self, pixels: np.ndarray) -> int:
        """Publish one image as JPEG; return its stamp."""
        stamp_ns, header = self.stamp()
        message = api.CompressedImage(header=header, format='rgb8; jpeg compressed bgr8')
        api.fill_bytes(message, cv2.imencode('.jpg', pixels[..., ::-1])[1])
        self.compressed.publish(message)
        return stamp_ns

    def calibrate(self, height: int, width: int, **fields: int) -> None:
        """Publish a calibration."""
        info = api.CameraInfo(height=height, width=width, **fields)
        info.k = [100.0, 0.0, 160.0, 0.0, 100.0, 120.0, 0.0, 0.0, 1.0]
        self.spin_until(lambda: self.infos.get_subscription_count() > 0)
        self.infos.publish(info)

    @staticmethod
    def decode(message: Any, flags: int) -> np.ndarray:
        """Return the pixels of a compressed image."""
        return cv2.imdecode(api.as_bytes_view(message.data), flags)

    def diagnoses(self) -> list[Any]:
        """Return what the node has said of itself on /diagnostics, oldest first."""
        found = [s for array in self.diagnostics for s in array.status]
        return [s for s in found if s.name.endswith('tenet: stream')]

    def health(self) -> Any:
        """Return the newest of them, an empty one before the first."""
        return [api.DiagnosticStatus(), *self.diagnoses()][-1]

    def answer(self, pixels: np.ndarray, key: str = 'status', **options: Any) -> Any:
        """Publish one image and return the ``key`` message that answers it."""
        return self.stamped(self.show(pixels, **options), key)

    def stamped(self, stamp_ns: int, key: str) -> Any:
        """Wait for the ``key`` message of a stamp: of two topics either may come first."""
        find = lambda: [m for m in self.heard[key] if self.stamp_of(m) == stamp_ns]  # noqa: E731
        return self.spin_until(find)[-1]

    def answered(
        self,
        show: Callable[[], int],
        true: Callable[[dict[str, str]], bool],
        timeout_s: float = TIMEOUT_S,
    ) -> Any:
        """Show images until something is true of a status' values; return that status."""
        end = time.monotonic() + timeout_s
        while not true(values := self.values(status := self.stamped(show(), 'status'))):
            assert time.monotonic() < end, f'not true within {timeout_s} s; last {values}'
        return status

    def follow(
        self, pixels: np.ndarray, state: str = 'COMMITTED', timeout_s: float = TIMEOUT_S
    ) -> Any:
        """Publish images until the status says ``state``; return that status."""
        return self.answered(lambda: self.show(pixels), lambda v: v['state'] == state, timeout_s)

    def diagnosis(self, true: Callable[[dict[str, str]], bool]) -> Any:
        """Wait for diagnostics whose values please, and return that DiagnosticStatus."""
        return self.spin_until(lambda: [s for s in self.diagnoses() if true(self.values(s))])[-1]


@pytest.fixture
def start_node(start_program: Callable[..., Any]) -> Callable[..., Any]:
    """Start the node in a process; it ends with the test."""
    return partial(start_program, PROGRAMS / 'square_node.py')


@pytest.fixture
def ros(ros_domain: int) -> Iterator[None]:
    """Initialise ROS in this process."""
    api.init(args=[])
    yield
    api.try_shutdown()


@pytest.fixture
def robot(ros: None) -> Iterator[Callable[..., Robot]]:
    """Make a robot in this process."""
    made: list[Robot] = []

    def make(**options: Any) -> Robot:
        made.append(Robot(**options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def make_node(ros: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Make the node in this process, with parameters by keyword.

    It sees squares, unless it is given a ``model``. Dots in names are written as two underscores;
    ``remap`` lists remapping rules.
    """
    made: list[node.TenetNode] = []

    def make(*, remap: tuple[str, ...] = (), **parameters: Any) -> node.TenetNode:
        if 'model' not in parameters:
            monkeypatch.setattr(node, 'build', square_node.squares)
        arguments = [word for rule in remap for word in ('-r', rule)]
        made.append(
            node.TenetNode(
                cli_args=['--ros-args', *arguments] if arguments else None,
                parameter_overrides=[
                    api.Parameter(name.replace('__', '.'), value=value)
                    for name, value in parameters.items()
                ],
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.destroy_node()


@pytest.fixture
def run_node(make_node: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Make the node and spin it on a thread until the test ends."""
    stops: list[Callable[[], None]] = []

    def run(**options: Any) -> node.TenetNode:
        made = make_node(**options)
        executor = api.SingleThreadedExecutor()
        executor.add_node(made)
        over = threading.Event()

        def spin() -> None:
            while not over.is_set():
                executor.spin_once(timeout_sec=0.1)

        thread = threading.Thread(target=spin, daemon=True)
        thread.start()

        def stop() -> None:
            over.set()
            thread.join(TIMEOUT_S)
            executor.remove_node(made)
            executor.shutdown()

        stops.append(stop)
        return made

    yield run
    for stop in stops:
        stop()
