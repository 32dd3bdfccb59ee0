from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hfkit.errors import EmptyInputError
from hfkit.testing.strategies import texts
from hfkit.text.squad import AnswerText, SpanLabel, SquadExample, answer_tokens, label_window
from hfkit.text.windows import Window, windows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LAYOUTS = st.integers(1, 12).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))
NULL = 0


@st.composite
def some_offsets(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    """A context and offsets as tokenizers give them: in order, sharing characters, leaving some out, or empty."""
    offsets = []
    start = end = 0
    for _ in range(draw(st.integers(0, 9))):
        start = draw(st.integers(start, end + 2))
        end = max(end, start + draw(st.integers(0, 3)))
        offsets.append((start, end))
    length = end + draw(st.integers(0, 2))
    return "".join(chr(ord("a") + place % 26) for place in range(length)), offsets


def seen_by(offsets: list[tuple[int, int]]) -> set[int]:
    """The characters that are in a token."""
    return {place for span in offsets for place in range(*span)}


@st.composite
def answered(draw: st.DrawFn) -> tuple[SquadExample, list[tuple[int, int]]]:
    """A context, its tokens, and up to three answers of which the tokens hold a character at least."""
    context, offsets = draw(some_offsets())
    seen = seen_by(offsets)
    places = st.tuples(*[st.integers(0, len(context))] * 2).filter(
        lambda pair: bool(set(range(*pair)) & seen)
    )
    spans = draw(st.lists(places, max_size=3)) if seen else []
    answers = tuple(AnswerText(context[start:end], start) for start, end in spans)
    return SquadExample("?", context, answers), offsets


def all_labels(
    case: tuple[SquadExample, list[tuple[int, int]]], layout: tuple[int, int], before: int
) -> list[tuple[Window, SpanLabel]]:
    example, offsets = case
    size, overlap = layout
    answers = answer_tokens(example, offsets)
    return [
        (window, label_window(answers, window, before=before, null=NULL))
        for window in windows(len(offsets), size=size, overlap=overlap)
    ]


@given(answered(), LAYOUTS, st.integers(1, 5))
def test_no_label_lies_outside_of_the_contexts_tokens(
    case: tuple[SquadExample, list[tuple[int, int]]], layout: tuple[int, int], before: int
) -> None:
    """A label is the null position twice, or two positions in order among the window's own tokens."""
    for window, label in all_labels(case, layout, before):
        own = range(before, before + len(window))
        assert label == SpanLabel(NULL, NULL) or (
            label.start in own and label.end in own and label.start <= label.end
        )


@given(answered(), LAYOUTS, st.integers(1, 5))
def test_every_label_reads_back_as_an_answer(
    case: tuple[SquadExample, list[tuple[int, int]]], layout: tuple[int, int], before: int
) -> None:
    """A label's tokens hold every character of one of the answers that is in a token at all, and both its ends
    share a character with that answer."""
    example, offsets = case
    for window, label in all_labels(case, layout, before):
        if label.start == NULL:
            continue
        first, last = (place - before + window.start for place in (label.start, label.end))
        start, end = offsets[first][0], offsets[last][1]
        seen = seen_by(offsets)
        held = [
            own
            for answer in example.answers
            if (own := seen & set(range(answer.start, answer.start + len(answer.text))))
            <= set(range(start, end))
        ]
        assert any(all(set(range(*offsets[token])) & own for token in (first, last)) for own in held)


@given(some_offsets(), st.data())
def test_an_answer_that_ends_where_tokens_do_reads_back_to_the_letter(
    case: tuple[str, list[tuple[int, int]]], data: st.DataObject
) -> None:
    """Where tokens share no characters, the text of any run of them is labelled with exactly that run."""
    context, shared = case
    offsets = [span for place, span in enumerate(shared) if place == 0 or span[0] >= shared[place - 1][1]]
    visible = [token for token, (start, end) in enumerate(offsets) if start < end]
    assume(visible)
    first, last = sorted(data.draw(st.tuples(*[st.sampled_from(visible)] * 2)))
    start, end = offsets[first][0], offsets[last][1]
    example = SquadExample("?", context, (AnswerText(context[start:end], start),))
    assert answer_tokens(example, offsets) == (Window(first, last + 1),)


@given(answered())
def test_an_answers_tokens_are_those_of_a_search_through_all_pairs(
    case: tuple[SquadExample, list[tuple[int, int]]],
) -> None:
    """Of all pairs of a first and a last token with no token beside them that shares a character with the
    answer, the nearest two."""
    example, offsets = case
    expected = []
    for answer in example.answers:
        start, end = answer.start, answer.start + len(answer.text)
        touching = {token for token, span in enumerate(offsets) if set(range(*span)) & set(range(start, end))}
        pairs = [
            (last - first, first, last)
            for first in range(len(offsets))
            for last in range(first, len(offsets))
            if touching <= set(range(first, last + 1))
        ]
        _, first, last = min(pairs)
        expected.append(Window(first, last + 1))
    assert answer_tokens(example, offsets) == tuple(expected)


@given(answered(), LAYOUTS, st.integers(1, 5))
def test_a_window_is_labelled_with_an_answer_just_if_it_holds_one_whole(
    case: tuple[SquadExample, list[tuple[int, int]]], layout: tuple[int, int], before: int
) -> None:
    """Every window that shows all tokens of an answer is labelled with one, the first such; no other is."""
    example, offsets = case
    found = answer_tokens(example, offsets)
    for window, label in all_labels(case, layout, before):
        shown = set(range(window.start, window.stop))
        whole = [each for each in found if set(range(each.start, each.stop)) <= shown]
        if whole:
            shift = window.start - before
            assert Window(label.start + shift, label.end + shift + 1) == whole[0]
        else:
            assert label == SpanLabel(NULL, NULL)


@given(text=texts(), data=st.data())
def test_a_real_tokenizers_answers_start_at_the_token_it_names_itself(
    library: Tokenizer, text: str, data: st.DataObject
) -> None:
    """The first and last token of an answer are those that ``Encoding.char_to_token`` gives or, where
    several share the character, next to it and of the same character."""
    encoding = library.encode(text, add_special_tokens=False)
    assume(text.strip())
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assume(text[start:end].strip() == text[start:end] and text[start:end])
    example = SquadExample("?", text, (AnswerText(text[start:end], start),))
    theirs = [token for place in range(start, end) if (token := encoding.char_to_token(place)) is not None]
    if not theirs:
        with pytest.raises(EmptyInputError):
            answer_tokens(example, encoding.offsets)
        return
    (window,) = answer_tokens(example, encoding.offsets)
    assert theirs[0] == window.start
    assert theirs[-1] <= window.stop - 1
    for token in range(theirs[-1], window.stop):
        assert encoding.offsets[token][0] < end
