"""Cut a traced model down to the first token of each sequence as early as its numbers allow.

A head that reads the first token alone needs of the last layer one query, and the keys and values of all tokens;
behind its attention, which is most of that layer, it needs nothing else. The trace computes all of it, and takes the
first token at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnx import TensorProto, helper, numpy_helper, shape_inference

from .attention import ATTENTION

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

__all__ = ["pool_early"]

# What gives a token the same numbers, whichever tokens stand beside it. Of LayerNormalization the last axis alone.
_ALIKE = ("Add", "Cast", "Div", "Erf", "Identity", "Mul", "Pow", "Relu", "Sigmoid", "Sqrt", "Sub", "Tanh")
_BY_TOKEN = (*_ALIKE, ATTENTION, "LayerNormalization", "MatMul")

# Rows, tokens, numbers.
_AXES = 3
_TOKENS = 1

_PLACE = "hfkit/first-place"


def pool_early(model: ModelProto) -> int:
    """Move the choice of the first token in front of everything that works on one token at a time.

    Args:
        model: as it was traced; is changed in place.

    Returns:
        How many nodes now see one token of each sequence; 0 if the model takes no first token at its end.
    """
    walk = _Walk(model)
    spared = walk.spared()
    if not spared:
        return 0
    zero = helper.make_tensor("", TensorProto.INT64, [1], [0])
    kept = [helper.make_node("Constant", [], [_PLACE], value=zero)]
    cut: dict[str, str] = {}
    for node in model.graph.node:
        for place, name in enumerate(_own(node) if node.output[0] in spared else ()):
            if walk.is_tokens(name) and name not in spared:
                if name not in cut:
                    cut[name] = f"{name}/first"
                    # The axis of tokens stays, with one token.
                    kept.append(helper.make_node("Gather", [name, _PLACE], [cut[name]], axis=_TOKENS))
                node.input[place] = cut[name]
        kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)
    return len(spared)


def _own(node: NodeProto) -> list[str]:
    """Name what a node that works by tokens reads of the token itself: keys and values are those of all."""
    return list(node.input)[: 1 if node.op_type == ATTENTION else None]


class _Walk:
    """Goes back from where the first token is taken."""

    def __init__(self, model: ModelProto) -> None:
        inferred = shape_inference.infer_shapes(model).graph
        kinds = {value.name: value.type.tensor_type for value in inferred.value_info}
        self._axes = {name: len(kind.shape.dim) for name, kind in kinds.items() if kind.HasField("shape")}
        self._graph = model.graph
        self._weights = {weight.name: weight for weight in model.graph.initializer}
        # What the caller reads is read by nobody who could do with less.
        self._readers: dict[str, set[str]] = {value.name: {""} for value in model.graph.output}
        for node in model.graph.node:
            own = len(_own(node))
            for place, name in enumerate(node.input):
                self._readers.setdefault(name, set()).add(node.output[0] if place < own else "")

    def is_tokens(self, name: str) -> bool:
        """Tell whether a value has numbers for each token; what has one token for all is cut to that one."""
        return name not in self._weights and self._axes.get(name) == _AXES

    def spared(self) -> set[str]:
        """Name what is computed for all tokens, and needed for the first alone."""
        if any(given.HasField("g") or given.graphs for node in self._graph.node for given in node.attribute):
            return set()  # a nested graph reads what it likes
        firsts: set[str] = set()
        found: set[str] = set()
        for node in reversed(self._graph.node):
            (name, *others) = node.output
            if self._takes_first(node):
                firsts.add(name)
            elif others or not self._works_by_token(node):
                continue
            elif self._readers.get(name, {""}) <= firsts | found:
                found.add(name)
        return found

    def _takes_first(self, node: NodeProto) -> bool:
        if node.op_type != "Gather" or not self.is_tokens(node.input[0]):
            return False
        axis = next((given.i for given in node.attribute if given.name == "axis"), 0)
        return axis == _TOKENS and self._number(node.input[1]) == 0

    def _works_by_token(self, node: NodeProto) -> bool:
        if node.op_type not in _BY_TOKEN or not self.is_tokens(node.output[0]):
            return False
        if node.op_type == "LayerNormalization":
            axis = next((given.i for given in node.attribute if given.name == "axis"), -1)
            return self.is_tokens(node.input[0]) and axis in (-1, _AXES - 1)
        if node.op_type == "MatMul":
            value, name = node.input
            matrix = self._weights.get(name)
            return self.is_tokens(value) and matrix is not None and len(matrix.dims) < _AXES
        return all(self.is_tokens(name) or self._is_plain(name) for name in _own(node))

    def _is_plain(self, name: str) -> bool:
        """Tell whether a value has at most one axis, that of a token's numbers."""
        axes = len(self._weights[name].dims) if name in self._weights else self._axes.get(name, _AXES)
        return axes <= 1

    def _number(self, name: str) -> int | None:
        """Give a constant whole number; None for anything else."""
        weight = self._weights.get(name)
        for node in () if weight else self._graph.node:
            if node.op_type == "Constant" and node.output[0] == name:
                weight = next((given.t for given in node.attribute if given.name == "value"), None)
        return int(numpy_helper.to_array(weight)) if weight is not None and not weight.dims else None
