from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

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


@st.composite
def answered(draw: st.DrawFn) -> tuple[SquadExample, list[tuple[int, int]]]:
    """A context, its tokens, and up to three answers at any of its characters."""
    context, offsets = draw(some_offsets())
    places = st.tuples(*[st.integers(0, len(context))] * 2).filter(lambda pair: pair[0] < pair[1])
    spans = draw(st.lists(places, max_size=3)) if context else []
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
    """A label's tokens hold one of the answers, and both its ends share a character with that answer."""
    example, offsets = case
    for window, label in all_labels(case, layout, before):
        if label.start == NULL:
            continue
        first, last = (place - before + window.start for place in (label.start, label.end))
        start, end = offsets[first][0], offsets[last][1]
        held = [
            set(range(answer.start, answer.start + len(answer.text)))
            for answer in example.answers
            if start <= answer.start and answer.text in example.context[answer.start : end]
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
    """Of all pairs of a first and a last token whose text holds the answer, with no token beside them that
    shares a character with it, the nearest two; none, if they do not touch the answer themselves."""
    example, offsets = case
    expected = []
    for answer in example.answers:
        start, end = answer.start, answer.start + len(answer.text)
        touching = {token for token, span in enumerate(offsets) if set(range(*span)) & set(range(start, end))}
        pairs = [
            (last - first, first, last)
            for first in range(len(offsets))
            for last in range(first, len(offsets))
            if offsets[first][0] <= start
            and end <= offsets[last][1]
            and touching <= set(range(first, last + 1))
        ]
        nearest = [(first, last) for _, first, last in sorted(pairs) if {first, last} <= touching]
        expected += [Window(first, last + 1) for first, last in nearest[:1]]
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
    found = answer_tokens(SquadExample("?", text, (AnswerText(text[start:end], start),)), encoding.offsets)
    for window in found:
        assert encoding.char_to_token(start) == window.start
        theirs = encoding.char_to_token(end - 1)
        assert theirs is not None
        assert theirs <= window.stop - 1
        for token in range(theirs, window.stop):
            assert encoding.offsets[token][0] < end
