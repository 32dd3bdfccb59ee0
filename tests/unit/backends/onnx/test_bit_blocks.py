"""Weights in blocks of 8 and 4 bits, and the graph that multiplies with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from hfkit.backends.onnx.bit_blocks import quantize_blocks

CHANCE = np.random.default_rng(7)
WIDTH = 128
TABLE = CHANCE.normal(size=(300, WIDTH)).astype(np.float32)
MATRIX = CHANCE.normal(size=(WIDTH, 96)).astype(np.float32)
BIAS = CHANCE.normal(size=96).astype(np.float32)
IDS = CHANCE.integers(300, size=(5, 7))


def model(*nodes: Any) -> Any:
    weights = {
        "table": TABLE,
        "matrix": MATRIX,
        "across": np.ascontiguousarray(MATRIX.T),
        "bias": BIAS,
        "narrow": MATRIX[:, :8],
    }
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "ids"], ["found"]), *nodes],
        "g",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, None)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def run(made: Any, ids: Any = IDS) -> Any:
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"ids": ids})[0]


FLAT = helper.make_node("Flatten", ["found"], ["flat"], axis=-1)
PRODUCTS: dict[str, tuple[Any, ...]] = {
    "product": (helper.make_node("MatMul", ["found", "matrix"], ["out"]),),
    "layer": (FLAT, helper.make_node("Gemm", ["flat", "matrix", "bias"], ["out"])),
    "turned": (FLAT, helper.make_node("Gemm", ["flat", "across", "bias"], ["out"], transB=1)),
    "bent": (
        FLAT,
        helper.make_node(
            "FusedGemm",
            ["flat", "across", "bias"],
            ["out"],
            domain="com.microsoft",
            transB=1,
            activation="Relu",
        ),
    ),
}


@pytest.mark.parametrize("kind", PRODUCTS)
def test_products_are_close_and_rows_are_the_same_bit_for_bit_in_any_company(kind: str) -> None:
    made = model(*PRODUCTS[kind])
    expected = run(made)
    assert quantize_blocks(made.graph) == 2
    found = run(made)
    assert 0 < np.abs(found - expected).max() < 0.02 * np.abs(expected).max()
    rows = found.reshape(*IDS.shape, -1)
    for count in (1, 2, 3, 4):
        np.testing.assert_array_equal(run(made, IDS[:count]).reshape(count, IDS.shape[1], -1), rows[:count])
    np.testing.assert_array_equal(run(made, IDS[3:4, 2:3]).reshape(-1), rows[3, 2])
    assert not {node.op_type for node in made.graph.node} & {"Gather", "MatMul", "Gemm", "FusedGemm"}


@pytest.mark.parametrize("kind", PRODUCTS)
def test_products_of_4_bits_are_close_and_what_gives_logits_has_8(kind: str) -> None:
    made = model(*PRODUCTS[kind], helper.make_node("MatMul", ["out", "head"], ["logits"]))
    made.graph.initializer.append(numpy_helper.from_array(MATRIX.T.copy(), "head"))
    made.graph.output[0].name = "logits"
    expected = run(made)
    assert quantize_blocks(made.graph, bits=4) == 3
    found = run(made)
    assert 0 < np.abs(found - expected).max() < 0.15 * np.abs(expected).max()
    for count in (1, 2, 4):
        some = run(made, IDS[:count]).reshape(count, IDS.shape[1], -1)
        np.testing.assert_allclose(some, found.reshape(*IDS.shape, -1)[:count], atol=1e-3)
    assert bits(made) == [4, 4, 8]  # the first of them sums up


def bits(made: Any) -> list[int]:
    return [
        attribute.i
        for node in made.graph.node
        for attribute in node.attribute
        if node.op_type == "MatMulNBits" and attribute.name == "bits"
    ]


def stored(made: Any, name: str) -> Any:
    """Give a matrix of 4 bits from what a graph keeps of it, ``[width, columns]``."""
    kept = {weight.name: numpy_helper.to_array(weight) for weight in made.graph.initializer}
    whole, zeros = (
        np.stack((pairs & 15, pairs >> 4), axis=-1).reshape(len(pairs), -1).astype(np.float32)
        for pairs in (kept[f"{name}/pairs"], kept[f"{name}/zeros"])
    )
    steps = kept[f"{name}/roots"].astype(np.float32) ** 2 * kept[f"{name}/unit"]
    blocks = steps.shape[1]
    numbers = (whole - np.repeat(zeros[:, :blocks], 32, axis=1)) * np.repeat(steps, 32, axis=1)
    sums = numbers[:, WIDTH : WIDTH + WIDTH // 32]
    return (numbers[:, :WIDTH] + np.repeat(sums, 32, axis=1)).T


def test_a_product_of_4_bits_is_that_of_the_stored_weights() -> None:
    """Blocks begin wherever they fit: far from 0 as well."""
    matrix = MATRIX + CHANCE.normal(size=(4, 96)).repeat(32, axis=0).astype(np.float32)
    made = model(
        helper.make_node("MatMul", ["found", "matrix"], ["sum"]), helper.make_node("Neg", ["sum"], ["out"])
    )
    made.graph.initializer[1].CopyFrom(numpy_helper.from_array(matrix, "matrix"))
    quantize_blocks(made.graph, bits=4)
    kept = stored(made, "matrix")
    expected = TABLE[IDS] @ kept
    assert np.abs(run(made) + expected).max() < 0.015 * np.abs(expected).max()
    assert np.abs(kept - matrix).max() < 0.6
    error = np.square(kept - matrix).sum()
    assert 0 < error < 0.01 * np.square(matrix).sum()


def test_what_several_matrices_read_is_summed_up_once() -> None:
    made = model(
        helper.make_node("MatMul", ["found", "matrix"], ["one"]),
        helper.make_node("Gemm", ["flat", "across", "bias"], ["other"], transB=1),
        helper.make_node("MatMul", ["found", "across_too"], ["third"]),
        helper.make_node("Add", ["one", "third"], ["both"]),
        helper.make_node("Flatten", ["both"], ["left"], axis=-1),
        helper.make_node("Add", ["left", "other"], ["out"]),
    )
    made.graph.node.insert(1, FLAT)
    made.graph.initializer.append(numpy_helper.from_array(MATRIX[::-1].copy(), "across_too"))
    expected = run(made)
    assert quantize_blocks(made.graph, bits=4) == 4
    assert bits(made) == [4] * 5
    assert [node.op_type for node in made.graph.node].count("Concat") == 2
    assert np.abs(run(made) - expected).max() < 0.15 * np.abs(expected).max()


def test_a_matrix_that_several_layers_multiply_with_is_kept_once() -> None:
    """As all layers of ALBERT do."""
    made = model(
        helper.make_node("MatMul", ["found", "square"], ["one"]),
        helper.make_node("MatMul", ["one", "square"], ["two"]),
        helper.make_node("Neg", ["two"], ["out"]),
    )
    square = (CHANCE.normal(size=(WIDTH, WIDTH)) / WIDTH**0.5).astype(np.float32)
    made.graph.initializer.append(numpy_helper.from_array(square, "square"))
    expected = run(made)
    assert quantize_blocks(made.graph, bits=4) == 3
    assert 0 < np.abs(run(made) - expected).max() < 0.2 * np.abs(expected).max()
    assert len([weight for weight in made.graph.initializer if weight.name == "square/pairs"]) == 1


def test_what_gives_the_logits_has_8_bits_with_a_bias_and_in_part() -> None:
    made = model(
        helper.make_node("MatMul", ["found", "across_too"], ["product"]),
        helper.make_node("Add", ["beside", "product"], ["whole"]),
        helper.make_node("Gather", ["whole", "first"], ["part"], axis=1),
        helper.make_node("Identity", ["part"], ["out"]),
    )
    beside = np.zeros(MATRIX.shape[1], dtype=np.float32)
    for name, array in (
        ("across_too", MATRIX[::-1].copy()),
        ("beside", beside),
        ("first", np.array([0], dtype=np.int64)),
    ):
        made.graph.initializer.append(numpy_helper.from_array(array, name))
    assert quantize_blocks(made.graph, bits=4) == 2
    assert bits(made) == [8]


def test_rows_that_are_no_whole_number_of_blocks_have_8_bits() -> None:
    made = model(
        helper.make_node("MatMul", ["found", "narrowing"], ["less"]),
        helper.make_node("MatMul", ["less", "widening"], ["sum"]),
        helper.make_node("Neg", ["sum"], ["out"]),
    )
    for name, array in (("narrowing", MATRIX[:, :40].copy()), ("widening", MATRIX[:40].copy())):
        made.graph.initializer.append(numpy_helper.from_array(array, name))
    expected = run(made)
    assert quantize_blocks(made.graph, bits=4) == 3
    assert bits(made) == [4, 4, 8]
    assert np.abs(run(made) - expected).max() < 0.15 * np.abs(expected).max()


def test_a_row_of_zeros_in_a_table_leaves_the_steps_of_the_others() -> None:
    """Of what is no token, and all of it small."""
    spoilt = TABLE / 100
    spoilt[3] = 0
    made = model(helper.make_node("Neg", ["found"], ["out"]))
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(spoilt, "table"))
    quantize_blocks(made.graph, bits=4)
    ids = np.array([[2, 3, 4]])
    found = run(made, ids)
    assert (found[0, 1] == 0).all()
    np.testing.assert_allclose(found, -spoilt[ids], atol=0.0002)


def test_one_large_number_spoils_only_its_block() -> None:
    spoilt = TABLE.copy()
    spoilt[:, 0] = 1000
    made = model(helper.make_node("Neg", ["found"], ["out"]))
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(spoilt, "table"))
    quantize_blocks(made.graph)
    wrong = np.abs(run(made) + spoilt[IDS])
    assert wrong[..., 1:64].max() > 0.5
    assert wrong[..., 64:].max() < 0.02


def test_a_table_that_is_multiplied_with_too_is_kept_once() -> None:
    product = helper.make_node(
        "FusedMatMul", ["found", "table"], ["out"], domain="com.microsoft", transB=1, alpha=1.0
    )
    made = model(product)
    expected = run(made)
    assert quantize_blocks(made.graph) == 2
    large = [weight for weight in made.graph.initializer if np.prod(weight.dims) >= TABLE.size]
    assert [(weight.data_type, list(weight.dims)) for weight in large] == [(TensorProto.UINT8, [300, WIDTH])]
    assert np.abs(run(made) - expected).max() < 0.02 * np.abs(expected).max()


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("MatMul", ["found", "narrow"], ["out"]),
        helper.make_node("FusedMatMul", ["found", "matrix"], ["out"], domain="com.microsoft", alpha=0.5),
    ],
    ids=["narrow", "scaled"],
)
def test_what_is_no_plain_product_with_a_large_matrix_stays(node: Any) -> None:
    made = model(node)
    expected = run(made)
    assert quantize_blocks(made.graph) == 1
    assert node.op_type in {kept.op_type for kept in made.graph.node}
    np.testing.assert_allclose(run(made), expected, atol=1.0)
