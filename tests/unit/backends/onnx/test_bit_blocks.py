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
    bits = [
        attribute.i
        for node in made.graph.node
        for attribute in node.attribute
        if node.op_type == "MatMulNBits" and attribute.name == "bits"
    ]
    assert bits == [4, 8]


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
