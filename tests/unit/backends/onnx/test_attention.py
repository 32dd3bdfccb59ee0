"""Attention as one node, against the nodes that it was traced as."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from transformers import AutoModelForSequenceClassification

from hfkit.backends.onnx.attention import ATTENTION, fuse_attention, leave_masks_out
from hfkit.backends.onnx.graph_view import GraphView
from hfkit.backends.onnx.pooling import pool_early
from hfkit.backends.onnx.probes import probe_batch
from hfkit.backends.onnx.trace import trace
from hfkit.backends.protocols import ModelCard
from hfkit.testing import TinyFamily, write_tiny_classifier

if TYPE_CHECKING:
    from pathlib import Path

CHANCE = np.random.default_rng(5)
HEADS, SIZE, TOKENS = 4, 8, 12
WIDTH = HEADS * SIZE
PLACES = np.arange(TOKENS)
FAR = np.abs(PLACES[:, None] - PLACES) > 4
WEIGHTS: dict[str, Any] = {
    "table": CHANCE.normal(size=(50, WIDTH)).astype(np.float32),
    "bias": CHANCE.normal(size=WIDTH).astype(np.float32),
    "heads": np.array([0, 0, HEADS, SIZE]),
    "whole": np.array([0, 0, WIDTH]),
    "root": np.float32(SIZE**0.5),
    "inverse": np.float32(SIZE**-0.5),
    "axes": np.array([1, 2]),
    "seen": np.float32(0),
    "hidden": np.float32(-1e9),
    "faint": np.float32(-5),
    "far": np.where(FAR, np.float32(-1e9), np.float32(0)),
    "distance": np.where(FAR, np.float32(-2), np.float32(1)),
    **{name: CHANCE.normal(size=(WIDTH, WIDTH)).astype(np.float32) / 4 for name in ("q", "k", "v")},
}
IDS = CHANCE.integers(50, size=(3, TOKENS))
LENGTHS = np.array([[TOKENS], [7], [1]])
MASK = (LENGTHS > PLACES).astype(np.int64)
RUNS = [{"input_ids": IDS, "attention_mask": mask} for mask in (np.ones_like(MASK), MASK)]


def node(kind: str, *given: str, out: str, **attributes: Any) -> Any:
    return helper.make_node(kind, list(given), [out], **attributes)


def attention(
    *between: Any, hidden: str = "hidden", scale: tuple[str, str] = ("Mul", "inverse"), added: str = "padding"
) -> ModelProto:
    """Attention as transformers computes it, with what is added to its scores."""
    nodes = [
        node("Gather", "table", "input_ids", out="states"),
        node("MatMul", "states", "q", out="query"),
        node("MatMul", "states", "k", out="product"),
        node("Add", "bias", "product", out="key"),
        node("MatMul", "states", "v", out="value"),
        *(node("Reshape", name, "heads", out=f"{name}/split") for name in ("query", "key", "value")),
        node("Transpose", "query/split", out="query/turned", perm=[0, 2, 1, 3]),
        node("Transpose", "key/split", out="key/turned", perm=[0, 2, 3, 1]),
        node("Transpose", "value/split", out="value/turned", perm=[0, 2, 1, 3]),
        node("MatMul", "query/turned", "key/turned", out="scores"),
        node(scale[0], "scores", scale[1], out="scaled"),
        node("Cast", "attention_mask", out="there", to=TensorProto.BOOL),
        node("Unsqueeze", "there", "axes", out="wide"),
        node("Where", "wide", "seen", hidden, out="padding"),
        *between,
        node("Add", "scaled", added, out="masked"),
        node("Softmax", "masked", out="weights", axis=-1),
        node("MatMul", "weights", "value/turned", out="mixed"),
        node("Transpose", "mixed", out="back", perm=[0, 2, 1, 3]),
        node("Reshape", "back", "whole", out="joined"),
        node("MatMul", "joined", "q", out="out"),
    ]
    graph = helper.make_graph(
        nodes,
        "attention",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["rows", "tokens"]) for name in RUNS[0]],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in WEIGHTS.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(made: ModelProto, given: Any) -> Any:
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, given)[0]


def kinds(made: ModelProto) -> Counter[str]:
    return Counter(each.op_type for each in made.graph.node)


def near(found: Any, expected: Any, mask: Any) -> None:
    """What stands where no token is is nobody's."""
    np.testing.assert_allclose(found[mask == 1], expected[mask == 1], atol=2e-5)


@pytest.mark.parametrize("scale", [("Mul", "inverse"), ("Div", "root")])
def test_attention_becomes_one_node(scale: tuple[str, str]) -> None:
    made = attention(scale=scale)
    expected = [run(made, given) for given in RUNS]
    assert fuse_attention(made, RUNS) == 1
    assert kinds(made) == {"Gather": 1, "MatMul": 4, "Cast": 1, ATTENTION: 1}  # no bias of keys, no mask
    for given, one in zip(RUNS, expected, strict=True):
        near(run(made, given), one, given["attention_mask"])


def test_where_nothing_is_padded_there_is_no_mask() -> None:
    made = attention()
    expected = [run(made, given) for given in RUNS]
    fuse_attention(made, RUNS)
    leave_masks_out(made)
    assert kinds(made) == {"Gather": 1, "MatMul": 4, "Cast": 1, "If": 1, "ReduceMin": 1, "Equal": 1}
    (branching,) = (each for each in made.graph.node if each.op_type == "If")
    branches = {given.name: given.g.node[0] for given in branching.attribute}
    bare, masked = branches["then_branch"], branches["else_branch"]
    assert list(bare.input) == ["query", "product", "value"]
    assert [name for name in masked.input if name] == ["query", "product", "value", "hfkit/keys"]
    for given, one in zip(RUNS, expected, strict=True):
        near(run(made, given), one, given["attention_mask"])


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(attention(hidden="faint"), id="padding is heard a little"),
        pytest.param(attention(node("Add", "padding", "far", out="both"), added="both"), id="a window"),
        pytest.param(attention(node("Add", "padding", "distance", out="both"), added="both"), id="distances"),
        pytest.param(attention(added="distance"), id="no padding"),
    ],
)
def test_what_the_scores_get_beside_padding_stays(made: ModelProto) -> None:
    before = made.SerializeToString()
    assert fuse_attention(made, RUNS) == 0
    leave_masks_out(made)
    assert made.SerializeToString() == before


def test_a_head_that_reads_first_tokens_has_one_query() -> None:
    made = attention()
    made.graph.node[-1].output[0] = "last"
    made.graph.initializer.append(numpy_helper.from_array(np.array(0), "first"))
    made.graph.node.append(node("Gather", "last", "first", out="out", axis=1))
    expected = [run(made, given) for given in RUNS]
    fuse_attention(made, RUNS)
    assert pool_early(made) == 3  # attention, and the products before and behind it
    leave_masks_out(made)
    for given, one in zip(RUNS, expected, strict=True):
        np.testing.assert_allclose(run(made, given), one, atol=2e-5)
    asked = onnx.ModelProto()
    asked.CopyFrom(made)
    del asked.graph.output[:]
    asked.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("query", "product", "value")
    )
    session = onnxruntime.InferenceSession(asked.SerializeToString(), providers=["CPUExecutionProvider"])
    sizes = [array.shape for array in session.run(None, RUNS[0])]
    assert sizes == [(3, 1, WIDTH), (3, TOKENS, WIDTH), (3, TOKENS, WIDTH)]


def test_what_a_nested_graph_reads_is_kept_and_renamed() -> None:
    made = attention()
    fuse_attention(made, RUNS)
    leave_masks_out(made)
    expected = run(made, RUNS[1])
    view = GraphView(made.graph)
    assert [each.op_type for each in view.readers["query"]] == ["If", "If"]
    made.graph.node.insert(1, node("MatMul", "states", "q", out="again"))
    view.read_instead("query", "again")
    view.replace({})
    assert {"again", "product", "value"} < view.makers.keys()
    assert "query" not in view.makers
    np.testing.assert_array_equal(run(made, RUNS[1]), expected)


@pytest.mark.parametrize(
    ("family", "fused"), [("bert", True), ("distilbert", True), ("roberta", True), ("gpt2", False)]
)
def test_traced_models(family: TinyFamily, fused: bool, tmp_path: Path) -> None:  # noqa: FBT001
    folder = write_tiny_classifier(tmp_path / "model", family=family)
    traced = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    traced.config.pad_token_id = traced.config.pad_token_id or 0
    card = ModelCard(max_tokens=16, pad_id=0, pads=True, device="cpu", dtype="float32")
    batches = [probe_batch(card, lengths, vocabulary=40, types=False) for lengths in ((5,), (9, 4), (16, 16))]
    inputs = ("input_ids", "attention_mask")
    trace(traced, batches[1], tmp_path / "traced.onnx", inputs=inputs, outputs=("logits",))
    made = onnx.load(tmp_path / "traced.onnx")
    runs = [{"input_ids": batch.ids, "attention_mask": batch.mask} for batch in batches]
    expected = [run(made, given) for given in runs]
    assert fuse_attention(made, runs) == (traced.config.num_hidden_layers if fused else 0)
    leave_masks_out(made)
    for given, one in zip(runs, expected, strict=True):
        np.testing.assert_allclose(run(made, given), one, atol=1e-5)
