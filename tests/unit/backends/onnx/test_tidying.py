"""Graphs that are rewritten, against themselves as they were."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from hfkit.backends.onnx.graph_view import GraphView
from hfkit.backends.onnx.rotations import fuse_rotations, join_heads
from hfkit.backends.onnx.settled_shapes import settle_shapes
from hfkit.backends.onnx.tied_tables import tie_tables

CHANCE = np.random.default_rng(5)
HEADS, SIZE = 4, 8
RUNS = tuple({"ids": np.full(shape, 3)} for shape in ((2, 3), (5, 7)))


def model(nodes: list[Any], weights: dict[str, Any], out: str = "out") -> ModelProto:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["rows", "tokens"])],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def run(made: ModelProto, ids: Any) -> Any:
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"ids": ids})[0]


def kinds(made: ModelProto) -> Counter[str]:
    return Counter(node.op_type for node in made.graph.node)


def table(width: int = HEADS * SIZE) -> np.ndarray:
    return CHANCE.normal(size=(20, width)).astype(np.float32)


IDS = np.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]])
SIZES = [
    helper.make_node("Shape", ["ids"], ["size"]),
    helper.make_node("Gather", ["size", "zero"], ["rows"]),
    helper.make_node("Gather", ["size", "one"], ["tokens"]),
    helper.make_node("Unsqueeze", ["rows", "first"], ["rows1"]),
    helper.make_node("Unsqueeze", ["tokens", "first"], ["tokens1"]),
]
NUMBERS = {"zero": np.int64(0), "one": np.int64(1), "first": np.array([0]), "left": np.array([-1])}


def test_shapes_that_follow_the_input_become_constants() -> None:
    nodes = [
        *SIZES,
        helper.make_node("Gather", ["table", "ids"], ["found"]),
        helper.make_node("Concat", ["rows1", "tokens1", "heads", "left"], ["shape"], axis=0),
        helper.make_node("Reshape", ["found", "shape"], ["apart"]),
        helper.make_node("Concat", ["rows1", "tokens1", "left"], ["flat"], axis=0),
        helper.make_node("Reshape", ["apart", "flat"], ["together"]),
        helper.make_node("Neg", ["together"], ["less"]),
        helper.make_node("Reshape", ["less", "shape"], ["out"]),
    ]
    made = model(nodes, {"table": table(), "heads": np.array([HEADS]), **NUMBERS})
    expected = run(made, IDS)
    settle_shapes(made, RUNS, ids="ids")  # type: ignore[arg-type]
    assert kinds(made) == {"Gather": 1, "Neg": 1, "Reshape": 1}
    np.testing.assert_array_equal(run(made, IDS), expected)


def test_a_shape_with_both_sizes_of_the_input_is_made_once() -> None:
    nodes = [
        *SIZES,
        helper.make_node("Gather", ["table", "ids"], ["found"]),
        helper.make_node("Concat", ["rows1", "tokens1", "width"], ["shape"], axis=0),
        helper.make_node("Reshape", ["found", "flat"], ["flat1"]),
        helper.make_node("Neg", ["flat1"], ["less"]),
        helper.make_node("Reshape", ["less", "shape"], ["one_of"]),
        helper.make_node("Abs", ["flat1"], ["more"]),
        helper.make_node("Reshape", ["more", "shape"], ["other"]),
        helper.make_node("Add", ["one_of", "other"], ["out"]),
    ]
    width = HEADS * SIZE
    weights = {"table": table(), "width": np.array([width]), "flat": np.array([-1, width]), **NUMBERS}
    made = model(nodes, weights)
    expected = run(made, IDS)
    settle_shapes(made, RUNS, ids="ids")  # type: ignore[arg-type]
    assert kinds(made)["Shape"] == kinds(made)["Concat"] == 1
    np.testing.assert_array_equal(run(made, IDS), expected)


def test_bounds_of_slices_that_stay_the_same_become_constants() -> None:
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["found"]),
        helper.make_node("Shape", ["found"], ["size"]),
        helper.make_node("Gather", ["size", "two"], ["width"]),
        helper.make_node("Div", ["width", "two"], ["half"]),
        helper.make_node("Unsqueeze", ["half", "first"], ["end"]),
        helper.make_node("Slice", ["found", "first", "end", "left"], ["out"]),
    ]
    made = model(nodes, {"table": table(), "two": np.int64(2), **NUMBERS})
    expected = run(made, IDS)
    settle_shapes(made, RUNS, ids="ids")  # type: ignore[arg-type]
    assert kinds(made) == {"Gather": 1, "Slice": 1}
    np.testing.assert_array_equal(run(made, IDS), expected)


def rotated(*, swapped: bool) -> ModelProto:
    """Turn heads as transformers does, with cosines and sines from another table; the order of factors varies."""
    half = SIZE // 2

    def order(one: str, other: str) -> list[str]:
        return [other, one] if swapped else [one, other]

    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["found"]),
        helper.make_node("Reshape", ["found", "split"], ["apart"]),
        helper.make_node("Transpose", ["apart"], ["x"], perm=[0, 2, 1, 3]),
        *(helper.make_node("Gather", [name, "ids"], [f"{name}3"]) for name in ("cos", "sin")),
        *(helper.make_node("Unsqueeze", [f"{name}3", "axis"], [f"{name}4"]) for name in ("cos", "sin")),
        helper.make_node("Mul", order("x", "cos4"), ["kept"]),
        helper.make_node("Slice", ["x", "first", "half", "left"], ["lower"]),
        helper.make_node("Slice", ["x", "half", "end", "left"], ["upper"]),
        helper.make_node("Neg", ["upper"], ["negative"]),
        helper.make_node("Concat", ["negative", "lower"], ["swapped"], axis=-1),
        helper.make_node("Mul", order("swapped", "sin4"), ["crossed"]),
        helper.make_node("Add", order("kept", "crossed"), ["turned"]),
        helper.make_node("Transpose", ["turned"], ["back"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["back", "join"], ["joined"]),
        helper.make_node("Abs", ["joined"], ["out"]),
    ]
    angles = CHANCE.normal(size=(20, half)).astype(np.float32)
    weights = {
        "table": table(),
        "cos": np.tile(np.cos(angles), 2),
        "sin": np.tile(np.sin(angles), 2),
        "split": np.array([0, 0, HEADS, SIZE]),
        "join": np.array([0, 0, -1]),
        "half": np.array([half]),
        "end": np.array([2**31]),
        "axis": np.array([1]),
        "first": np.array([0]),
        "left": np.array([-1]),
    }
    return model(nodes, weights)


@pytest.mark.parametrize("swapped", [False, True])
def test_rotations_become_one_node_and_heads_stay_together(*, swapped: bool) -> None:
    made = rotated(swapped=swapped)
    expected = run(made, IDS)
    assert fuse_rotations(made, ids="ids") == 1
    np.testing.assert_allclose(run(made, IDS), expected, atol=1e-6)
    join_heads(made)
    assert kinds(made)["RotaryEmbedding"] == 1
    assert not {"Transpose", "Neg", "Concat"} & set(kinds(made))
    np.testing.assert_allclose(run(made, IDS), expected, atol=1e-6)


def test_heads_that_are_given_out_stay_as_they_are() -> None:
    made = rotated(swapped=False)
    made.graph.output[0].name = "joined"
    expected = run(made, IDS)
    fuse_rotations(made, ids="ids")
    before = kinds(made)
    join_heads(made)
    assert kinds(made)["Transpose"] == before["Transpose"]
    np.testing.assert_allclose(run(made, IDS), expected, atol=1e-6)


def test_what_only_looks_like_a_rotation_stays() -> None:
    made = rotated(swapped=False)
    upper = next(node for node in made.graph.node if node.output[0] == "upper")
    upper.input[0] = "kept"  # halves of two different values
    expected = run(made, IDS)
    before = kinds(made)
    assert fuse_rotations(made, ids="ids") == 0
    join_heads(made)
    assert kinds(made) == before
    np.testing.assert_array_equal(run(made, IDS), expected)


@pytest.mark.parametrize("same", [True, False])
def test_a_table_is_kept_once(*, same: bool) -> None:
    numbers = table()
    turned = np.ascontiguousarray(numbers.T if same else -numbers.T)
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["found"]),
        helper.make_node("MatMul", ["found", "turned"], ["out"]),
    ]
    made = model(nodes, {"table": numbers, "turned": turned})
    expected = run(made, IDS)
    tie_tables(made)
    assert len(made.graph.initializer) == (1 if same else 2)
    np.testing.assert_allclose(run(made, IDS), expected, rtol=1e-5, atol=1e-5)


def test_what_nobody_reads_is_dropped() -> None:
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["out"]),
        helper.make_node("Neg", ["out"], ["unread"]),
        helper.make_node("MatMul", ["unread", "more"], ["unread_too"]),
    ]
    made = model(nodes, {"table": table(), "more": table()})
    GraphView(made.graph).replace({})
    assert kinds(made) == {"Gather": 1}
    assert [weight.name for weight in made.graph.initializer] == ["table"]
