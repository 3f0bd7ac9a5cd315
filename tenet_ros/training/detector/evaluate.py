"""How good a detector is, measured through the stage that runs it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tenet_ros.geometry import iou_matrix
from tenet_ros.inference.session import Session
from tenet_ros.language.expression import Expression, Phrase, Prompt
from tenet_ros.sim.catalogue import CATEGORIES, COLOURS, HELD_OUT, PATTERNS
from tenet_ros.stages.text_aligned import TextAlignedDetector
from tenet_ros.stages.word_table import WordTable
from tenet_ros.training.detector.data import StillSet
from tenet_ros.types import Detections, FloatArray

__all__ = ['Figures', 'evaluate', 'roc_area']

LARGE_PX = 400
"""Visible pixels from which recall is demanded."""

SURE = 0.4
"""Score from which a box counts for precision."""

_SINGLE = (*CATEGORIES, *COLOURS, *PATTERNS)


@dataclass(slots=True)
class Figures:
    """Counts over images; ``summary`` makes rates of them.

    Attributes:
        asked: objects of at least ``LARGE_PX`` visible pixels.
        found: of these, those with a box of IoU 0.5 or more.
        sure_found: those whose box has a score of at least ``SURE``.
        boxes_sure: boxes of such a score.
        wrong_sure: of these, those that are no object's.
        doubled: of these, those on an object that has a better box.
        ious: of every object that was found.
        right: for each kind of word, whether the best of its words was the object's.
        new_pairs: whether colour and category were both right, for pairs held out of training.
        present: best score in the image of a phrase that is true of an object.
        absent: likewise, of one whose words are true of different objects only.
        answers: for each kind of output, its probabilities with whether (1, 0) they were right.
    """

    asked: int = 0
    found: int = 0
    sure_found: int = 0
    doubled: int = 0
    boxes_sure: int = 0
    wrong_sure: int = 0
    ious: list[float] = field(default_factory=list)
    right: dict[str, list[bool]] = field(
        default_factory=lambda: {'category': [], 'colour': [], 'pattern': []}
    )
    new_pairs: list[bool] = field(default_factory=list)
    present: list[float] = field(default_factory=list)
    absent: list[float] = field(default_factory=list)
    answers: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {'objectness': [], 'noun': [], 'colour': [], 'pattern': []}
    )

    def summary(self) -> dict[str, float]:
        """Return the rates by name."""
        return {
            'recall': self.found / max(self.asked, 1),
            f'recall_at_{SURE}': self.sure_found / max(self.asked, 1),
            'precision': 1 - self.wrong_sure / max(self.boxes_sure, 1),
            'doubled': self.doubled / max(self.boxes_sure, 1),
            'iou': float(np.mean(self.ious or [0])),
            **{f'{name}_right': float(np.mean(v or [False])) for name, v in self.right.items()},
            'new_pairs_right': float(np.mean(self.new_pairs or [False])),
            'phrase_roc_area': roc_area(self.present, self.absent),
            'present_median': float(np.median(self.present or [0])),
            'absent_p95': float(np.quantile(self.absent or [0], 0.95)),
        }


def evaluate(session: Session, words: WordTable, stills: StillSet, limit: int = 0) -> Figures:
    """Run the detector over images and count.

    A box finds an object if their IoU is at least 0.5, each box one object and each object one
    box. For phrases, every image is asked for "colour category" of each of its objects (present)
    and for pairs of a colour and a category of which both are there, but not together (absent).

    Args:
        session: active.
        words: of the same detector.
        stills: images with truth.
        limit: so many images at most; 0 for all.
    """
    figures = Figures()
    detector = TextAlignedDetector(session, words)
    for number in range(min(limit, len(stills)) or len(stills)):
        rows = stills.rows(number)
        pairs = {
            (int(c), int(k))
            for c, k in zip(stills.colour[rows], stills.category[rows], strict=True)
        }
        # Colours of patterns may pass for the object's: such pairs are neither there nor not.
        doubtful = {
            (int(c), int(k))
            for c, k in zip(stills.second[rows], stills.category[rows], strict=True)
        }
        mixed = {(c, k) for c, _ in pairs for _, k in pairs} - pairs - doubtful
        asked = [*sorted(pairs), *sorted(mixed)]
        phrases = [Phrase(text=word, noun=word) for word in CATEGORIES]
        phrases += [Phrase(text=word, noun='', colours=(word,)) for word in COLOURS]
        phrases += [Phrase(text=word, noun='', attributes=(word,)) for word in PATTERNS]
        names, hues = tuple(CATEGORIES), tuple(COLOURS)
        phrases += [Phrase(text='', noun=names[k], colours=(hues[c],)) for c, k in asked]
        prompt = Prompt.of(1, (Expression(text='', phrases=tuple(phrases)),))
        found = detector.detect(np.asarray(stills.images[number]), detector.prepare(prompt))
        best = found.phrase_scores[:, len(_SINGLE) :].max(axis=0, initial=0)
        figures.present += best[: len(pairs)].tolist()
        figures.absent += best[len(pairs) :].tolist()
        _count(figures, found, stills, rows)
    return figures


def _count(figures: Figures, found: Detections, stills: StillSet, rows: slice) -> None:
    """Match boxes to objects and count."""
    overlap = iou_matrix(stills.boxes[rows], found.boxes)
    pairs = _match(overlap, found.scores)
    sure = found.scores >= SURE
    figures.boxes_sure += int(sure.sum())
    matched = np.zeros(len(found), np.bool_)
    asked = stills.asked(rows)
    for thing, box in pairs:
        matched[box] = True
        if asked[thing]:
            figures.ious.append(float(overlap[thing, box]))
            words = found.phrase_scores[box] / max(float(found.scores[box]), 1e-6)
            _judge(figures, words, stills, rows.start + thing)
    # A box on something too hidden to be asked for is neither right nor wrong.
    hidden = overlap[~asked].max(axis=0, initial=0) >= 0.5
    figures.answers['objectness'] += [
        (float(score), float(fits))
        for score, fits, skip in zip(found.scores, matched, hidden, strict=True)
        if not skip
    ]
    large = stills.visible_px[rows] >= LARGE_PX
    figures.asked += int(large.sum())
    figures.found += sum(bool(large[thing]) for thing, _ in pairs)
    figures.sure_found += sum(bool(large[thing] and sure[box]) for thing, box in pairs)
    near = overlap.max(axis=0, initial=0)
    figures.wrong_sure += int((sure & ~matched).sum())
    figures.doubled += int((sure & ~matched & (near >= 0.5)).sum())


def _judge(figures: Figures, words: FloatArray, stills: StillSet, row: int) -> None:
    """Compare what a box says, word by word, with the object that it found."""
    start, right = 0, {}
    for name, truth, table in (
        ('category', stills.category, tuple(CATEGORIES)),
        ('colour', stills.colour, tuple(COLOURS)),
        ('pattern', stills.pattern, PATTERNS),
    ):
        said, true = words[start : start + len(table)], int(truth[row])
        start += len(table)
        right[name] = int(said.argmax()) == true
        figures.right[name].append(right[name])
        doubtful = int(stills.second[row]) if name == 'colour' else -1
        figures.answers['noun' if name == 'category' else name] += [
            (float(value), float(index == true))
            for index, value in enumerate(said)
            if index != doubtful
        ]
    pair = tuple(COLOURS)[stills.colour[row]], tuple(CATEGORIES)[stills.category[row]]
    if pair in HELD_OUT:
        figures.new_pairs.append(right['category'] and right['colour'])


def _match(overlap: FloatArray, scores: FloatArray) -> list[tuple[int, int]]:
    """Return pairs (object, box) with IoU of at least 0.5; the boxes choose, the best first."""
    free = np.ones(len(overlap), np.bool_)
    pairs = []
    for box in np.argsort(-scores, kind='stable'):
        fit = np.where(free, overlap[:, box], 0)
        if len(fit) and fit.max() >= 0.5:
            thing = int(fit.argmax())
            free[thing] = False
            pairs.append((thing, int(box)))
    return pairs


def roc_area(present: list[float], absent: list[float]) -> float:
    """Return how often a score of ``present`` is above one of ``absent``; ties count half."""
    if not present or not absent:
        return 0.0
    values: npt.NDArray[np.float64] = np.asarray([*present, *absent])
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n = len(present)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(absent)))
