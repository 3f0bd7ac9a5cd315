"""What is written down of a graph against its network, with reduced widths."""

from __future__ import annotations

import json
from importlib.util import find_spec
from unittest import mock

import numpy as np
import pytest

from tenet_ros.cli.main import main
from tenet_ros.errors import SourceError

pytest.importorskip('torch', reason='needs torch (extra export)')
pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')
pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')

from tenet_ros.evaluation import bench_parity
from tenet_ros.evaluation.parity import detector_gaps, pixel_gaps

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work


def bench(tmp_path, shared_data, models):
    out = tmp_path / 'out.json'
    status = main(
        [
            *('bench', 'engines', '--models', models, '--sizes', '640x480', '--small'),
            *('--session', 'ort-cpu', '--runs', '1', '--parity', str(shared_data / 'rvos')),
            *('--json', str(out)),
        ]
    )
    assert status == 0
    return json.loads(out.read_text())


def test_graphs_are_held_against_their_networks(tmp_path, shared_data, capsys):
    figures = bench(tmp_path, shared_data, 'owlv2,efficientvit_sam,yolox')

    parity = figures['parity']
    assert parity.keys() == {'owlv2 640x480', 'efficientvit_sam 640x480', 'yolox 640x480'}
    words, masks, none = parity.values()
    assert words['frames'] == masks['frames'] == 3
    for row in (words, masks):
        assert row['pixels']['grey_levels'] <= 2 + 1e-3
        assert row['same_pixels'].keys() == row['processor_pixels'].keys()
        assert row['same_pixels']['scores'] <= 1e-3
    assert words['same_pixels']['boxes'] <= 1e-3
    assert words['same_pixels']['boxes_px'] == pytest.approx(640 * words['same_pixels']['boxes'])
    assert words['same_pixels']['within'] == 1
    assert 0.9 <= words['same_pixels']['same_rank'] <= 1
    assert words['same_pixels']['score_range'] > 0
    assert masks['same_pixels']['masks_sure'] <= masks['same_pixels']['masks'] <= 2e-3
    assert masks['same_pixels']['logits'] <= 2e-3
    assert 'skipped' in none
    shown = capsys.readouterr().out
    assert 'owlv2 640x480, same pixels' in shown
    assert 'efficientvit_sam 640x480, processor pixels' in shown
    assert 'not compared: yolox 640x480' in shown


class Listed:
    """A network of three queries with these answers."""

    def __init__(self, boxes, scores):
        self.boxes, self.scores = np.float32(boxes), np.float32(scores)

    def answers(self, pixels, size, texts):
        return self.boxes, self.scores


def test_queries_are_compared_by_number_and_their_places_counted_apart():
    boxes = [[0, 0, 10, 10], [20, 20, 30, 30], [40, 40, 50, 50]]
    scores = [[0.2] * 5, [0.9] * 5, [0.5] * 5]
    got = {
        'boxes': np.float32([[[40, 40, 50, 51], boxes[1]]]),
        'scores': np.float32([[[0.5] * 5, [0.8] * 5]]),
        'best': np.asarray([[2, 1]]),
    }

    gaps = detector_gaps(got, Listed(boxes, scores), np.zeros((1, 3, 4, 4), np.float32), (50, 100))

    assert gaps['boxes_px'] == 1
    assert gaps['boxes'] == pytest.approx(0.01)
    assert gaps['scores'] == pytest.approx(0.1)
    assert gaps['within'] == 0
    assert gaps['same_rank'] == 0
    assert gaps['score_range'] == pytest.approx(0.4)
    assert gaps['proposals_moved'] == 0


def test_pixels_are_compared_in_grey_levels():
    canvas = np.zeros((1, 3, 2, 2), np.float32)
    pixels = canvas.copy()
    pixels[0, 1, 0, 0] = 0.5

    gaps = pixel_gaps(canvas, pixels, np.asarray([1, 4, 1]))

    assert gaps == {'grey_levels': 2, 'differing': pytest.approx(1 / 12)}


def test_frames_are_the_middles_of_clips_with_their_things(shared_data):
    found = bench_parity.shots(shared_data / 'rvos', (480, 640))

    assert len(found) == bench_parity.FRAMES
    for shot in found:
        assert shot.image.shape == (480, 640, 3)
        assert len(shot.boxes) > 0
        assert np.all(shot.boxes[:, :2] < shot.boxes[:, 2:])
        assert np.all(shot.boxes[:, 2:] <= [640 + 1e-3, 480 + 1e-3])


def test_a_folder_without_clips_is_refused(tmp_path):
    with pytest.raises(SourceError, match='name their parent'):
        bench_parity.shots(tmp_path, (480, 640))


def test_what_is_not_installed_is_named_before_anything_is_measured(tmp_path, capsys):
    def found(package):
        return None if package == 'transformers' else find_spec(package)

    with mock.patch.object(bench_parity, 'find_spec', found):
        status = main(['bench', 'engines', '--models', 'owlv2', '--parity', str(tmp_path)])

    assert status != 0
    assert (
        "transformers to run the original networks, got none; run pip install 'tenet_ros[export"
        in (capsys.readouterr().err)
    )
