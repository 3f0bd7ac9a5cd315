"""What the detectors of fixed classes share: phrases in terms of classes, and boxes as detections."""

from __future__ import annotations

from tenet_ros.config import DetectorConfig
from tenet_ros.language.expression import Prompt
from tenet_ros.stages.class_phrases import ClassPhrases, prepare_phrases
from tenet_ros.stages.nouns import NounMatcher
from tenet_ros.types import Detections, FloatArray, UInt8Array

__all__ = ['ClassAnswers']


class ClassAnswers:
    """Answers phrases with the boxes of a detector that knows classes alone.

    Args:
        classes: names of the C classes in output order.
        matcher: nouns to ``classes``; None makes one without a fallback.
        config: thresholds.
    """

    def __init__(
        self, classes: tuple[str, ...], matcher: NounMatcher | None, config: DetectorConfig
    ) -> None:
        self._classes = classes
        self._matcher = matcher or NounMatcher(classes)
        self._threshold = config.reference_threshold

    def prepare(self, prompt: Prompt) -> ClassPhrases:
        """Match the nouns to classes and look up the colours."""
        return prepare_phrases(prompt, self._matcher, self._classes)

    def detections(
        self, image: UInt8Array, boxes: FloatArray, evidence: FloatArray, prepared: ClassPhrases
    ) -> Detections:
        """Return boxes with their classes and how well each phrase fits them.

        Args:
            image: (H, W, 3) uint8 RGB.
            boxes: (N, 4) float32 xyxy source pixels, each with area inside the image.
            evidence: (N, C) float32, confidence that it is an object of each class.
            prepared: what ``prepare`` returned.
        """
        scores = evidence.max(axis=1, initial=0)
        phrase_scores = prepared.score(image, boxes, scores, evidence)
        return Detections(
            boxes=boxes,
            scores=scores,
            phrase_scores=phrase_scores,
            reference=prepared.reference(phrase_scores, self._threshold),
            labels=tuple(self._classes[name] for name in evidence.argmax(axis=1)),
            findable=prepared.findable,
        )
