from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='needs torch, of the extra [train]')
onnx = pytest.importorskip('onnx', reason='needs onnx, of the extra [train]')

from tenet_ros.inference.manifest_form import parse_manifest  # noqa: E402
from tenet_ros.inference.ort import OrtSession  # noqa: E402
from tenet_ros.sim.catalogue import CATEGORIES  # noqa: E402
from tenet_ros.stages.word_table import WordTable  # noqa: E402
from tenet_ros.training.detector.calibrate import platt  # noqa: E402
from tenet_ros.training.detector.deploy import (  # noqa: E402
    Calibration,
    Deployed,
    TorchSession,
    other_names,
    word_table,
)
from tenet_ros.training.detector.export import (  # noqa: E402
    _METRICS,
    NAME,
    export,
    write_float,
    write_manifest,
)
from tenet_ros.training.detector.model import Model  # noqa: E402
from tenet_ros.training.detector.network import HEIGHT, WIDTH  # noqa: E402
from tenet_ros.training.detector.nouns import fit_nouns  # noqa: E402
from tenet_ros.training.detector.words import AXES, BaseVectors  # noqa: E402

CALIBRATION = Calibration(objectness=(2, 1), noun=(0.5, -1), colour=(3, 0), pattern=(1, 2))


def model_and_words() -> tuple[Model, BaseVectors]:
    torch.manual_seed(3)
    torch.set_num_threads(1)
    model = Model()
    # Normalisation without a history would hide a wrong order of folding.
    for name, value in model.named_buffers():
        if 'running' in name:
            value.uniform_(0.5, 1.5)
    rng = np.random.default_rng(0)
    words = (*CATEGORIES, *other_names(), 'elephant')
    base = BaseVectors(
        words=words,
        vectors=rng.normal(size=(len(words), AXES)).astype(np.float32),
        mean=rng.normal(size=384).astype(np.float32),
        axes=rng.normal(size=(384, AXES)).astype(np.float32),
    )
    return model.eval(), base


def test_the_exported_graph_gives_what_torch_gives(tmp_path):
    model, _ = model_and_words()
    deployed = Deployed(model, CALIBRATION).eval()
    graph = tmp_path / 'float.onnx'
    write_float(deployed, graph)
    image = np.random.default_rng(1).integers(0, 256, (1, HEIGHT, WIDTH, 3)).astype(np.uint8)
    with OrtSession(graph, threads=1) as session:
        got = session.infer({'image': image})['rows']
    want = TorchSession(deployed).infer({'image': image})['rows']
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-3)


def test_what_is_shipped_is_what_its_manifest_says(tmp_path):
    model, base = model_and_words()
    (tmp_path / 'engines').mkdir()
    table = word_table(model, base, CALIBRATION)
    images = np.random.default_rng(1).integers(0, 256, (4, HEIGHT, WIDTH, 3)).astype(np.uint8)
    files = export(Deployed(model, CALIBRATION).eval(), table, images, tmp_path)
    write_manifest(files, table, dict.fromkeys(_METRICS, 0.5), tmp_path)
    manifest = parse_manifest(NAME, (tmp_path / 'engines' / f'{NAME}.yaml').read_text())
    assert WordTable.load(files[0].with_name(manifest.files[1].name)).words == base.words
    with OrtSession(files[0], manifest, threads=1) as session:
        rows = session.infer({'image': images[:1]})['rows']
    exact = TorchSession(Deployed(model, CALIBRATION).eval()).infer({'image': images[:1]})['rows']
    kinds = {node.op_type for node in onnx.load(str(files[0])).graph.node}
    assert 'DequantizeLinear' in kinds
    embedding = slice(5, None)
    error = np.abs(rows - exact)[..., embedding].mean()
    assert error < 0.2 * exact[..., embedding].std()


def test_calibration_changes_logits_as_it_says():
    model, base = model_and_words()
    image = torch.randint(0, 256, (1, HEIGHT, WIDTH, 3), dtype=torch.uint8)
    with torch.no_grad():
        plain, scaled = (Deployed(model, c).eval()(image) for c in (None, CALIBRATION))
    np.testing.assert_array_equal(plain[..., :4], scaled[..., :4])
    np.testing.assert_allclose(
        torch.logit(scaled[..., 4].double()), 2 * torch.logit(plain[..., 4].double()) + 1, atol=1e-2
    )
    nouns = slice(5, 5 + model.shape.nouns)
    vectors = torch.from_numpy(base.vectors)
    logits = model.noun_logits(plain[..., nouns], vectors).detach()
    table = word_table(model, base, CALIBRATION)
    calibrated = scaled[..., nouns].numpy() @ table.vectors.T + table.biases
    known = len(words_of_the_tabletop())
    np.testing.assert_allclose(calibrated[..., :known], (0.5 * logits - 1)[..., :known], atol=1e-3)


def words_of_the_tabletop() -> tuple[str, ...]:
    return (*CATEGORIES, *other_names())


def test_words_fit_as_the_noun_table_says():
    model, base = model_and_words()
    table = word_table(model, base)
    for word in ('mug', 'skillet', 'fruit'):
        assert table.noun(word).findable
        assert table.noun(word).weight == 1
    assert table.noun('mug').fits == 1
    assert not table.noun('elephant').findable


def test_other_names_are_fitted_to_what_they_name():
    rng = np.random.default_rng(4)
    centres = 3 * rng.normal(size=(len(CATEGORIES), 48))
    kinds = np.repeat(np.arange(len(CATEGORIES)), 20)
    embeddings = (centres[kinds] + 0.3 * rng.normal(size=(len(kinds), 48))).astype(np.float32)
    vectors, biases = fit_nouns(embeddings, kinds, ('skillet', 'fruit'))
    said = 1 / (1 + np.exp(-(embeddings @ vectors.T + biases)))
    names = np.asarray(tuple(CATEGORIES))[kinds]
    for column, members in enumerate((['pan'], ['banana', 'apple', 'pear'])):
        fits = np.isin(names, members)
        assert said[fits, column].min() > 0.5
        assert said[~fits, column].max() < 0.4


@pytest.mark.parametrize(('factor', 'offset'), [(1.0, 0.0), (0.4, 1.0), (2.0, -1.5)])
def test_platts_scaling_finds_what_was_done_to_the_logits(factor, offset):
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 2, 20000)
    right = rng.random(20000) < 1 / (1 + np.exp(-(factor * logits + offset)))
    said = 1 / (1 + np.exp(-logits))
    answers = list(zip(said.tolist(), right.astype(float).tolist(), strict=True))
    assert platt(answers) == pytest.approx((factor, offset), abs=0.1)
