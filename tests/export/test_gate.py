"""One graph for each thing that TensorRT would not take."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip('onnx', reason='graphs are looked at with the extra [export]')

from tenet_ros.export.gate import inspect, refused  # noqa: E402

FINE = 'float[1,3,8,8] y = Relu(x)'
IMAGE = 'float[1,3,8,8] x'


def model(body, *, inputs=IMAGE, output='float[1,3,8,8] y', opset=17, imports=''):
    return onnx.parser.parse_model(f"""
        <ir_version: 8, opset_import: ["": {opset}{imports}]>
        g ({inputs}) => ({output}) {{ {body} }}
    """)


def only(findings, severity='refused'):
    (finding,) = [finding for finding in findings if finding.severity == severity]
    return finding


def test_a_plain_graph_passes_without_a_word():
    found = inspect(
        model(
            """
            f = Cast <to = 1> (image)
            t = Transpose <perm = [0, 3, 1, 2]> (f)
            w = Constant <value = float[2,3,1,1] {1,1,1,1,1,1}> ()
            y = Conv (t, w)
            """,
            inputs='uint8[1,8,8,3] image',
            output='float[1,2,8,8] y',
        )
    )

    assert found == ()
    assert not refused(found)


REFUSED = {
    'an operator it has not': ('y = Det(x)', {}, 'Det', "parser's table"),
    'an operator of another domain': (
        'y = com.microsoft.Gelu(x)',
        {'imports': ', "com.microsoft": 1'},
        'Gelu',
        'ONNX itself',
    ),
    'a size that depends on the data': (
        'y = NonZero(x)',
        {'output': 'int64[4,n] y'},
        'NonZero',
        'known beforehand',
    ),
    'a shape that is fed': (
        'y = Reshape(x, s)',
        {'inputs': f'{IMAGE}, int64[2] s', 'output': 'float[a,b] y'},
        'Reshape',
        'do not depend',
    ),
    'axes that are fed': (
        'y = ReduceSum(x, s)',
        {'inputs': f'{IMAGE}, int64[1] s', 'output': 'float[a,b,c,d] y'},
        'ReduceSum',
        'initialiser',
    ),
    'an integer beyond int32': (
        'c = Constant <value = int64[1] {5000000000}> () y = Add(x, c)',
        {'inputs': 'int64[1] x', 'output': 'int64[1] y'},
        'Add',
        'int32',
    ),
    'a sum of integers': (
        'c = Constant <value = int64 {1}> () y = CumSum(x, c)',
        {'inputs': 'int64[1,4] x', 'output': 'int64[1,4] y'},
        'CumSum',
        'of float',
    ),
    'bytes in between': (
        'b = Cast <to = 2> (x) y = Cast <to = 1> (b)',
        {},
        'Cast',
        'uint8 at inputs',
    ),
    'a type it has not': ('b = Cast <to = 5> (x) y = Cast <to = 1> (b)', {}, 'Cast', 'a type'),
    'antialiasing': (
        (
            's = Constant <value = int64[4] {1,3,4,4}> () '
            'y = Resize <mode = "linear", antialias = 1> (x, , , s)'
        ),
        {'opset': 18, 'output': 'float[1,3,4,4] y'},
        'Resize',
        'no antialiasing',
    ),
    'an aspect ratio that is kept': (
        (
            's = Constant <value = int64[4] {1,3,4,4}> () '
            'y = Resize <keep_aspect_ratio_policy = "not_larger"> (x, , , s)'
        ),
        {'opset': 18, 'output': 'float[1,3,4,4] y'},
        'Resize',
        'stretch',
    ),
    'cubic over channels': (
        's = Constant <value = float[4] {1,2,2,2}> () y = Resize <mode = "cubic"> (x, , s)',
        {'output': 'float[1,6,16,16] y'},
        'Resize',
        'last two',
    ),
    'crop and resize': (
        (
            's = Constant <value = int64[4] {1,3,4,4}> () r = Constant <value = float[8] '
            '{0,0,0,0,1,1,1,1}> () y = Resize '
            '<coordinate_transformation_mode = "tf_crop_and_resize"> (x, r, , s)'
        ),
        {'output': 'float[1,3,4,4] y'},
        'Resize',
        'half_pixel',
    ),
    'too many best': (
        'k = Constant <value = int64[1] {3840}> () y, i = TopK(x, k)',
        {'inputs': 'float[1,8000] x', 'output': 'float[1,3840] y'},
        'TopK',
        '3839',
    ),
    'the best in no order': (
        'k = Constant <value = int64[1] {4}> () y, i = TopK <sorted = 0> (x, k)',
        {'inputs': 'float[1,80] x', 'output': 'float[1,4] y'},
        'TopK',
        'sorted=1',
    ),
    'places of maxima': (
        'y, i = MaxPool <kernel_shape = [2, 2]> (x)',
        {'output': 'float[1,3,7,7] y'},
        'MaxPool',
        'one output',
    ),
    'pooling with holes': (
        'y = MaxPool <kernel_shape = [2, 2], dilations = [2, 2]> (x)',
        {'output': 'float[1,3,6,6] y'},
        'MaxPool',
        'no dilations',
    ),
    'pooling of a line': (
        'y = AveragePool <kernel_shape = [2]> (x)',
        {'inputs': 'float[1,3,8] x', 'output': 'float[1,3,7] y'},
        'AveragePool',
        '2 or 3',
    ),
    'a grid in space': (
        'y = GridSample(x, g)',
        {
            'inputs': 'float[1,3,4,4,4] x, float[1,4,4,4,3] g',
            'output': 'float[1,3,4,4,4] y',
            'opset': 20,
        },
        'GridSample',
        'rank 4',
    ),
    'statistics of a normalisation': (
        'w = Constant <value = float[8] {1,1,1,1,1,1,1,1}> () y, m = LayerNormalization(x, w)',
        {'output': 'float[1,3,8,8] y, float[1,3,8,1] m'},
        'LayerNormalization',
        'first output',
    ),
    'training': (
        (
            'o = Constant <value = float[3] {1,1,1}> () '
            'y, a, b = BatchNormalization <training_mode = 1> (x, o, o, o, o)'
        ),
        {},
        'BatchNormalization',
        'first output',
    ),
    'scattering with a sum': (
        (
            'i = Constant <value = int64[1,1] {0}> () u = Constant <value = float[1,2] {1,1}> () '
            'y = ScatterND <reduction = "add"> (x, i, u)'
        ),
        {'inputs': 'float[3,2] x', 'output': 'float[3,2] y'},
        'ScatterND',
        'without reduction',
    ),
    'a norm of order three': (
        'y = LpPool <kernel_shape = [2, 2], p = 3> (x)',
        {'output': 'float[1,3,7,7] y'},
        'LpPool',
        'order 1 or 2',
    ),
    'nine dimensions': (
        's = Constant <value = int64[9] {1,1,1,1,1,1,3,8,8}> () y = Reshape(x, s)',
        {'output': 'float[1,1,1,1,1,1,3,8,8] y'},
        'Reshape',
        'at most 8',
    ),
    'bytes that are moved before they are cast': (
        'y = Transpose <perm = [1, 0]> (x)',
        {'inputs': 'uint8[2,3] x', 'output': 'uint8[3,2] y'},
        'Transpose',
        'a Cast to take',
    ),
}


@pytest.mark.parametrize('case', REFUSED)
def test_refused(case):
    body, options, op, expected = REFUSED[case]
    findings = inspect(model(body, **options))

    said = {finding.op: finding for finding in findings if finding.severity == 'refused'}
    assert op in said
    assert any(expected in f.expected for f in findings if f.op == op), findings
    assert refused(findings)
    assert said[op].node
    assert said[op].action


@pytest.mark.parametrize('opset', [8, 21])
def test_an_opset_out_of_range_is_refused(opset):
    assert 'opset 9 to 20' in only(inspect(model('y = Relu(x)', opset=opset))).expected


@pytest.mark.parametrize('kind', ['If', 'Loop'])
def test_branches_are_refused_and_looked_into(kind):
    inner = 'then_branch = t () => (float[1] o) { o = Det(x) }, else_branch = e () => (float[1] p)'
    body = f'y = If (c) <{inner} {{ p = Relu(x) }}>'
    inputs = 'bool c, float[1] x'
    if kind == 'Loop':
        inputs = 'int64 n, bool c, float[1] x'
        step = (
            'b (int64 i, bool k, float[1] v) => (bool r, float[1] o) { r = Identity(k) o = Det(v) }'
        )
        body = f'y = Loop (n, c, x) <body = {step}>'

    findings = inspect(model(body, inputs=inputs, output='float[1] y'))

    assert {finding.op for finding in findings if finding.severity == 'refused'} == {kind, 'Det'}


def test_a_dimension_that_varies_needs_a_profile_that_fits():
    graph = model('y = Relu(x)', inputs='float[n,4] x', output='float[n,4] y')

    assert only(inspect(graph)).node == 'x'
    assert inspect(graph, profiles={'x': ((1, 4), (4, 4), (16, 4))}) == ()
    for wrong in (
        ((1, 5), (4, 5), (16, 5)),
        ((4, 4), (1, 4), (16, 4)),
        ((1,), (4,), (16,)),
    ):
        assert 'profile' in only(inspect(graph, profiles={'x': wrong})).action


@pytest.mark.parametrize(
    ('point', 'expected'),
    [('uint8 {0}', 'uint8'), ('uint8 {128}', 'uint8'), ('int8 {3}', 'zero point of 0')],
)
def test_asymmetric_and_unsigned_quantisation_is_refused(point, expected):
    findings = inspect(
        model(
            f's = Constant <value = float {{0.1}}> () z = Constant <value = {point}> () '
            'q = QuantizeLinear(x, s, z) y = DequantizeLinear(q, s, z)'
        )
    )

    assert {finding.op for finding in findings} == {'QuantizeLinear', 'DequantizeLinear'}
    assert all(expected in str(finding) for finding in findings)


def test_symmetric_quantisation_passes():
    assert not inspect(
        model(
            's = Constant <value = float {0.1}> () z = Constant <value = int8 {0}> () '
            'q = QuantizeLinear(x, s, z) y = DequantizeLinear(q, s, z)'
        )
    )


def test_quantisation_without_a_zero_point_is_unsigned():
    findings = inspect(
        model(
            's = Constant <value = float {0.1}> () q = QuantizeLinear(x, s) '
            'y = DequantizeLinear(q, s)'
        )
    )

    assert refused(findings)


def test_the_open_end_of_a_slice_is_no_large_integer():
    graph = model(
        """
        big = Constant <value = int64 {9223372036854775807}> ()
        zero = Constant <value = int64[1] {0}> ()
        a = Constant <value = int64[1] {1}> ()
        end = Unsqueeze(big, zero)
        y = Slice(x, zero, end, a)
        """
    )

    assert inspect(graph) == ()


def test_double_is_noted_and_arithmetic_of_integers_is_slow():
    noted = inspect(model('d = Cast <to = 11> (x) y = Cast <to = 1> (d)'))
    slow = inspect(
        model('y = Add(x, x)', inputs='int64[4] x', output='int64[4] y'),
    )

    assert only(noted, 'note').got.startswith('double')
    assert only(slow, 'slow').op == 'Add'
    assert not refused((*noted, *slow))


def test_shapes_of_fixed_inputs_are_constants():
    body = """
        s = Shape(x)
        i = Constant <value = int64[2] {0, 1}> ()
        g = Gather(s, i)
        m = Constant <value = int64[1] {-1}> ()
        c = Concat <axis = 0> (g, m)
        y = Reshape(x, c)
    """

    assert inspect(model(body, output='float[1,3,64] y')) == ()


def test_weights_in_another_file_are_refused(tmp_path):
    graph = onnx.helper.make_model(
        onnx.helper.make_graph(
            [onnx.helper.make_node('MatMul', ['x', 'w'], ['y'])],
            'g',
            [onnx.helper.make_tensor_value_info('x', 1, [1, 64])],
            [onnx.helper.make_tensor_value_info('y', 1, [1, 64])],
            [onnx.numpy_helper.from_array(np.ones((64, 64), np.float32), 'w')],
        ),
        opset_imports=[onnx.helper.make_opsetid('', 17)],
        ir_version=8,
    )
    path = tmp_path / 'g.onnx'
    onnx.save_model(graph, path, save_as_external_data=True, size_threshold=0)

    assert only(inspect(path)).node == 'w'
    assert inspect(onnx.load(path)) == ()


def test_what_is_to_be_said_of_many_nodes_is_said_once():
    finding = only(inspect(model('a = Det(x) b = Det(x) y = Relu(x)')))

    assert finding.count == 2
    assert str(finding).startswith('refused: a (Det) and 1 more: expected an operator')


def test_bundled_graphs_in_eight_bits_are_refused_with_the_reason():
    from importlib.resources import files

    path = files('tenet_ros') / 'weights' / 'tabletop_detector.onnx'

    findings = inspect(onnx.load(str(path)))

    assert {finding.op for finding in findings} == {'QuantizeLinear', 'DequantizeLinear'}
    assert all('uint8' in finding.got for finding in findings)


def test_a_published_float_detector_passes(shared_models):
    assert inspect(onnx.load(shared_models / 'yolox_nano_416.onnx')) == ()
