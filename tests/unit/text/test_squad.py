from __future__ import annotations

import re
from typing import Any

import pytest

from hfkit.errors import EmptyInputError, InputError, InputTypeError, MisalignedAnswerError
from hfkit.text.squad import (
    AnswerText,
    SpanLabel,
    SquadExample,
    answer_characters,
    answer_tokens,
    label_window,
)
from hfkit.text.windows import Window

CONTEXT = "Paris fell in 1940 ."
#          0     6    11 14   19
TOKENS = [(0, 5), (6, 10), (11, 13), (14, 16), (16, 18), (19, 20)]


def ask(*answers: AnswerText, context: str = CONTEXT) -> SquadExample:
    return SquadExample("What?", context, answers)


def test_an_answers_characters_are_those_it_stands_at() -> None:
    assert answer_characters(CONTEXT, AnswerText("1940", 14)) == (14, 18)


@pytest.mark.parametrize(
    ("text", "start"), [(" 1940", 13), ("1940 ", 14), (" 1940 ", 13)], ids=["before", "after", "both"]
)
def test_blanks_around_an_answer_do_not_belong_to_it(text: str, start: int) -> None:
    assert answer_characters(CONTEXT, AnswerText(text, start)) == (14, 18)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_answer_of_blanks_is_refused(text: str) -> None:
    with pytest.raises(EmptyInputError) as caught:
        answer_characters(CONTEXT, AnswerText(text, 5))
    assert caught.value.message == f"an answer is {text!r}, must be more than blanks"
    assert caught.value.hint == (
        "leave it out: a question without answers is one that the context does not answer"
    )


def test_an_answer_beside_its_place_is_told_the_nearest_one() -> None:
    with pytest.raises(MisalignedAnswerError) as caught:
        answer_characters("one two one two one", AnswerText("two", 11))
    assert caught.value.message == "answer 'two' starts at character 11, where the context reads ' tw'"
    assert caught.value.hint == (
        "count characters of the context as it stands; the nearest place is start=12"
    )
    assert isinstance(caught.value, InputError)


def test_an_answer_that_the_context_does_not_hold_is_refused() -> None:
    with pytest.raises(MisalignedAnswerError) as caught:
        answer_characters(CONTEXT, AnswerText("paris", 0))
    assert caught.value.message == "answer 'paris' starts at character 0, where the context reads 'Paris'"
    assert caught.value.hint == (
        "the context does not hold it: look for blanks, case, or an offset counted in bytes"
    )


@pytest.mark.parametrize("start", [-6, 18, 900])
def test_a_place_outside_of_the_context_is_not_counted_from_its_end(start: int) -> None:
    message = re.escape(f"answer '1940 .' starts at character {start}, where the context reads ")
    with pytest.raises(MisalignedAnswerError, match=f"^{message}"):
        answer_characters(CONTEXT, AnswerText("1940 .", start))


def test_an_empty_context_holds_no_answer() -> None:
    with pytest.raises(MisalignedAnswerError, match="where the context reads ''"):
        answer_characters("", AnswerText("1940", 0))


def test_an_answer_of_several_tokens_has_them_all() -> None:
    assert answer_tokens(ask(AnswerText("in 1940", 11)), TOKENS) == (Window(2, 5),)


def test_an_answer_inside_of_tokens_has_the_whole_of_them() -> None:
    assert answer_tokens(ask(AnswerText("ell in 19", 7)), TOKENS) == (Window(1, 4),)


def test_several_answers_stay_in_their_order() -> None:
    example = ask(AnswerText("1940", 14), AnswerText("Paris", 0))
    assert answer_tokens(example, TOKENS) == (Window(3, 5), Window(0, 1))


def test_without_answers_there_are_no_tokens() -> None:
    assert answer_tokens(ask(), TOKENS) == ()
    assert answer_tokens(ask(context=""), []) == ()


def test_tokens_without_characters_neither_start_nor_end_an_answer() -> None:
    assert answer_tokens(ask(AnswerText("b", 1), context="ab"), [(0, 1), (1, 1), (1, 2), (2, 2)]) == (
        Window(2, 3),
    )


def test_all_tokens_that_share_an_answers_character_are_its_own() -> None:
    # the four bytes of the emoji
    emoji = [(0, 1), (0, 1), (0, 1), (0, 1), (1, 3)]
    assert answer_tokens(ask(AnswerText("😀", 0), context="😀ok"), emoji) == (Window(0, 4),)


def test_tokens_that_share_a_part_of_a_character_are_taken_on_both_sides() -> None:
    # a byte-level piece may end in the middle of a letter, with the next one starting there
    assert answer_tokens(ask(AnswerText("é", 1), context="xéy"), [(0, 2), (1, 3)]) == (Window(0, 2),)


@pytest.mark.parametrize(
    ("tokens", "found"),
    [([(0, 1), (3, 4)], Window(1, 2)), ([(0, 1), (2, 3)], Window(1, 2))],
    ids=["first", "last"],
)
def test_an_answer_of_which_the_tokenizer_dropped_an_end_has_the_rest(
    tokens: list[tuple[int, int]], found: Window
) -> None:
    assert answer_tokens(ask(AnswerText("bc", 2), context="a bc"), tokens) == (found,)


@pytest.mark.parametrize("tokens", [[(0, 1)], [(0, 1), (2, 2)], []])
def test_an_answer_of_which_the_tokenizer_dropped_all_is_refused(tokens: list[tuple[int, int]]) -> None:
    with pytest.raises(EmptyInputError) as caught:
        answer_tokens(ask(AnswerText("bc", 2), context="a bc"), tokens)
    assert caught.value.message == "answer 'bc' at character 2 is in no token, must be in one at least"
    assert caught.value.hint == "the tokenizer drops such characters; leave the answer out"


@pytest.mark.parametrize(("text", "start"), [("1940", "14"), ("1940", 14.0), ("1940", True), (None, 14)])
def test_an_answer_of_other_types_is_refused(text: Any, start: Any) -> None:
    with pytest.raises(InputTypeError, match="must be a text at a whole number"):
        answer_characters(CONTEXT, AnswerText(text, start))


def test_an_answer_moves_with_its_window() -> None:
    assert label_window([Window(3, 5)], Window(2, 6), before=7, null=0) == SpanLabel(8, 9)


@pytest.mark.parametrize("window", [Window(0, 4), Window(4, 6), Window(0, 3), Window(0, 0)])
def test_a_window_without_the_whole_answer_is_labelled_null(window: Window) -> None:
    assert label_window([Window(3, 5)], window, before=7, null=0) == SpanLabel(0, 0)


def test_no_answers_are_labelled_null_wherever_that_is() -> None:
    assert label_window([], Window(0, 6), before=0, null=6) == SpanLabel(6, 6)
    assert label_window([], Window(0, 6), before=7, null=3) == SpanLabel(3, 3)


def test_the_first_answer_that_a_window_holds_whole_counts() -> None:
    answers = [Window(0, 1), Window(3, 5), Window(4, 5)]
    assert label_window(answers, Window(2, 6), before=2, null=0) == SpanLabel(3, 4)


def test_a_negative_number_of_tokens_before_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^before is -1, must be at least 0$"):
        label_window([], Window(0, 2), before=-1, null=5)


@pytest.mark.parametrize("null", [-1, 3, 4])
def test_a_null_position_among_the_contexts_own_is_refused(null: int) -> None:
    message = f"null is {null}, must be at least 0 and outside of the context's positions, 3 up to 5"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        label_window([], Window(0, 2), before=3, null=null)
