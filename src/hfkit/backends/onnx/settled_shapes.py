"""Turn shapes that a traced model computes at every step into constants.

A trace asks for the size of a tensor wherever the code of the model did, and puts shapes together from it:
in a Llama that is more nodes than all others, and a step of one token takes little more than their number.
Which of the sizes change with rows and tokens is found out by running the graph twice.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import onnx
import onnxruntime
from onnx import TensorProto, helper

from .graph_view import GraphView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from onnx import ModelProto

__all__ = ["settle_shapes"]

# ONNX Runtime writes to standard error; what it would say is raised as well.
_SILENT = 4

# In bytes; larger weights go beside the graph, which may not be larger than 2 GiB.
_SMALL = 1024

# Rows and tokens.
_CHANGING = 2

_Run: TypeAlias = "Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]"
_Answers: TypeAlias = "dict[str, tuple[int, ...]]"


def settle_shapes(model: ModelProto, runs: tuple[_Run, _Run], *, ids: str) -> None:
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
    sizes, numbers = _ask(model, sorted(sized), sorted(bounds), runs)
    view = GraphView(model.graph)
    for name in bounds:
        if numbers[0][name] == numbers[1][name]:
            view.read_instead(name, view.numbers(*numbers[0][name]))
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


def _ask(
    model: ModelProto, sized: Sequence[str], numbers: Sequence[str], runs: Sequence[_Run]
) -> tuple[list[_Answers], list[_Answers]]:
    """Run a model, and give the sizes of some of its values and the numbers of others in each of the runs."""
    asking = onnx.ModelProto()
    asking.CopyFrom(model)
    del asking.graph.output[:]
    asking.graph.node.extend(helper.make_node("Shape", [name], [f"{name}/size"]) for name in sized)
    asked = [*(f"{name}/size" for name in sized), *numbers]
    asking.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in asked)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "asking.onnx"
        onnx.save(asking, file, save_as_external_data=True, location="weights", size_threshold=_SMALL)
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        found = [
            [tuple(map(int, array.reshape(-1))) for array in session.run(asked, dict(run))] for run in runs
        ]
    return (
        [dict(zip(sized, answers, strict=False)) for answers in found],
        [dict(zip(numbers, answers[len(sized) :], strict=True)) for answers in found],
    )
