from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.templates import Row, Template

if TYPE_CHECKING:
    import tokenizers
    from hypothesis.strategies import DrawFn

    from hfkit.engines.tokens import TextTokenizer
    from hfkit.text.arrays import IntArray

IDS = st.integers(0, 50_000)
TYPES = st.integers(0, 3)
CONTENTS = st.lists(IDS, min_size=1, max_size=8).map(lambda ids: np.array(ids, dtype=np.int64))


@st.composite
def templates_with_contents(draw: DrawFn) -> tuple[Template, list[IntArray]]:
    """Any template, and texts that fit it."""
    count = draw(st.integers(1, 2))
    specials = draw(st.lists(st.lists(IDS, max_size=3), min_size=count + 1, max_size=count + 1))
    special_types = [tuple(draw(TYPES) for _ in part) for part in specials]
    template = Template(
        tuple(map(tuple, specials)), tuple(special_types), tuple(draw(TYPES) for _ in range(count))
    )
    return template, [draw(CONTENTS) for _ in range(count)]


@given(templates_with_contents())
def test_probe_undoes_assemble(drawn: tuple[Template, list[IntArray]]) -> None:
    """The template that is read off an assembled row is the one that assembled it."""
    template, contents = drawn
    row = template.assemble(contents)
    sequences: list[int | None] = [None] * len(template.specials[0])
    for index, content in enumerate(contents):
        sequences += [index] * len(content)
        sequences += [None] * len(template.specials[index + 1])
    assert Template.probe(row.ids.tolist(), row.types.tolist(), sequences) == template


@given(templates_with_contents())
def test_a_row_holds_its_texts_and_the_special_tokens(drawn: tuple[Template, list[IntArray]]) -> None:
    """A row is as long as its texts and the template's special tokens together."""
    template, contents = drawn
    row = template.assemble(contents)
    assert len(row) == len(row.ids) == len(row.types) == sum(map(len, contents)) + template.size


FEW_ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), max_size=3)


@given(FEW_ROWS, FEW_ROWS)
def test_keys_are_equal_exactly_where_rows_are(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    """Two rows have the same key if and only if they have the same ids and the same types."""
    keys = [
        Row(np.array([id_ for id_, _ in row], np.int64), np.array([kind for _, kind in row], np.int64)).key()
        for row in (left, right)
    ]
    assert (keys[0] == keys[1]) == (left == right)


@given(text=texts())
def test_one_text_is_assembled_as_the_tokenizer_does(
    tokenizer: TextTokenizer, library: tokenizers.Tokenizer, text: str
) -> None:
    """Ids and types of any text are those of the tokenizers library, special tokens included."""
    row = tokenizer.single.assemble(tokenizer.encode([text]))
    theirs = library.encode(text)
    assert row.ids.tolist() == theirs.ids
    assert row.types.tolist() == theirs.type_ids


@given(first=texts(), second=texts())
def test_a_pair_is_assembled_as_the_tokenizer_does(
    tokenizer: TextTokenizer, library: tokenizers.Tokenizer, first: str, second: str
) -> None:
    """Ids and types of any pair are those of the tokenizers library, special tokens included."""
    row = tokenizer.pair.assemble(tokenizer.encode([first, second]))
    theirs = library.encode(first, second)
    assert row.ids.tolist() == theirs.ids
    assert row.types.tolist() == theirs.type_ids
