"""What TensorRT's ONNX parser takes, as its own table has it.

Source: ``docs/operators.md`` and ``onnxOpCheckers.cpp`` of onnx/onnx-tensorrt, branch 10.1-GA
(commit 96e7811, June 2024), the oldest of 10.x whose text says opset 9 to 20: what it takes, every
later 10.x takes. Not run here against a TensorRT.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ['CONSTANT_INPUTS', 'LARGEST_K', 'LARGEST_RANK', 'OPSETS', 'SHAPE_INPUTS', 'TYPES']

OPSETS = (9, 20)
"""Oldest and newest of the default domain, both included."""

LARGEST_K = 3839
"""Of ``TopK``: the table says less than 3840."""

LARGEST_RANK = 8
"""``nvinfer1::Dims`` has room for no more."""

_FLOAT = (
    *('Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'AveragePool', 'BatchNormalization'),
    *('Ceil', 'Celu', 'Clip', 'Conv', 'ConvTranspose', 'Cos', 'Cosh', 'CumSum', 'DeformConv'),
    *('Dropout', 'Einsum', 'Elu', 'Erf', 'Exp', 'Floor', 'GRU', 'Gemm', 'GlobalAveragePool'),
    *('GlobalLpPool', 'GlobalMaxPool', 'GridSample', 'GroupNormalization', 'HardSigmoid'),
    *('HardSwish', 'Hardmax', 'ImageScaler', 'InstanceNormalization', 'IsInf', 'LRN', 'LSTM'),
    *('LayerNormalization', 'LeakyRelu', 'Log', 'LogSoftmax', 'LpNormalization', 'LpPool'),
    *('MatMul', 'MaxPool', 'MeanVarianceNormalization', 'Mish', 'NonMaxSuppression', 'NonZero'),
    *('PRelu', 'ParametricSoftplus', 'Pow', 'QuantizeLinear', 'RNN', 'RandomNormal'),
    *('RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Reciprocal', 'Resize'),
    *('RoiAlign', 'Round', 'ScaledTanh', 'Scan', 'Selu', 'Sigmoid', 'Sin', 'Sinh', 'Softmax'),
    *('Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh', 'ThresholdedRelu', 'Upsample'),
)
_NUMBER = (
    *('Abs', 'Add', 'ArgMax', 'ArgMin', 'DepthToSpace', 'Div', 'Equal', 'Gelu', 'Greater'),
    *('GreaterOrEqual', 'IsNaN', 'Less', 'LessOrEqual', 'Max', 'Mean', 'Min', 'Mod', 'Mul'),
    *('Neg', 'Pad', 'Range', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp'),
    *('ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare'),
    *('Relu', 'Scatter', 'ScatterElements', 'ScatterND', 'Shrink', 'Sign', 'SpaceToDepth'),
    *('Sub', 'Sum', 'TopK'),
)
_ANY = (
    *('Cast', 'CastLike', 'Concat', 'Constant', 'ConstantOfShape', 'Expand', 'EyeLike'),
    *('Flatten', 'Gather', 'GatherElements', 'GatherND', 'Identity', 'If', 'Loop', 'OneHot'),
    *('Reshape', 'ReverseSequence', 'Shape', 'Size', 'Slice', 'Split', 'Squeeze', 'Tile'),
    *('Transpose', 'Trilu', 'Unsqueeze', 'Where'),
)

TYPES = MappingProxyType(
    {
        **dict.fromkeys(_FLOAT, frozenset({'float'})),
        **dict.fromkeys(_NUMBER, frozenset({'float', 'int'})),
        **dict.fromkeys(('And', 'Not', 'Or', 'Xor'), frozenset({'bool'})),
        **dict.fromkeys(_ANY, frozenset({'float', 'int', 'bool'})),
        'DequantizeLinear': frozenset({'quantised'}),
    }
)
"""Kinds of numbers that each operator of the default domain works on."""

CONSTANT_INPUTS = MappingProxyType(
    {
        **dict.fromkeys((op for op in _NUMBER if op.startswith('Reduce')), 1),
        'CumSum': 1,
        'OneHot': 1,
        'Pad': 3,
        'Slice': 3,
        'Squeeze': 1,
        'Unsqueeze': 1,
    }
)
"""The input of an operator that must be an initialiser."""

SHAPE_INPUTS = MappingProxyType(
    {
        'ConstantOfShape': (0,),
        'Expand': (1,),
        'OneHot': (1,),
        'Pad': (1,),
        'Range': (0, 1, 2),
        'Reshape': (1,),
        'Resize': (2, 3),
        'Slice': (1, 2, 3, 4),
        'Split': (1,),
        'Tile': (1,),
        'TopK': (1,),
        'Upsample': (1,),
    }
)
"""The inputs of an operator that say what shape comes out."""
