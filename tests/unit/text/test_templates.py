from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hfkit.text.templates import Row, Template

if TYPE_CHECKING:
    from hfkit.text.arrays import IntArray

BERT_PAIR = Template(
    specials=((101,), (102,), (102,)), special_types=((0,), (0,), (1,)), content_types=(0, 1)
)
NOTHING_AROUND = Template(specials=((), ()), special_types=((), ()), content_types=(0,))


def ids(*values: int) -> IntArray:
    return np.array(values, dtype=np.int64)


def test_a_pair_is_put_between_its_special_tokens() -> None:
    row = BERT_PAIR.assemble([ids(7, 8), ids(9)])
    assert row.ids.tolist() == [101, 7, 8, 102, 9, 102]
    assert row.types.tolist() == [0, 0, 0, 0, 1, 1]


def test_rows_are_int64_even_where_nothing_stands_around() -> None:
    row = NOTHING_AROUND.assemble([ids()])
    assert row.ids.dtype == row.types.dtype == np.int64
    assert len(row) == 0


def test_size_counts_special_tokens_only() -> None:
    assert BERT_PAIR.size == 3
    assert NOTHING_AROUND.size == 0


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_number_of_texts_must_be_the_template_s(count: int) -> None:
    with pytest.raises(ValueError, match=r"^zip\(\) argument "):
        BERT_PAIR.assemble([ids(7)] * count)


def test_probe_reads_two_separators_in_a_row_as_one_gap() -> None:
    roberta = Template.probe([0, 5, 2, 2, 6, 2], [0] * 6, [None, 0, None, None, 1, None])
    assert roberta == Template(((0,), (2, 2), (2,)), ((0,), (0, 0), (0,)), (0, 0))


def test_probe_of_a_tokenizer_without_special_tokens() -> None:
    assert Template.probe([5, 6, 7], [0, 0, 0], [0, 0, 0]) == NOTHING_AROUND


def test_key_tells_types_apart() -> None:
    assert Row(ids(1, 2), ids(0, 1)).key() != Row(ids(1, 2), ids(0, 0)).key()


def test_rows_are_compared_by_identity() -> None:
    row = Row(ids(1), ids(0))
    assert row != Row(ids(1), ids(0))
    assert row.key() == Row(ids(1), ids(0)).key()


def test_content_starts_after_what_stands_before_it() -> None:
    assert BERT_PAIR.content_start(0, [2, 4]) == 1
    assert BERT_PAIR.content_start(1, [2, 4]) == 4
    assert NOTHING_AROUND.content_start(0, [3]) == 0


def test_a_special_token_is_found_where_it_first_stands() -> None:
    row = BERT_PAIR.assemble([ids(7, 8), ids(9)])
    assert BERT_PAIR.special_position(101, [2, 1]) == 0
    assert BERT_PAIR.special_position(102, [2, 1]) == row.ids.tolist().index(102) == 3
    last = Template(specials=((), (4,), (4, 5)), special_types=((), (0,), (1, 2)), content_types=(0, 1))
    assert last.special_position(5, [2, 1]) == last.assemble([ids(7, 8), ids(9)]).ids.tolist().index(5)
    assert BERT_PAIR.special_position(7, [2, 1]) is None
