from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from hfkit.values.statistics import Statistics


def test_padding_is_the_share_that_was_not_needed() -> None:
    assert Statistics(tokens=90, padded_tokens=100).padding == 0.1
    assert Statistics(tokens=100, padded_tokens=100).padding == 0


def test_no_work_has_no_padding() -> None:
    assert Statistics().padding == 0


def test_addition() -> None:
    total = Statistics(1, 2, 3, 4, 5, 6, 7) + Statistics(10, 20, 30, 40, 50, 60, 70)
    assert total == Statistics(
        inputs=11, windows=22, duplicates=33, forwards=44, tokens=55, padded_tokens=66, splits=77
    )


def test_many_are_summed_from_nothing() -> None:
    assert sum([Statistics(inputs=1), Statistics(inputs=2)], start=Statistics()) == Statistics(inputs=3)


def test_they_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'inputs'"):
        Statistics().inputs = 1  # type: ignore[misc]
