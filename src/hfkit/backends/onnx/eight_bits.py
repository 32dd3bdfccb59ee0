"""Rewrite a float32 graph for 8-bit weights, with a scale of its own for every row of what flows through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from .graph_view import names_read
from .paired_weights import rounded_in_pairs
from .whole_numbers import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onnx import GraphProto, NodeProto

    from hfkit.text.arrays import FloatArray

__all__ = ["multiplied_values", "quantize_graph"]

_MICROSOFT = "com.microsoft"

_TABLE_TOP = 127

# What a narrower matrix takes, such as a head's, is nothing. A table of few rows, such as that of a text's first and
# second part, is added to every token: what rounding it changes moves all answers to one side.
_NARROW = 16

_LEAST = 1e-9

# GELU gives at least -0.1701, exact or by tanh.
_GELUS = ("BiasGelu", "FastGelu", "Gelu")
_FLOOR = 0.1701


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where 8 bits without a sign lie.

    Attributes:
        zero: what stands for 0.
        steps: how many there are above.
        least: the largest number of a row is taken for at least this.
    """

    zero: int
    steps: int
    least: float


_SIGNED = _Grid(128, 127, _LEAST)
# A tenth of the steps is enough below 0, where a row's largest number is 1.6 or more, as almost all are.
_FLOORED = _Grid(24, 231, _FLOOR / 24 * 231)


def multiplied_values(graph: GraphProto) -> list[str]:
    """Name what is multiplied with the matrices that :func:`quantize_graph` turns into 8 bits."""
    rewriter = _Rewriter(graph, {})
    return list(dict.fromkeys(node.input[0] for node in graph.node if rewriter.is_rounded(node)))


def quantize_graph(graph: GraphProto, *, ranges: Mapping[str, float] | None = None) -> int:
    """Turn embeddings and matrices into 8 bits, in place.

    A row of an embedding has a scale, and so has a column of a matrix. What is multiplied with a matrix is
    rounded to 8 bits on the way, with a scale for each row, which is a token: so no token depends on which others
    are in its batch, as it would with ``onnxruntime.quantization.quantize_dynamic``, whose scale is that of the
    largest number in the batch. What GELU gives is never far below 0, so nine tenths of its 8 bits lie above. It is
    computed by tanh, which is faster, and differs from the exact one by a fifteenth of such a step at most.

    Measured on a processor with AVX2, one thread, MiniLM with six layers and 256 sentences: 1.6 times as fast as
    float32; ``quantize_dynamic`` 1.75 times, with 5 decisions of 256 that batching changed; ``MatMulNBits``
    with 8 bits 0.65 times, and the nearest to float32.

    Args:
        graph: of opset 17, optimized.
        ranges: the largest numbers of what is multiplied, by name: it is then rounded in steps of a fixed size, and
            what is larger is cut off. None for a scale for each row, found on the way.

    Returns:
        How many embeddings and matrices there were.
    """
    rewriter = _Rewriter(graph, ranges or {})
    nodes = [new for node in graph.node for new in rewriter.rewrite(node)]
    del graph.node[:]
    graph.node.extend(nodes)
    used = {value.name for value in graph.output}.union(*map(names_read, graph.node))
    kept = [weight for weight in graph.initializer if weight.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    return rewriter.count


class _Rewriter:
    """Goes through the nodes once, in order."""

    def __init__(self, graph: GraphProto, ranges: Mapping[str, float]) -> None:
        self._graph = graph
        self._ranges = ranges
        self._weights = {weight.name: weight for weight in graph.initializer}
        self._makers = {name: node.op_type for node in graph.node for name in node.output}
        self._readers: dict[str, list[NodeProto]] = {}
        for node in graph.node:
            for name in names_read(node):
                self._readers.setdefault(name, []).append(node)
        given = {value.name for value in graph.output}
        # What gives the logits, with or without a bias that is added in a node of its own.
        biased = (node for node in graph.node if node.op_type == "Add" and node.output[0] in given)
        self._heads = given.union(
            *(node.input for node in biased if not self._weights.keys().isdisjoint(node.input))
        )
        self._held: set[str] = set()
        self._rounded: set[str] = set()
        self.count = 0

    def rewrite(self, node: NodeProto) -> Iterator[NodeProto]:
        """Give what a node becomes; itself if it stays."""
        if node.op_type == "Gather" and self._is_table(node):
            yield from self._look_up(node)
        elif self.is_rounded(node):
            yield from self._multiply(node)
        elif node.op_type in _GELUS and self._is_read_rounded(node.output[0]):
            yield helper.make_node("FastGelu", node.input, node.output, domain=_MICROSOFT)
        else:
            yield node

    def is_rounded(self, node: NodeProto) -> bool:
        """Tell whether a node multiplies with a matrix that becomes 8 bits."""
        return node.output[0] not in self._heads and self._is_matrix(node)

    def _is_read_rounded(self, name: str) -> bool:
        """Tell whether all who read a value multiply it with a matrix that becomes 8 bits."""
        readers = self._readers.get(name)
        return readers is not None and name not in self._heads and all(map(self.is_rounded, readers))

    def _is_table(self, node: NodeProto) -> bool:
        shape = self._shape(node.input[0])
        axis = next((given.i for given in node.attribute if given.name == "axis"), 0)
        if axis != 0 or shape is None or node.input[1] in self._weights:
            return False
        return min(shape) >= _NARROW

    def _is_matrix(self, node: NodeProto) -> bool:
        if node.op_type not in ("MatMul", "Gemm") or self._makers.get(node.input[0]) is None:
            return False
        given = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
        if given.get("transA", 0) or given.get("alpha", 1.0) != 1.0 or given.get("beta", 1.0) != 1.0:
            return False
        shape = self._shape(node.input[1])
        return shape is not None and min(shape) >= _NARROW

    def _shape(self, name: str) -> list[int] | None:
        """Give the shape of a weight; None if it is no matrix of float32."""
        weight = self._weights.get(name)
        if weight is None or weight.data_type != TensorProto.FLOAT or len(weight.dims) != 2:  # noqa: PLR2004  # rows and columns
            return None
        return list(weight.dims)

    def _look_up(self, node: NodeProto) -> Iterator[NodeProto]:
        (table, ids), (out,) = node.input, node.output
        numbers, scales = f"{table}/rows", f"{table}/row-scales"
        if numbers not in self._held:
            whole, steps = rounded(self._array(table), axis=1, top=_TABLE_TOP)
            self._hold(numbers, whole)
            self._hold(scales, steps)
            self.count += 1
        yield helper.make_node("Gather", [numbers, ids], [f"{out}/row"])
        yield helper.make_node("Gather", [scales, ids], [f"{out}/row-scale"])
        yield helper.make_node("Cast", [f"{out}/row"], [f"{out}/row-float"], to=TensorProto.FLOAT)
        yield helper.make_node("Mul", [f"{out}/row-float", f"{out}/row-scale"], [out])

    def _multiply(self, node: NodeProto) -> Iterator[NodeProto]:
        value, matrix, *bias = node.input
        turned = any(given.name == "transB" and given.i for given in node.attribute)
        name = f"{matrix}/turned" if turned else matrix
        if f"{name}/columns" not in self._held:
            numbers = self._array(matrix)
            whole, steps = rounded_in_pairs(numbers.T if turned else numbers)
            self._hold(f"{name}/columns", whole)
            self._hold(f"{name}/column-scales", steps[0])
            self.count += 1
        grid = _FLOORED if self._makers.get(value) in _GELUS else _SIGNED
        yield from self._round(value, grid)
        (out,) = node.output
        yield helper.make_node(
            "MatMulIntegerToFloat",
            [
                f"{value}/whole",
                f"{name}/columns",
                f"{value}/scale" if value in self._ranges else self._constant("one", np.float32(1)),
                f"{name}/column-scales",
                self._constant("zero", np.uint8(grid.zero)),
            ],
            [f"{out}/product"],
            domain=_MICROSOFT,
        )
        added = [one for one in bias if one]
        reached = f"{out}/scaled" if added else out
        scaling = ("Identity", []) if value in self._ranges else ("Mul", [f"{value}/scale"])
        yield helper.make_node(scaling[0], [f"{out}/product", *scaling[1]], [reached])
        if added:
            yield helper.make_node("Add", [reached, *added], [out])

    def _round(self, value: str, grid: _Grid) -> Iterator[NodeProto]:
        """Turn each row into 8 bits; what several matrices are multiplied with is turned once."""
        if value in self._rounded:
            return
        self._rounded.add(value)
        zero = self._constant("zero", np.uint8(grid.zero))
        if value in self._ranges:
            largest = max(self._ranges[value], grid.least)
            self._hold(f"{value}/scale", np.array(largest / grid.steps, dtype=np.float32))
            yield helper.make_node("QuantizeLinear", [value, f"{value}/scale", zero], [f"{value}/whole"])
            return
        size = value
        if grid is _SIGNED:
            size = f"{value}/size"
            yield helper.make_node("Abs", [value], [size])
        yield helper.make_node("ReduceMax", [size], [f"{value}/largest"], axes=[-1], keepdims=1)
        least = self._constant("least", np.float32(grid.least))  # a row of zeros has a scale too
        yield helper.make_node("Max", [f"{value}/largest", least], [f"{value}/range"])
        step = self._constant("step", np.float32(1 / grid.steps))
        yield helper.make_node("Mul", [f"{value}/range", step], [f"{value}/scale"])
        yield helper.make_node("Div", [value, f"{value}/scale"], [f"{value}/steps"])
        one = self._constant("one", np.float32(1))
        yield helper.make_node("QuantizeLinear", [f"{value}/steps", one, zero], [f"{value}/whole"])

    def _array(self, name: str) -> FloatArray:
        return numpy_helper.to_array(self._weights[name]).astype(np.float32)

    def _constant(self, name: str, number: np.generic) -> str:
        name = f"hfkit/{name}-{number}"
        if name not in self._held:
            self._hold(name, np.asarray(number))
        return name

    def _hold(self, name: str, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> None:
        self._held.add(name)
        self._graph.initializer.append(numpy_helper.from_array(array, name))
