"""FP16 inside, FP32 at the borders and where FP16 would spoil the result."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnxruntime
import pytest

from tenet_ros.errors import EngineError

onnx = pytest.importorskip('onnx', reason='graphs are rewritten with the extra [export]')

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from tenet_ros.export.half import to_half  # noqa: E402
from tenet_ros.export.rounding import emulate  # noqa: E402

FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16


def graph(nodes, weights=None, *, inputs=None, outputs=None, opset=17):
    """A model whose input is ``x`` (1, 4, 8) and whose output is ``y``, unless told otherwise."""
    inputs = inputs or {'x': (FLOAT, (1, 4, 8))}
    outputs = outputs or {'y': (FLOAT, None)}
    model = helper.make_model(
        helper.make_graph(
            nodes,
            'test',
            [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
            [],
            [
                numpy_helper.from_array(np.asarray(value), name)
                for name, value in (weights or {}).items()
            ],
        ),
        opset_imports=[helper.make_opsetid('', opset)],
        ir_version=8,
    )
    del model.graph.output[:]
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    shapes = {value.name: value for value in inferred.graph.value_info}
    model.graph.output.extend(
        shapes[name] if kind[1] is None else helper.make_tensor_value_info(name, *kind)
        for name, kind in outputs.items()
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def node(op, inputs, outputs, name='', **attributes):
    taken = ['' if name == '-' else name for name in inputs.split()]
    return helper.make_node(op, taken, outputs.split(), name=name, **attributes)


def converted(model, **options):
    half = to_half(model, **options)
    onnx.checker.check_model(half, full_check=True)
    assert [(value.name, value.type) for value in half.graph.input] == [
        (value.name, value.type) for value in model.graph.input
    ]
    assert [(v.name, v.type.tensor_type.elem_type) for v in half.graph.output] == [
        (v.name, v.type.tensor_type.elem_type) for v in model.graph.output
    ]
    assert half.opset_import == model.opset_import
    return half


def run(model, **feed):
    """What a GPU would give: ONNX Runtime's CPU provider hides what FP16 does."""
    session = onnxruntime.InferenceSession(
        emulate(model).SerializeToString(), providers=['CPUExecutionProvider']
    )
    return session.run(None, feed)


def dtypes(model):
    """The type of every tensor, by name."""
    graph = model.graph
    types = {tensor.name: tensor.data_type for tensor in graph.initializer}
    for value in (*graph.value_info, *graph.input, *graph.output):
        types[value.name] = value.type.tensor_type.elem_type
    return types


def computed_in(model, op):
    """The types of the first inputs of all nodes of a kind."""
    types = dtypes(model)
    return {types[node.input[0]] for node in model.graph.node if node.op_type == op}


def ops(model):
    return Counter(node.op_type for node in model.graph.node)


def weight(*shape, scale=0.3):
    return (np.random.default_rng(3).normal(size=shape) * scale).astype(np.float32)


X = np.random.default_rng(0).normal(size=(1, 4, 8)).astype(np.float32)


def test_weights_and_products_are_half_and_two_casts_stand_at_the_borders():
    model = graph(
        [
            node('MatMul', 'x w', 'a'),
            node('Relu', 'a', 'b'),
            node('Reshape', 'b s', 'c'),
            node('MatMul', 'c v', 'y'),
        ],
        {'w': weight(8, 6), 'v': weight(6, 5), 's': np.array([1, 2, 2, 6])},
    )

    half = converted(model)

    assert computed_in(half, 'MatMul') == {HALF}
    assert ops(half)['Cast'] == 2
    assert {t.name: t.data_type for t in half.graph.initializer} == {
        'w_half': HALF,
        'v_half': HALF,
        's': TensorProto.INT64,
    }
    np.testing.assert_allclose(run(half, x=X)[0], run(model, x=X)[0], atol=5e-3)
    assert model.graph.node[0].input[1] == 'w', 'the model that is given stays as it is'


def test_a_tensor_that_many_take_is_cast_once():
    model = graph(
        [
            node('LayerNormalization', 'x g', 'n', epsilon=1e-5),
            node('Transpose', 'n', 't', perm=[0, 2, 1]),
            node('MatMul', 'n w', 'q'),
            node('MatMul', 'n v', 'k'),
            node('MatMul', 't q', 'a'),
            node('MatMul', 'k a', 'y'),
        ],
        {'w': weight(8, 8), 'v': weight(8, 8), 'g': weight(8) + 1},
    )

    half = converted(model)

    assert computed_in(half, 'LayerNormalization') == {FLOAT}
    assert computed_in(half, 'MatMul') == computed_in(half, 'Transpose') == {HALF}
    assert ops(half)['Cast'] == 2


def test_no_cast_follows_a_cast():
    model = graph(
        [
            node('MatMul', 'x w', 'a'),
            node('Softmax', 'a', 'b'),
            node('Cast', 'b', 'c', to=FLOAT),
            node('ReduceMean', 'c', 'd', axes=[-1]),
            node('Sub', 'c d', 'e', 'boxes/sub'),
            node('Reshape', 'e s', 'f', 'boxes/reshape'),
            node('MatMul', 'f v', 'y'),
        ],
        {'w': weight(8, 8), 'v': weight(8, 8), 's': np.array([1, 4, 8])},
    )

    half = converted(model, keep={'Softmax'})

    made_by_cast = {node.output[0] for node in half.graph.node if node.op_type == 'Cast'}
    for taker in half.graph.node:
        if taker.op_type == 'Cast':
            assert taker.input[0] not in made_by_cast
    assert computed_in(half, 'Softmax') == computed_in(half, 'Sub') == {FLOAT}
    assert ops(half)['Cast'] == 4, 'into the first product, out of it, into the last, out of it'


def test_a_written_out_normalisation_survives_large_numbers():
    model = graph(
        [
            node('MatMul', 'x w', 'a'),
            node('ReduceMean', 'a', 'm', axes=[-1]),
            node('Sub', 'a m', 'd'),
            node('Pow', 'd two', 'p'),
            node('ReduceMean', 'p', 'v', axes=[-1]),
            node('Add', 'v eps', 'e'),
            node('Sqrt', 'e', 's'),
            node('Div', 'd s', 'n'),
            node('Mul', 'n g', 'y'),
        ],
        {
            'w': weight(8, 8, scale=300),
            'two': np.float32(2),
            'eps': np.float32(1e-6),
            'g': weight(8),
        },
    )

    half = converted(model)

    for op in ('ReduceMean', 'Sub', 'Pow', 'Add', 'Sqrt', 'Div'):
        assert computed_in(half, op) == {FLOAT}, op
    assert computed_in(half, 'MatMul') == computed_in(half, 'Mul') == {HALF}
    np.testing.assert_allclose(run(half, x=X)[0], run(model, x=X)[0], atol=2e-3)


def test_a_linear_attention_survives_sums_over_many_pixels():
    pixels, x = 4096, np.abs(np.random.default_rng(1).normal(size=(1, 9, 4096))) * 30
    x[:, -1] = 1
    model = graph(
        [
            node('Transpose', 'q', 't', perm=[0, 2, 1]),
            node('MatMul', 'x t', 'vk'),
            node('MatMul', 'vk q', 'o'),
            node('Slice', 'o zero eight one', 'top'),
            node('Slice', 'o eight nine one', 'sum'),
            node('Add', 'sum eps', 'safe'),
            node('Div', 'top safe', 'n'),
            node('MatMul', 'w n', 'y'),
        ],
        {
            'zero': np.array([0]),
            'one': np.array([1]),
            'eight': np.array([8]),
            'nine': np.array([9]),
            'eps': np.float32(1e-15),
            'w': weight(5, 8),
        },
        inputs={'x': (FLOAT, (1, 9, pixels)), 'q': (FLOAT, (1, 9, pixels))},
    )

    half = converted(model)

    feed = {'x': x.astype(np.float32), 'q': x.astype(np.float32)}
    np.testing.assert_allclose(run(half, **feed)[0], run(model, **feed)[0], rtol=1e-2, atol=0.05)
    assert computed_in(half, 'Div') == {FLOAT}


@pytest.mark.parametrize('stand_in', [float(np.finfo(np.float32).min), float('-inf')])
def test_two_masks_that_stand_for_infinity_give_no_nan(stand_in):
    blocked = np.zeros((4, 8), np.float32)
    blocked[:, 5:] = stand_in
    model = graph(
        [
            node('Add', 'x m', 'a'),
            node('Add', 'a m', 'b'),
            node('Softmax', 'b', 'y'),
        ],
        {'m': blocked},
    )

    (y,) = run(converted(model), x=X)

    np.testing.assert_allclose(y, run(model, x=X)[0], atol=1e-3)
    assert np.all(y[..., 5:] == 0)


@pytest.mark.parametrize(
    ('op', 'value'),
    [('Mul', 70000.0), ('Add', 1e-6), ('Clip', -1e5), ('Max', np.finfo(np.float32).min)],
)
def test_a_constant_that_half_cannot_hold_keeps_its_node(op, value):
    model = graph([node(op, 'x c', 'y')], {'c': np.float32(value)})

    assert computed_in(converted(model), op) == {FLOAT}


def test_small_weights_among_others_do_not_keep_their_node():
    weights = weight(8, 8)
    weights[0, 0] = 1e-7

    assert computed_in(
        converted(graph([node('MatMul', 'x w', 'y')], {'w': weights})), 'MatMul'
    ) == {HALF}


@pytest.mark.parametrize(
    'name', ['camera/resize', '/camera/MatMul', 'model/camera/MatMul_3', 'boxes/scale']
)
def test_marked_scopes_stay(name):
    model = graph([node('MatMul', 'x w', 'y', name)], {'w': weight(8, 8)})

    assert computed_in(converted(model), 'MatMul') == {FLOAT}


def test_a_scope_is_a_whole_name():
    model = graph([node('MatMul', 'x w', 'y', 'subcamera/MatMul')], {'w': weight(8, 8)})

    assert computed_in(converted(model), 'MatMul') == {HALF}


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('tenet.precision', 'fp32'),
        ('pkg.torch.onnx.name_scopes', "['', 'camera', 'camera.columns', 'matmul']"),
        ('pkg.torch.onnx.name_scopes', "['', 'model.boxes', 'mul']"),
    ],
)
def test_marked_metadata_stays(key, value):
    model = graph([node('MatMul', 'x w', 'y', 'node_MatMul_1')], {'w': weight(8, 8)})
    entry = model.graph.node[0].metadata_props.add()
    entry.key, entry.value = key, value

    assert computed_in(converted(model), 'MatMul') == {FLOAT}


@pytest.mark.parametrize('keep', ['MatMul', 'product', 'head/'])
def test_what_is_asked_for_stays(keep):
    model = graph(
        [
            node('MatMul', 'x w', 'a', 'product' if keep == 'product' else 'head/one'),
            node('Relu', 'a', 'y', 'other'),
        ],
        {'w': weight(8, 8)},
    )

    half = converted(model, keep=[keep])

    assert computed_in(half, 'MatMul') == {FLOAT}
    assert computed_in(half, 'Relu') == {HALF}


def test_camera_bytes_become_half_in_a_cast_that_was_there():
    model = graph(
        [node('Cast', 'x', 'f', to=FLOAT), node('Conv', 'f w', 'y')],
        {'w': weight(2, 3, 1, 1)},
        inputs={'x': (TensorProto.UINT8, (1, 3, 4, 4))},
    )

    half = converted(model)

    assert ops(half)['Cast'] == 2
    assert computed_in(half, 'Conv') == {HALF}


def test_positions_that_are_counted_are_not_cast_to_half_before_they_are_scaled():
    model = graph(
        [node('Cast', 'x', 'f', to=FLOAT), node('Mul', 'f c', 'y', 'boxes/x')],
        {'c': np.float32(0.5)},
        inputs={'x': (TensorProto.INT64, (1, 3))},
    )

    (y,) = run(converted(model), x=np.array([[2049, 65537, 7]]))

    assert y.tolist() == [[1024.5, 32768.5, 3.5]]


def test_scales_of_resize_and_constants_of_shape_keep_what_they_must():
    model = graph(
        [
            node('ConstantOfShape', 's', 'c', value=helper.make_tensor('v', FLOAT, [1], [-3e38])),
            node('Mul', 'x half', 'h'),
            node('Resize', 'h - r', 'z', mode='nearest'),
            node('Add', 'z c', 'y'),
        ],
        {
            's': np.array([1, 8, 8]),
            'r': np.array([1, 2, 1], np.float32),
            'half': np.float32(0.5),
        },
    )

    half = converted(model)

    assert np.all(np.isfinite(run(half, x=X)[0]))
    assert computed_in(half, 'Resize') == {FLOAT}


def test_a_graph_inside_of_a_node_finds_what_it_asked_for():
    inner = helper.make_graph(
        [node('Mul', 'a a', 'inside')],
        'then',
        [],
        [helper.make_tensor_value_info('inside', FLOAT, None)],
    )
    other = helper.make_graph(
        [node('Neg', 'a', 'outside')],
        'else',
        [],
        [helper.make_tensor_value_info('outside', FLOAT, None)],
    )
    model = graph(
        [
            node('MatMul', 'x w', 'a'),
            helper.make_node('If', ['c'], ['b'], then_branch=inner, else_branch=other),
            node('MatMul', 'b w', 'y'),
        ],
        {'w': weight(8, 8)},
        inputs={'x': (FLOAT, (1, 4, 8)), 'c': (TensorProto.BOOL, ())},
    )

    half = converted(model)

    for choice in (True, False):
        feed = {'x': X, 'c': np.array(choice)}
        np.testing.assert_allclose(run(half, **feed)[0], run(model, **feed)[0], atol=2e-2)
    assert computed_in(half, 'MatMul') == {HALF}


def test_constants_of_nodes_become_weights():
    model = graph(
        [
            helper.make_node('Constant', [], ['w'], value=numpy_helper.from_array(weight(8, 8))),
            helper.make_node('Constant', [], ['c'], value_float=0.5),
            node('MatMul', 'x w', 'a'),
            node('Mul', 'a c', 'y'),
        ]
    )

    half = converted(model)

    assert computed_in(half, 'MatMul') == computed_in(half, 'Mul') == {HALF}
    assert ops(half)['Constant'] == 0


def test_a_name_that_is_taken_is_not_taken_twice():
    model = graph(
        [node('MatMul', 'x w', 'y_half'), node('Relu', 'y_half', 'y')], {'w': weight(8, 8)}
    )

    half = converted(model)

    np.testing.assert_allclose(run(half, x=X)[0], run(model, x=X)[0], atol=5e-3)


def test_weights_that_both_precisions_ask_for_are_there_twice():
    model = graph(
        [node('MatMul', 'x w', 'a', 'boxes/a'), node('MatMul', 'a w', 'y')], {'w': weight(8, 8)}
    )

    half = converted(model)

    assert {tensor.name for tensor in half.graph.initializer} == {'w', 'w_half'}


def test_weights_elsewhere_and_quantised_graphs_are_refused():
    model = graph([node('MatMul', 'x w', 'y')], {'w': weight(8, 8)})
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    with pytest.raises(EngineError, match=r'onnx\.load'):
        to_half(model)

    quantised = graph(
        [node('QuantizeLinear', 'x s', 'q'), node('DequantizeLinear', 'q s', 'y')],
        {'s': np.float32(0.1)},
    )
    with pytest.raises(EngineError, match='quantised'):
        to_half(quantised)


def test_modules_of_torch_keep_the_scope_of_their_name(tmp_path):
    torch = pytest.importorskip('torch', reason='the exporter of torch writes the scopes')
    pytest.importorskip('onnxscript', reason='torch.onnx.export(dynamo=True) needs it')

    class Camera(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer('rows', torch.rand(8, 16) / 16)

        def forward(self, image):
            return self.rows @ image.to(torch.float32).permute(0, 3, 1, 2) / 255 - 0.5

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.camera = Camera()
            self.body = torch.nn.Sequential(
                torch.nn.Conv2d(3, 8, 3), torch.nn.GELU(), torch.nn.Conv2d(8, 2, 1)
            )

        def forward(self, image):
            return self.body(self.camera(image))

    image = torch.randint(0, 255, (1, 16, 16, 3), dtype=torch.uint8)
    path = tmp_path / 'whole.onnx'
    network = Whole().eval()
    torch.onnx.export(network, (image,), path, dynamo=True, external_data=False, verbose=False)
    model = onnx.load(path)

    half = converted(model)

    assert computed_in(half, 'MatMul') == {FLOAT}
    assert computed_in(half, 'Conv') == {HALF}
    feed = {half.graph.input[0].name: image.numpy()}
    with torch.no_grad():
        expected = network(image).numpy()
    np.testing.assert_allclose(run(half, **feed)[0], expected, atol=5e-3)
