"""From messages of a node to a Rerun recording: times, and what depends on more than one message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, final

import numpy as np
import rerun as rr

from tenet_ros.cli import view_figures, view_picture, view_space
from tenet_ros.cli.view_picture import Shown
from tenet_ros.images import BadImage
from tenet_ros.ros.api import level_number
from tenet_ros.ros.convert import stamp_ns
from tenet_ros.ros.transforms import TransformError, Transforms

__all__ = ['RECEIVED', 'STAMP', 'Scene', 'Thinning']

STAMP, RECEIVED = 'stamp', 'received'
"""Timelines: the stamp of the image that a message answers, and when the message came."""

Part = Callable[[Any], Shown]


class Thinning:
    """Lets through so many stamps per second; whatever has the same stamp has the same fate.

    Args:
        rate_hz: stamps per second at most; 0 for all.
    """

    KEPT = 64
    """Stamps whose fate is remembered."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._newest: int | None = None
        self._fates: dict[int, bool] = {}

    def passes(self, at_ns: int) -> bool:
        """Return whether what has this stamp is shown.

        >>> thinning = Thinning(10.0)
        >>> [thinning.passes(ms * 1_000_000) for ms in (0, 33, 66, 100, 133, 33, 100)]
        [True, False, False, True, False, False, True]
        """
        if self._rate_hz <= 0:
            return True
        if at_ns not in self._fates:
            # On a grid of times, which keeps the mean rate whatever that of the camera.
            cell = int(at_ns * self._rate_hz) // 10**9
            self._fates[at_ns] = cell != self._newest
            self._newest = cell
            while len(self._fates) > self.KEPT:
                del self._fates[next(iter(self._fates))]
        return self._fates[at_ns]


@final
class Scene:
    """Shows messages as they come, each at the stamp of the image that it answers.

    Args:
        stream: what to log to.
        node: name of the node, as its diagnostics have it.
        image_hz: images, masks and depth per second at most; 0 for all.
    """

    def __init__(self, stream: rr.RecordingStream, node: str, *, image_hz: float = 0.0) -> None:
        self._stream = stream
        self.node = node.strip('/')
        """Its name, without the leading slash."""
        self._thinning = Thinning(image_hz)
        self._changes = view_figures.Changes()
        self._transforms = Transforms()
        self._camera_frame = ''
        self._world_frame = ''
        self._placed = False
        self._now_ns: int | None = None
        self.image_topic = ''
        """Of the node's camera, as its diagnostics say; '' before the first."""
        self.counts: Counter[str] = Counter()
        """Messages taken, per part."""
        self._heavy: Mapping[str, Part] = {
            'image': view_picture.image,
            'compressedimage': view_picture.compressed_image,
            'masks': view_picture.masks,
            'depth': view_picture.depth_image,
        }
        self._light: Mapping[str, Part] = {
            'sentences': view_picture.sentences,
            'calibration': self._calibration,
            'tracks': view_picture.tracks,
            'targets': view_picture.targets,
            'points': self._in_space(view_space.points),
            'pose': self._in_space(view_space.pose),
            'boxes': self._in_space(view_space.boxes),
        }

    def take(self, part: str, message: Any, received_ns: int) -> None:
        """Show one message.

        Args:
            part: of ``view_topics.Topic``.
            message: of that topic's type, from either runtime or from a bag.
            received_ns: when it came.
        """
        if part in {'tf', 'tf_static'}:
            self._transforms.add(message.transforms, static=part == 'tf_static')
            return
        self.counts[part] += 1
        try:
            at_ns, shown = self._shown(part, message)
        except BadImage as error:
            at_ns = self._now_ns
            shown = self._changes.lines({part: (str(error), 'WARN')})
        self._log(shown, at_ns, received_ns)

    def _shown(self, part: str, message: Any) -> tuple[int | None, Shown]:
        """Return the stamp of a message and what to log of it."""
        if part == 'status':
            return self._status(message)
        if part == 'diagnostics':
            return self._now_ns, self._diagnostics(message)
        at_ns = stamp_ns(message.header)
        if part in self._heavy:
            self._now_ns = max(at_ns, self._now_ns or at_ns)
            return at_ns, self._heavy[part](message) if self._thinning.passes(at_ns) else []
        return at_ns, self._light[part](message)

    def _log(self, shown: Shown, at_ns: int | None, received_ns: int) -> None:
        if not shown:
            return
        self._stream.reset_time()
        self._stream.set_time(RECEIVED, timestamp=np.datetime64(received_ns, 'ns'))
        if at_ns is not None:
            self._stream.set_time(STAMP, timestamp=np.datetime64(at_ns, 'ns'))
        for path, archetype in shown:
            self._stream.log(path, archetype)

    def _status(self, message: Any) -> tuple[int | None, Shown]:
        values = _values(message)
        seconds, _, rest = values.get('stamp', '').partition('.')
        if not seconds:  # the lifecycle, before the first image
            said = {'lifecycle': (str(message.message), 'INFO')}
            return self._now_ns, self._changes.lines(said)
        at_ns = int(seconds) * 1_000_000_000 + int(rest)
        self._now_ns = max(at_ns, self._now_ns or at_ns)
        shown = view_figures.status(values, self._changes)
        if self._placed and values.get('space') != 'ok':
            self._placed = False
            shown += view_space.gone()
        return at_ns, shown

    def hear(self, diagnostics: Any) -> Any:
        """Learn the node's camera from a ``DiagnosticArray``; return the node's own part, if any."""
        for status in diagnostics.status:
            if str(status.name).split(':')[0].strip().strip('/') == self.node:
                self.image_topic = _values(status).get('image_topic', self.image_topic)
                return status
        return None

    def _diagnostics(self, message: Any) -> Shown:
        status = self.hear(message)
        if status is None:
            return []
        level = level_number(status.level)
        return view_figures.diagnostics(_values(status), str(status.message), level, self._changes)

    def _calibration(self, message: Any) -> Shown:
        self._camera_frame = str(message.header.frame_id)
        return view_picture.calibration(message)

    def _in_space(self, part: Part) -> Part:
        """Return a part that also sees to the frames of reference."""

        def show(message: Any) -> Shown:
            self._placed = True
            return [*self._frames(message.header), *part(message)]

        return show

    def _frames(self, header: Any) -> Shown:
        """Return where the camera is, and which way is up, in the frame of what is in space."""
        frame, shown = str(header.frame_id), Shown()
        camera = self._camera_frame
        if frame != self._world_frame:
            self._world_frame = frame
            optical = frame in {'', camera} or frame.endswith('optical_frame')
            shown += view_space.up(optical=optical)
        if camera and camera != frame:
            try:
                found = self._transforms.pose(frame, camera, stamp_ns(header), timeout_s=0.0)
                shown += view_space.camera_pose(found)
            except TransformError as error:
                text = f'{camera} is not placed in {frame}: {error}'
                shown += self._changes.lines({'tf': (text, 'WARN')})
        return shown


def _values(status: Any) -> dict[str, str]:
    """Return the key-value pairs of a ``DiagnosticStatus``."""
    return {str(pair.key): str(pair.value) for pair in status.values}
