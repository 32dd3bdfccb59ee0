from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.packing import pack, packed_tokens

lengths = st.lists(st.integers(1, 300), min_size=1, max_size=80).map(np.array)
most = st.integers(1, 400)


@given(lengths, most)
def test_every_sequence_lies_whole_in_one_row(lengths: np.ndarray, most: int) -> None:
    """Rows part the sequences, and hold no more than they may, or than one sequence alone."""
    rows = pack(lengths, most=most)
    assert sorted(np.concatenate(rows).tolist()) == list(range(len(lengths)))
    assert max(int(lengths[row].sum()) for row in rows) <= max(most, int(lengths.max()))


@given(lengths, most)
def test_the_waste_is_bounded(lengths: np.ndarray, most: int) -> None:
    """At most half of what is computed is padding, and never more than with one sequence a row."""
    computed = packed_tokens(lengths, most=most)
    assert int(lengths.sum()) <= computed <= 2 * int(lengths.sum())
    assert computed <= len(lengths) * int(lengths.max())


@given(lengths, most)
def test_the_same_lengths_give_the_same_rows(lengths: np.ndarray, most: int) -> None:
    """Nothing is left to chance, so that a run that goes on lays its texts as before."""
    once, again = pack(lengths, most=most), pack(lengths.copy(), most=most)
    assert [row.tolist() for row in once] == [row.tolist() for row in again]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=16).map(np.array))
def test_what_fits_into_one_row_wastes_nothing(lengths: np.ndarray) -> None:
    """Short texts of a step are computed without any padding."""
    assert packed_tokens(lengths, most=320) == int(lengths.sum())
