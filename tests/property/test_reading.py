from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from hfkit.engines.inputs import texts_of
from hfkit.engines.reading import Overflow, Reading, read_inputs
from hfkit.errors import EmptyInputError, InputTooLongError
from hfkit.testing.strategies import inputs, readable_texts
from hfkit.values.inputs import Pair

if TYPE_CHECKING:
    import tokenizers

    from hfkit.engines.reading import Readable
    from hfkit.engines.tokens import TextTokenizer
    from hfkit.text.templates import Row, Template
    from hfkit.values.inputs import TextInput

ROOM = st.integers(2, 24)
OVERLAPS = st.integers(0, 24)
OVERFLOWS = st.sampled_from(("window", "error", "truncate"))
COUNTS = st.integers(1, 60)
SEPARATOR = 2  # of the numbered tokenizer


def read(item: TextInput, tokenizer: TextTokenizer, reading: Reading) -> Readable:
    """Read one input that can be read."""
    (readable,), error = read_inputs([item], tokenizer, reading, first_index=None)
    assert error is None
    return readable


def template_of(item: TextInput, tokenizer: TextTokenizer) -> Template:
    """The special tokens around such an input."""
    return tokenizer.pair if isinstance(item, Pair) else tokenizer.single


def content(row: Row, template: Template) -> list[int]:
    """The tokens of a row of one text without the special tokens around."""
    before, after = map(len, template.specials)
    ids: list[int] = row.ids[before : len(row) - after].tolist()
    return ids


def encode(library: tokenizers.Tokenizer, item: TextInput) -> tokenizers.Encoding:
    """What the tokenizers library makes of an input."""
    return library.encode(item.first, item.second) if isinstance(item, Pair) else library.encode(item)


def numbers(first: int, count: int) -> str:
    """A text of so many tokens, all different."""
    return " ".join(map(str, range(first, first + count)))


@given(text=readable_texts(), room=ROOM, overlap=OVERLAPS)
def test_windows_put_together_are_the_text(
    tokenizer: TextTokenizer, text: str, room: int, overlap: int
) -> None:
    """The last tokens of each window, as many as its weight says, give all of the text in order."""
    template = tokenizer.single
    readable = read(text, tokenizer, Reading(room + template.size, overlap, "window"))
    fresh = [
        content(row, template)[-int(weight) :]
        for row, weight in zip(readable.rows, readable.weights, strict=True)
    ]
    assert [token for part in fresh for token in part] == tokenizer.encode([text])[0].tolist()


@given(item=inputs(), room=ROOM, overlap=OVERLAPS, overflow=st.sampled_from(("window", "truncate")))
def test_no_row_is_over_size(
    tokenizer: TextTokenizer, item: TextInput, room: int, overlap: int, overflow: Overflow
) -> None:
    """Every row fits into a window, special tokens included."""
    size = room + template_of(item, tokenizer).size
    readable = read(item, tokenizer, Reading(size, overlap, overflow))
    assert all(len(row) <= size for row in readable.rows)


@given(item=inputs(), room=ROOM, overlap=OVERLAPS)
def test_each_row_has_a_weight_above_zero(
    tokenizer: TextTokenizer, item: TextInput, room: int, overlap: int
) -> None:
    """Each row is the first to show at least one token, or one pair of tokens."""
    size = room + template_of(item, tokenizer).size
    readable = read(item, tokenizer, Reading(size, overlap, "window"))
    assert len(readable.weights) == len(readable.rows) == readable.coverage.windows
    assert min(readable.weights) >= 1


@given(text=readable_texts(), room=ROOM, overlap=OVERLAPS)
def test_weights_of_a_text_add_up_to_its_tokens(
    tokenizer: TextTokenizer, text: str, room: int, overlap: int
) -> None:
    """Each token of a text counts once in a mean over its windows."""
    readable = read(text, tokenizer, Reading(room + tokenizer.single.size, overlap, "window"))
    assert sum(readable.weights) == len(tokenizer.encode([text])[0])


@given(first=COUNTS, second=COUNTS, room=ROOM, overlap=OVERLAPS)
def test_every_token_of_one_text_meets_every_token_of_the_other(
    numbered: TextTokenizer, first: int, second: int, room: int, overlap: int
) -> None:
    """Any two tokens of a pair of texts stand together in some row, however long both are."""
    pair = Pair(numbers(100, first), numbers(500, second))
    readable = read(pair, numbered, Reading(room + numbered.pair.size, overlap, "window"))
    met = set()
    for row in readable.rows:
        ids, separator = row.ids.tolist(), row.ids.tolist().index(SEPARATOR)
        met |= set(product(ids[1:separator], ids[separator + 1 : -1]))
    everything = (encoded.tolist() for encoded in numbered.encode([pair.first, pair.second]))
    assert met == set(product(*everything))


@given(first=COUNTS, second=COUNTS, room=ROOM, overlap=OVERLAPS)
def test_a_text_that_takes_at_most_half_of_the_room_is_never_cut(
    numbered: TextTokenizer, first: int, second: int, room: int, overlap: int
) -> None:
    """The shorter text of a pair stands whole in every row unless it takes more than half of the room."""
    texts = numbers(100, first), numbers(500, second)
    lengths = first, second
    rows = read(Pair(*texts), numbered, Reading(room + numbered.pair.size, overlap, "window")).rows
    for text, length in zip(texts, lengths, strict=True):
        if length == min(lengths) and length <= room // 2:
            whole = set(numbered.encode([text])[0].tolist())
            assert all(whole <= set(row.ids.tolist()) for row in rows)


@given(item=inputs(), room=ROOM, overlap=OVERLAPS)
def test_no_room_is_left_in_the_first_of_several_rows(
    tokenizer: TextTokenizer, item: TextInput, room: int, overlap: int
) -> None:
    """An input that needs several rows fills the first to the last token."""
    size = room + template_of(item, tokenizer).size
    first, *others = read(item, tokenizer, Reading(size, overlap, "window")).rows
    assert len(first) == size or not others


@given(first=COUNTS, second=COUNTS, room=ROOM, overlap=OVERLAPS)
def test_weights_of_a_pair_count_each_meeting_once(
    numbered: TextTokenizer, first: int, second: int, room: int, overlap: int
) -> None:
    """Where a pair needs several rows, their weights add up to the meetings of two tokens."""
    pair = Pair(numbers(100, first), numbers(500, second))
    readable = read(pair, numbered, Reading(room + numbered.pair.size, overlap, "window"))
    assert sum(readable.weights) == (first * second if len(readable.rows) > 1 else first + second)


@given(item=inputs(max_size=12), reading=st.builds(Reading, ROOM, OVERLAPS, OVERFLOWS))
def test_what_fits_is_one_row_as_the_tokenizer_gives_it(
    tokenizer: TextTokenizer, library: tokenizers.Tokenizer, item: TextInput, reading: Reading
) -> None:
    """An input that fits is read whole in one row, by the letter of the library, whatever the settings."""
    theirs = encode(library, item)
    size = max(len(theirs.ids), reading.size + template_of(item, tokenizer).size)
    readable = read(item, tokenizer, replace(reading, size=size))
    assert [row.ids.tolist() for row in readable.rows] == [theirs.ids]
    assert [row.types.tolist() for row in readable.rows] == [theirs.type_ids]
    assert readable.coverage.complete


@given(item=inputs(), room=ROOM, overlap=OVERLAPS)
def test_truncate_cuts_as_the_tokenizers_library(
    tokenizer: TextTokenizer, library: tokenizers.Tokenizer, item: TextInput, room: int, overlap: int
) -> None:
    """The one row is what the library's ``truncation=True, max_length=size`` gives."""
    size = room + template_of(item, tokenizer).size
    (row,) = read(item, tokenizer, Reading(size, overlap, "truncate")).rows
    library.enable_truncation(size, strategy="longest_first")
    try:
        theirs = encode(library, item)
    finally:
        library.no_truncation()
    assert row.ids.tolist() == theirs.ids
    assert row.types.tolist() == theirs.type_ids


@given(item=inputs(), room=ROOM, overlap=OVERLAPS)
def test_coverage_is_complete_exactly_where_nothing_was_cut(
    tokenizer: TextTokenizer, item: TextInput, room: int, overlap: int
) -> None:
    """A truncated input says so: it was read whole if and only if all of its tokens fit."""
    tokens = sum(map(len, tokenizer.encode(texts_of(item))))
    size = room + template_of(item, tokenizer).size
    coverage = read(item, tokenizer, Reading(size, overlap, "truncate")).coverage
    assert coverage.total == sum(map(len, texts_of(item)))
    assert coverage.complete == (tokens <= room)


@given(item=inputs(), room=ROOM, overlap=OVERLAPS)
def test_windows_cover_all_of_any_input(
    tokenizer: TextTokenizer, item: TextInput, room: int, overlap: int
) -> None:
    """In windows, every character counts as read."""
    size = room + template_of(item, tokenizer).size
    assert read(item, tokenizer, Reading(size, overlap, "window")).coverage.complete


@given(item=inputs(), room=ROOM, overlap=OVERLAPS)
def test_error_refuses_exactly_what_truncate_would_cut(
    tokenizer: TextTokenizer, item: TextInput, room: int, overlap: int
) -> None:
    """With ``overflow="error"`` an input is an error if and only if its tokens are more than fit."""
    tokens = sum(map(len, tokenizer.encode(texts_of(item))))
    size = room + template_of(item, tokenizer).size
    readables, error = read_inputs([item], tokenizer, Reading(size, overlap, "error"), first_index=None)
    assert isinstance(error, InputTooLongError) == (tokens > room)
    assert len(readables) == (tokens <= room)


@given(items=st.lists(inputs(max_size=12), max_size=4), start=st.integers(0, 10))
def test_inputs_before_a_bad_one_are_read(
    tokenizer: TextTokenizer, items: list[TextInput], start: int
) -> None:
    """The first input without a token ends the reading; the error has its position among all."""
    reading = Reading(24, 4, "window")
    readables, error = read_inputs([*items, "", Pair("0", ""), "0"], tokenizer, reading, first_index=start)
    assert len(readables) == len(items)
    assert isinstance(error, EmptyInputError)
    assert error.index == start + len(items)


@given(items=st.lists(inputs(max_size=12), max_size=5), room=ROOM, overlap=OVERLAPS)
def test_inputs_are_read_alike_alone_and_together(
    tokenizer: TextTokenizer, items: list[TextInput], room: int, overlap: int
) -> None:
    """Reading many inputs at once gives each what it gets alone."""
    reading = Reading(room + max(tokenizer.single.size, tokenizer.pair.size), overlap, "window")
    together, error = read_inputs(items, tokenizer, reading, first_index=0)
    assert error is None
    for readable, item in zip(together, items, strict=True):
        alone = read(item, tokenizer, reading)
        assert [row.key() for row in readable.rows] == [row.key() for row in alone.rows]
        assert (readable.weights, readable.coverage) == (alone.weights, alone.coverage)


@given(first=COUNTS, second=COUNTS, room=ROOM, overlap=OVERLAPS)
def test_types_tell_the_texts_of_a_pair_apart(
    numbered: TextTokenizer, first: int, second: int, room: int, overlap: int
) -> None:
    """In every row the first text, up to its separator, has type 0 and the second has type 1."""
    pair = Pair(numbers(100, first), numbers(500, second))
    for row in read(pair, numbered, Reading(room + numbered.pair.size, overlap, "window")).rows:
        separator = row.ids.tolist().index(SEPARATOR)
        assert row.types.tolist() == [0] * (separator + 1) + [1] * (len(row) - separator - 1)
