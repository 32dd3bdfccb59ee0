"""A metric of two models on the same rows."""

from __future__ import annotations

import math

import pytest

import hfkit
from hfkit.jobs.quantizing.comparing import metric_change, nearness_change
from hfkit.jobs.quantizing.subjects import Decided, ScoredRows
from hfkit.metrics.perplexity import score_logprobs

SOURCE = hfkit.Source(
    model="m",
    revision="sha256:0",
    tokenizer="sha256:0",
    device="cpu",
    dtype="float32",
    backend="torch",
    versions=(),
)
BOOTSTRAP = hfkit.Bootstrap(resamples=200, seed=3)


def test_equal_models_drop_by_nothing_and_surely() -> None:
    rows = ScoredRows("accuracy", tuple((float(number % 3 > 0), 1.0) for number in range(30)))
    change = metric_change(rows, rows, BOOTSTRAP)
    assert change.name == "accuracy"
    assert change.before == change.after
    assert change.drop == hfkit.Estimate(0.0, 0.0, 0.0)
    assert change.before.value == pytest.approx(2 / 3)


def test_a_drop_is_drawn_from_the_same_rows_for_both() -> None:
    """Both are wrong on most rows, and differ on one: apart, their intervals would hide it."""
    before = ScoredRows("F1", tuple((float(number < 5), 1.0) for number in range(20)))
    after = ScoredRows("F1", tuple((float(number < 4), 1.0) for number in range(20)))
    change = metric_change(before, after, BOOTSTRAP)
    assert change.drop.value == pytest.approx(0.05)
    assert change.drop.low >= 0
    assert change.before.low < change.after.value


@pytest.mark.parametrize("right", range(1, 21))
def test_a_drop_by_one_row_of_twenty_is_exactly_the_bound_that_allows_it(right: int) -> None:
    before, after = (
        ScoredRows("accuracy", tuple((float(number < count), 1.0) for number in range(20)))
        for count in (right, right - 1)
    )
    assert metric_change(before, after, BOOTSTRAP).drop.value == 0.05


def test_perplexity_is_that_of_the_metrics_and_its_drop_its_growth() -> None:
    losses, tokens = (4.0, 9.0, 2.5), (3, 5, 2)
    before = ScoredRows("perplexity", tuple(zip(losses, map(float, tokens), strict=True)))
    after = ScoredRows(
        "perplexity", tuple((loss * 1.1, float(count)) for loss, count in zip(losses, tokens, strict=True))
    )
    change = metric_change(before, after, BOOTSTRAP)
    expected = score_logprobs([-loss for loss in losses], tokens, [1, 1, 1], bootstrap=BOOTSTRAP)
    assert change.before == expected.perplexity
    assert change.drop.value == pytest.approx(math.exp(0.1 * sum(losses) / sum(tokens)) - 1)


def test_entities_count_those_that_are_said_and_those_that_there_are() -> None:
    """F1 of entities: each model says a number of its own; where there are none at all it is 0."""
    before = ScoredRows("entity F1", ((4.0, 4.0), (0.0, 3.0)))
    after = ScoredRows("entity F1", ((4.0, 5.0), (0.0, 0.0)))
    change = metric_change(before, after, BOOTSTRAP)
    assert change.before.value == pytest.approx(4 / 7)
    assert change.after.value == pytest.approx(4 / 5)
    assert change.drop.value == pytest.approx(4 / 7 - 4 / 5)
    none = ScoredRows("entity F1", ((0.0, 0.0),))
    assert metric_change(none, none, BOOTSTRAP).before == hfkit.Estimate(0.0, 0.0, 0.0)


def decided(*cosines: dict[object, float]) -> Decided:
    return Decided(SOURCE, (), cosines)


def test_the_orders_of_other_texts_are_compared() -> None:
    before = decided({1: 0.9, 2: 0.5, 3: 0.1}, {0: 0.9, 2: 0.4, 3: 0.3})
    after = decided({1: 0.8, 2: 0.6, 3: 0.2}, {0: 0.9, 2: 0.3, 3: 0.4})
    change = nearness_change(before, after, BOOTSTRAP)
    assert change is not None
    assert (change.name, change.before.value) == ("rank correlation", 1.0)
    assert change.after.value == pytest.approx((1.0 + 0.5) / 2)
    assert change.drop.value == pytest.approx(0.25)


def test_two_texts_have_no_order() -> None:
    assert nearness_change(decided({1: 0.9}, {0: 0.9}), decided({1: 0.1}, {0: 0.1}), BOOTSTRAP) is None
