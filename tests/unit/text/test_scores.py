from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from hfkit.text.scores import activate, pool, rank, sigmoid, softmax

if TYPE_CHECKING:
    from hfkit.text.arrays import FloatArray
    from hfkit.text.scores import Activation, Pooling


def floats(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float32)


def test_softmax_of_huge_logits() -> None:
    assert softmax(floats(1e30, -1e30)).tolist() == [1, 0]
    assert softmax(floats(-1e30, -1e30)).tolist() == [0.5, 0.5]


def test_sigmoid_of_huge_logits() -> None:
    assert sigmoid(floats(1e30, 0, -1e30)).tolist() == [1, 0.5, 0]


def test_sigmoid_tells_very_unlikely_labels_apart() -> None:
    unlikely = sigmoid(floats(-20, -25))
    assert unlikely.tolist() == pytest.approx([2.0611537e-09, 1.3887944e-11], rel=1e-5, abs=0)


def test_activate_by_name() -> None:
    logits = floats(1, 2)
    assert activate(logits, "softmax").tolist() == softmax(logits).tolist()
    assert activate(logits, "sigmoid").tolist() == sigmoid(logits).tolist()
    assert activate(logits, "none") is logits


def test_an_unknown_activation_is_a_bug_of_the_caller() -> None:
    with pytest.raises(AssertionError, match="'relu'"):
        activate(floats(1), cast("Activation", "relu"))


SCORES = np.array([[0.2, 0.8], [0.6, 0.4], [0.1, 0.9]], dtype=np.float32)
COUNTS = np.array([2, 1], dtype=np.int64)


def test_mean_weighs_windows_by_their_tokens() -> None:
    pooled = pool(SCORES, counts=COUNTS, weights=floats(30, 10, 5), pooling="mean")
    np.testing.assert_allclose(pooled, [[0.3, 0.7], [0.1, 0.9]], rtol=1e-6)


def test_max_takes_each_label_where_it_is_highest() -> None:
    pooled = pool(SCORES, counts=COUNTS, weights=floats(30, 10, 5), pooling="max")
    np.testing.assert_array_equal(pooled, floats(0.6, 0.8, 0.1, 0.9).reshape(2, 2))


def test_an_unknown_pooling_is_a_bug_of_the_caller() -> None:
    with pytest.raises(AssertionError, match="'median'"):
        pool(SCORES, counts=COUNTS, weights=floats(1, 1, 1), pooling=cast("Pooling", "median"))


def test_single_windows_are_returned_as_they_are() -> None:
    counts = np.array([1, 1, 1], dtype=np.int64)
    assert pool(SCORES, counts=counts, weights=floats(1, 1, 1), pooling="mean") is SCORES


def test_rank_keeps_the_best() -> None:
    assert rank(SCORES, top_k=1).tolist() == [[1], [0], [1]]
    assert rank(SCORES, top_k=None).tolist() == [[1, 0], [0, 1], [1, 0]]
    assert rank(SCORES, top_k=9).tolist() == [[1, 0], [0, 1], [1, 0]]
