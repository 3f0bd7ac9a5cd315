"""Reading clips: what is in them, and what is said of broken ones."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from tenet_ros.errors import SourceError
from tenet_ros.evaluation.clips import gt_boxes, load_clip, load_clips, read_labels


def palette_png(labels, palette):
    """Write a palette PNG by hand; OpenCV cannot."""
    height, width = labels.shape

    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', crc)

    rows = b''.join(b'\0' + row.tobytes() for row in labels.astype(np.uint8))
    header = struct.pack('>IIBBBBB', width, height, 8, 3, 0, 0, 0)
    colours = np.asarray(palette, np.uint8).tobytes()
    chunks = ((b'IHDR', header), (b'PLTE', colours), (b'IDAT', zlib.compress(rows)), (b'IEND', b''))
    return b'\x89PNG\r\n\x1a\n' + b''.join(chunk(kind, data) for kind, data in chunks)


LABELS = np.zeros((8, 12), np.uint8)
LABELS[2:5, 3:7] = 1
LABELS[6:8, 10:12] = 2

DOCUMENT = {
    'size': [12, 8],
    'fps_nominal': 24,
    'gt': {'type': 'dense_mask_multi'},
    'objects': {
        '1': {
            'name': 'dog',
            'expressions': [{'text': 'the dog', 'kinds': ['category']}],
            'visible_frames': {'count': 1, 'first': 0, 'last': 1, 'absent': [0]},
        },
        '2': {'name': 'ball', 'expressions': [{'text': 'the ball'}, {'text': 'its toy'}]},
    },
    'no_target_expressions': [{'text': 'the cat', 'reason': 'absent category'}],
    'multi_target_expressions': [{'text': 'both', 'ids': ['1', '2']}],
    'manual_boxes_xyxy': {'frames': {'1': {'2': [1, 2, 3, 4]}}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / 'a_clip'
    for name in ('JPEGImages', 'Annotations'):
        (path / name).mkdir(parents=True)
    image = np.zeros((8, 12, 3), np.uint8)
    image[..., 2] = 200
    for index in range(2):
        cv2.imwrite(str(path / f'JPEGImages/{index:05}.jpg'), image)
        annotation = path / f'Annotations/{index:05}.png'
        annotation.write_bytes(palette_png(LABELS, [(0, 0, 0), (128, 0, 0), (0, 128, 0)]))
    (path / 'expressions.json').write_text(json.dumps(DOCUMENT))
    return path


def test_clip_tells_what_is_in_it(folder):
    clip = load_clip(folder)
    assert clip.name == 'a_clip'
    assert clip.size == (8, 12)
    assert clip.fps == 24
    assert len(clip.frames) == 2
    assert clip.dense
    assert not clip.merged
    assert [(o.object_id, o.name, o.visible) for o in clip.objects] == [
        (1, 'dog', (1,)),
        (2, 'ball', ()),
    ]
    assert clip.boxes[1][2].tolist() == [1, 2, 3, 4]


def test_sentences_are_sorted_by_what_they_refer_to(folder):
    clip = load_clip(folder)
    assert [s.text for s in clip.referring] == ['the dog', 'the ball', 'its toy']
    assert [(s.text, s.object_ids) for s in clip.group] == [('both', (1, 2))]
    assert [(s.text, s.kinds) for s in clip.no_target] == [('the cat', ('absent category',))]
    assert clip.referring[0].kinds == ('category',)


def test_pixels_are_rgb_and_labels_are_ids(folder):
    clip = load_clip(folder)
    assert clip.image(0)[0, 0, 0] > 150
    assert clip.image(0)[0, 0, 2] < 50
    assert np.array_equal(clip.labels(1), LABELS)
    both = clip.group[0]
    assert np.array_equal(clip.mask(0, both), LABELS > 0)
    assert not clip.mask(0, clip.no_target[0]).any()


def test_clip_without_ground_truth_is_not_dense(folder):
    for path in (folder / 'Annotations').iterdir():
        path.unlink()
    clip = load_clip(folder)
    assert not clip.dense
    with pytest.raises(SourceError, match='no dense ground truth'):
        clip.labels(0)


def test_colour_that_stands_twice_in_the_palette_means_its_first_index(tmp_path):
    path = tmp_path / 'labels.png'
    path.write_bytes(palette_png(LABELS, [(0, 0, 0), (9, 9, 9), (50, 9, 9), (9, 9, 9)]))
    assert np.array_equal(read_labels(path), LABELS)


def test_grey_palette_and_grey_image_are_read_too(tmp_path):
    path = tmp_path / 'labels.png'
    path.write_bytes(palette_png(LABELS, [(0, 0, 0), (128, 128, 128), (255, 255, 255)]))
    assert np.array_equal(read_labels(path), LABELS)
    cv2.imwrite(str(path), LABELS)
    assert np.array_equal(read_labels(path), LABELS)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        pytest.param(None, 'expected a label PNG', id='missing'),
        pytest.param(b'', 'readable', id='empty'),
        pytest.param(b'not a picture', 'readable', id='something else'),
    ],
)
def test_unreadable_labels_are_named(tmp_path, content, message):
    path = tmp_path / 'labels.png'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=message) as raised:
        read_labels(path)
    assert str(path) in str(raised.value)


def test_coloured_picture_is_no_label_image(tmp_path):
    path = tmp_path / 'labels.png'
    cv2.imwrite(str(path), np.full((4, 4, 3), (1, 2, 3), np.uint8))
    with pytest.raises(SourceError, match='palette or greyscale'):
        read_labels(path)


def without(*keys):
    return lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k not in keys})


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        pytest.param(lambda _: '{', 'readable JSON', id='broken json'),
        pytest.param(lambda _: '[]', 'keys of a clip', id='no object'),
        pytest.param(without('gt'), 'keys of a clip', id='no gt'),
        pytest.param(without('size'), 'keys of a clip', id='no size'),
    ],
)
def test_broken_description_is_named(folder, change, message):
    path = folder / 'expressions.json'
    path.write_text(change(path.read_text()))
    with pytest.raises(SourceError, match=message) as raised:
        load_clip(folder)
    assert str(path) in str(raised.value)


def test_missing_annotation_is_named(folder):
    (folder / 'Annotations/00001.png').unlink()
    with pytest.raises(SourceError, match='one annotation per frame'):
        load_clip(folder)


def test_folder_without_clips_is_named(tmp_path):
    with pytest.raises(SourceError, match=r'expressions\.json'):
        load_clips(tmp_path)


def test_frame_of_another_size_is_named(folder):
    cv2.imwrite(str(folder / 'JPEGImages/00001.jpg'), np.zeros((5, 5, 3), np.uint8))
    with pytest.raises(SourceError, match='rows and columns'):
        load_clip(folder).image(1)


@pytest.mark.parametrize(
    ('labels', 'ids', 'boxes'),
    [
        pytest.param(np.zeros((4, 4), np.uint8), [], [], id='nothing'),
        pytest.param(np.full((4, 6), 9, np.uint8), [9], [[0, 0, 6, 4]], id='everything'),
        pytest.param(LABELS, [1, 2], [[3, 2, 7, 5], [10, 6, 12, 8]], id='two'),
    ],
)
def test_boxes_of_the_ground_truth_are_tight(labels, ids, boxes):
    found_ids, found = gt_boxes(labels)
    assert found_ids.tolist() == ids
    assert found.tolist() == boxes
    assert found.shape == (len(ids), 4)
    assert (found_ids.dtype, found.dtype) == (np.int64, np.float32)


def test_every_real_clip_can_be_read(shared_data: Path):
    clips = load_clips(shared_data / 'rvos')
    assert len(clips) == 8
    assert sum(clip.dense for clip in clips) == 7
    for clip in clips:
        assert clip.referring
        assert clip.no_target
        assert clip.image(0).shape == (*clip.size, 3)
        if clip.dense:
            ids, _ = gt_boxes(clip.labels(0))
            assert set(ids) <= {o.object_id for o in clip.objects}
    assert [clip.name for clip in clips if clip.merged] == ['davis16_scooter-black']
