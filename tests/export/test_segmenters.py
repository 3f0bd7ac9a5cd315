"""Exported segmenters against the networks that they come from, from camera bytes to pixels."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch (extra export)')
onnx = pytest.importorskip('onnx', reason='needs onnx (extra export)')
transformers = pytest.importorskip('transformers', reason='needs transformers (extra export)')
images = pytest.importorskip('PIL.Image', reason='needs Pillow (comes with transformers)')

from tenet_ros.errors import EngineError  # noqa: E402
from tenet_ros.evaluation.parity import mask_gaps  # noqa: E402
from tenet_ros.export import efficientvit_sam, sam, sam2  # noqa: E402
from tenet_ros.export.boxed_masks import SAM_MEAN, SAM_STD, even_out  # noqa: E402
from tenet_ros.export.efficientvit import SMALL, Encoder  # noqa: E402
from tenet_ros.export.job import ExportJob  # noqa: E402
from tenet_ros.export.original_segmenters import load_segmenter, of_pair  # noqa: E402
from tenet_ros.export.parity import measure  # noqa: E402
from tenet_ros.export.public_decoder import (  # noqa: E402
    COORDINATES,
    SegmentAnythingDecoder,
    write_public,
)
from tenet_ros.export.random_source import spread  # noqa: E402
from tenet_ros.inference.exported import ExportedGraph  # noqa: E402
from tenet_ros.inference.ort import OrtSession  # noqa: E402
from tenet_ros.inference.torch_session import TorchSession  # noqa: E402

from .parity import check_gate, check_pixels, halved, run  # noqa: E402

SIZES = [(480, 640), (720, 1280)]
FAMILIES = ['efficientvit_sam', 'nanosam', 'rows', 'sam', 'sam2']

SEED = 1

CASES = [
    *((family, SIZES[0], SEED) for family in ('efficientvit_sam', 'nanosam', 'sam', 'sam2')),
    *(
        pytest.param(family, size, seed, marks=pytest.mark.slow)
        for family in FAMILIES
        for size, seed in ((SIZES[1], SEED), (SIZES[0], 2), (SIZES[1], 3))
        if (family, size, seed) != ('rows', SIZES[1], SEED)
    ),
]
"""Families, camera sizes, and seeds of the weights."""

WITH_PROGRAM = ('sam2', SIZES[0], SEED)
"""The one that is exported with torch's own program."""

pytestmark = pytest.mark.timeout(600)  # exports share a machine with other work


class Rows(torch.nn.Module):
    """An encoder that takes rows of pixels and normalises and pads them itself."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, rows):
        planes = (rows - torch.tensor(SAM_MEAN)) / torch.tensor(SAM_STD)
        planes = planes.permute(2, 0, 1)[None]
        below, right = COORDINATES - planes.shape[2], COORDINATES - planes.shape[3]
        return self.encoder(torch.nn.functional.pad(planes, (0, right, 0, below)))


def write_pair(folder: Path, seed: int, *, rows: bool):
    """Write encoder and decoder as MobileSAM's and NanoSAM's, and return the original."""
    encoder, decoder = Encoder(SMALL), SegmentAnythingDecoder(*SMALL.embedding)
    spread(encoder, seed)
    spread(decoder, seed)
    even_out(decoder.decoder)
    channels, side = SMALL.embedding
    encoder.eval()
    if rows:
        example = {'input_image': torch.zeros(576, COORDINATES, 3)}
        varying = {'input_image': [0, 1]}
        module = Rows(encoder)
    else:
        example, varying = {'image': torch.zeros(1, 3, SMALL.side, SMALL.side)}, {}
        module = encoder
    write_public(module, folder / 'encoder.onnx', example, ['image_embeddings'], varying)
    write_public(
        decoder,
        folder / 'decoder.onnx',
        {
            'image_embeddings': torch.zeros(1, channels, side, side),
            'point_coords': torch.rand(1, 5, 2) * COORDINATES,
            'point_labels': torch.ones(1, 5),
            'mask_input': torch.zeros(1, 1, 4 * side, 4 * side),
            'has_mask_input': torch.ones(1),
            'orig_im_size': torch.tensor([480.0, 640.0]),
        },
        ['masks', 'iou_predictions', 'low_res_masks'],
        {'point_coords': [1], 'point_labels': [1]},
    )
    return of_pair(encoder, decoder.eval(), COORDINATES if rows else SMALL.side)


def write_source(family: str, folder: Path, seed: int):
    """Write a small source and return its exporter and the original."""
    if family in {'nanosam', 'rows'}:
        folder.mkdir()
        return sam, write_pair(folder, seed, rows=family == 'rows')
    exporter = {'efficientvit_sam': efficientvit_sam, 'sam': sam, 'sam2': sam2}[family]
    exporter.write_random_source(folder, full=False, seed=seed)
    return exporter, load_segmenter(family, folder, full=False, seed=seed)


@pytest.fixture(scope='module')
def sources(tmp_path_factory):
    root, made = tmp_path_factory.mktemp('sources'), {}

    def get(family, seed=SEED):
        if (family, seed) not in made:
            folder = root / f'{family}_{seed}'
            made[family, seed] = (folder, *write_source(family, folder, seed))
        return made[family, seed]

    return get


@pytest.fixture(scope='module')
def exported(sources, tmp_path_factory):
    """Return the record, the folder and the original of a family at a camera size."""
    made = {}

    def get(family, size, seed=SEED):
        if (family, size, seed) not in made:
            source, exporter, original = sources(family, seed)
            folder = tmp_path_factory.mktemp(f'{family}_{size[0]}')
            job = ExportJob(
                model=family,
                source=source,
                folder=folder,
                camera=size,
                precision='fp32',
                torch=(family, size, seed) == WITH_PROGRAM,
            )
            made[family, size, seed] = exporter.export(job), folder, original
        return made[family, size, seed]

    return get


@pytest.fixture(scope='module')
def true_boxes(shared_data):
    """Return boxes of the car of the frames' clip, (10, 4) float32, for a camera size."""

    def get(size):
        found = []
        for frame in range(0, 70, 7):
            path = shared_data / f'rvos/davis16_car-roundabout/Annotations/{frame:05d}.png'
            rows, columns = np.nonzero(np.asarray(images.open(path)))
            box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            found.append(np.asarray(box) / [854, 480, 854, 480])
        return np.asarray(np.asarray(found) * np.asarray([size[1], size[0]] * 2), np.float32)

    return get


def start(folder):
    session = OrtSession(folder / 'segment.onnx', threads=1)
    session.activate()
    return session


def canvas_of(folder, image, boxes, original):
    """Return the very pixels that the graph gives to its network, (1, 3, side, side)."""
    found = run(folder / 'segment.onnx', {'image': image[None], 'boxes': boxes[:1]}, canvas=True)
    return original.whole(found['canvas'])


def check_masks(folder, original, canvas, image, boxes):
    """Check masks in source pixels at the level that has as many pixels above as below.

    Where SAM's processor and the graph may part, twice as many may differ.
    """
    gaps = mask_gaps(start(folder), original, canvas, image, boxes)
    assert 0.4 < gaps.share < 0.6
    assert gaps.sure > 0.95
    assert gaps.masks_sure <= 1e-3
    assert gaps.masks <= 2e-3
    assert gaps.scores <= 1e-3


@pytest.mark.parametrize(('family', 'size', 'seed'), CASES)
def test_pixels_are_the_processors(family, size, seed, exported, frames, true_boxes):
    _, folder, original = exported(family, size, seed)
    canvas = canvas_of(folder, frames[size], true_boxes(size), original)
    check_pixels(canvas, original.pixels(frames[size]), SAM_STD)


@pytest.mark.parametrize(('family', 'size', 'seed'), CASES)
def test_masks_are_the_originals_on_the_same_pixels(
    family, size, seed, exported, frames, true_boxes
):
    _, folder, original = exported(family, size, seed)
    boxes = true_boxes(size)
    canvas = canvas_of(folder, frames[size], boxes, original)
    for count in (1, 10):
        check_masks(folder, original, canvas, frames[size], boxes[:count])


@pytest.mark.parametrize(('family', 'size', 'seed'), CASES)
def test_logits_are_the_originals_on_the_same_pixels(
    family, size, seed, exported, frames, true_boxes
):
    """At the cells' centres, interpolated once between the logits that the network gave."""
    _, folder, original = exported(family, size, seed)
    boxes = true_boxes(size)[:3]
    best, _ = original.best(canvas_of(folder, frames[size], boxes, original), size, boxes)
    masks = run(folder / 'segment.onnx', {'image': frames[size][None], 'boxes': boxes})['masks']
    want = original.at_cells(best, size, boxes, masks.shape[1])
    for row, logits in enumerate(masks):
        spread = float(best[row].std())
        assert spread > 0
        np.testing.assert_allclose(logits, want[row], rtol=0, atol=2e-3 * spread)


@pytest.mark.parametrize('family', FAMILIES)
def test_a_mask_is_the_same_in_any_company(family, exported, frames, true_boxes):
    _, folder, _ = exported(family, SIZES[0])
    session = start(folder)
    image, boxes = frames[SIZES[0]][None], true_boxes(SIZES[0])
    alone = session.infer({'image': image, 'boxes': boxes[2:3]})
    for rows in ([0, 2, 4, 6], list(range(10)) + [2] * 6):
        together = session.infer({'image': image, 'boxes': boxes[rows]})
        place = rows.index(2)
        np.testing.assert_allclose(
            together['masks'][place], alone['masks'][0], atol=2e-3 * np.abs(alone['masks']).max()
        )


@pytest.mark.parametrize('family', FAMILIES)
def test_the_graph_speaks_the_contract_and_has_nothing_that_an_engine_refuses(family, exported):
    record, folder, original = exported(family, SIZES[0])
    session = start(folder)
    cells = record.limits['mask']
    takes = {spec.name: (spec.shape, spec.dtype) for spec in session.inputs}
    gives = {spec.name: spec.shape for spec in session.outputs}
    assert takes == {
        'image': ((1, *SIZES[0], 3), np.dtype(np.uint8)),
        'boxes': (('boxes', 4), np.dtype(np.float32)),
    }
    assert gives == {'masks': ('boxes', cells, cells), 'quality': ('boxes',)}
    assert record.canvas == (original.side, original.side)
    assert record.graph('segment').profiles == {'boxes': ((1, 4), (4, 4), (16, 4))}
    graph = onnx.load(folder / 'segment.onnx')
    kinds = {node.op_type for node in graph.graph.node}
    assert not kinds & {
        *('If', 'Loop', 'Scan', 'Shape', 'Size', 'NonZero', 'Range', 'ConstantOfShape'),
        *('Expand', 'Tile', 'OneHot', 'GridSample', 'NonMaxSuppression', 'GatherND', 'ScatterND'),
    }
    assert {node.domain for node in graph.graph.node} == {''}
    assert [(each.domain, each.version) for each in graph.opset_import] == [('', 18)]


def test_a_decoder_that_cannot_take_several_boxes_is_exported_for_one(
    sources, tmp_path, frames, true_boxes
):
    source, _, original = sources('nanosam')
    folder = tmp_path / 'source'
    shutil.copytree(source, folder)
    decoder = onnx.load(folder / 'decoder.onnx')
    # As a tracer leaves it that has taken the one prompt of its example for a constant.
    rating = next(n for n in decoder.graph.node if 'iou_predictions' in n.output)
    rating.output[0] = 'free'
    shape = onnx.numpy_helper.from_array(np.asarray([1, 4]), 'one_by_four')
    decoder.graph.initializer.append(shape)
    decoder.graph.node.append(
        onnx.helper.make_node('Reshape', ['free', 'one_by_four'], ['iou_predictions'])
    )
    onnx.save(decoder, folder / 'decoder.onnx')
    size = SIZES[0]
    job = ExportJob(model='one', source=folder, folder=tmp_path, camera=size, precision='fp32')
    record = sam.export(job)
    assert record.graph('segment').profiles == {'boxes': ((1, 4), (1, 4), (1, 4))}
    boxes = true_boxes(size)[:2]
    canvas = canvas_of(tmp_path, frames[size], boxes, original)
    check_masks(tmp_path, original, canvas, frames[size], boxes)


@pytest.mark.parametrize('exporter', [efficientvit_sam, sam, sam2])
def test_a_source_without_files_is_named(exporter, tmp_path):
    job = ExportJob(
        model='gone', source=tmp_path, folder=tmp_path, camera=(480, 640), precision='fp32'
    )
    with pytest.raises(EngineError, match='models pull gone'):
        exporter.export(job)


def test_a_decoder_with_other_tensors_is_named(sources, tmp_path):
    source, _, _ = sources('nanosam')
    folder = tmp_path / 'source'
    shutil.copytree(source, folder)
    shutil.copy(source / 'encoder.onnx', folder / 'decoder.onnx')
    job = ExportJob(
        model='wrong', source=folder, folder=tmp_path, camera=(480, 640), precision='fp32'
    )
    with pytest.raises(EngineError, match='image_embeddings, point_coords, point_labels'):
        sam.export(job)


@pytest.mark.parametrize('family', FAMILIES)
def test_an_engine_would_refuse_nothing_of_it(family, exported):
    record, folder, _ = exported(family, SIZES[0])
    check_gate(record, folder)


@pytest.mark.parametrize('family', ['efficientvit_sam', 'sam2'])
def test_half_precision_finds_the_same(family, exported, frames, tmp_path):
    record, folder, _ = exported(family, SIZES[0])
    half = halved(record, folder, tmp_path)
    figures = measure(record, folder, half, tmp_path, images=[frames[SIZES[0]]])
    assert {figure.output for figure in figures} == {'masks', 'quality'}
    assert not [str(figure) for figure in figures if figure.drifts]
    assert any(figure.value > 0 for figure in figures)


def test_torchs_program_answers_as_the_graph(exported, frames, true_boxes):
    """SAM 2.1, for any number of boxes."""
    record, folder, _ = exported(*WITH_PROGRAM)
    size = record.camera
    graph = ExportedGraph.of(record, 'segment', folder)
    with TorchSession(graph, device='cpu') as session:
        for count in (1, 3, 10):
            given = {'image': frames[size][None], 'boxes': true_boxes(size)[:count]}
            got, want = session.infer(given), run(folder / 'segment.onnx', given)
            assert got['masks'].shape[0] == count
            for name in ('masks', 'quality'):
                scale = np.abs(want[name]).max()
                np.testing.assert_allclose(got[name], want[name], rtol=0, atol=1e-3 * scale)
