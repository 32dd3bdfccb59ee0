"""Keep a table of embeddings once where a model's head is the same table turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import helper

from .graph_view import GraphView

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["tie_tables"]

# Rows and columns.
_AXES = 2


def tie_tables(model: ModelProto) -> None:
    """Let a product with a turned table read the table itself; a trace holds both, and they are large.

    Args:
        model: as it was traced; is changed in place.
    """
    view = GraphView(model.graph)
    tables = {
        node.input[0]
        for node in model.graph.node
        if node.op_type == "Gather" and len(getattr(view.weights.get(node.input[0]), "dims", ())) == _AXES
    }
    for node in list(model.graph.node):
        if node.op_type != "MatMul" or node.input[1] not in view.weights:
            continue
        sizes = list(view.weights[node.input[1]].dims)
        for table in tables:
            if list(view.weights[table].dims) == sizes[::-1] and _same(view, table, node.input[1]):
                product = helper.make_node(
                    "FusedMatMul", [node.input[0], table], list(node.output), domain="com.microsoft", transB=1
                )
                view.replace({node.output[0]: [product]})
                break


def _same(view: GraphView, table: str, turned: str) -> bool:
    one, other = view.constant(table), view.constant(turned)
    return one is not None and other is not None and bool(np.array_equal(one, other.T))
