"""YOLOX (arXiv 2107.08430) as it is published, an ONNX file, with camera bytes in and boxes out."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import compose, helper, numpy_helper, version_converter

from tenet_ros.errors import EngineError
from tenet_ros.export.best_boxes import BestBoxes
from tenet_ros.export.camera import CameraInput, letterbox
from tenet_ros.export.graphs import OPSET, save_graph, to_graph
from tenet_ros.export.job import ExportJob, graph_record
from tenet_ros.export.source import export_record
from tenet_ros.inference.record import ExportRecord

__all__ = ['BOXES', 'PAD', 'STRIDES', 'export', 'write_random_source']

BOXES = 100
"""Cells that leave the graph; which of them are of one object is for the host to find."""

PAD = 114
"""Grey level of the canvas around the image."""

STRIDES = (8, 16, 32)
"""Canvas pixels per cell of the three grids, in output order."""


class _Decoder(torch.nn.Module):
    """Rows of the network to the best boxes."""

    def __init__(self, camera: CameraInput, boxes: int) -> None:
        super().__init__()
        cells, strides = [], []
        height, width = camera.fit.canvas
        for stride in STRIDES:
            y, x = torch.meshgrid(
                torch.arange(height // stride), torch.arange(width // stride), indexing='ij'
            )
            cells.append(torch.stack([x.flatten(), y.flatten()], dim=1))
            strides.append(torch.full((x.numel(), 1), stride))
        self.register_buffer('cells', torch.cat(cells).to(torch.float32))
        self.register_buffer('strides', torch.cat(strides).to(torch.float32))
        self.boxes = BestBoxes(camera, boxes, normalised=False)

    def forward(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        middle = (rows[..., :2] + self.cells) * self.strides
        size = torch.exp(rows[..., 2:4]) * self.strides
        scores = rows[..., 4:5] * rows[..., 5:]
        best: tuple[torch.Tensor, torch.Tensor] = self.boxes(
            torch.cat([middle, size], dim=-1), scores
        )
        return best


def export(job: ExportJob) -> ExportRecord:
    """Write ``image.onnx``.

    Raises:
        EngineError: the source is not one published YOLOX.
    """
    network = _load(job)
    (height, width), cells, columns = _shapes(job, network)
    fit = letterbox(job.camera, (height, width), anchor='top_left')
    camera = CameraInput(fit, antialias=False, rounding='end', pad=PAD, bgr=True)
    boxes = min(BOXES, cells)
    image = {'image': torch.zeros((1, *job.camera, 3), dtype=torch.uint8)}
    rows = {'rows': torch.zeros((1, cells, columns))}
    graph = _joined(
        to_graph(camera, image, ('canvas',)),
        network,
        to_graph(_Decoder(camera, boxes), rows, ('boxes', 'scores')),
    )
    save_graph(graph, job.folder / 'image.onnx', job.precision)
    return export_record(
        job,
        'yolox',
        canvas=(height, width),
        limits={'boxes': boxes, 'phrases': columns - 5},
        graphs=(graph_record(job.folder / 'image.onnx', 'image'),),
    )


def _load(job: ExportJob) -> onnx.ModelProto:
    """Return the one ONNX file of the source, in the opset of this package."""
    files = sorted(job.source.glob('*.onnx'))
    if len(files) != 1:
        came = ', '.join(path.name for path in files) or 'none'
        raise EngineError(
            f'{job.model}: expected one .onnx file in {job.source}, got {came}; run '
            f'`tenet-ros models pull {job.model}`'
        )
    try:
        network = onnx.load(files[0])
        onnx.checker.check_model(network)
        return version_converter.convert_version(network, OPSET)
    except Exception as error:  # onnx raises whatever protobuf raises
        raise EngineError(
            f'{job.model}: expected an ONNX graph in {files[0]}, got '
            f'{" ".join(str(error).split())[:200]}; remove it and run '
            f'`tenet-ros models pull {job.model}`'
        ) from error


def _shapes(job: ExportJob, network: onnx.ModelProto) -> tuple[tuple[int, int], int, int]:
    """Return (height, width) of the canvas, and rows and columns of the output."""
    weights = {tensor.name for tensor in network.graph.initializer}
    inputs = [value for value in network.graph.input if value.name not in weights]
    values = [*inputs, *network.graph.output]
    shapes = [tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim) for value in values]
    if len(inputs) == 1 and [len(shape) for shape in shapes] == [4, 3]:
        (_, channels, height, width), (_, cells, columns) = shapes
        wanted = sum((height // stride) * (width // stride) for stride in STRIDES)
        if channels == 3 and cells == wanted > 0 and columns > 5:
            return (height, width), cells, columns
    raise EngineError(
        f'{job.model}: expected a YOLOX, (1, 3, H, W) to (1, cells, 5 + classes), got {shapes}; '
        'name the exporter that fits in the manifest'
    )


def _joined(
    camera: onnx.ModelProto, network: onnx.ModelProto, decoder: onnx.ModelProto
) -> onnx.ModelProto:
    """Return the three graphs as one."""
    weights = {tensor.name for tensor in network.graph.initializer}
    taken = next(value.name for value in network.graph.input if value.name not in weights)
    plain = [value for value in network.graph.input if value.name == taken]
    del network.graph.input[:]
    network.graph.input.extend(plain)  # older files list their weights as inputs
    for graph in (camera, network, decoder):
        graph.ir_version = camera.ir_version
        del graph.opset_import[:], graph.graph.value_info[:]
        graph.opset_import.append(helper.make_opsetid('', OPSET))
    # Nodes that keep their scopes are nodes that FP16 spares.
    network = compose.add_prefix(network, 'network/')
    first = compose.merge_models(camera, network, io_map=[('canvas', f'network/{taken}')])
    decoder = compose.add_prefix(decoder, 'boxes/', rename_inputs=False, rename_outputs=False)
    result = network.graph.output[0].name
    return compose.merge_models(first, decoder, io_map=[(result, 'rows')])


def write_random_source(folder: Path, *, full: bool, seed: int) -> None:
    """Write a graph with the contract of ``yolox_s.onnx``, of a few convolutions."""
    side, classes = (640 if full else 64), 80
    draw = torch.Generator().manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    nodes, weights, rows = [], [], []

    def convolve(source: str, name: str, shape: tuple[int, int, int], stride: int) -> str:
        weight = torch.randn((shape[0], shape[1], shape[2], shape[2]), generator=draw)
        weight /= (shape[1] * shape[2] ** 2) ** 0.5
        weights.append(numpy_helper.from_array(weight.numpy(), f'{name}.weight'))
        nodes.append(
            helper.make_node(
                'Conv',
                [source, f'{name}.weight'],
                [name],
                strides=[stride] * 2,
                pads=[(shape[2] - 1) // 2] * 4,
            )
        )
        return name

    weights.append(numpy_helper.from_array(torch.tensor(0.02).numpy(), 'scale'))
    nodes.append(helper.make_node('Mul', ['images', 'scale'], ['scaled']))
    trunk = 'scaled'
    for level, (channels, before) in enumerate([(8, 3), (16, 8), (32, 16), (64, 32), (64, 64)]):
        trunk = convolve(trunk, f'down{level}', (channels, before, 3), 2)
        nodes.append(helper.make_node('Tanh', [trunk], [f'{trunk}.tanh']))
        trunk = f'{trunk}.tanh'
        if level >= 2:
            place = convolve(trunk, f'place{level}', (4, channels, 1), 1)
            head = convolve(trunk, f'head{level}', (1 + classes, channels, 1), 1)
            nodes.append(helper.make_node('Sigmoid', [head], [f'{head}.sigmoid']))
            nodes.append(
                helper.make_node('Concat', [place, f'{head}.sigmoid'], [f'all{level}'], axis=1)
            )
            cells = (side >> (level + 1)) ** 2
            shape = torch.tensor([1, 5 + classes, cells]).numpy()
            weights.append(numpy_helper.from_array(shape, f'shape{level}'))
            nodes.append(
                helper.make_node('Reshape', [f'all{level}', f'shape{level}'], [f'flat{level}'])
            )
            rows.append(f'flat{level}')
    nodes.append(helper.make_node('Concat', rows, ['joined'], axis=2))
    nodes.append(helper.make_node('Transpose', ['joined'], ['output'], perm=[0, 2, 1]))
    total = sum((side // stride) ** 2 for stride in STRIDES)
    graph = helper.make_graph(
        nodes,
        'yolox',
        [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info('output', onnx.TensorProto.FLOAT, [1, total, 5 + classes])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)], ir_version=6)
    onnx.save(model, folder / 'yolox_random.onnx')
