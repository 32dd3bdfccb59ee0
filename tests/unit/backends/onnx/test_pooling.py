"""What a head needs of the last layer is computed for first tokens alone, and comes out the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from transformers import AutoModelForSequenceClassification

from hfkit.backends.onnx.pooling import pool_early
from hfkit.backends.onnx.probes import probe_batch
from hfkit.backends.onnx.trace import trace
from hfkit.backends.protocols import ModelCard
from hfkit.testing import TinyFamily, write_tiny_classifier

if TYPE_CHECKING:
    from pathlib import Path

CHANCE = np.random.default_rng(5)
STATES = CHANCE.normal(size=(3, 6, 8)).astype(np.float32)
WEIGHTS = {
    "matrix": CHANCE.normal(size=(8, 8)).astype(np.float32),
    "bias": CHANCE.normal(size=8).astype(np.float32),
    "scale": np.ones(8, dtype=np.float32),
    "half": np.float32(0.5),
    "by-place": CHANCE.normal(size=(6, 8)).astype(np.float32),
    "first": np.int64(0),
    "second": np.int64(1),
}


def node(kind: str, *given: str, out: str, **attributes: Any) -> Any:
    return helper.make_node(kind, list(given), [out], **attributes)


def model(*nodes: Any, outputs: tuple[str, ...] = ("out",)) -> Any:
    """A layer: states go through the nodes."""
    graph = helper.make_graph(
        [node("Relu", "states", out="mixed"), *nodes],
        "layer",
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["rows", "tokens", 8])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in WEIGHTS.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(made: Any) -> list[Any]:
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return list(session.run(None, {"states": STATES}))


LAYER = (
    node("MatMul", "mixed", "matrix", out="product"),
    node("Add", "bias", "product", out="layer"),
    node("Mul", "layer", "half", out="bent"),
    node("Add", "bent", "mixed", out="total"),
    node("LayerNormalization", "total", "scale", "bias", out="last"),
)
FIRST = node("Gather", "last", "first", out="out", axis=1)


def test_a_layer_is_computed_for_first_tokens() -> None:
    made = model(*LAYER, FIRST)
    (expected,) = run(made)
    assert pool_early(made) == len(LAYER)
    np.testing.assert_array_equal(run(made)[0], expected)
    shapes = onnx.shape_inference.infer_shapes(made).graph.value_info
    (last,) = (value for value in shapes if value.name == "last")
    assert [axis.dim_param or axis.dim_value for axis in last.type.tensor_type.shape.dim] == ["rows", 1, 8]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param([node("Gather", "last", "second", out="out", axis=1)], id="the second token"),
        pytest.param([node("Gather", "last", "first", out="out", axis=0)], id="the first row"),
        pytest.param([node("ReduceMean", "last", out="out", axes=[1])], id="the mean"),
        pytest.param(
            [FIRST, node("ReduceMax", "last", out="more", axes=[1])], id="the first, and all beside it"
        ),
    ],
)
def test_what_is_needed_of_all_tokens_stays(end: list[Any]) -> None:
    made = model(*LAYER, *end)
    before = made.SerializeToString()
    assert pool_early(made) == 0
    assert made.SerializeToString() == before


def test_what_the_caller_reads_stays() -> None:
    made = model(*LAYER, FIRST, outputs=("out", "last"))
    assert pool_early(made) == 0


def test_what_depends_on_the_place_is_computed_for_all() -> None:
    """The choice moves up to where tokens stop being alike."""
    nodes = (
        node("Add", "mixed", "by-place", out="placed"),
        node("LayerNormalization", "placed", "scale", "bias", out="normal", axis=1),
        node("Tanh", "normal", out="last"),
        FIRST,
    )
    made = model(*nodes)
    (expected,) = run(made)
    assert pool_early(made) == 1
    np.testing.assert_array_equal(run(made)[0], expected)


@pytest.mark.parametrize(
    ("family", "spared"), [("bert", True), ("distilbert", True), ("roberta", True), ("gpt2", False)]
)
def test_traced_models(family: TinyFamily, spared: bool, tmp_path: Path) -> None:  # noqa: FBT001
    folder = write_tiny_classifier(tmp_path / "model", family=family)
    traced = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    traced.config.pad_token_id = traced.config.pad_token_id or 0
    card = ModelCard(max_tokens=16, pad_id=0, pads=True, device="cpu", dtype="float32")
    batch = probe_batch(card, (9, 4), vocabulary=40, types=False)
    inputs = ("input_ids", "attention_mask")
    trace(traced, batch, tmp_path / "traced.onnx", inputs=inputs, outputs=("logits",))
    made = onnx.load(tmp_path / "traced.onnx")
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    given = {"input_ids": batch.ids, "attention_mask": batch.mask}
    (expected,) = session.run(None, given)
    # Two matrices, their biases, the bend between them, a sum and a norm at least.
    assert (pool_early(made) > 6) == spared
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, given)[0], expected, atol=1e-6)
