"""Which nodes of a graph FP16 would spoil: their kinds, their patterns, and the marks on them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

import onnx

__all__ = ['KEPT_OPS', 'MARK', 'Wiring', 'kept_nodes']

MARK = 'tenet.precision'
"""Key of a node's own metadata: with the value ``fp32`` the node is left alone."""

MARKED_SCOPES = ('camera/', 'boxes/')
"""Scopes that are always left alone: camera bytes to tensor, and arithmetic in pixels. Above 1024
the numbers of FP16 are a whole pixel apart."""

KEPT_OPS = frozenset(
    {
        # Variances: a square overflows from 256 on, and its epsilon vanishes.
        *('LayerNormalization', 'InstanceNormalization', 'GroupNormalization', 'LpNormalization'),
        *('BatchNormalization', 'MeanVarianceNormalization', 'RMSNormalization'),
        # Sums of many terms.
        *('ReduceMean', 'ReduceSum', 'ReduceSumSquare', 'ReduceL1', 'ReduceL2', 'ReduceProd'),
        *('ReduceLogSum', 'ReduceLogSumExp', 'CumSum', 'GlobalLpPool', 'LpPool'),
        # Steep where their arguments are ordinary.
        *('Exp', 'Log', 'Sin', 'Cos', 'Tan', 'Reciprocal'),
        # Order among nearly equal numbers, and places between pixels.
        *('TopK', 'ArgMax', 'ArgMin', 'NonMaxSuppression', 'RoiAlign', 'Resize', 'Upsample'),
        # Their type is said by an attribute or belongs to a scheme of its own.
        *('QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear', 'Range', 'EyeLike'),
        *('CastLike', 'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike'),
        *('Bernoulli', 'Multinomial', 'MelWeightMatrix', 'HannWindow', 'HammingWindow'),
        'BlackmanWindow',
    }
)

LAYOUT_OPS = frozenset(
    {
        *('Concat', 'DepthToSpace', 'Expand', 'Flatten', 'Gather', 'GatherElements', 'GatherND'),
        *('Identity', 'Pad', 'Reshape', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile'),
        *('Transpose', 'Unsqueeze'),
    }
)
"""Ops that move numbers about; they are of whatever precision comes to them."""

_ARITHMETIC = frozenset({'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Abs', 'Clip', 'Max', 'Min', 'Neg'})
_REDUCTIONS = frozenset({'ReduceMean', 'ReduceSum'})


class Wiring:
    """Who makes and who takes each tensor of a graph."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.nodes = list(graph.node)
        self.producer: dict[str, int] = {}
        self.consumers: dict[str, list[int]] = {}
        for index, node in enumerate(self.nodes):
            self.producer.update((name, index) for name in node.output if name)
            for name in filter(None, node.input):
                self.consumers.setdefault(name, []).append(index)

    def before(self, index: int) -> Iterator[int]:
        """Yield the nodes whose outputs a node takes."""
        for name in self.nodes[index].input:
            if name in self.producer:
                yield self.producer[name]

    def after(self, index: int) -> Iterator[int]:
        """Yield the nodes that take the outputs of a node."""
        for name in self.nodes[index].output:
            yield from self.consumers.get(name, ())

    def behind(self, start: int, through: Collection[str], depth: int) -> set[int]:
        """Return the nodes that ``start`` depends on, by way of ops of ``through`` only."""
        found: set[int] = set()
        front = {start}
        for _ in range(depth):
            front = {
                index
                for node in front
                for index in self.before(node)
                if self.nodes[index].op_type in through
            } - found
            found |= front
        return found


def kept_nodes(graph: onnx.GraphProto, keep: Collection[str]) -> set[int]:
    """Return the indices of the nodes that stay in FP32.

    Args:
        graph: whose nodes are looked at; not those inside of ``If``, ``Loop`` and ``Scan``.
        keep: what else stays, see ``to_half``.
    """
    wiring = Wiring(graph)
    scopes = (*MARKED_SCOPES, *(entry for entry in keep if entry.endswith('/')))
    names = {*KEPT_OPS, *keep}
    kept = {
        index
        for index, node in enumerate(graph.node)
        if node.op_type in names or (node.name and node.name in names) or _marked(node, scopes)
    }
    for index, node in enumerate(graph.node):
        if node.op_type == 'Sqrt':
            kept |= _deviation(wiring, index)
        elif node.op_type in {'Sin', 'Cos'}:
            kept |= wiring.behind(index, _ARITHMETIC | LAYOUT_OPS | {'MatMul'}, 8)
        elif node.op_type == 'Div':
            kept |= _own_sum(wiring, index)
    return kept


def _marked(node: onnx.NodeProto, scopes: Iterable[str]) -> bool:
    metadata = {entry.key: entry.value for entry in getattr(node, 'metadata_props', ())}
    if metadata.get(MARK) == 'fp32':
        return True
    places = [node.name, *_module_scopes(metadata)]
    return any(f'/{scope}' in f'/{place}' for place in places for scope in scopes)


def _module_scopes(metadata: Mapping[str, str]) -> list[str]:
    """Return the torch modules that a node comes from, ``a/b/`` for ``a.b``."""
    try:
        scopes = ast.literal_eval(metadata.get('pkg.torch.onnx.name_scopes', '[]'))
    except (ValueError, SyntaxError):
        return []
    return [f'{str(scope).replace(".", "/")}/' for scope in scopes if scope]


def _deviation(wiring: Wiring, root: int) -> set[int]:
    """Return a written-out normalisation: difference, square, mean, root and quotient."""
    chain = wiring.behind(root, _ARITHMETIC | _REDUCTIONS, 6)
    if not any(wiring.nodes[index].op_type in _REDUCTIONS for index in chain):
        return set()
    ends = {
        index
        for index in wiring.after(root)
        if wiring.nodes[index].op_type in {'Div', 'Reciprocal'}
    }
    for end in tuple(ends):
        if wiring.nodes[end].op_type == 'Reciprocal':
            ends |= {index for index in wiring.after(end) if wiring.nodes[index].op_type == 'Mul'}
    return chain | ends | {root}


def _own_sum(wiring: Wiring, quotient: int) -> set[int]:
    """Return a linear attention: two products, divided by a row of the very same products.

    The sums grow with the number of pixels, and overflow long before the quotient does.
    """
    parts = []
    for name in wiring.nodes[quotient].input:
        walk = {wiring.producer[name]} if name in wiring.producer else set()
        for index in tuple(walk):
            walk |= wiring.behind(index, LAYOUT_OPS | {'Add', 'Cast', 'MatMul'}, 6)
        parts.append(walk)
    shared = parts[0] & parts[1] if len(parts) == 2 else set()
    if not any(wiring.nodes[index].op_type == 'MatMul' for index in shared):
        return set()
    return parts[0] | parts[1] | {quotient}
