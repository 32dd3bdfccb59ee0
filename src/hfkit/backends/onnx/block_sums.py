"""Put the sums of its blocks behind what a matrix of 4 bits is multiplied with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import helper

from .four_bits import BLOCK

if TYPE_CHECKING:
    from onnx import NodeProto

    from .graph_view import GraphView

__all__ = ["put_sums_behind"]

# In both halves of a byte: what stands for 0 where no other is given, and one more.
_ZEROS, _ONES = 0x88, 0x99

# What is multiplied is rounded to 8 bits as well.
_ROUNDED_BOTH = 4


def put_sums_behind(view: GraphView, value: str, width: int) -> tuple[str, list[NodeProto]]:
    """Put sums behind the numbers of a value, along its last axis, once for all that read it.

    They are computed as a product with zeros and ones of 4 bits: of what is rounded to 8 bits by blocks, as the
    matrix itself reads it. Of 2 such nodes for each layer norm a step takes less time than of 3 that reshape, sum up
    and join, and they need not know how many axes there are.

    Args:
        view: the graph.
        value: whose last axis is cut into blocks.
        width: of its last axis, a whole number of blocks.

    Returns:
        The name of the longer value, and the nodes that make it; none if they are there already.
    """
    blocks = width // BLOCK
    sums, longer = f"{value}/sums", f"{value}/with_sums"
    if longer in view.makers:
        return longer, []
    ones = np.full((blocks, blocks, BLOCK // 2), _ZEROS, dtype=np.uint8)
    ones[np.arange(blocks), np.arange(blocks)] = _ONES
    made = [
        helper.make_node(
            "MatMulNBits",
            [
                value,
                view.hold(f"hfkit/sums/{width}", ones),
                view.hold(f"hfkit/sums/{width}/steps", np.ones((blocks, blocks), dtype=np.float32)),
            ],
            [sums],
            domain="com.microsoft",
            K=width,
            N=blocks,
            bits=4,
            block_size=BLOCK,
            accuracy_level=_ROUNDED_BOTH,
        ),
        helper.make_node("Concat", [value, sums], [longer], axis=-1),
    ]
    view.makers[longer] = made[-1]
    return longer, made
