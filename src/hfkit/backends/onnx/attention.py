"""Turn attention, which a trace spells out, into one node; where nothing is padded it has no mask.

ONNX Runtime's node for all of attention goes through keys and values in blocks that stay in the processor's cache,
but only if there is no mask. A mask says nothing where the texts of a batch have one length, as the windows of a long
text and the text that stands alone have: so each layer has both, and the mask chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from onnx import NodeProto, TensorProto, helper

from .asked_values import ask
from .graph_view import GraphView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnx import GraphProto, ModelProto

    from .asked_values import Run

__all__ = ["ATTENTION", "fuse_attention", "leave_masks_out"]

ATTENTION = "MultiHeadAttention"
"""The node for all of attention, of ONNX Runtime's own: query, key and value are ``[rows, tokens, numbers]``."""

_MICROSOFT = "com.microsoft"

# Rows, heads, tokens, numbers of a head; and as keys stand in a product.
_BY_HEADS = [0, 2, 1, 3]
_ACROSS = [0, 2, 3, 1]

_MASK = "attention_mask"
_KEYS = "hfkit/keys"
_UNPADDED = "hfkit/unpadded"

# What is added to the score of a token that is not there is at most this; more would leave something of it.
_HIDES = -1e4


@dataclass(frozen=True, slots=True)
class _Attention:
    """Attention as it was found: the values that go in, what is added to the scores, and the last of its nodes."""

    query: str
    key: str
    value: str
    mask: str
    scale: float
    heads: int
    out: str


def fuse_attention(model: ModelProto, runs: Sequence[Run]) -> int:
    """Make one node of each attention whose mask hides what is padded, and nothing else.

    What the mask does is found out with numbers: a mask that hides far tokens too, or a bias for each distance, keeps
    an attention as it is.

    Args:
        model: as it was traced, with its weights; is changed in place.
        runs: padded and unpadded inputs; the longest is longer than any window of local attention.

    Returns:
        How many there were.
    """
    view = GraphView(model.graph)
    found = [each for node in model.graph.node if (each := _attention(view, node))]
    masks = dict.fromkeys((each.mask for each in found), TensorProto.FLOAT)
    if not found:
        return 0
    for asked, run in zip(ask(model, runs, numbers=masks), runs, strict=True):
        found = [each for each in found if _hides_padding(asked.numbers[each.mask], run[_MASK])]
    if not found:
        return 0
    view.put_first([helper.make_node("Cast", [_MASK], [_KEYS], to=TensorProto.INT32)])
    view.replace({each.out: [_node(each)] for each in found})
    if all(opset.domain != _MICROSOFT for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))
    # Which nobody could infer of a node that is not of the standard.
    model.graph.value_info.extend(
        helper.make_tensor_value_info(each.out, TensorProto.FLOAT, [None, None, None]) for each in found
    )
    return len(found)


def leave_masks_out(model: ModelProto) -> None:
    """Let each attention have a mask only where something is padded.

    Args:
        model: whose attention is one node; is changed in place.
    """
    view = GraphView(model.graph)
    both: dict[str, list[NodeProto]] = {}
    for node in model.graph.node:
        if node.op_type == ATTENTION:
            (out,) = node.output
            bare = _branch(node, f"{out}/unmasked", masked=False)
            masked = _branch(node, f"{out}/masked", masked=True)
            both[out] = [helper.make_node("If", [_UNPADDED], [out], then_branch=bare, else_branch=masked)]
    if not both:
        return
    least, one = f"{_UNPADDED}/least", view.hold(f"{_UNPADDED}/one", np.array(1, dtype=np.int32))
    asking = [
        helper.make_node("ReduceMin", [_KEYS], [least], keepdims=0),
        helper.make_node("Equal", [least, one], [_UNPADDED]),
    ]
    keys = view.makers[_KEYS]
    view.replace({_KEYS: [keys, *asking], **both})


def _attention(view: GraphView, node: NodeProto) -> _Attention | None:
    """Give the attention whose weights a node gives, as transformers computes it without any help."""
    added = view.maker(node.input[0], "Add") if node.op_type == "Softmax" else None
    scaled = added and (view.maker(added.input[0], "Mul") or view.maker(added.input[0], "Div"))
    product = scaled and view.maker(scaled.input[0], "MatMul")
    number = scaled and view.constant(scaled.input[1])
    if added is None or scaled is None or product is None or number is None or number.size != 1:
        return None
    values, out = _joined(view, node.output[0]) or ("", "")
    query, key = _split(view, product.input[0], _BY_HEADS), _split(view, product.input[1], _ACROSS)
    value = _split(view, values, _BY_HEADS)
    heads = query and _heads(view, query, product.input[0])
    if not (query and key and value and heads):
        return None
    scale = float(number.reshape(())) ** (-1 if scaled.op_type == "Div" else 1)
    return _Attention(query, _without_bias(view, key), value, added.input[1], scale, heads, out)


def _joined(view: GraphView, weights: str) -> tuple[str, str] | None:
    """Give the values that are weighted, and what they become once heads are put together again."""
    for weighted in view.readers.get(weights, []):
        for back in view.readers.get(weighted.output[0], []):
            for joined in view.readers.get(back.output[0], []):
                kinds = [weighted.op_type, back.op_type, joined.op_type]
                if kinds == ["MatMul", "Transpose", "Reshape"] and weighted.input[0] == weights:
                    shape = _shape(view, joined.input[1])
                    if _order(back) == _BY_HEADS and shape is not None and len(shape) == len(_BY_HEADS) - 1:
                        return weighted.input[1], joined.output[0]
    return None


def _split(view: GraphView, name: str, order: list[int]) -> str | None:
    """Give the value that was taken apart by heads and then turned."""
    turned = view.maker(name, "Transpose")
    split = turned and view.maker(turned.input[0], "Reshape")
    if turned is None or split is None or _order(turned) != order:
        return None
    shape = _shape(view, split.input[1])
    return split.input[0] if shape is not None and len(shape) == len(order) else None


def _heads(view: GraphView, query: str, turned: str) -> int | None:
    """Count the heads of a query, which a layer gives: its width is that of the layer's weights."""
    split = view.makers[view.makers[turned].input[0]]
    *_, size = _shape(view, split.input[1]) or [None]
    layer = view.makers.get(query)
    weights = [view.constant(name) for name in layer.input] if layer is not None else []
    widths = {array.shape[-1] for array in weights if array is not None and array.ndim}
    return widths.pop() // size if size and size > 0 and len(widths) == 1 else None


def _shape(view: GraphView, name: str) -> list[int | None] | None:
    """Give a shape that is constant or put together from single sizes, of which some are known."""
    whole = view.constant(name)
    if whole is not None:
        return [int(size) for size in whole]
    together = view.maker(name, "Concat")
    if together is None:
        return None
    parts = [view.constant(part) for part in together.input]
    return [None if part is None else int(part.reshape(-1)[0]) for part in parts]


def _order(node: NodeProto) -> list[int]:
    return next((list(given.ints) for given in node.attribute if given.name == "perm"), [])


def _without_bias(view: GraphView, key: str) -> str:
    """Give a key before its bias was added: that adds the same to all scores of a query, and changes no weight."""
    added = view.maker(key, "Add")
    inputs: list[str] = list(added.input) if added is not None else []
    for bias, plain in zip(inputs, reversed(inputs), strict=True):
        numbers = view.constant(bias)
        if numbers is not None and numbers.ndim == 1:
            return plain
    return key


def _hides_padding(
    added: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
    mask: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
) -> bool:
    """Tell whether what is added to scores hides the tokens that a mask does, and changes no other.

    Args:
        added: ``[rows, heads, tokens, tokens]``, or 1 where all are alike.
        mask: ``[rows, tokens]``, 0 where nothing is.
    """
    hidden = mask[:, None, None, :] == 0
    try:
        added, hidden = np.broadcast_arrays(added, hidden)
    except ValueError:
        return False
    return not added[~hidden].any() and bool((added[hidden] <= _HIDES).all())


def _node(found: _Attention) -> NodeProto:
    return helper.make_node(
        ATTENTION,
        [found.query, found.key, found.value, "", _KEYS],
        [found.out],
        domain=_MICROSOFT,
        num_heads=found.heads,
        scale=found.scale,
    )


def _branch(node: NodeProto, out: str, *, masked: bool) -> GraphProto:
    """Make a graph of an attention alone, which reads what the graph around it has."""
    alone = NodeProto()
    alone.CopyFrom(node)
    alone.output[0] = out
    if not masked:
        del alone.input[3:]
    given = helper.make_tensor_value_info(out, TensorProto.FLOAT, None)
    return helper.make_graph([alone], out, [], [given])
