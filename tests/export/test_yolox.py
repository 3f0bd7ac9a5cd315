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
from tenet_ros.export.camera import CameraInput, letterbox  # noqa: E402
from tenet_ros.export.job import ExportJob, open_exporter  # noqa: E402
from tenet_ros.geometry import Letterbox  # noqa: E402

from .parity import check_parity, exported, run  # noqa: E402

SIZES = [(480, 640), (720, 1280)]


def reference(
    path: Path, image: np.ndarray, pixels: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and scores of all cells, with OpenCV and NumPy around the published graph."""
    session = ort.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    taken = session.get_inputs()[0]
    side = taken.shape[2]
    fit = Letterbox.fit(image.shape[:2], (side, side), centred=False)
    if pixels is None:
        canvas = np.full((side, side, 3), 114, np.float32)
        canvas[: fit.height, : fit.width] = cv2.resize(image, (fit.width, fit.height))[:, :, ::-1]
        pixels = np.ascontiguousarray(canvas.transpose(2, 0, 1)[None])
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
def test_a_graph_of_the_contract(tmp_path, frames, size):
    record, job = exported('yolox', tmp_path, size)
    found = run(job.folder / 'image.onnx', {'image': frames[size][None]})
    # The small network has 84 cells, and all of them leave.
    assert found['boxes'].shape == (1, record.limits['boxes'], 4)
    assert found['scores'].shape == (1, record.limits['boxes'], 80)
    want = reference(job.source / 'yolox_random.onnx', frames[size])
    # Cells that see nothing but padding answer alike.
    check_parity((found['boxes'][0], found['scores'][0]), want, size, distinct=False)


def test_the_published_nano(tmp_path, frames, shared_models):
    published = next(shared_models.rglob('*yolox_nano*.onnx'), None)
    if published is None:
        pytest.skip('needs yolox_nano in models/ of the test material')
    (tmp_path / 'source').mkdir()
    shutil.copy(published, tmp_path / 'source')
    record, job = exported('yolox', tmp_path, (720, 1280))
    assert record.canvas == (416, 416)
    found = run(job.folder / 'image.onnx', {'image': frames[720, 1280][None]})
    # OpenCV's resize in eight bits is off by a grey level in every eighth pixel, which this network
    # answers with up to three pixels and a few hundredths of score: the same pixels for both.
    fit = letterbox((720, 1280), (416, 416), anchor='top_left')
    camera = CameraInput(fit, antialias=False, rounding='end', pad=114, bgr=True)
    pixels = camera(torch.from_numpy(frames[720, 1280])[None]).numpy()
    want = reference(published, frames[720, 1280], pixels)
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
