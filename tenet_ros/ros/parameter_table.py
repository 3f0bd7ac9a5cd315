"""Every parameter of the node: the one place for names, defaults, ranges and descriptions.

``config/tenet.yaml`` repeats the table for people, and a test keeps the two equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

from tenet_ros.config import AUTO, PipelineConfig, Settings
from tenet_ros.factory import (
    CAMERA_MOTIONS,
    DETECTORS,
    ENGINES,
    PREFERENCES,
    PRESETS,
    SEGMENTERS,
)
from tenet_ros.ros.api import FloatingPointRange, IntegerRange, ParameterDescriptor
from tenet_ros.runtime.cadence import CadenceSettings
from tenet_ros.runtime.settings import StreamSettings
from tenet_ros.runtime.spatial_lane import SpatialSettings

__all__ = ['STAGES', 'TABLE', 'Row']

Value: TypeAlias = 'bool | int | float | str'

STAGES = PipelineConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One parameter.

    Attributes:
        name: with a dot, a field of a stage's configuration: ``tracker.max_unseen_s``.
        default: also fixes the type; an integer is accepted for a float.
        about: one or two sentences, for ``ros2 param describe``.
        low: smallest value of a number.
        high: largest value of a number.
        choices: the values that a text may have; empty for any.
        dynamic: takes effect at once; any other is read when the node is configured and refused
            while it is.
        read_only: read when the node starts, and never again.
    """

    name: str
    default: Value
    about: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    dynamic: bool = False
    read_only: bool = False

    def problem(self, value: object) -> str:
        """Return what is wrong with a value, or nothing."""
        kind = type(self.default)
        if type(value) is not kind:
            return f'{self.name}: expected {self._expected()}, got {type(value).__name__} {value!r:.60}'
        if self.choices and value not in self.choices:
            return f'{self.name}: expected {self._expected()}, got {value!r:.60}'
        if kind in {int, float} and not self.low <= float(str(value)) <= self.high:
            return f'{self.name}: expected {self._expected()}, got {value}'
        return ''

    def _expected(self) -> str:
        if self.choices:
            return 'one of ' + ', '.join(self.choices)
        words = {bool: 'true or false', int: 'an integer', float: 'a number', str: 'a text'}
        within = f' from {self.low:g} to {self.high:g}' if self.low > -math.inf else ''
        return words[type(self.default)] + within

    def descriptor(self) -> Any:
        """Return the ``rcl_interfaces/ParameterDescriptor``."""
        when = 'Read when configured.' if not self.dynamic else 'Changes take effect at once.'
        when = 'Read at start.' if self.read_only else when
        made = ParameterDescriptor(
            name=self.name,
            description=f'{self.about} {when}',
            read_only=self.read_only,
            additional_constraints=self._expected() if self.choices else '',
        )
        if isinstance(self.default, float) and self.low > -math.inf:
            made.floating_point_range = [
                FloatingPointRange(from_value=self.low, to_value=self.high, step=0.0)
            ]
        elif type(self.default) is int and self.low > -math.inf:
            made.integer_range = [
                IntegerRange(from_value=int(self.low), to_value=int(self.high), step=1)
            ]
        return made


def _stage(name: str, about: str, low: float, high: float) -> Row:
    """Return the row of a stage's field, with that field's default."""
    stage, field = name.split('.')
    default = getattr(getattr(STAGES, stage), field)
    return Row(name=name, default=default, about=about, low=low, high=high)


TABLE: tuple[Row, ...] = (
    Row(
        name='preset',
        default='coco',
        about='Detector and segmenter to use.',
        choices=tuple(PRESETS),
    ),
    Row(
        name='detector_model',
        default=Settings().detector,
        about="Finds boxes; auto takes the preset's own.",
        choices=(AUTO, *DETECTORS),
    ),
    Row(
        name='engine',
        default=Settings().engine,
        about='What runs exported models: auto for the best that works here, falling back in flight.',
        choices=tuple(ENGINES),
    ),
    Row(
        name='model',
        default='',
        about="Path of the preset's detector file, where it does not lie in the store.",
    ),
    Row(
        name='segmenter',
        default=Settings().segmenter,
        about="Turns boxes into masks; auto takes the preset's own.",
        choices=(AUTO, *SEGMENTERS),
    ),
    Row(
        name='preference',
        default=Settings().preference,
        about="Chooses among tracks: by rules, or learned; auto takes the preset's own.",
        choices=(AUTO, *PREFERENCES),
    ),
    Row(
        name='threads',
        default=0,
        about='CPU threads for one inference; 0 for half of the CPUs.',
        low=0,
        high=256,
    ),
    Row(
        name='image_transport',
        default='raw',
        about='raw subscribes to <image>, compressed to <image>/compressed.',
        choices=('raw', 'compressed'),
    ),
    Row(
        name='command',
        default='',
        about='Sentence to start with; several are separated by ";". Setting it is a command.',
        dynamic=True,
    ),
    Row(
        name='max_command_chars',
        default=1000,
        about='Longer commands are refused.',
        low=1,
        high=100_000,
        dynamic=True,
    ),
    Row(
        name='autostart',
        default=True,
        about='Configure and activate by itself; false leaves that to lifecycle transitions.',
        read_only=True,
    ),
    Row(
        name='max_rate_hz',
        default=0.0,
        about='Frames taken per second at most; 0 for all.',
        low=0.0,
        high=1000.0,
        dynamic=True,
    ),
    Row(
        name='camera_motion',
        default=Settings().camera_motion,
        about='Take the motion of the camera itself out of tracks: always by sparse optical flow, '
        'only while a sentence speaks of motion (auto), or not.',
        choices=tuple(CAMERA_MOTIONS),
    ),
    Row(
        name='detector_max_hz',
        default=0.0,
        about='Detections per second at most; 0 for as many as the detector manages.',
        low=0.0,
        high=1000.0,
    ),
    Row(
        name='detector_wait_ms',
        default=StreamSettings().detector_wait_ms,
        about='How long a frame may wait for its own detections if the detector is that fast.',
        low=0.0,
        high=1000.0,
    ),
    Row(
        name='detector_max_interval_ms',
        default=CadenceSettings().max_interval_ms,
        about='A detector that puts frames behind rests until they have caught up, but detections '
        'begin at least this often (or at once, where one takes longer); 0 never rests.',
        low=0.0,
        high=60_000.0,
    ),
    Row(
        name='restart_gap_ms',
        default=500.0,
        about='Image stamps that go back by more start the stream anew; by less, the image is late.',
        low=0.0,
        high=1e6,
    ),
    Row(
        name='target_frame',
        default='',
        about='Frame that poses and points are published in, looked up on /tf at the image stamp; '
        'empty for the optical frame of the camera.',
    ),
    Row(
        name='frame_prefix',
        default='',
        about='Put before the names of the frames that targets have on /tf: <prefix>target.',
    ),
    Row(
        name='publish_tf',
        default=True,
        about='Publish a transform to each target.',
        dynamic=True,
    ),
    Row(
        name='depth_tolerance_ms',
        default=SpatialSettings().tolerance_ms,
        about='Depth whose stamp differs by more from that of the image is of another moment.',
        low=0.0,
        high=1000.0,
    ),
    Row(
        name='rectified',
        default=False,
        about='Whether images and depth are rectified: then the matrix P of camera_info holds, '
        'without distortion, else K.',
        dynamic=True,
    ),
    Row(
        name='publish_tracks',
        default=True,
        about='Publish ~/tracks.',
        dynamic=True,
    ),
    Row(
        name='publish_label_image',
        default=True,
        about='Publish ~/instances/label_image.',
        dynamic=True,
    ),
    Row(
        name='publish_overlay',
        default=True,
        about='Publish ~/overlay and ~/overlay/compressed while somebody subscribes.',
        dynamic=True,
    ),
    Row(
        name='overlay_quality',
        default=80,
        about='JPEG quality of ~/overlay/compressed.',
        low=1,
        high=100,
        dynamic=True,
    ),
    Row(
        name='diagnostics_period_s',
        default=1.0,
        about='Seconds between two messages on /diagnostics.',
        low=0.1,
        high=60.0,
        read_only=True,
    ),
    Row(
        name='image_timeout_s',
        default=2.0,
        about='Seconds without an image after which diagnostics warn.',
        low=0.1,
        high=3600.0,
        dynamic=True,
    ),
    _stage('detector.score_threshold', 'Boxes below this confidence are dropped.', 0.0, 1.0),
    _stage('detector.max_boxes', 'Boxes kept per image, the best.', 1, 1000),
    _stage('masks.fresh', 'Up to so many masks are all made anew at every frame.', 1, 1000),
    _stage('masks.alike', 'Grey levels of change up to which others are carried.', 0.0, 255.0),
    _stage('tracker.high_score', 'Confidence from which a detection may begin a track.', 0.0, 1.0),
    _stage('tracker.min_hits', 'Detections that confirm a track.', 1, 100),
    _stage('tracker.max_missed_looks', 'Detector looks in a row that a track may miss.', 1, 10_000),
    _stage('tracker.max_missed_known', 'The same where looks of things are known.', 1, 10_000),
    _stage('tracker.max_unseen_s', 'Seconds that a track may go unseen.', 0.1, 600.0),
    _stage('tracker.memory_s', 'Seconds for which a lost track may come back.', 0.001, 600.0),
    _stage('tracker.same_appearance', 'Cosine of what looks like the same thing.', 0.0, 1.0),
)
