"""Rows that come, grow, fork and leave, against lists of arrays that do the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfkit import errors
from hfkit.backends.onnx.kept_rows import KeptRows
from hfkit.text.arrays import FloatArray

SIZES = [(2, 3), (1, 5)]


def parts(columns: int, seed: int) -> list[FloatArray]:
    chance = np.random.default_rng(seed)
    return [chance.normal(size=(heads, columns, size)).astype(np.float32) for heads, size in SIZES]


def read(kept: KeptRows, place: int) -> list[FloatArray]:
    return [buffer[place, :, : kept.lengths[place]] for buffer in kept.buffers]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_rows_are_what_was_put_there_whatever_happens_to_others(data: st.DataObject) -> None:
    kept = KeptRows(SIZES)
    expected: list[list[FloatArray]] = []  # in the order that the caller sees
    places = np.zeros(0, dtype=np.int64)
    for step in range(data.draw(st.integers(1, 6))):
        for row in range(data.draw(st.integers(0 if expected else 1, 3))):
            new = parts(data.draw(st.integers(1, 90)), seed=10 * step + row)
            place = kept.add(1, new[0].shape[1])
            kept.fill(place, new)
            expected.append(new)
            places = np.append(places, place)
        chosen = np.array(data.draw(st.lists(st.integers(0, len(expected) - 1), max_size=6)), dtype=np.int64)
        places = kept.keep(places[chosen])
        expected = [expected[row] for row in chosen]
        assert sorted(places) == list(range(len(expected)))
        for place, whole in zip(places.tolist(), expected, strict=True):
            for found, part in zip(read(kept, place), whole, strict=True):
                np.testing.assert_array_equal(found, part)


def test_rows_that_can_stay_do_not_move() -> None:
    kept = KeptRows(SIZES)
    for seed in range(4):
        kept.fill(kept.add(1, 5), parts(5, seed))
    version = kept.version
    assert kept.keep(np.array([3, 1, 0], dtype=np.int64)).tolist() == [2, 1, 0]
    assert kept.version == version
    kept.reserve(0, 0)
    assert kept.version == version


def test_where_all_columns_are_read_there_are_no_more_than_needed_and_all_are_finite() -> None:
    kept = KeptRows(SIZES, reads_all=True)
    kept.reserve(3, 7)
    assert kept.columns == 7
    assert all(not buffer.any() for buffer in kept.buffers)
    assert KeptRows(SIZES).columns == 0


def test_a_row_that_is_dropped_leaves_the_others() -> None:
    kept = KeptRows(SIZES)
    first = parts(6, 1)
    kept.fill(kept.add(1, 6), first)
    copied = kept.beginning(0, 4)
    kept.fill(kept.add(1, 6), parts(6, 2))
    kept.drop(1)
    assert kept.lengths.tolist() == [6]
    np.testing.assert_array_equal(copied[0], first[0][:, :4])


def test_no_room_is_told_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptRows(SIZES)
    kept.fill(kept.add(1, 6), parts(6, 1))
    before = kept.buffers

    def refuse(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(np, "empty", refuse)
        with pytest.raises(errors.OutOfMemoryError) as caught:
            kept.reserve(2, 500)
    assert caught.value.message == "the keys and values of 2 rows of 750 tokens do not fit on cpu"
    assert caught.value.hint == "write fewer or shorter texts at a time"
    assert kept.buffers is before
