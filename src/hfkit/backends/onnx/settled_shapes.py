"""Turn shapes that a traced model computes at every step into constants.

A trace asks for the size of a tensor wherever the code of the model did, and puts shapes together from it:
in a Llama that is more nodes than all others, and a step of one token takes little more than their number.
Which of the sizes change with rows and tokens is found out by running the graph twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnx import TensorProto, helper

from .asked_values import ask
from .graph_view import GraphView

if TYPE_CHECKING:
    from onnx import ModelProto

    from .asked_values import Run

__all__ = ["settle_shapes"]

# Rows and tokens.
_CHANGING = 2


def settle_shapes(model: ModelProto, runs: tuple[Run, Run], *, ids: str) -> None:
    """Give every reshape and slice constants, where these will do, and leave out reshapes that change nothing.

    Args:
        model: as it was traced; is changed in place.
        runs: two sets of inputs, which share no size that is not always the same.
        ids: the input whose sizes are rows and tokens.
    """
    view = GraphView(model.graph)
    reshapes = [node for node in model.graph.node if node.op_type == "Reshape"]
    for node in reshapes:
        while before := view.maker(node.input[0], "Reshape"):
            node.input[0] = before.input[0]
    slices = [node for node in model.graph.node if node.op_type == "Slice"]
    bounds = {name for node in slices for name in node.input[1:] if name and view.constant(name) is None}
    sized = {name for node in reshapes for name in (node.input[0], node.output[0])} | {ids}
    found = ask(model, runs, sizes=sorted(sized), numbers=dict.fromkeys(sorted(bounds), TensorProto.INT64))
    sizes = [one.sizes for one in found]
    view = GraphView(model.graph)
    for name in bounds:
        one, other = (each.numbers[name].reshape(-1).tolist() for each in found)
        if one == other:
            view.read_instead(name, view.numbers(*one))
    wide: dict[tuple[int, ...], str] = {}
    for node in reshapes:
        before, after = node.input[0], node.output[0]
        if all(one[before] == one[after] for one in sizes) and after not in view.given:
            view.read_instead(after, before)
            continue
        shape = _shape(*(one[name] for name in (before, after) for one in sizes))
        if shape.count(-1) <= 1:
            node.input[1] = view.numbers(*shape)
        elif (
            all(one[after][:_CHANGING] == one[ids] for one in sizes) and min(shape[_CHANGING:], default=0) > 0
        ):
            node.input[1] = wide.setdefault(tuple(shape[_CHANGING:]), f"hfkit/wide_{len(wide)}")
    if wide:
        further = [view.numbers(*shape) for shape in wide]
        size = "hfkit/ids_size"
        view.put_first(
            [
                helper.make_node("Shape", [ids], [size]),
                *(
                    helper.make_node("Concat", [size, numbers], [name], axis=0)
                    for numbers, name in zip(further, wide.values(), strict=True)
                ),
            ]
        )
    view.replace({})


def _shape(
    before: tuple[int, ...],
    other_before: tuple[int, ...],
    after: tuple[int, ...],
    other_after: tuple[int, ...],
) -> list[int]:
    """Write a shape as ONNX does: 0 for what is as it was before, -1 for what is left.

    Args:
        before: sizes before a reshape.
        other_before: the same in another run.
        after: sizes after it.
        other_after: the same in another run.

    >>> _shape((2, 3, 8), (5, 7, 8), (2, 3, 4, 2), (5, 7, 4, 2)), _shape((2, 3, 8), (5, 7, 8), (6, 8), (35, 8))
    ([0, 0, 4, 2], [-1, 8])
    """
    shape = []
    for place, sizes in enumerate(zip(after, other_after, strict=True)):
        if sizes[0] == sizes[1]:
            shape.append(sizes[0])
        else:
            stays = place < len(before) and (before[place], other_before[place]) == sizes
            shape.append(0 if stays else -1)
    return shape
