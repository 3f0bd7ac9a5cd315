"""From settings to a system that runs: the only place where stages and engines meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TypeVar, final

from tenet_ros.config import Settings
from tenet_ros.errors import ConfigError
from tenet_ros.inference.catalogue import load_manifest
from tenet_ros.inference.minilm import MiniLmLikeness, SentenceEncoder, load_tokenizer
from tenet_ros.inference.session import Session
from tenet_ros.inference.store import EngineStore, Health
from tenet_ros.language.coco_nouns import NOUN_CLASSES
from tenet_ros.pipeline import Pipeline
from tenet_ros.stages.camera_motion import SparseFlowMotion
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.nouns import NounMatcher
from tenet_ros.stages.preference import ExplicitPreference
from tenet_ros.stages.protocols import AnyDetector, CameraMotion
from tenet_ros.stages.segmenter import ColourSegmenter
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.stages.yolox import YoloxDetector

__all__ = ['CAMERA_MOTIONS', 'PRESETS', 'System', 'build', 'new_pipeline']

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
        sessions: the engines behind them, active until ``close``.
    """

    detector: AnyDetector
    pipeline: Pipeline
    sessions: tuple[Session, ...]

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
    detector, sessions = _choose('preset', settings.preset, PRESETS)(settings)
    return System(detector=detector, pipeline=new_pipeline(settings), sessions=sessions)


def new_pipeline(settings: Settings) -> Pipeline:
    """Return a pipeline with a tracker and a memory of its own."""
    config = settings.pipeline
    new_motion = _choose('camera_motion', settings.camera_motion, CAMERA_MOTIONS)
    return Pipeline(
        tracker=OcSortTracker(config.tracker),
        preference=ExplicitPreference(config.preference),
        new_decider=lambda: Decider(config.decision),
        segmenter=ColourSegmenter(config.segmenter),
        camera_motion=new_motion() if new_motion else None,
        camera_motion_always=settings.camera_motion != 'auto',
    )


def _coco(settings: Settings) -> tuple[AnyDetector, tuple[Session, ...]]:
    """The 80 classes of COCO by YOLOX, nouns matched by table, and by MiniLM where it was pulled."""
    from tenet_ros.inference.ort import OrtSession

    manifest = load_manifest('yolox_nano_416')
    store = EngineStore.default()
    path = Path(settings.model) if settings.model else store.path(manifest)
    session = OrtSession(path, manifest, threads=settings.threads)
    session.activate()
    words = _sentence_vectors(store)
    likeness = MiniLmLikeness(words[1], tuple(NOUN_CLASSES)) if words else None
    detector = YoloxDetector(
        session,
        manifest.classes,
        matcher=NounMatcher(manifest.classes, likeness),
        config=settings.pipeline.detector,
    )
    return detector, (session, words[0]) if words else (session,)


def _sentence_vectors(store: EngineStore) -> tuple[Session, SentenceEncoder] | None:
    """Return the optional text encoder, if its files are in the store."""
    from tenet_ros.inference.ort import OrtSession

    manifest = load_manifest('minilm_l6_v2')
    if store.check(manifest) is not Health.READY:
        return None
    session = OrtSession(store.path(manifest), manifest)
    session.activate()
    return session, SentenceEncoder(
        session, load_tokenizer(store.folder(manifest) / 'tokenizer.json')
    )


PRESETS: Mapping[str, Callable[[Settings], tuple[AnyDetector, tuple[Session, ...]]]] = (
    MappingProxyType({'coco': _coco})
)
"""What ``Settings.preset`` may be."""


def _choose(what: str, name: str, table: Mapping[str, EntryT]) -> EntryT:
    """Return the entry called ``name``."""
    if name not in table:
        raise ConfigError(f'{what}: expected one of {", ".join(table)}, got {name!r}; use one')
    return table[name]
