"""Open-vocabulary detectors behind one contract: bytes and text tensors in, boxes and scores out.

What differs from family to family (OmDet-Turbo, Grounding DINO, OWLv2) lies in the exported graph
and in how texts become tensors: ``TextTower``. The graph takes the camera's bytes and gives boxes
in the camera's pixels with one score per text, so this stage is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tenet_ros.config import DetectorConfig
from tenet_ros.inference.session import Session
from tenet_ros.inference.text_tower import Texts
from tenet_ros.language.expression import Phrase, Prompt
from tenet_ros.stages.appearance import Appearance
from tenet_ros.stages.camera_canvas import CameraCanvas
from tenet_ros.stages.candidates import candidates, check_outputs
from tenet_ros.stages.colours import sample
from tenet_ros.stages.reference import top_answers
from tenet_ros.types import Detections, FloatArray, IntArray, UInt8Array

__all__ = ['OpenPrompt', 'OpenVocabularyDetector', 'TextTower']

_ANYTHING = 'object'
"""What is looked for where a phrase has no noun: "the one on the left"."""


class TextTower(Protocol):
    """What a detector's language side makes of texts, once per command."""

    def encode(self, texts: Sequence[str]) -> Texts:
        """Return the tensors of ``texts``, the most important first; at least one.

        Raises:
            EngineError: its own model failed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenPrompt:
    """A prompt in terms of an open-vocabulary detector.

    Attributes:
        tensors: the graph's inputs beside the image.
        phrases: (P,) int64, column of each phrase in the graph's scores, -1 for none.
        sentences: (E,) int64, the same for each whole sentence.
        targets: for each expression the phrases that it means.
        unwanted: for each phrase the colours that it denies, which no detector hears.
        unknown: phrases that there was no room for, each once.
    """

    tensors: Mapping[str, npt.NDArray[Any]]
    phrases: IntArray
    sentences: IntArray
    targets: tuple[tuple[int, ...], ...]
    unwanted: tuple[Appearance, ...]
    unknown: tuple[str, ...]


class OpenVocabularyDetector:
    """Finds whatever words say. A stage of type ``Detector``, for one thread.

    Args:
        session: active; takes ``image`` (1, H, W, 3) uint8 RGB and the tower's tensors; gives
            ``boxes`` (1, K, 4) float32 xyxy in pixels of that image and ``scores`` (1, K, P)
            float32 in [0, 1]. This detector does not own it.
        tower: of the same model.
        config: thresholds.

    Raises:
        EngineError: the session has other tensors than these.
    """

    def __init__(
        self, session: Session, tower: TextTower, config: DetectorConfig | None = None
    ) -> None:
        self._session = session
        self._tower = tower
        self._config = config or DetectorConfig()
        self._canvas = CameraCanvas.of(session)
        check_outputs(session)

    def prepare(self, prompt: Prompt) -> OpenPrompt:
        """Run the language side: phrases first, whole sentences after them, each text once."""
        phrases = [_words(phrase) for phrase in prompt.phrases]
        sentences = [query.expression.text.strip() or _ANYTHING for query in prompt.queries]
        texts = tuple(dict.fromkeys([*phrases, *sentences])) or (_ANYTHING,)
        encoded = self._tower.encode(texts)
        column = dict(zip(texts, encoded.columns, strict=True))
        columns = np.asarray([column[text] for text in phrases], np.int64)
        return OpenPrompt(
            tensors=encoded.tensors,
            phrases=columns,
            sentences=np.asarray([column[text] for text in sentences], np.int64),
            targets=tuple(
                tuple(query.first_column + index for index in query.expression.targets)
                for query in prompt.queries
            ),
            unwanted=tuple(_denied(phrase) for phrase in prompt.phrases),
            unknown=tuple(dict.fromkeys(text for text in phrases if column[text] < 0)),
        )

    def detect(self, image: UInt8Array, prepared: OpenPrompt) -> Detections:
        """Return the objects in ``image``, (H, W, 3) uint8 RGB, that any text fits; weak ones too."""
        fitted, letterbox = self._canvas.fit(image)
        outputs = self._session.infer({'image': fitted, **prepared.tensors})
        size = (image.shape[0], image.shape[1])
        boxes, scores = candidates(outputs, letterbox, size, self._config)
        phrase_scores = _columns(scores, prepared.phrases)
        _deny(image, boxes, phrase_scores, prepared.unwanted)
        return Detections(
            boxes=boxes,
            scores=scores.max(axis=1, initial=0),
            phrase_scores=phrase_scores,
            reference=self._reference(scores, phrase_scores, prepared),
            labels=('',) * len(boxes),
            findable=tuple(bool(column >= 0) for column in prepared.phrases),
        )

    def _reference(
        self, scores: FloatArray, phrase_scores: FloatArray, prepared: OpenPrompt
    ) -> IntArray:
        """Return the top answer to each whole sentence; to its target, where that had no room."""
        least = self._config.reference_threshold
        whole = _columns(scores, prepared.sentences)
        answer = top_answers(whole, [(column,) for column in range(whole.shape[1])], least)
        by_phrase = top_answers(phrase_scores, prepared.targets, least)
        return np.where(prepared.sentences >= 0, answer, by_phrase)


def _words(phrase: Phrase) -> str:
    """Return what a detector is to look for."""
    return phrase.text if phrase.noun and phrase.text else _ANYTHING


def _denied(phrase: Phrase) -> Appearance:
    """Return the colours that a phrase must not have; those it has, the detector reads itself."""
    return Appearance(unwanted=Appearance.of(phrase, person=False).unwanted)


def _columns(scores: FloatArray, columns: IntArray) -> FloatArray:
    """Return the scores of some texts, (N, P); zeros for a text that had no room."""
    chosen = scores[:, np.maximum(columns, 0)]
    return np.asarray(np.where(columns >= 0, chosen, np.float32(0)), np.float32)


def _deny(
    image: UInt8Array, boxes: FloatArray, phrase_scores: FloatArray, unwanted: Sequence[Appearance]
) -> None:
    """Lower the scores of boxes that have a colour which a phrase denies."""
    concerned = [column for column, look in enumerate(unwanted) if look]
    if concerned and len(boxes):
        samples = sample(image, boxes)
        for column in concerned:
            phrase_scores[:, column] *= unwanted[column].agreement(samples)
