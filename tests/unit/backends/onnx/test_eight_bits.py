"""Rounding to 8 bits, and the graph that multiplies with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from hfkit.backends.onnx.bit_blocks import quantize_blocks
from hfkit.backends.onnx.eight_bits import multiplied_values, quantize_graph
from hfkit.backends.onnx.whole_numbers import rounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from onnx import GraphProto

CHANCE = np.random.default_rng(3)
TABLE = CHANCE.normal(size=(50, 32)).astype(np.float32)
MATRIX = CHANCE.normal(size=(32, 48)).astype(np.float32)
BIAS = CHANCE.normal(size=48).astype(np.float32)
IDS = CHANCE.integers(50, size=(3, 7))


def test_what_is_rounded_is_half_a_step_away_at_most() -> None:
    whole, steps = rounded(MATRIX, axis=0, top=127)
    assert whole.dtype == np.int8
    assert steps.shape == (1, 48)
    assert (np.abs(whole.astype(int)).max(axis=0) == 127).all()
    assert (np.abs(whole * steps - MATRIX) <= steps * 0.5001).all()


def model(*nodes: Any, head: str = "out") -> Any:
    """Put nodes between ids, which find rows of a table, and an output."""
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "ids"], ["found"]), *nodes],
        "g",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, None)],
        [helper.make_tensor_value_info(head, TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(array, name)
            for name, array in {
                "table": TABLE,
                "matrix": MATRIX,
                "across": np.ascontiguousarray(MATRIX.T),
                "bias": BIAS,
            }.items()
        ],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def run(made: Any, ids: Any = IDS) -> Any:
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"ids": ids})[0]


END = helper.make_node("Identity", ["product"], ["out"])
ONE = helper.make_node("MatMul", ["found", "matrix"], ["product"])
GELU = [
    helper.make_node("Gelu", ["found"], ["bent"], domain="com.microsoft"),
    helper.make_node("MatMul", ["bent", "matrix"], ["product"]),
]


@pytest.mark.parametrize("nodes", [[ONE, END], [*GELU, END]], ids=["signed", "behind GELU"])
def test_products_are_close_and_rows_stand_alone(nodes: list[Any]) -> None:
    made = model(*nodes)
    expected = run(made)
    assert quantize_graph(made.graph) == 2
    found = run(made)
    assert 0 < np.abs(found - expected).max() < 0.03 * np.abs(expected).max()
    for row in range(len(IDS)):
        assert np.array_equal(run(made, IDS[row : row + 1])[0], found[row])
    floats = [one for one in made.graph.initializer if one.data_type == TensorProto.FLOAT]
    assert max(int(np.prod(one.dims)) for one in floats) <= 50  # scales and a bias are left


@pytest.mark.parametrize("nodes", [[ONE, END], [*GELU, END]], ids=["signed", "behind GELU"])
def test_steps_that_were_measured_are_fixed(nodes: list[Any]) -> None:
    made = model(*nodes)
    expected = run(made)
    (value,) = multiplied_values(made.graph)
    largest = float(np.abs(TABLE[IDS]).max())
    assert quantize_graph(made.graph, ranges={value: largest}) == 2
    found = run(made)
    assert 0 < np.abs(found - expected).max() < 0.03 * np.abs(expected).max()
    assert not {"Abs", "ReduceMax", "Div"} & {node.op_type for node in made.graph.node}
    again = model(*nodes)
    quantize_graph(again.graph, ranges={value: largest / 4})
    assert np.abs(run(again) - expected).max() > 0.1 * np.abs(expected).max()  # cut off


@pytest.mark.parametrize(("matrix", "turned"), [("matrix", 0), ("across", 1)])
def test_a_layer_with_its_bias(matrix: str, turned: int) -> None:
    layer = helper.make_node("Gemm", ["flat", matrix, "bias"], ["product"], transB=turned)
    flat = helper.make_node("Flatten", ["found"], ["flat"], axis=-1)
    made = model(flat, layer, END)
    expected = run(made)
    assert quantize_graph(made.graph) == 2
    found = run(made)
    assert 0 < np.abs(found - expected).max() < 0.03 * np.abs(expected).max()


@pytest.mark.parametrize(
    "rewrite", [quantize_graph, partial(quantize_blocks, bits=4)], ids=["8 bits", "4 bits"]
)
def test_a_table_of_few_rows_stays(rewrite: Callable[[GraphProto], int]) -> None:
    made = model(
        helper.make_node("Gather", ["few", "ids"], ["part"]),
        helper.make_node("MatMul", ["part", "matrix"], ["product"]),
        END,
    )
    made.graph.initializer.append(numpy_helper.from_array(TABLE[:15], "few"))
    rewrite(made.graph)
    kept = {weight.name: weight for weight in made.graph.initializer}["few"]
    assert np.array_equal(numpy_helper.to_array(kept), TABLE[:15])


def test_the_head_stays() -> None:
    made = model(ONE, head="product")
    assert quantize_graph(made.graph) == 1
    assert [node.op_type for node in made.graph.node][-1] == "MatMul"


def test_what_gives_the_logits_stays_with_its_bias() -> None:
    made = model(ONE, helper.make_node("Add", ["product", "bias"], ["out"]))
    assert quantize_graph(made.graph) == 1  # the table
    assert [node.op_type for node in made.graph.node if node.output[0] == "product"] == ["MatMul"]


def test_what_two_layers_read_is_rounded_once_and_shared_weights_are_kept_once() -> None:
    two = [helper.make_node("MatMul", ["found", "matrix"], [name]) for name in ("one", "other")]
    made = model(*two, helper.make_node("Add", ["one", "other"], ["out"]))
    expected = run(made)
    assert quantize_graph(made.graph) == 2
    assert [node.op_type for node in made.graph.node].count("QuantizeLinear") == 1
    assert np.abs(run(made) - expected).max() < 0.03 * np.abs(expected).max()


def test_gelu_is_computed_by_tanh_where_nothing_else_reads_it() -> None:
    made = model(*GELU, END)
    quantize_graph(made.graph)
    assert [node.op_type for node in made.graph.node if node.output[0] == "bent"] == ["FastGelu"]
    also = helper.make_node("ReduceSum", ["bent"], ["sum"], keepdims=0)
    made = model(*GELU, also, helper.make_node("Add", ["product", "sum"], ["out"]))
    quantize_graph(made.graph)
    assert [node.op_type for node in made.graph.node if node.output[0] == "bent"] == ["Gelu"]


def test_a_row_of_zeros_gives_zeros() -> None:
    made = model(
        helper.make_node("Sub", ["found", "found"], ["nothing"]),
        helper.make_node("MatMul", ["nothing", "matrix"], ["product"]),
        END,
    )
    quantize_graph(made.graph)
    assert not run(made).any()
