from __future__ import annotations

import re

import numpy as np
import pytest

from hfkit.errors import EmptyInputError, InputError, SettingError
from hfkit.metrics.bootstrap import intervals_of_rows, intervals_of_sums
from hfkit.values.bootstrap import Bootstrap

RIGHT = np.array([1.0] * 80 + [0.0] * 20)


def test_the_interval_of_a_share_is_that_of_the_binomial_distribution() -> None:
    (share,) = intervals_of_sums(RIGHT, lambda sums: sums / 100, Bootstrap(resamples=20_000))
    assert share.value == 0.8
    assert share.low == pytest.approx(
        0.72, abs=0.011
    )  # scipy.stats.binom.ppf((0.025, 0.975), 100, 0.8) / 100
    assert share.high == pytest.approx(0.87, abs=0.011)


def test_rows_that_are_counted_are_drawn_as_those_that_are_written_out() -> None:
    settings = Bootstrap(resamples=20_000)
    (written,) = intervals_of_sums(RIGHT, lambda sums: sums / 100, settings)
    (counted,) = intervals_of_sums([1, 0], lambda sums: sums / 100, settings, counts=np.array([80, 20]))
    (few,) = intervals_of_sums(
        [1, 1, 0], lambda sums: sums / 6, settings, counts=np.array([1, 2, 3])
    )  # drawn one by one: few of each
    (same,) = intervals_of_sums([1, 1, 1, 0, 0, 0], lambda sums: sums / 6, settings)
    assert counted.value == written.value
    assert counted.low == pytest.approx(written.low, abs=0.01)
    assert counted.high == pytest.approx(written.high, abs=0.01)
    assert few == same


def test_any_statistic_of_rows_has_an_interval() -> None:
    rows = np.arange(101.0)
    median, spread = intervals_of_rows(
        rows,
        lambda drawn: np.stack((np.median(drawn, axis=1), drawn.std(axis=1)), axis=1),
        Bootstrap(resamples=500),
    )
    assert median.value == 50
    assert 35 < median.low < 45
    assert 55 < median.high < 65
    assert spread.low < spread.value < spread.high


def test_both_ways_agree() -> None:
    settings = Bootstrap(resamples=300, seed=3)
    (sums,) = intervals_of_sums(RIGHT, lambda sums: sums / 100, settings)
    (rows,) = intervals_of_rows(RIGHT, lambda drawn: drawn.mean(axis=1), settings)
    assert (rows.low, rows.high) == pytest.approx((sums.low, sums.high))


def test_a_seed_gives_the_same_interval_each_time_and_another_seed_another() -> None:
    numbers = np.random.default_rng(1).normal(size=50)

    def mean(seed: int) -> object:
        return intervals_of_sums(numbers, lambda sums: sums / 50, Bootstrap(seed=seed, resamples=50))

    assert mean(0) == mean(0)
    assert mean(0) != mean(1)


def test_draws_are_the_same_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.random.default_rng(1).normal(size=64)
    whole = intervals_of_sums(numbers, lambda sums: sums / 64, Bootstrap(resamples=40))
    monkeypatch.setattr("hfkit.metrics.bootstrap._HELD", 64 * 8)
    (part,) = intervals_of_sums(numbers, lambda sums: sums / 64, Bootstrap(resamples=40))
    assert (part.low, part.high) == pytest.approx((whole[0].low, whole[0].high))


def test_a_single_row_has_an_interval_without_width() -> None:
    (mean,) = intervals_of_sums([3.0], lambda sums: sums, Bootstrap())
    assert (mean.low, mean.value, mean.high) == (3.0, 3.0, 3.0)


def test_a_wider_level_gives_a_wider_interval() -> None:
    (narrow,) = intervals_of_sums(RIGHT, lambda sums: sums / 100, Bootstrap(level=0.5))
    (wide,) = intervals_of_sums(RIGHT, lambda sums: sums / 100, Bootstrap(level=0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_no_rows_have_no_figures() -> None:
    with pytest.raises(EmptyInputError, match=r"^there are no rows, must be at least one\n"):
        intervals_of_sums([], lambda sums: sums, Bootstrap())


def test_rows_are_finite() -> None:
    with pytest.raises(InputError, match=r"^row 1 is nan, must be finite\n"):
        intervals_of_rows([1.0, float("nan")], lambda rows: rows[:, 0], Bootstrap())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("level", 1.0, "level is 1.0, must be above 0 and below 1"),
        ("level", 95, "level is 95, must be above 0 and below 1"),
        ("resamples", 0, "resamples is 0, must be a whole number, at least 1"),
        ("seed", None, "seed is None, must be a whole number, at least 0"),
    ],
)
def test_settings_are_in_their_ranges(name: str, value: object, message: str) -> None:
    with pytest.raises(SettingError, match=f"^{re.escape(message)}\n"):
        Bootstrap(**{name: value})  # type: ignore[arg-type]  # that is the point
