"""Detectors of fixed classes whose graph takes camera bytes: an exported YOLOX."""

from __future__ import annotations

from tenet_ros.config import DetectorConfig
from tenet_ros.inference.session import Session
from tenet_ros.language.expression import Prompt
from tenet_ros.stages.camera_canvas import CameraCanvas
from tenet_ros.stages.candidates import candidates, check_outputs
from tenet_ros.stages.class_answers import ClassAnswers
from tenet_ros.stages.class_phrases import ClassPhrases
from tenet_ros.stages.nouns import NounMatcher
from tenet_ros.types import Detections, UInt8Array

__all__ = ['ClassBoxDetector']


class ClassBoxDetector:
    """Finds objects of fixed classes. A stage of type ``Detector``, for one thread.

    Args:
        session: active; takes ``image`` (1, H, W, 3) uint8 RGB and gives ``boxes`` (1, K, 4)
            float32 xyxy in pixels of it and ``scores`` (1, K, C) float32 in [0, 1]. This detector
            does not own it.
        classes: names of the C classes in output order.
        matcher: nouns to ``classes``; None makes one without a fallback.
        config: thresholds.

    Raises:
        EngineError: the session has other tensors than these.
    """

    def __init__(
        self,
        session: Session,
        classes: tuple[str, ...],
        *,
        matcher: NounMatcher | None = None,
        config: DetectorConfig | None = None,
    ) -> None:
        self._session = session
        self._config = config or DetectorConfig()
        self._answers = ClassAnswers(classes, matcher, self._config)
        self._canvas = CameraCanvas.of(session)
        check_outputs(session, len(classes))

    def prepare(self, prompt: Prompt) -> ClassPhrases:
        """Match the nouns to classes and look up the colours."""
        return self._answers.prepare(prompt)

    def detect(self, image: UInt8Array, prepared: ClassPhrases) -> Detections:
        """Return the objects in ``image``, (H, W, 3) uint8 RGB; also weak ones."""
        fitted, letterbox = self._canvas.fit(image)
        outputs = self._session.infer({'image': fitted})
        size = (image.shape[0], image.shape[1])
        boxes, evidence = candidates(outputs, letterbox, size, self._config)
        return self._answers.detections(image, boxes, evidence, prepared)
