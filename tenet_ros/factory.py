"""From settings to a system that runs: the only place where stages and engines meet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import methodcaller
from types import MappingProxyType, TracebackType
from typing import TypeVar, final

from tenet_ros.config import AUTO, DecisionConfig, Settings
from tenet_ros.errors import ConfigError
from tenet_ros.inference.open_session import ENGINES
from tenet_ros.inference.session import Session
from tenet_ros.opening import Opening
from tenet_ros.pipeline import Pipeline
from tenet_ros.stages.camera_motion import SparseFlowMotion
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.preference.learned import ADVISED
from tenet_ros.stages.protocols import AnyDetector, AnySegmenter, CameraMotion, Preference
from tenet_ros.stages.segmenter import ColourSegmenter
from tenet_ros.stages.tracker import OcSortTracker

__all__ = [
    'CAMERA_MOTIONS',
    'DECISIONS',
    'DETECTORS',
    'ENGINES',
    'PREFERENCES',
    'PRESETS',
    'SEGMENTERS',
    'Preset',
    'System',
    'build',
    'open_segmenter',
]

EntryT = TypeVar('EntryT')

CAMERA_MOTIONS: Mapping[str, Callable[[], CameraMotion] | None] = MappingProxyType(
    {'auto': SparseFlowMotion, 'none': None, 'sparse': SparseFlowMotion}
)
"""What ``Settings.camera_motion`` may be; ``auto`` is for sentences that speak of motion."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A detector for the slow lane and a pipeline for the fast one, loaded and warm.

    Attributes:
        detector: used by one thread.
        pipeline: used by one thread.
        segmenter: the pipeline's own.
        preference: the pipeline's own.
        settings: what all of it was built from.
        sessions: the engines behind them, active until ``close``.
    """

    detector: AnyDetector
    pipeline: Pipeline
    segmenter: AnySegmenter
    preference: Preference
    settings: Settings
    sessions: tuple[Session, ...]

    def new_pipeline(self, clock_ns: Callable[[], int] = time.perf_counter_ns) -> Pipeline:
        """Return another pipeline on the same engines, with tracks and a memory of its own.

        Args:
            clock_ns: for ``StepResult.stage_ns`` alone.
        """
        return _pipeline(self.settings, self.preference, self.segmenter, clock_ns)

    def close(self) -> None:
        """Free the engines. Nothing of the system may be used afterwards."""
        for session in self.sessions:
            session.deactivate()

    def __enter__(self) -> System:
        """Return the system itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the engines."""
        self.close()


def build(settings: Settings) -> System:
    """Load the models of a preset and put the stages together.

    Raises:
        ConfigError: no such preset or option.
        EngineError: a model file is missing, corrupt, or another one than the manifest names.
    """
    preset = _choose('preset', settings.preset, PRESETS)
    new_detector = _choose('detector', _own(settings.detector, preset.detector), DETECTORS)
    new_segmenter = _choose('segmenter', _own(settings.segmenter, preset.segmenter), SEGMENTERS)
    new_preference = _choose(
        'preference', _own(settings.preference, preset.preference), PREFERENCES
    )
    with ExitStack() as stack:
        opening = Opening(settings, stack)
        detector = new_detector(opening)
        segmenter, preference = new_segmenter(opening), new_preference(opening)
        pipeline = _pipeline(settings, preference, segmenter)
        stack.pop_all()
    return System(
        detector=detector,
        pipeline=pipeline,
        segmenter=segmenter,
        preference=preference,
        settings=settings,
        sessions=tuple(opening.sessions),
    )


@contextmanager
def open_segmenter(name: str, settings: Settings) -> Iterator[AnySegmenter]:
    """Load one of ``SEGMENTERS`` by itself, until the context ends.

    Raises:
        ConfigError: there is none of this name.
        EngineError: as of ``build``.
    """
    new_segmenter = _choose('segmenter', name, SEGMENTERS)
    with ExitStack() as stack:
        yield new_segmenter(Opening(settings, stack))


def _pipeline(
    settings: Settings,
    preference: Preference,
    segmenter: AnySegmenter,
    clock_ns: Callable[[], int] = time.perf_counter_ns,
) -> Pipeline:
    config, decision = settings.pipeline, _decision(settings)
    new_motion = _choose('camera_motion', settings.camera_motion, CAMERA_MOTIONS)
    return Pipeline(
        tracker=OcSortTracker(config.tracker),
        preference=preference,
        new_decider=lambda: Decider(decision),
        segmenter=segmenter,
        masks=config.masks,
        camera_motion=new_motion() if new_motion else None,
        camera_motion_always=settings.camera_motion != 'auto',
        clock_ns=clock_ns,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What a preset's name stands for; each part may be chosen apart from it.

    Attributes:
        detector: one of ``DETECTORS``.
        segmenter: one of ``SEGMENTERS``.
        preference: one of ``PREFERENCES``.
    """

    detector: str
    segmenter: str
    preference: str


DETECTORS: Mapping[str, Callable[[Opening], AnyDetector]] = MappingProxyType(
    {
        'yolox_nano_416': Opening.yolox,
        'tabletop_detector': Opening.text_aligned,
        **{name: methodcaller('class_boxes', name) for name in ('yolox_tiny', 'yolox_s')},
        **{
            name: methodcaller('open_vocabulary', name)
            for name in (
                'omdet_turbo_tiny',
                'mm_grounding_dino_tiny',
                'llmdet_tiny',
                'grounding_dino_tiny',
                'owlv2_base',
            )
        },
    }
)
"""What ``Settings.detector`` may be: names of manifests."""

SEGMENTERS: Mapping[str, Callable[[Opening], AnySegmenter]] = MappingProxyType(
    {
        'colour': lambda opening: ColourSegmenter(opening.settings.pipeline.segmenter),
        'crop': Opening.crop_segmenter,
        **{
            name: methodcaller('box_segmenter', name)
            for name in ('efficientvit_sam_l0', 'efficientvit_sam_xl0', 'mobile_sam', 'sam2_1_tiny')
        },
    }
)
"""What ``Settings.segmenter`` may be."""

PREFERENCES: Mapping[str, Callable[[Opening], Preference]] = MappingProxyType(
    {
        'explicit': lambda opening: ExplicitPreference(opening.settings.pipeline.preference),
        'learned': Opening.learned_preference,
    }
)
"""What ``Settings.preference`` may be."""

DECISIONS: Mapping[str, DecisionConfig] = MappingProxyType({'learned': ADVISED})
"""Thresholds on the scores of a preference, where they are not ``DecisionConfig``'s own."""

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        'coco': Preset(detector='yolox_nano_416', segmenter='crop', preference='explicit'),
        'tabletop': Preset(detector='tabletop_detector', segmenter='crop', preference='learned'),
        # Bound to what ``catalogue.PRESET_MODELS`` pulls for them.
        'edge': Preset(
            detector='omdet_turbo_tiny', segmenter='efficientvit_sam_l0', preference='explicit'
        ),
        'desktop': Preset(
            detector='mm_grounding_dino_tiny',
            segmenter='efficientvit_sam_xl0',
            preference='explicit',
        ),
    }
)
"""What ``Settings.preset`` may be."""


def _decision(settings: Settings) -> DecisionConfig:
    """Return the thresholds that were set, or those that suit the preference."""
    own = PRESETS[settings.preset].preference
    return settings.pipeline.decision or DECISIONS.get(
        _own(settings.preference, own), DecisionConfig()
    )


def _own(chosen: str, own: str) -> str:
    """Return what was chosen, or the preset's own."""
    return own if chosen == AUTO else chosen


def _choose(what: str, name: str, table: Mapping[str, EntryT]) -> EntryT:
    """Return the entry called ``name``."""
    if name not in table:
        raise ConfigError(f'{what}: expected one of {", ".join(table)}, got {name!r}; use one')
    return table[name]
