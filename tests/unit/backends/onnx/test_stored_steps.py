"""Steps that are stored in 8 bits."""

from __future__ import annotations

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from hfkit.backends.onnx.graph_view import GraphView
from hfkit.backends.onnx.stored_steps import step_unit, store_steps

CHANCE = np.random.default_rng(5)


def test_steps_are_close_down_to_a_hundredth_of_the_largest() -> None:
    steps = CHANCE.uniform(0.01, 1, size=500).astype(np.float32)
    steps[0] = 1
    stored = store_steps(steps, step_unit(steps))
    assert stored.roots.dtype == np.uint8
    np.testing.assert_allclose(stored.sizes, steps, rtol=0.04)
    assert stored.sizes[0] == 1
    large = steps > 0.25
    np.testing.assert_allclose(stored.sizes[large], steps[large], rtol=0.01)


def test_none_is_smaller_where_that_is_asked_for() -> None:
    steps = CHANCE.uniform(0, 3, size=500).astype(np.float32)
    assert (store_steps(steps, step_unit(steps), up=True).sizes >= steps * (1 - 1e-6)).all()


def test_steps_of_zeros_and_of_next_to_nothing_are_above_0() -> None:
    for steps in (np.zeros(3, dtype=np.float32), np.full(3, 1e-44, dtype=np.float32)):
        assert (store_steps(steps, step_unit(steps)).sizes > 0).all()


def test_onnx_runtime_computes_them_to_the_bit_and_once() -> None:
    steps = CHANCE.uniform(0, 2, size=(7, 5)).astype(np.float32)
    stored = store_steps(steps, step_unit(steps))
    given = helper.make_tensor_value_info("given", TensorProto.FLOAT, None)
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    graph = helper.make_graph([], "g", [given], [out])
    name, nodes = stored.hold(GraphView(graph), "matrix")
    graph.node.extend([*nodes, helper.make_node("Add", ["given", name], ["out"])])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"given": np.zeros(5, dtype=np.float32)})[0]
    np.testing.assert_array_equal(found, stored.sizes)
