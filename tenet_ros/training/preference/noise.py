"""A detector that is made of truth and errors, so that the head meets every kind of detector.

What goes wrong is drawn per clip (how sharp, how biased, how fast the detector is), per thing (a
mug that it takes for a cup all along) and per frame. Nothing is rendered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tenet_ros.geometry import iou_matrix
from tenet_ros.language.expression import Phrase, Prompt
from tenet_ros.sim.catalogue import confusable, confusable_colours
from tenet_ros.sim.scene import Scene, Thing, Truth
from tenet_ros.training.preference.clips import Clip
from tenet_ros.training.preference.nouns import meanings, pattern_named
from tenet_ros.training.preference.profiles import Profile, Random
from tenet_ros.types import Detections

__all__ = ['NoisyDetector']

Array = npt.NDArray[np.float64]


class NoisyDetector:
    """Answers a prompt about a clip whose truth is known, with errors.

    Args:
        rng: of the errors.
        profile: their sizes.
        scene: the clip.
        truth: of its frames.
        prompt: what is asked for.
        targets: for each sentence, (T, n) bool, which of the first n things it means.
    """

    def __init__(
        self,
        rng: Random,
        profile: Profile,
        scene: Scene,
        truth: Truth,
        prompt: Prompt,
        targets: Sequence[npt.NDArray[np.bool_]],
    ) -> None:
        self._rng, self._profile, self._scene, self._truth = rng, profile, scene, truth
        self._prompt, self._targets = prompt, targets
        self._size = (scene.camera.width, scene.camera.height)
        things = len(scene.things)
        self._known = self._draw_known()
        self._logits = self._draw_logits()
        self._missing = np.zeros(things, np.int64)
        self._bias = rng.normal(0.0, 0.3 * profile.jitter, (things, 4))
        self._confidence = rng.normal(1.5, 0.7, things)
        self._haunts = self._draw_ghosts(4)
        self._haunt_logits = rng.normal(-3.0, 1.3, (4, len(prompt.phrases)))
        # A wrong answer to a sentence stays wrong for a while, and is the same one.
        self._informed = rng.random(len(prompt.queries)) < profile.informed

    @classmethod
    def of(cls, rng: Random, profile: Profile, clip: Clip) -> NoisyDetector:
        """Return one that looks at a clip and is asked for all its sentences."""
        targets = [sentence.targets for sentence in clip.sentences]
        return cls(rng, profile, clip.scene, clip.truth, clip.prompt, targets)

    def look(self, frame: int) -> Detections:
        """Return what it sees in a frame of the clip."""
        boxes, rows = self._find(frame)
        logits = self._logits[rows] + self._rng.normal(0, self._profile.flicker, (len(rows), 1))
        logits = logits + self._rng.normal(0, self._profile.flicker / 2, logits.shape)
        doubt = self._doubt(frame)[rows][:, None]
        logits = logits - doubt + self._rng.normal(0, 1, logits.shape) * doubt
        scores = self._confidence[rows] - doubt[:, 0] + self._rng.normal(0, 0.4, len(rows))
        ghosts, ghost_logits = self._appear()
        boxes = np.concatenate([boxes, ghosts])
        logits = np.concatenate([logits, ghost_logits])
        scores = np.concatenate([scores, self._rng.normal(-0.5, 0.7, len(ghosts))])
        profile = self._profile
        phrase_scores = _logistic(profile.sharpness * logits + profile.offset) * self._known
        owner = np.concatenate([rows, np.full(len(ghosts), -1)])
        return Detections(
            boxes=boxes.astype(np.float32),
            scores=_logistic(scores).astype(np.float32),
            phrase_scores=phrase_scores.astype(np.float32),
            reference=self._answer(frame, owner, phrase_scores),
            labels=('thing',) * len(boxes),
            findable=tuple(bool(known) for known in self._known),
        )

    def _draw_known(self) -> Array:
        """Return for each phrase whether the detector knows its noun, (P,) 0 or 1."""
        nouns = [phrase.noun for phrase in self._prompt.phrases]
        unknown = {n for n in nouns if n and self._rng.random() < self._profile.blind}
        return np.asarray([0.0 if noun in unknown else 1.0 for noun in nouns])

    def _draw_logits(self) -> Array:
        """Return how well each thing fits each phrase, before scaling, (N, P)."""
        phrases, profile, rng = self._prompt.phrases, self._profile, self._rng
        kinds = {phrase.noun: dict[str, float]() for phrase in phrases}
        table = np.zeros((len(self._scene.things), len(phrases)))
        for row, thing in enumerate(self._scene.things):
            own = rng.normal(0, 0.5 * profile.spread)
            for column, phrase in enumerate(phrases):
                of_kind = kinds[phrase.noun]
                if thing.category not in of_kind:
                    of_kind[thing.category] = self._kind(thing, phrase)
                table[row, column] = of_kind[thing.category] + own + self._looks(thing, phrase)
        return table + rng.normal(0, profile.spread, table.shape)

    def _kind(self, thing: Thing, phrase: Phrase) -> float:
        """Return the logit of a thing's category for a noun; one draw for all of its like."""
        profile, rng = self._profile, self._rng
        if not thing.category:
            return float(rng.normal(profile.strangeness + 0.5, 1.0))
        meant = meanings(phrase.noun)
        if thing.category in meant:
            return float(rng.normal(1.8, 0.3))
        if any(confusable(thing.category, category) for category in meant):
            return float(rng.normal(profile.kinship, 0.8))
        return float(rng.normal(profile.strangeness, 0.8))

    def _looks(self, thing: Thing, phrase: Phrase) -> float:
        """Return what colour and pattern add to the logit of a thing for a phrase."""
        profile = self._profile
        colours = [
            _colour_distance(thing.colour, colour)
            for colour in phrase.colours
            if len(phrase.colours) == 1 or thing.second != colour
        ]
        patterns = [pattern_named(attribute) for attribute in phrase.attributes]
        for part in phrase.parts:
            patterns.append(pattern_named(part.noun))
            colours += [0.7 * _colour_distance(thing.second, colour) for colour in part.colours]
        if profile.hears_not:
            colours += [1.0 - _colour_distance(thing.colour, c) for c in phrase.excluded_colours]
        missed = sum(bool(pattern) and pattern != thing.pattern for pattern in patterns)
        if profile.hears_not:
            denied = {pattern_named(attribute) for attribute in phrase.excluded_attributes}
            missed += thing.pattern in denied
        return -profile.colour * sum(colours) - profile.pattern * missed

    def _doubt(self, frame: int) -> Array:
        """Return how unsure it is of each thing for being small or hidden, (N,) logits."""
        visible = self._truth.visible_px[frame]
        small = np.clip((500.0 - visible) / 400.0, 0.0, 1.0)
        hidden = np.clip((0.6 - self._truth.visibility[frame]) / 0.5, 0.0, 1.0)
        return np.asarray(0.9 * small + 1.1 * hidden, np.float64)

    def _find(self, frame: int) -> tuple[Array, npt.NDArray[np.int64]]:
        """Return the boxes that it gives to things, (M, 4), and whose they are, (M,)."""
        rng, profile, truth = self._rng, self._profile, self._truth
        visible, share = truth.visible_px[frame], truth.visibility[frame]
        hard = np.clip((250.0 - visible) / 200.0, 0, 1) + np.clip((0.25 - share) / 0.2, 0, 1)
        starts = rng.random(len(visible)) < profile.miss / max(profile.streak, 1.0)
        lengths = 1 + rng.poisson(max(profile.streak - 1.0, 0.0), len(visible))
        self._missing = np.maximum(self._missing - 1, np.where(starts, lengths, 0))
        found = (visible > 30) & (self._missing == 0) & (rng.random(len(visible)) > 0.9 * hard)
        unnamed = np.asarray([not thing.category for thing in self._scene.things])
        found &= ~unnamed | (rng.random(len(visible)) < 0.6)
        rows = np.flatnonzero(found)
        rows = np.concatenate([rows, rows[rng.random(len(rows)) < profile.duplicates]])
        boxes = truth.boxes[frame][rows].astype(np.float64)
        again = np.arange(len(rows)) >= int(found.sum())
        size = np.sqrt(np.maximum(_areas(boxes), 1.0))[:, None]
        noise = rng.normal(0, profile.jitter, boxes.shape) * np.where(again, 4.0, 1.0)[:, None]
        swell = profile.swell * np.asarray([-0.5, -0.5, 0.5, 0.5])
        boxes = boxes + size * (noise + self._bias[rows] + swell)
        boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 2.0)
        return self._merge(boxes, rows)

    def _merge(
        self, boxes: Array, rows: npt.NDArray[np.int64]
    ) -> tuple[Array, npt.NDArray[np.int64]]:
        """Let some pairs that overlap become one box."""
        kept = np.ones(len(boxes), np.bool_)
        overlap = iou_matrix(boxes.astype(np.float32), boxes.astype(np.float32))
        for one, other in zip(*np.nonzero(np.triu(overlap > 0.15, 1)), strict=True):
            if kept[one] and kept[other] and self._rng.random() < self._profile.merges:
                boxes[one, :2] = np.minimum(boxes[one, :2], boxes[other, :2])
                boxes[one, 2:] = np.maximum(boxes[one, 2:], boxes[other, 2:])
                kept[other] = False
        return boxes[kept], rows[kept]

    def _draw_ghosts(self, count: int) -> Array:
        width, height = self._size
        centre = self._rng.uniform((0, 0), (width, height), (count, 2))
        half = self._rng.uniform(0.02, 0.12, (count, 2)) * height
        return np.concatenate([centre - half, centre + half], axis=1)

    def _appear(self) -> tuple[Array, Array]:
        """Return boxes on nothing: some in places of their own, some anywhere."""
        rng, count = self._rng, int(self._rng.poisson(self._profile.ghosts))
        haunted = rng.permutation(len(self._haunts))[: (count + 1) // 2]
        boxes = np.concatenate([self._haunts[haunted], self._draw_ghosts(count // 2)])
        loose = rng.normal(-3.0, 1.3, (count // 2, self._logits.shape[1]))
        logits = np.concatenate([self._haunt_logits[haunted], loose])
        return boxes + rng.normal(0, 2.0, boxes.shape), logits

    def _answer(
        self, frame: int, owner: npt.NDArray[np.int64], phrase_scores: Array
    ) -> npt.NDArray[np.int64]:
        """Return its own answer to each sentence: what is meant, or what fits the words best."""
        answers = np.full(len(self._prompt.queries), -1, np.int64)
        for query, informed in zip(self._prompt.queries, self._informed, strict=True):
            if not len(owner):
                continue
            best = int(phrase_scores[:, query.first_column].argmax())
            if informed and self._rng.random() < 0.9:
                meant = self._targets[query.index][frame]
                hit = np.flatnonzero((owner >= 0) & (owner < len(meant)))
                hit = hit[meant[owner[hit]]]
                best = int(hit[0]) if len(hit) else best
            if phrase_scores[best, query.first_column] >= 0.2:
                answers[query.index] = best
        return answers


def _colour_distance(one: str, other: str) -> float:
    """Return 0 for equal colours, 1 for ones that nobody mixes up."""
    other = other.rsplit(maxsplit=1)[-1]
    return 0.0 if one == other else 0.55 if one and confusable_colours(one, other) else 1.0


def _areas(boxes: Array) -> Array:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float64)


def _logistic(logits: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0))), np.float64)
