from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, get_args

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hfkit.testing.strategies import logits
from hfkit.text.scores import Activation, Pooling, activate, pool, rank, sigmoid, softmax

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

    from hfkit.text.arrays import FloatArray, IntArray

HUGE = 1e38  # float32 ends at 3.4e38, and the difference of two logits must fit
# Whole numbers up to 2**12, and sums of two of them, are exact in float32.
WHOLE_LOGITS = logits(bound=2**12).map(np.round)
SHIFTS = st.integers(-(2**12), 2**12).map(np.float32)
POOLINGS = st.sampled_from(get_args(Pooling))
TOLERANCE = 1e-5

Windowed = tuple["FloatArray", "IntArray", "FloatArray"]


@st.composite
def windowed_scores(draw: DrawFn) -> Windowed:
    """Probabilities of windows, the windows of each input, and their weights."""
    counts = draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))
    total = sum(counts)
    shape = (total, draw(st.integers(1, 4)))
    scores = draw(hnp.arrays(np.float32, shape, elements=st.floats(0, 1, width=32)))
    weights = draw(st.lists(st.integers(1, 512), min_size=total, max_size=total))
    return scores, np.array(counts, dtype=np.int64), np.array(weights, dtype=np.float32)


def groups(counts: IntArray) -> list[slice]:
    """The windows of each input."""
    stops = np.cumsum(counts).tolist()
    return [slice(stop - size, stop) for stop, size in zip(stops, counts.tolist(), strict=True)]


@given(logits(bound=HUGE))
def test_softmax_adds_up_to_one(logits: FloatArray) -> None:
    """The probabilities of a row are each from 0 to 1 and add up to 1, for logits of any size."""
    probabilities = softmax(logits)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=TOLERANCE)


@given(WHOLE_LOGITS, SHIFTS)
def test_softmax_does_not_see_a_shift(logits: FloatArray, shift: np.float32) -> None:
    """Adding one number to all logits of a row changes nothing."""
    assert np.array_equal(softmax(logits + shift), softmax(logits))


@given(logits(bound=HUGE))
def test_activations_keep_the_order_of_labels(logits: FloatArray) -> None:
    """Of two labels, the one with the higher logit never has the lower score."""
    order = np.argsort(logits, axis=-1)
    for activation in get_args(Activation):
        ascending = np.take_along_axis(activate(logits, activation), order, axis=-1)
        assert (
            ascending[:, 1:] >= ascending[:, :-1] * np.float32(1 - TOLERANCE)
        ).all() or activation == "none"
    assert activate(logits, "none") is logits


@given(logits(bound=HUGE))
def test_scores_are_float32_like_logits(logits: FloatArray) -> None:
    """No activation changes the shape or the number type."""
    for activation in get_args(Activation):
        scores = activate(logits, activation)
        assert scores.shape == logits.shape
        assert scores.dtype == np.dtype(np.float32)


@given(logits(bound=HUGE))
def test_sigmoid_is_a_probability(logits: FloatArray) -> None:
    """Each score is from 0 to 1, for logits of any size."""
    scores = sigmoid(logits)
    assert ((scores >= 0) & (scores <= 1)).all()


@given(logits(bound=HUGE))
def test_sigmoid_of_the_opposite_is_the_rest(logits: FloatArray) -> None:
    """The score of a logit and that of its opposite add up to 1."""
    np.testing.assert_allclose(sigmoid(logits) + sigmoid(-logits), 1, atol=TOLERANCE)


@given(logits(bound=80.0))
def test_sigmoid_is_exact_to_the_last_digits(logits: FloatArray) -> None:
    """Small scores are as precise as large ones: each agrees with 64-bit arithmetic relative to its size."""
    exact = [[1 / (1 + exp(-logit)) for logit in row] for row in logits.tolist()]
    np.testing.assert_allclose(sigmoid(logits), exact, rtol=TOLERANCE)


@given(windowed_scores(), POOLINGS)
def test_pooled_scores_lie_between_those_of_the_windows(windowed: Windowed, pooling: Pooling) -> None:
    """A pooled score is neither under the lowest nor over the highest of its input's windows."""
    scores, counts, weights = windowed
    pooled = pool(scores, counts=counts, weights=weights, pooling=pooling)
    for row, group in zip(pooled, groups(counts), strict=True):
        assert (row >= scores[group].min(axis=0) * (1 - TOLERANCE)).all()
        assert (row <= scores[group].max(axis=0) * (1 + TOLERANCE)).all()
        assert ((row >= 0) & (row <= 1)).all()


@given(windowed_scores())
def test_mean_is_that_of_numpy(windowed: Windowed) -> None:
    """A mean weighs each window as ``numpy.average`` does."""
    scores, counts, weights = windowed
    pooled = pool(scores, counts=counts, weights=weights, pooling="mean")
    expected = [np.average(scores[group], axis=0, weights=weights[group]) for group in groups(counts)]
    np.testing.assert_allclose(pooled, expected, rtol=TOLERANCE, atol=1e-30)


@given(windowed_scores())
def test_max_is_the_highest_of_the_windows(windowed: Windowed) -> None:
    """A maximum is a score of some window, and no window has a higher one."""
    scores, counts, weights = windowed
    pooled = pool(scores, counts=counts, weights=weights, pooling="max")
    assert np.array_equal(pooled, [scores[group].max(axis=0) for group in groups(counts)])


@given(windowed_scores(), POOLINGS)
def test_windows_that_agree_pool_to_what_they_say(windowed: Windowed, pooling: Pooling) -> None:
    """Equal windows give their own scores, whatever they weigh."""
    scores, counts, weights = windowed
    one_each = scores[: len(counts)]
    equal = np.repeat(one_each, counts, axis=0)
    pooled = pool(equal, counts=counts, weights=weights, pooling=pooling)
    np.testing.assert_allclose(pooled, one_each, rtol=TOLERANCE, atol=1e-30)


@given(logits(), POOLINGS)
def test_single_windows_are_left_alone(scores: FloatArray, pooling: Pooling) -> None:
    """Inputs of one window each keep their scores to the last bit."""
    counts = np.ones(len(scores), dtype=np.int64)
    pooled = pool(scores, counts=counts, weights=counts.astype(np.float32), pooling=pooling)
    assert np.array_equal(pooled, scores)


@given(windowed_scores(), POOLINGS)
def test_inputs_do_not_mix(windowed: Windowed, pooling: Pooling) -> None:
    """The pooled scores of an input are the same alone as among others."""
    scores, counts, weights = windowed
    pooled = pool(scores, counts=counts, weights=weights, pooling=pooling)
    for row, group in zip(pooled, groups(counts), strict=True):
        alone = np.array([group.stop - group.start], dtype=np.int64)
        own = pool(scores[group], counts=alone, weights=weights[group], pooling=pooling)
        np.testing.assert_allclose(own, row[None], rtol=TOLERANCE, atol=1e-30)


@given(logits(), st.none() | st.integers(1, 8))
def test_ranks_are_the_beginning_of_a_sorted_order(scores: FloatArray, top_k: int | None) -> None:
    """The labels of a row are all different, their scores fall, and none left out is higher."""
    ranks = rank(scores, top_k=top_k)
    labels = scores.shape[1]
    assert ranks.shape == (len(scores), labels if top_k is None else min(top_k, labels))
    for row, best in zip(scores, ranks.tolist(), strict=True):
        assert len(set(best)) == len(best)
        assert row[best].tolist() == sorted(row.tolist(), reverse=True)[: len(best)]


@given(logits(bound=1).map(np.round))
def test_equal_scores_rank_in_the_order_of_labels(scores: FloatArray) -> None:
    """Of two labels with the same score, the one that the model names first comes first."""
    for row, best in zip(scores.tolist(), rank(scores, top_k=None).tolist(), strict=True):
        assert best == sorted(range(len(row)), key=lambda label: (-row[label], label))
