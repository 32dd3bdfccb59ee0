from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.engines.contexts import QuestionReader
from hfkit.engines.reading import Reading
from hfkit.errors import QuestionTooLongError, SettingError
from hfkit.testing.strategies import readable_texts, texts
from hfkit.values.inputs import Question

if TYPE_CHECKING:
    from hfkit.engines.contexts import AskedQuestion
    from hfkit.engines.tokens import TextTokenizer

ROOMS = st.integers(1, 24)
OVERLAPS = st.integers(0, 24)
LONGEST = st.integers(1, 24)
ASKED = readable_texts(max_size=12)


def read(
    question: Question, tokenizer: TextTokenizer, *, room: int, overlap: int, longest: int
) -> AskedQuestion:
    """Read a question with so much room beside it."""
    taken = tokenizer.pair.size + len(tokenizer.encode([question.text])[0])
    reader = QuestionReader(tokenizer, Reading(taken + room, overlap, "window"), longest)
    (asked,), error = reader.read([question], first_index=None)
    assert error is None
    return asked


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, int]:
    """A room that an answer fits into, an overlap, and the most tokens of an answer."""
    room = draw(ROOMS)
    return {"room": room, "overlap": draw(OVERLAPS), "longest": draw(st.integers(1, room))}


@given(text=ASKED, context=readable_texts(), layout=layouts())
def test_every_possible_answer_lies_whole_in_some_window(
    tokenizer: TextTokenizer, text: str, context: str, layout: dict[str, int]
) -> None:
    """No run of as many tokens as an answer may have is cut by all windows, whatever their overlap."""
    asked = read(Question(text, context), tokenizer, **layout)
    count = len(asked.extents)
    for first in range(count):
        last = min(first + layout["longest"], count) - 1
        assert any(span.start <= first and last < span.stop for span in asked.spans)


@given(text=ASKED, context=readable_texts(), layout=layouts())
def test_rows_hold_the_tokens_that_their_windows_name(
    tokenizer: TextTokenizer, text: str, context: str, layout: dict[str, int]
) -> None:
    """A row is the question and its window's tokens, as the tokenizer would put the two together; none is over size."""
    asked = read(Question(text, context), tokenizer, **layout)
    question, tokens = tokenizer.encode([text, context])
    for span, row in zip(asked.spans, asked.rows, strict=True):
        window = tokens[span.start : span.stop]
        assert row.ids[asked.start : asked.start + len(span)].tolist() == window.tolist()
        assert row.key() == tokenizer.pair.assemble([question, window]).key()
        assert len(row) <= len(question) + tokenizer.pair.size + layout["room"]


@given(text=ASKED, context=readable_texts(), layout=layouts())
def test_no_answer_stands_on_a_special_token(
    tokenizer: TextTokenizer, text: str, context: str, layout: dict[str, int]
) -> None:
    """It is the classification token where there is one, else the first token."""
    asked = read(Question(text, context), tokenizer, **layout)
    expected = [tokenizer.cls_id if tokenizer.cls_id is not None else row.ids[0] for row in asked.rows]
    assert [row.ids[position] for row, position in zip(asked.rows, asked.nulls, strict=True)] == expected


@given(text=ASKED, context=readable_texts(), room=st.integers(-3, 24), longest=LONGEST)
def test_a_question_is_too_long_exactly_where_an_answer_might_not_fit(
    tokenizer: TextTokenizer, text: str, context: str, room: int, longest: int
) -> None:
    """The room beside it must hold the longest answer, or the whole context; where no question leaves that
    much, it is the window that is refused."""
    question, tokens = tokenizer.encode([text, context])
    size = max(tokenizer.pair.size + len(question) + room, 1)
    room = size - tokenizer.pair.size - len(question)
    reader = QuestionReader(tokenizer, Reading(size, 0, "window"), longest)
    fits = room >= min(longest, len(tokens))
    if not fits and size - tokenizer.pair.size - 1 < longest:
        with pytest.raises(SettingError, match=f"must leave at least {longest}"):
            reader.read([Question(text, context)], first_index=7)
        return
    asked, error = reader.read([Question(text, context)], first_index=7)
    assert (len(asked) == 1) == fits
    if not fits:
        assert isinstance(error, QuestionTooLongError)
        assert error.index == 7


@given(text=ASKED, blanks=st.integers(0, 60), context=readable_texts(), room=st.integers(1, 24))
def test_what_is_kept_of_a_cut_context_can_hold_an_answer(
    tokenizer: TextTokenizer, text: str, blanks: int, context: str, room: int
) -> None:
    """However many blanks stand ahead, one window is read that has a token with characters; the coverage counts
    no character beyond it but blanks that its last token took along."""
    context = "\n" * blanks + context
    question = tokenizer.encode([text])[0]
    size = tokenizer.pair.size + len(question) + room
    (asked,), error = QuestionReader(tokenizer, Reading(size, 0, "truncate"), 30).read(
        [Question(text, context)], first_index=None
    )
    assert error is None
    (window,) = asked.spans
    extents = asked.extents[window.start :]
    assert len(window) == len(extents) <= room
    assert (extents[:, 1] > extents[:, 0]).any()
    assert asked.coverage.read <= asked.coverage.total == len(context)
    if asked.coverage.read < len(context):
        assert context[max(extents[:, 1]) : asked.coverage.read].strip() == ""


@given(asked=st.lists(st.tuples(ASKED, st.integers(0, 2)), max_size=6), contexts=st.tuples(*[texts()] * 3))
def test_a_context_reads_the_same_alone_and_among_others(
    tokenizer: TextTokenizer, asked: list[tuple[str, int]], contexts: tuple[str, ...]
) -> None:
    """A reader that has seen the contexts before gives what a new one gives."""
    reading = Reading(10_000, 0, "window")
    questions = [Question(text, f"0 {contexts[which]}") for text, which in asked]
    reader = QuestionReader(tokenizer, reading, 3)
    reader.read(questions, first_index=0)
    again, error = reader.read(questions, first_index=0)
    assert error is None
    for question, one in zip(questions, again, strict=True):
        (other,), _ = QuestionReader(tokenizer, reading, 3).read([question], first_index=None)
        assert [row.key() for row in one.rows] == [row.key() for row in other.rows]
        assert np.array_equal(one.extents, other.extents)
        assert (one.context, one.start, one.nulls) == (question.context, other.start, other.nulls)


def test_a_context_of_many_questions_is_tokenized_once(
    numbered: TextTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the questions of one call nor those of the next tokenize it again."""
    seen: list[str] = []
    encode = numbered.encode_with_offsets

    def counted(texts: list[str]) -> object:
        seen.extend(texts)
        return encode(texts)

    monkeypatch.setattr(numbered, "encode_with_offsets", counted)
    reader = QuestionReader(numbered, Reading(40, 0, "window"), 3)
    reader.read([Question("1", "7 8 9"), Question("2", "7 8 9"), Question("3", "5")], first_index=0)
    reader.read([Question("4", "7 8 9")], first_index=3)
    assert seen == ["7 8 9", "5"]
