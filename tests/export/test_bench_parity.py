"""What is written down of a graph against its network, with reduced widths."""

from __future__ import annotations

import json
from importlib.util import find_spec
from unittest import mock

import numpy as np
import pytest

from tenet_ros.cli.main import main
from tenet_ros.cli.parity_table import print_parity
from tenet_ros.errors import SourceError

pytest.importorskip('torch', reason='needs torch (extra export)')
pytest.importorskip('transformers', reason='needs transformers (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')
pytest.importorskip('PIL', reason='the reference preprocessing needs Pillow')

from tenet_ros.evaluation import bench_parity
from tenet_ros.evaluation.parity import detector_gaps, pixel_gaps

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work


def compared(exports, shared_data, exporter):
    record, job = exports(exporter)
    frames = bench_parity.shots(shared_data / 'rvos', record.camera, 2)
    figures = bench_parity.compare(record, job.folder, job.source, frames, full=False, seed=7)
    assert figures.keys() == {'frames', 'pixels', 'same_pixels', 'processor_pixels'}
    assert figures['frames'] == 2
    assert figures['pixels']['grey_levels'] <= 2 + 1e-3
    assert figures['same_pixels'].keys() == figures['processor_pixels'].keys()
    return figures['same_pixels']


def test_a_detector_finds_the_boxes_of_its_network(exports, shared_data):
    same = compared(exports, shared_data, 'owlv2')

    assert same['boxes'] <= 1e-3
    assert same['boxes_px'] == pytest.approx(640 * same['boxes'])
    assert same['scores'] <= 1e-3
    assert same['within'] == 1
    assert 0.9 <= same['same_rank'] <= 1
    assert same['score_range'] > 0.01


def test_a_segmenter_finds_the_masks_of_its_network(exports, shared_data):
    same = compared(exports, shared_data, 'efficientvit_sam')

    assert same['masks_sure'] <= 1e-3
    assert same['masks_sure'] <= same['masks'] <= 2e-3
    assert same['logits'] <= 2e-3
    assert same['scores'] <= 1e-3
    assert 0.4 < same['share'] < 0.6


def test_the_command_writes_it_beside_the_graphs_and_names_what_has_no_network(
    tmp_path, shared_data, capsys
):
    out = tmp_path / 'out.json'

    status = main(
        [
            *('bench', 'engines', '--models', 'yolox', '--sizes', '640x480', '--small'),
            *('--session', 'ort-cpu', '--runs', '1', '--parity', str(shared_data / 'rvos')),
            *('--json', str(out)),
        ]
    )

    assert status == 0
    figures = json.loads(out.read_text())
    assert figures.keys() == {'yolox.image 640x480 ort-cpu', 'parity', 'machine'}
    assert figures['parity'].keys() == {'yolox 640x480'}
    assert 'not compared: yolox 640x480: no network in torch' in capsys.readouterr().out


def test_the_table_has_a_row_for_the_same_pixels_and_one_for_the_processors(capsys):
    print_parity(
        {
            'owlv2 640x480': {
                'same_pixels': {'boxes_px': 0.0125, 'same_rank': 0.98},
                'processor_pixels': {'boxes_px': 0.5},
            },
            'sam2 640x480': {'same_pixels': {'masks': 0.00012}},
        }
    )

    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines() if '640x480' in line]
    assert rows[0] == [
        'owlv2',
        '640x480,',
        'same',
        'pixels',
        '0.0125',
        *'----'[:3],
        '98%',
        '-',
        '-',
    ]
    assert rows[1][4] == '0.5'
    assert rows[2][-2:] == ['0.012%', '-']


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
