"""YOLOX with camera bytes in and boxes out finds what the adapter around the bare graph finds."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
pytest.importorskip('onnxscript', reason='needs onnxscript (extra export)')

import cv2  # noqa: E402

from tenet_ros.errors import EngineError  # noqa: E402
from tenet_ros.export.job import ExportJob, open_exporter  # noqa: E402
from tenet_ros.geometry import Letterbox  # noqa: E402

from .parity import check_parity, run  # noqa: E402

SIZES = [(480, 640), (720, 1280)]


def letterboxed(image: np.ndarray, side: int) -> np.ndarray:
    """Return the pixels that the published code gives to the network, (1, 3, side, side)."""
    fit = Letterbox.fit(image.shape[:2], (side, side), centred=False)
    canvas = np.full((side, side, 3), 114, np.float32)
    canvas[: fit.height, : fit.width] = cv2.resize(image, (fit.width, fit.height))[:, :, ::-1]
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None])


def reference(path: Path, image: np.ndarray, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all cells, with NumPy behind the published graph."""
    session = ort.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    taken = session.get_inputs()[0]
    side = taken.shape[2]
    fit = Letterbox.fit(image.shape[:2], (side, side), centred=False)
    rows = session.run(None, {taken.name: pixels})[0][0]
    boxes, start = [], 0
    for stride in (8, 16, 32):
        count = side // stride
        y, x = np.divmod(np.arange(count * count), count)
        part = rows[start : start + count * count]
        start += count * count
        middle = (part[:, :2] + np.stack([x, y], axis=1)) * stride
        half = np.exp(part[:, 2:4]) * stride / 2
        boxes.append(np.concatenate([middle - half, middle + half], axis=1))
    limit = np.asarray([image.shape[1], image.shape[0]] * 2, np.float32)
    found = fit.to_source(np.concatenate(boxes).astype(np.float32))
    return np.clip(found, 0, limit), rows[:, 4:5] * rows[:, 5:]


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('seed', [1, 7])
def test_a_graph_of_the_contract(exports, frames, size, seed):
    record, job = exports('yolox', size, seed)
    found = run(job.folder / 'image.onnx', {'image': frames[size][None]}, canvas=True)
    # The small network has 84 cells, and all of them leave.
    assert found['boxes'].shape == (1, record.limits['boxes'], 4)
    assert found['scores'].shape == (1, record.limits['boxes'], 80)
    want = reference(job.source / 'yolox_random.onnx', frames[size], found['canvas'])
    check_parity((found['boxes'][0], found['scores'][0]), want, size)


@pytest.mark.parametrize('size', SIZES)
def test_pixels_are_opencvs(exports, frames, size):
    record, job = exports('yolox', size)
    canvas = run(job.folder / 'image.onnx', {'image': frames[size][None]}, canvas=True)['canvas']
    want = letterboxed(frames[size], record.canvas[0])
    # OpenCV's weights have eleven bits: a grey level in up to every fourth pixel.
    assert np.abs(canvas - want).max() <= 1
    assert np.ptp(want) > 100


def test_the_published_nano(tmp_path, frames, shared_models):
    published = next(shared_models.rglob('*yolox_nano*.onnx'), None)
    if published is None:
        pytest.skip('needs yolox_nano in models/ of the test material')
    (tmp_path / 'source').mkdir()
    shutil.copy(published, tmp_path / 'source')
    (tmp_path / 'graphs').mkdir()
    job = ExportJob(
        model='yolox_nano_416',
        source=tmp_path / 'source',
        folder=tmp_path / 'graphs',
        camera=(720, 1280),
        precision='fp32',
    )
    record = open_exporter('yolox').export(job)
    assert record.canvas == (416, 416)
    found = run(job.folder / 'image.onnx', {'image': frames[720, 1280][None]}, canvas=True)
    # The network answers one grey level in every eighth pixel with up to three pixels and a few
    # hundredths of score: the same pixels for both.
    want = reference(published, frames[720, 1280], found['canvas'])
    scores, boxes = found['scores'][0], found['boxes'][0]
    sure = scores.max(axis=1) > 0.3
    assert sure.sum() >= 2
    rows = np.concatenate([boxes[sure] / 1280, scores[sure]], axis=1)
    all_rows = np.concatenate([want[0] / 1280, want[1]], axis=1)
    gaps = np.abs(rows[:, None] - all_rows[None])
    gap = gaps[np.arange(len(rows)), gaps.max(axis=2).argmin(axis=1)]
    assert gap.max() < 1e-3


@pytest.mark.parametrize('files', [[], ['one.onnx', 'two.onnx']])
def test_a_source_without_the_one_graph_is_refused(tmp_path, files):
    for name in files:
        (tmp_path / name).write_bytes(b'x')
    job = ExportJob(
        model='yolox_s', source=tmp_path, folder=tmp_path, camera=(480, 640), precision='fp32'
    )
    with pytest.raises(EngineError, match=r'expected one \.onnx file'):
        open_exporter('yolox').export(job)


def test_a_broken_graph_is_refused(tmp_path):
    (tmp_path / 'yolox_s.onnx').write_bytes(b'no graph')
    job = ExportJob(
        model='yolox_s', source=tmp_path, folder=tmp_path, camera=(480, 640), precision='fp32'
    )
    with pytest.raises(EngineError, match='expected an ONNX graph'):
        open_exporter('yolox').export(job)
