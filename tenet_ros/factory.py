"""From settings to a system that runs: the only place where stages and engines meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TypeVar, final

from tenet_ros.config import AUTO, Settings
from tenet_ros.errors import ConfigError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.minilm import MiniLmLikeness, SentenceEncoder, load_tokenizer
from tenet_ros.inference.session import Session
from tenet_ros.inference.store import EngineStore, Health
from tenet_ros.language.coco_nouns import NOUN_CLASSES
from tenet_ros.pipeline import Pipeline
from tenet_ros.stages.camera_motion import SparseFlowMotion
from tenet_ros.stages.crop_segmenter import CropSegmenter
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.nouns import NounMatcher
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.preference.learned import LearnedPreference
from tenet_ros.stages.protocols import AnyDetector, AnySegmenter, CameraMotion, Preference
from tenet_ros.stages.segmenter import ColourSegmenter
from tenet_ros.stages.text_aligned import TextAlignedDetector
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.stages.word_table import WordTable
from tenet_ros.stages.yolox import YoloxDetector

__all__ = [
    'CAMERA_MOTIONS',
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

    def new_pipeline(self, preference: Preference | None = None) -> Pipeline:
        """Return another pipeline on the same engines, with tracks and a memory of its own.

        Args:
            preference: in place of the system's.
        """
        return _pipeline(self.settings, preference or self.preference, self.segmenter)

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
    chosen = [
        own if name == AUTO else name
        for name, own in (
            (settings.segmenter, preset.segmenter),
            (settings.preference, preset.preference),
        )
    ]
    new_segmenter = _choose('segmenter', chosen[0], SEGMENTERS)
    new_preference = _choose('preference', chosen[1], PREFERENCES)
    with ExitStack() as stack:
        engines = _Engines(settings, stack)
        detector = preset.new_detector(engines)
        segmenter, preference = new_segmenter(engines), new_preference(engines)
        pipeline = _pipeline(settings, preference, segmenter)
        stack.pop_all()
    return System(
        detector=detector,
        pipeline=pipeline,
        segmenter=segmenter,
        preference=preference,
        settings=settings,
        sessions=tuple(engines.sessions),
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
        yield new_segmenter(_Engines(settings, stack))


def _pipeline(settings: Settings, preference: Preference, segmenter: AnySegmenter) -> Pipeline:
    config = settings.pipeline
    new_motion = _choose('camera_motion', settings.camera_motion, CAMERA_MOTIONS)
    return Pipeline(
        tracker=OcSortTracker(config.tracker),
        preference=preference,
        new_decider=lambda: Decider(config.decision),
        segmenter=segmenter,
        camera_motion=new_motion() if new_motion else None,
        camera_motion_always=settings.camera_motion != 'auto',
    )


class _Engines:
    """Opens sessions on the models of the store, and closes them again should a later one fail.

    Args:
        settings: threads of each session, thresholds of the stages.
        stack: that closes them.
    """

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self.settings = settings
        self.store = EngineStore.default()
        self.sessions: list[Session] = []
        self._stack = stack

    def open(self, manifest: Manifest, *, path: str = '', threads: int | None = None) -> Session:
        """Return an active session on a model.

        Args:
            manifest: of the model.
            path: of its graph, where it does not lie in the store.
            threads: for one inference, in place of the settings'.
        """
        from tenet_ros.inference.ort import OrtSession

        session = OrtSession(
            Path(path) if path else self.store.path(manifest),
            manifest,
            threads=self.settings.threads if threads is None else threads,
        )
        session.activate()
        self._stack.callback(session.deactivate)
        self.sessions.append(session)
        return session


def _coco(engines: _Engines) -> AnyDetector:
    """The 80 classes of COCO by YOLOX, nouns matched by table, and by MiniLM where it was pulled."""
    manifest = load_manifest('yolox_nano_416')
    session = engines.open(manifest, path=engines.settings.model)
    encoder = _sentence_encoder(engines)
    likeness = MiniLmLikeness(encoder, tuple(NOUN_CLASSES)) if encoder else None
    return YoloxDetector(
        session,
        manifest.classes,
        matcher=NounMatcher(manifest.classes, likeness),
        config=engines.settings.pipeline.detector,
    )


def _tabletop(engines: _Engines) -> AnyDetector:
    """Open words on boxes with embeddings, trained on the simulated tabletop; it is bundled."""
    manifest = load_manifest('tabletop_detector')
    session = engines.open(manifest, path=engines.settings.model)
    return TextAlignedDetector(
        session,
        WordTable.load(engines.store.folder(manifest) / manifest.files[1].name),
        engines.settings.pipeline.detector,
        encoder=_sentence_encoder(engines),
    )


def _sentence_encoder(engines: _Engines) -> SentenceEncoder | None:
    """Return the optional text encoder, if its files are in the store."""
    manifest = load_manifest('minilm_l6_v2')
    if engines.store.check(manifest) is not Health.READY:
        return None
    tokenizer = load_tokenizer(engines.store.folder(manifest) / 'tokenizer.json')
    return SentenceEncoder(engines.open(manifest, threads=0), tokenizer)


def _explicit(engines: _Engines) -> Preference:
    return ExplicitPreference(engines.settings.pipeline.preference)


def _learned(engines: _Engines) -> Preference:
    """Trained on tracks of simulated clips, whatever the detector."""
    return LearnedPreference(engines.open(load_manifest('preference'), threads=1))


def _colour(engines: _Engines) -> AnySegmenter:
    return ColourSegmenter(engines.settings.pipeline.segmenter)


def _crop(engines: _Engines) -> AnySegmenter:
    """The segmenter that comes with the package."""
    return CropSegmenter(engines.open(load_manifest('segmenter_crop96')))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What a preset's name stands for.

    Attributes:
        new_detector: loads its detector.
        segmenter: one of ``SEGMENTERS``, unless the settings name another.
        preference: one of ``PREFERENCES``, likewise.
    """

    new_detector: Callable[[_Engines], AnyDetector]
    segmenter: str
    preference: str


SEGMENTERS: Mapping[str, Callable[[_Engines], AnySegmenter]] = MappingProxyType(
    {'colour': _colour, 'crop': _crop}
)
"""What ``Settings.segmenter`` may be."""

PREFERENCES: Mapping[str, Callable[[_Engines], Preference]] = MappingProxyType(
    {'explicit': _explicit, 'learned': _learned}
)
"""What ``Settings.preference`` may be."""

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        'coco': Preset(new_detector=_coco, segmenter='crop', preference='explicit'),
        'tabletop': Preset(new_detector=_tabletop, segmenter='crop', preference='learned'),
    }
)
"""What ``Settings.preset`` may be."""


def _choose(what: str, name: str, table: Mapping[str, EntryT]) -> EntryT:
    """Return the entry called ``name``."""
    if name not in table:
        raise ConfigError(f'{what}: expected one of {", ".join(table)}, got {name!r}; use one')
    return table[name]
