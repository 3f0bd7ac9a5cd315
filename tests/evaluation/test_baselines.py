"""The baselines answer as they are described, on a clip whose every part is scripted."""

from __future__ import annotations

import numpy as np
import pytest

from tenet_ros.config import DecisionConfig, TrackerConfig
from tenet_ros.evaluation.baselines import Parts, answers, replay, truth_masks
from tenet_ros.evaluation.bench_clips import run, summary
from tenet_ros.evaluation.clips import Clip, Sentence
from tenet_ros.evaluation.sheets import contact_sheet, sheet_name, write_sheet
from tenet_ros.pipeline import Pipeline
from tenet_ros.stages.decision import Decider
from tenet_ros.stages.protocols import PreferenceScores
from tenet_ros.stages.tracker import OcSortTracker
from tenet_ros.types import Detections, Mask

HEIGHT, WIDTH, FRAMES = 60, 100, 12
LEFT, RIGHT = np.asarray([[10, 10, 30, 50], [60, 10, 80, 50]], np.float32)


class TwoThings:
    """Sees both objects in every frame, and thinks that the right one fits a little better."""

    def prepare(self, prompt):
        return type('Prepared', (), {'unknown': (), 'phrases': len(prompt.phrases)})()

    def detect(self, image, prepared):
        fits = np.zeros((2, prepared.phrases), np.float32)
        fits[:, 0] = (0.6, 0.7)
        return Detections(
            boxes=np.stack([LEFT, RIGHT]),
            scores=np.asarray([0.9, 0.9], np.float32),
            phrase_scores=fits,
            reference=np.asarray([-1], np.int64),
            labels=('thing', 'thing'),
        )


class LikesTheLeft:
    def score_all(self, queries, tracks, image_size):
        logits = np.where(tracks.boxes[:, 0] < 40, 5, -5).astype(np.float32)
        return (PreferenceScores(logits=logits, null=-5.0),) * len(queries)


class FilledBox:
    def encode(self, image):
        return image

    def decode(self, embedding, boxes):
        masks = []
        for x0, y0, x1, y1 in boxes.round().astype(int).tolist():
            crop = np.ones((y1 - y0, x1 - x0), np.uint8)
            masks.append(Mask(crop=crop, x0=x0, y0=y0, quality=1.0))
        return tuple(masks)


def parts():
    pipeline = Pipeline(
        tracker=OcSortTracker(TrackerConfig()),
        preference=LikesTheLeft(),
        new_decider=lambda: Decider(DecisionConfig()),
        segmenter=FilledBox(),
    )
    return Parts(pipeline=pipeline, detector=TwoThings(), segmenter=FilledBox())


def paint(box):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    x0, y0, x1, y1 = box.astype(int)
    mask[y0:y1, x0:x1] = True
    return mask


@pytest.fixture
def images():
    return [np.full((HEIGHT, WIDTH, 3), 90, np.uint8) for _ in range(FRAMES)]


@pytest.fixture
def labels():
    label = np.zeros((HEIGHT, WIDTH), np.uint8)
    label[paint(LEFT)], label[paint(RIGHT)] = 1, 2
    return [label] * FRAMES


def iou(mask, box):
    mask, truth = mask != 0, paint(box)
    return (mask & truth).sum() / (mask | truth).sum()


def test_each_baseline_chooses_as_it_says(images, labels):
    system = parts()
    played = replay(images, 10.0, 'the thing', system)
    masks = answers(images, labels, (1,), played, system.segmenter)
    last = {name: frames[-1] for name, frames in masks.items()}
    assert iou(last['ours'], LEFT) > 0.9
    assert iou(last['best_track'], LEFT) > 0.9
    assert iou(last['top_confidence'], RIGHT) > 0.9
    assert iou(last['top1_detection'], RIGHT) == 1.0
    assert all(len(frames) == FRAMES for frames in masks.values())


def test_the_best_track_follows_the_object_and_not_the_sentence(images, labels):
    system = parts()
    played = replay(images, 10.0, 'the thing', system)
    right = answers(images, labels, (2,), played, system.segmenter)['best_track'][-1]
    assert iou(right, RIGHT) > 0.9
    both = answers(images, labels, (1, 2), played, system.segmenter)['best_track'][-1]
    assert (both != 0).sum() > 1.8 * (right != 0).sum()


def test_without_an_object_there_is_no_best_track(images, labels):
    system = parts()
    played = replay(images, 10.0, 'the thing', system)
    masks = answers(images, labels, (), played, system.segmenter)
    assert not any(mask.any() for mask in masks['best_track'])


def test_true_boxes_give_what_the_segmenter_makes_of_them(images, labels):
    masks = truth_masks(images, labels, (2,), FilledBox())
    assert [iou(mask, RIGHT) for mask in masks] == [1.0] * FRAMES


class PaintedClip(Clip):
    """A clip without files."""

    __slots__ = ()

    def image(self, index):
        return np.full((HEIGHT, WIDTH, 3), 90, np.uint8)

    def labels(self, index):
        label = np.zeros((HEIGHT, WIDTH), np.uint8)
        label[paint(LEFT)], label[paint(RIGHT)] = 1, 2
        return label


def clip(tmp_path, *, dense=True):
    files = tuple(tmp_path / f'{i}' for i in range(FRAMES))
    return PaintedClip(
        name='painted',
        size=(HEIGHT, WIDTH),
        fps=10.0,
        frames=files,
        annotations=files if dense else (),
        merged=False,
        objects=(),
        sentences=(
            Sentence(text='the left thing', object_ids=(1,)),
            Sentence(text='the right thing', object_ids=(2,)),
            Sentence(text='the things', object_ids=(1, 2)),
            Sentence(text='no such thing', object_ids=()),
        ),
        boxes={},
    )


def test_the_summary_counts_each_sentence_once_and_keeps_kinds_apart(tmp_path):
    rows = [row for row, _ in run([clip(tmp_path), clip(tmp_path, dense=False)], parts)]
    assert len(rows) == 4
    table = summary(rows)
    ours = table['ours']
    assert (ours['sentences'], ours['groups'], ours['no_target_sentences']) == (2, 1, 1)
    left, right = (rows[i].figures['ours']['jf'] for i in (0, 1))
    assert left > 0.6
    assert right < 0.2
    assert ours['jf'] == pytest.approx((left + right) / 2, abs=1e-3)
    assert rows[1].figures['ours']['wrong_target_fraction'] > 0.5
    assert table['gt_boxes']['jf'] == 1.0
    assert ours['false_accept_fraction'] > 0.5
    assert 'false_accept_fraction' not in table['best_track']
    assert rows[3].as_json()['systems']['ours'].keys() == {'false_accept_fraction'}


def test_a_contact_sheet_shows_eight_frames_under_a_title(tmp_path, images, labels):
    played = replay(images, 10.0, 'the thing', parts())
    sheet = contact_sheet('the thing', images, labels, (1,), played.results)
    assert sheet.shape == (28 + 2 * 240, 1600, 3)
    path = tmp_path / 'sheets' / sheet_name('clip', 1, 'The "thing"!')
    write_sheet(path, sheet)
    assert path.name == 'clip-01-the-thing.png'
    assert path.stat().st_size > 1000
