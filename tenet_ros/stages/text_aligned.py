"""A detector whose boxes carry embeddings: phrases are scored word by word, as open as the words.

What fits "the red striped mug" is the product of what fits "red", "striped" and "mug", each a
probability of its own. So a colour-category pair that was never trained on is found as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from tenet_ros.config import DetectorConfig
from tenet_ros.errors import EngineError
from tenet_ros.geometry import Letterbox, clip_boxes, unit_rows
from tenet_ros.inference.session import Session
from tenet_ros.language.expression import Phrase, Prompt
from tenet_ros.stages.appearance import Appearance
from tenet_ros.stages.colours import sample
from tenet_ros.stages.nouns import compounds
from tenet_ros.stages.reference import top_answers
from tenet_ros.stages.suppression import suppress
from tenet_ros.stages.word_table import Noun, TextEncoder, WordTable, sigmoid
from tenet_ros.types import Detections, FloatArray, IntArray, UInt8Array

__all__ = ['ADVISED', 'PAD', 'AlignedPhrase', 'AlignedPrompt', 'TextAlignedDetector']

PAD = 114
"""Value of the canvas around an image of another aspect than the network's."""

ADVISED = DetectorConfig(score_threshold=0.01)
"""Thresholds for calibrated scores."""

_SAME_OBJECT_IOU = 0.5
"""What a box is called says little about whether two boxes are one object here: they are suppressed
alike, and three in four double boxes are gone."""

_CANDIDATES = 300
"""So many boxes at most, the best, go into non-maximum suppression."""

_CERTAIN = 6.0
"""Log odds beyond which a colour or pattern counts as certain when two boxes are compared."""

_NO_FIT = 1e-3
"""A score below which a box is no candidate, whatever its colours are: preferences do not tell such
scores apart (``stages.preference.evidence.log_odds``)."""

_SHADES = ('dark', 'light')

_SHADE_FLOOR = 0.6
"""A blue box keeps this much under "dark blue": how dark it is, is also a matter of the light."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlignedPhrase:
    """One phrase in terms of a detector's outputs.

    Attributes:
        noun: what its noun means; None where any object fits.
        known: False for a noun that nobody knows, which no box fits.
        findable: whether the detector can find such a thing at all.
        words: outputs of the colours and patterns that it says.
        excluded: outputs of those that it denies.
        shade: "dark blue" where there is an output for blue only: what is left to be measured.
        appearance: colours that the detector has no output for, to be measured on the pixels.
    """

    noun: Noun | None
    known: bool
    findable: bool
    words: tuple[int, ...]
    excluded: tuple[int, ...]
    shade: Appearance
    appearance: Appearance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlignedPrompt:
    """A prompt in terms of a detector's outputs.

    Attributes:
        phrases: P, in column order.
        targets: for each expression the columns of the phrases that it means.
        unknown: nouns that the detector can never find, each once.
    """

    phrases: tuple[AlignedPhrase, ...]
    targets: tuple[tuple[int, ...], ...]
    unknown: tuple[str, ...]

    @property
    def findable(self) -> tuple[bool, ...]:
        """For each phrase, whether the detector can find such a thing at all."""
        return tuple(phrase.findable for phrase in self.phrases)

    def reference(self, phrase_scores: FloatArray, threshold: float) -> IntArray:
        """Return the reference proposals, (E,) int64; see ``top_answers``."""
        return top_answers(phrase_scores, self.targets, threshold)


class TextAlignedDetector:
    """Boxes with embeddings; phrase scores by words.

    The image is shrunk to what the network takes on the host: OpenCV averages areas in a third of a
    millisecond, several times faster than a resize in the graph, and fewer bytes are moved.
    A detector for one thread: the network's input is a buffer that every call writes over.

    Args:
        session: active; takes (1, H, W, 3) uint8 RGB, letterboxed to the top left, and gives
            (1, cells, 5 + K + colours + patterns) float32: box xyxy in network pixels,
            probability of an object, noun embedding, logits of colours and of patterns. This
            detector does not own it.
        words: the vectors that belong to the network.
        config: thresholds; None for ``ADVISED``.
        encoder: of nouns that ``words`` does not have.

    Raises:
        EngineError: the session has other tensors than these.
    """

    def __init__(
        self,
        session: Session,
        words: WordTable,
        config: DetectorConfig | None = None,
        *,
        encoder: TextEncoder | None = None,
    ) -> None:
        self._session = session
        self._words = words
        self._config = config or ADVISED
        self._limits = self._config.limits(_SAME_OBJECT_IOU, _SAME_OBJECT_IOU)
        self._encoder = encoder
        self._nouns = words.vectors.shape[1]
        embedding = self._nouns + len(words.colours) + len(words.patterns)
        self._input, self._output, self._size = _check_tensors(session, embedding)
        self._canvas = np.full((1, *self._size, 3), PAD, np.uint8)
        self._fitted: Letterbox | None = None
        rows = [words.words.index(category) for category in words.categories]
        self._categories = np.ascontiguousarray(words.vectors[rows].T)
        self._category_biases = words.biases[rows]

    @property
    def reference_threshold(self) -> float:
        """Phrase score from which a box can be the detector's own answer."""
        return self._config.reference_threshold

    def prepare(self, prompt: Prompt) -> AlignedPrompt:
        """Look up every word once."""
        phrases = tuple(self._align(phrase) for phrase in prompt.phrases)
        unknown = (
            phrase.noun
            for phrase, aligned in zip(prompt.phrases, phrases, strict=True)
            if not aligned.findable
        )
        return AlignedPrompt(
            phrases=phrases,
            targets=tuple(
                tuple(query.first_column + phrase for phrase in query.expression.targets)
                for query in prompt.queries
            ),
            unknown=tuple(dict.fromkeys(unknown)),
        )

    def detect(self, image: UInt8Array, prepared: AlignedPrompt) -> Detections:
        """Return the objects in ``image``, (H, W, 3) uint8 RGB; also weak ones."""
        letterbox = self._fill(image)
        rows = self._session.infer({self._input: self._canvas})[self._output][0]
        rows, boxes = self._candidates(rows, letterbox, image.shape[0], image.shape[1])
        fits = sigmoid(rows[:, 5 : 5 + self._nouns] @ self._categories + self._category_biases)
        # Objects have one score, whatever they are: what suppression ranks is a share of it.
        evidence = rows[:, 4:5] * fits / np.maximum(fits.max(axis=1, keepdims=True), 1e-6)
        kept, _ = suppress(
            boxes,
            np.asarray(evidence, np.float32),
            same_class_iou=self._limits[0],
            any_class_iou=self._limits[1],
        )
        kept = kept[: self._config.max_boxes]
        rows, boxes = rows[kept], np.asarray(boxes[kept])
        phrase_scores = self._score(image, boxes, rows, prepared)
        return Detections(
            boxes=boxes,
            scores=np.ascontiguousarray(rows[:, 4]),
            phrase_scores=phrase_scores,
            reference=prepared.reference(phrase_scores, self._config.reference_threshold),
            labels=tuple(self._words.categories[name] for name in fits[kept].argmax(axis=1)),
            findable=prepared.findable,
            appearance=self._appearance(rows),
        )

    def _appearance(self, rows: FloatArray) -> FloatArray:
        """Return what each box looks like, (N, D) of length 1: kind, colours and patterns."""
        kind, words = rows[:, 5 : 5 + self._nouns], rows[:, 5 + self._nouns :]
        certain = np.clip(words, -_CERTAIN, _CERTAIN) + _CERTAIN
        colours, patterns = np.split(certain, [len(self._words.colours)], axis=1)
        return unit_rows(
            np.concatenate([unit_rows(kind), unit_rows(colours), unit_rows(patterns) / 2], axis=1)
        )

    def _align(self, phrase: Phrase) -> AlignedPhrase:
        """Return a phrase in terms of outputs; modifiers without an output are left out."""
        outputs = {
            word: 5 + self._nouns + column
            for column, word in enumerate((*self._words.colours, *self._words.patterns))
        }
        shades = {
            f'{shade} {colour}': outputs[colour]
            for shade in _SHADES
            for colour in self._words.colours
        }
        named = shades | outputs
        said = (*phrase.colours, *phrase.attributes)
        denied = (*phrase.excluded_colours, *phrase.excluded_attributes)
        noun = self._noun(phrase)
        return AlignedPhrase(
            noun=noun,
            known=noun is not None or not phrase.noun,
            findable=not phrase.noun or (noun is not None and noun.findable),
            words=tuple(named[word] for word in said if word in named),
            excluded=tuple(outputs[word] for word in denied if word in outputs),
            shade=_measured(tuple(word for word in said if word in shades)),
            appearance=Appearance.of(_unlearned(phrase, named, outputs), person=False),
        )

    def _noun(self, phrase: Phrase) -> Noun | None:
        """Return the longest compound that is known; None for any object."""
        if not phrase.noun:
            return None
        for word in compounds(phrase):
            noun = self._words.noun(word)
            if noun is not None:
                return noun
        return self._words.noun(phrase.noun, self._encoder)

    def _fill(self, image: UInt8Array) -> Letterbox:
        """Write an image into the network's input; return how it lies in there."""
        letterbox = Letterbox.fit((image.shape[0], image.shape[1]), self._size, centred=False)
        if letterbox != self._fitted:
            self._canvas.fill(PAD)
            self._fitted = letterbox
        inside = self._canvas[0, : letterbox.height, : letterbox.width]
        size = (letterbox.width, letterbox.height)
        shrinks = letterbox.scale < 1
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        np.copyto(inside, cv2.resize(image, size, interpolation=method))
        return letterbox

    def _candidates(
        self, rows: npt.NDArray[np.float32], letterbox: Letterbox, height: int, width: int
    ) -> tuple[FloatArray, FloatArray]:
        """Return the likely rows, (N, 5 + E), and their boxes in source pixels, (N, 4)."""
        chosen = np.flatnonzero(rows[:, 4] >= self._config.score_threshold)
        if len(chosen) > _CANDIDATES:
            best = np.argpartition(-rows[chosen, 4], _CANDIDATES)[:_CANDIDATES]
            chosen = np.sort(chosen[best])
        rows = rows[chosen]
        boxes = clip_boxes(letterbox.to_source(rows[:, :4]), height, width)
        # Under a pixel is nothing to look at. The comparison also drops what is not a number.
        solid = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(axis=1)
        return rows[solid], boxes[solid]

    def _score(
        self, image: UInt8Array, boxes: FloatArray, rows: FloatArray, prepared: AlignedPrompt
    ) -> FloatArray:
        """Return how well each box fits each phrase, (N, P) float32 in [0, 1]."""
        scores = np.zeros((len(rows), len(prepared.phrases)), np.float32)
        if not len(rows):
            return scores
        words = sigmoid(rows[:, 5:])
        for column, phrase in enumerate(prepared.phrases):
            if not phrase.known:
                continue
            fit = rows[:, 4].copy()
            if phrase.noun is not None:
                fit *= phrase.noun.score(rows[:, 5 : 5 + self._nouns])
            for output in phrase.words:
                fit *= words[:, output - 5]
            for output in phrase.excluded:
                fit *= 1 - words[:, output - 5]
            scores[:, column] = fit
        _measure(image, boxes, scores, prepared)
        return scores


def _measure(
    image: UInt8Array, boxes: FloatArray, scores: FloatArray, prepared: AlignedPrompt
) -> None:
    """Let the colours that have no output speak, where a box may be meant.

    Args:
        image: (H, W, 3) uint8 RGB.
        boxes: (N, 4) float32 xyxy source pixels, each with area inside the image.
        scores: (N, P) float32 by the outputs alone; changed in place.
        prepared: the P phrases.
    """
    phrases = prepared.phrases
    columns = [n for n, phrase in enumerate(phrases) if phrase.appearance or phrase.shade]
    rows = np.flatnonzero((scores[:, columns] >= _NO_FIT).any(axis=1))
    if not len(rows):
        return
    samples = sample(image, boxes[rows])
    for column in columns:
        shade = _SHADE_FLOOR + (1 - _SHADE_FLOOR) * phrases[column].shade.agreement(samples)
        scores[rows, column] *= phrases[column].appearance.agreement(samples) * shade


def _measured(colours: tuple[str, ...]) -> Appearance:
    return Appearance.of(Phrase(text='', noun='', colours=colours), person=False)


def _unlearned(phrase: Phrase, named: Mapping[str, int], outputs: Mapping[str, int]) -> Phrase:
    """Return a phrase with those colours that no output answers for."""
    return replace(
        phrase,
        colours=tuple(colour for colour in phrase.colours if colour not in named),
        excluded_colours=tuple(c for c in phrase.excluded_colours if c not in outputs),
    )


def _check_tensors(session: Session, embedding: int) -> tuple[str, str, tuple[int, int]]:
    """Return the names of input and output, and (height, width) of the network's image."""
    inputs, outputs = session.inputs, session.outputs
    if len(inputs) == 1 and len(outputs) == 1:
        taken, given = inputs[0].shape, outputs[0].shape
        if len(taken) == 4 and (taken[0], taken[3]) == (1, 3) and inputs[0].dtype == np.uint8:
            height, width = taken[1], taken[2]
            fits = len(given) == 3 and (given[0], given[2]) == (1, 5 + embedding)
            if fits and isinstance(height, int) and isinstance(width, int):
                return inputs[0].name, outputs[0].name, (height, width)
    came = '; '.join(str(spec) for spec in (*inputs, *outputs))
    raise EngineError(
        f'{session.key}: expected (1, H, W, 3) uint8 to (1, cells, {5 + embedding}) float32, as '
        f'the word table has it; got {came}; use the model and the table of one package'
    )
