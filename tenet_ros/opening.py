"""Opens models: from the name of a manifest to a stage that runs. The one place for sessions."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tenet_ros.config import Settings
from tenet_ros.errors import EngineError
from tenet_ros.inference.catalogue import PRESET_MODELS, load_manifest
from tenet_ros.inference.manifest import Manifest
from tenet_ros.inference.minilm import MiniLmLikeness, SentenceEncoder, load_tokenizer
from tenet_ros.inference.open_session import open_session
from tenet_ros.inference.record import NAME, ExportRecord, Role
from tenet_ros.inference.session import Session
from tenet_ros.inference.store import EngineStore, Health
from tenet_ros.inference.text_layouts import LAYOUTS
from tenet_ros.inference.text_tower import TextTower
from tenet_ros.inference.tokens import load_tokenizer as load_model_tokenizer
from tenet_ros.language.coco_nouns import NOUN_CLASSES
from tenet_ros.stages.box_segmenter import BoxSegmenter
from tenet_ros.stages.class_boxes import ClassBoxDetector
from tenet_ros.stages.crop_segmenter import CropSegmenter
from tenet_ros.stages.nouns import NounMatcher
from tenet_ros.stages.open_vocabulary import OpenVocabularyDetector
from tenet_ros.stages.preference.learned import LearnedPreference
from tenet_ros.stages.text_aligned import TextAlignedDetector
from tenet_ros.stages.word_table import WordTable
from tenet_ros.stages.yolox import YoloxDetector

__all__ = ['Opening']


class Opening:
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

    def yolox(self) -> YoloxDetector:
        """The 80 classes of COCO, nouns matched by table, and by MiniLM where it was pulled."""
        manifest = load_manifest('yolox_nano_416')
        session = self._published(manifest, path=self.settings.model)
        return YoloxDetector(
            session,
            manifest.classes,
            matcher=self._matcher(manifest),
            config=self.settings.pipeline.detector,
        )

    def text_aligned(self) -> TextAlignedDetector:
        """Open words on boxes with embeddings, trained on the simulated tabletop; it is bundled."""
        manifest = load_manifest('tabletop_detector')
        session = self._published(manifest, path=self.settings.model)
        return TextAlignedDetector(
            session,
            WordTable.load(self.store.folder(manifest) / manifest.files[1].name),
            self.settings.pipeline.detector,
            encoder=self._sentence_encoder(),
        )

    def class_boxes(self, model: str) -> ClassBoxDetector:
        """Fixed classes, by an exported graph."""
        manifest = load_manifest(model)
        return ClassBoxDetector(
            self._exported(manifest, self._record(manifest), 'image'),
            manifest.classes,
            matcher=self._matcher(manifest),
            config=self.settings.pipeline.detector,
        )

    def open_vocabulary(self, model: str) -> OpenVocabularyDetector:
        """Any words, by exported graphs for the image and for the texts of a command."""
        manifest = load_manifest(model)
        record = self._record(manifest)
        image = self._exported(manifest, record, 'image')
        text = self._exported(manifest, record, 'text')
        # A caption is laid out from whole texts, which are cut where it is full.
        tokens = record.limits['tokens']
        tokenizer = load_model_tokenizer(
            self.store.source(manifest) / 'tokenizer.json', model=model, max_tokens=tokens
        )
        layout = LAYOUTS[record.exporter](
            tokenizer, phrases=record.limits['phrases'], tokens=tokens
        )
        wanted = [spec.name for spec in image.inputs if spec.name != 'image']
        return OpenVocabularyDetector(
            image, TextTower(text, layout, wanted), self.settings.pipeline.detector
        )

    def crop_segmenter(self) -> CropSegmenter:
        """The segmenter that comes with the package; twice, on a CPU with a core to spare."""
        from tenet_ros.inference.ort import usable_cpus

        manifest = load_manifest('segmenter_crop96')
        session = self._published(manifest)
        two = session.provider.startswith('CPU') and not self.settings.threads and usable_cpus() > 1
        return CropSegmenter(session, beside=self._published(manifest) if two else None)

    def box_segmenter(self, model: str) -> BoxSegmenter:
        """One of the SAM family, by an exported graph."""
        manifest = load_manifest(model)
        return BoxSegmenter(self._exported(manifest, self._record(manifest), 'segment'))

    def learned_preference(self) -> LearnedPreference:
        """Trained on tracks of simulated clips, whatever the detector."""
        return LearnedPreference(self._published(load_manifest('preference'), threads=1))

    def _matcher(self, manifest: Manifest) -> NounMatcher:
        encoder = self._sentence_encoder()
        likeness = MiniLmLikeness(encoder, tuple(NOUN_CLASSES)) if encoder else None
        return NounMatcher(manifest.classes, likeness)

    def _sentence_encoder(self) -> SentenceEncoder | None:
        """Return the optional text encoder, if its files are in the store."""
        manifest = load_manifest('minilm_l6_v2')
        if self.store.check(manifest) is not Health.READY:
            return None
        tokenizer = load_tokenizer(self.store.folder(manifest) / 'tokenizer.json')
        return SentenceEncoder(self._published(manifest, threads=0), tokenizer)

    def _published(
        self, manifest: Manifest, *, path: str = '', threads: int | None = None
    ) -> Session:
        """Return an active session on a model that is run as published.

        Args:
            manifest: of the model.
            path: of its graph, where it does not lie in the store.
            threads: for one inference, in place of the settings'.
        """
        from tenet_ros.inference.ort import OrtSession

        return self._active(
            OrtSession(
                Path(path) if path else self.store.path(manifest),
                manifest,
                threads=self.settings.threads if threads is None else threads,
            )
        )

    def _record(self, manifest: Manifest) -> ExportRecord:
        """Return the note of a model's export.

        Raises:
            EngineError: there is none, or it cannot be read.
        """
        folder = self.store.folder(manifest)
        if (folder / NAME).exists():
            return self.store.record(manifest)
        preset = self.settings.preset
        whole = preset if manifest.name in PRESET_MODELS.get(preset, ()) else manifest.name
        raise EngineError(
            f'{manifest.name}: expected its exported graphs in {folder}, got none; run '
            f'`tenet-ros models setup {whole}`'
        )

    def _exported(self, manifest: Manifest, record: ExportRecord, role: Role) -> Session:
        """Return an active session on one graph of an export."""
        return self._active(
            open_session(
                record,
                role,
                self.store.folder(manifest),
                engine=self.settings.engine,
                threads=self.settings.threads,
            )
        )

    def _active(self, session: Session) -> Session:
        session.activate()
        self._stack.callback(session.deactivate)
        self.sessions.append(session)
        return session
