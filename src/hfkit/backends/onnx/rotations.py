"""Turn rotary positions, as transformers computes them, into one node each, and heads that are not needed apart back.

A model turns queries and keys by halves: ``x * cos + concat(-x[half:], x[:half]) * sin``. ONNX Runtime does that
in one node, on the tensor as a projection gives it. Cosines and sines are still the model's own, made for the
positions of the step, so that any way to scale them is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import helper

from .graph_view import GraphView

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

__all__ = ["fuse_rotations", "join_heads"]

_MICROSOFT = "com.microsoft"

# Rows, tokens, heads, numbers of a head.
_AXES = 4


def fuse_rotations(model: ModelProto, *, ids: str) -> int:
    """Find rotations and make each of them one node.

    Args:
        model: as it was traced; is changed in place.
        ids: the input that says how many rows and tokens there are.

    Returns:
        How many there were.
    """
    view = GraphView(model.graph)
    new: dict[str, list[NodeProto]] = {}
    halves: set[str] = set()
    for node in model.graph.node:
        found = _rotation(view, node)
        if found is None:
            continue
        value, *turns, half = found
        made = []
        for turn in turns:
            if turn not in halves:
                halves.add(turn)
                cut = [turn, view.numbers(0), view.numbers(half), view.numbers(-1)]
                made.append(helper.make_node("Slice", cut, [f"{turn}/cut"]))
                made.append(
                    helper.make_node("Reshape", [f"{turn}/cut", view.numbers(-1, half)], [f"{turn}/half"])
                )
        made.append(
            helper.make_node(
                "RotaryEmbedding",
                [value, _PLACES, *(f"{turn}/half" for turn in turns)],
                [node.output[0]],
                domain=_MICROSOFT,
            )
        )
        new[node.output[0]] = made
    if new:
        # The rows of cosines and sines are the tokens of all rows, one after the other.
        view.put_first(_places(view, ids))
        view.replace(new)
    return len(new)


_PLACES = "hfkit/places"


def _places(view: GraphView, ids: str) -> list[NodeProto]:
    zero, one = (view.hold(f"hfkit/scalar_{number}", np.array(number, dtype=np.int64)) for number in (0, 1))
    return [
        helper.make_node("Size", [ids], [f"{_PLACES}/all"]),
        helper.make_node("Range", [zero, f"{_PLACES}/all", one], [f"{_PLACES}/flat"]),
        helper.make_node("Shape", [ids], [f"{_PLACES}/shape"]),
        helper.make_node("Reshape", [f"{_PLACES}/flat", f"{_PLACES}/shape"], [_PLACES]),
    ]


def _rotation(view: GraphView, node: NodeProto) -> tuple[str, str, str, int] | None:
    """Give what is turned, the cosines and sines, and the half of a head, if a node is the end of a rotation."""
    if node.op_type != "Add":
        return None
    for plain, crossed in ((0, 1), (1, 0)):
        kept, turned = (view.maker(node.input[place], "Mul") for place in (plain, crossed))
        if kept is None or turned is None:
            continue
        for swapped, sine in ((0, 1), (1, 0)):
            half = _swapped(view, turned.input[swapped])
            if half is not None and half[0] in kept.input:
                value, size = half
                cosine = kept.input[1 - list(kept.input).index(value)]
                return value, cosine, turned.input[sine], size
    return None


def _swapped(view: GraphView, name: str) -> tuple[str, int] | None:
    """Give the value whose halves change places, the second with its sign turned, and the size of a half."""
    joined = view.maker(name, "Concat")
    if joined is None or len(joined.input) != 2:  # noqa: PLR2004  # halves
        return None
    negative = view.maker(joined.input[0], "Neg")
    upper = negative and view.maker(negative.input[0], "Slice")
    lower = view.maker(joined.input[1], "Slice")
    if upper is None or lower is None or upper.input[0] != lower.input[0]:
        return None
    starts, ends = view.constant(upper.input[1]), view.constant(lower.input[2])
    if starts is None or ends is None or starts.tolist() != ends.tolist():
        return None
    return upper.input[0], int(starts.reshape(-1)[0])


def join_heads(model: ModelProto) -> None:
    """Leave heads together where they are taken apart only to be put together again, rotated or not."""
    view = GraphView(model.graph)
    for node in list(model.graph.node):
        heads = None if node.output[0] in view.given else _heads_before(view, node)
        if heads is None:
            continue
        source, turned, shape = heads
        if turned is not None:
            turned.input[0] = source
            turned.attribute.append(helper.make_attribute("num_heads", shape[2]))
            turned.attribute.append(helper.make_attribute("rotary_embedding_dim", shape[3]))
            source = turned.output[0]
        view.read_instead(node.output[0], source)
    view.replace({})


def _heads_before(view: GraphView, node: NodeProto) -> tuple[str, NodeProto | None, list[int]] | None:
    """Give what heads were taken out of, the rotation between, and their shape, where a node puts them together."""
    back = view.maker(node.input[0], "Transpose") if node.op_type == "Reshape" else None
    if back is None:
        return None
    turned = view.maker(back.input[0], "RotaryEmbedding")
    if turned is not None and len(view.readers[turned.output[0]]) > 1:
        return None
    forth = view.maker(turned.input[0] if turned else back.input[0], "Transpose")
    split = forth and view.maker(forth.input[0], "Reshape")
    shape = split and view.constant(split.input[1])
    if split is None or shape is None or len(shape) != _AXES or shape[2] <= 0 or shape[3] <= 0:
        return None
    joined = view.constant(node.input[1])
    if joined is None or joined[-1] not in (-1, shape[2] * shape[3]):
        return None
    return split.input[0], turned, [int(size) for size in shape]
