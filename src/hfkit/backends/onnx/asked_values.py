"""Run a graph to find out what its values are: their sizes, or their numbers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
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

__all__ = ["Asked", "Run", "ask"]

# ONNX Runtime writes to standard error; what it would say is raised as well.
_SILENT = 4

# In bytes; larger weights go beside the graph, which may not be larger than 2 GiB.
_SMALL = 1024

Run: TypeAlias = "Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]"
"""What a graph is given, by the names of its inputs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found in one run.

    Attributes:
        sizes: of the values whose sizes were asked for.
        numbers: of the values whose numbers were asked for.
    """

    sizes: Mapping[str, tuple[int, ...]]
    numbers: Run


def ask(
    model: ModelProto,
    runs: Sequence[Run],
    *,
    sizes: Sequence[str] = (),
    numbers: Mapping[str, int] | None = None,
) -> list[Asked]:
    """Run a model, and give the sizes of some of its values and the numbers of others.

    Args:
        model: with its weights; stays as it is.
        runs: what to run it with. All that is found is kept: where that is much, ask for less at a time.
        sizes: the values whose sizes are asked for.
        numbers: the values whose numbers are asked for, each with its type, such as ``TensorProto.INT64``.

    Returns:
        What was found, in the order of the runs.
    """
    numbers = numbers or {}
    asking = onnx.ModelProto()
    asking.CopyFrom(model)
    del asking.graph.output[:]
    asking.graph.node.extend(helper.make_node("Shape", [name], [f"{name}/size"]) for name in sizes)
    kinds = {**{f"{name}/size": TensorProto.INT64 for name in sizes}, **numbers}
    asking.graph.output.extend(
        helper.make_tensor_value_info(name, kind, None) for name, kind in kinds.items()
    )
    GraphView(asking.graph).replace({})  # weights that nobody asks for are not written
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "asking.onnx"
        onnx.save(asking, file, save_as_external_data=True, location="weights", size_threshold=_SMALL)
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        found = [session.run(list(kinds), dict(run)) for run in runs]
    return [
        Asked(
            {name: tuple(map(int, array)) for name, array in zip(sizes, arrays, strict=False)},
            dict(zip(numbers, arrays[len(sizes) :], strict=True)),
        )
        for arrays in found
    ]
