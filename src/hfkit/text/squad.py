"""From a question, its context and its answers to the labels of a window of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import EmptyInputError, InputTypeError, MisalignedAnswerError

from .windows import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AnswerText", "SpanLabel", "SquadExample", "answer_characters", "answer_tokens", "label_window"]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An answer as SQuAD writes it.

    Attributes:
        text: the answer.
        start: the character of the context where it starts.
    """

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class SquadExample:
    """A question about a context, and the answers that count as right.

    Attributes:
        question: what is asked.
        context: the text that may hold the answer.
        answers: the accepted ones, the preferred one first; none if the context holds no answer.

    Source: Rajpurkar et al. 2016, arXiv:1606.05250; without answers, 2018, arXiv:1806.03822.
    """

    question: str
    context: str
    answers: tuple[AnswerText, ...] = ()


@dataclass(frozen=True, slots=True)
class SpanLabel:
    """The positions of an answer's first and last token in a sequence, both included."""

    start: int
    end: int


def answer_characters(context: str, answer: AnswerText) -> tuple[int, int]:
    """Give the characters of an answer, ``(start, end)``, without the blanks around it.

    Args:
        context: the text that holds the answer.
        answer: where it says that it stands.

    Raises:
        InputTypeError: the answer is no text, or its place no whole number.
        EmptyInputError: the answer has no character but blanks.
        MisalignedAnswerError: the context reads otherwise at that place.

    >>> answer_characters("in 1914 .", AnswerText("1914 ", 3))
    (3, 7)
    """
    _require_types(answer.text, answer.start)
    bare = answer.text.strip()
    if not bare:
        raise EmptyInputError(
            f"an answer is {answer.text!r}, must be more than blanks",
            hint="leave it out: a question without answers is one that the context does not answer",
        )
    stop = answer.start + len(answer.text)
    there = context[answer.start : stop] if answer.start >= 0 else ""
    if there != answer.text:
        raise MisalignedAnswerError(
            f"answer {answer.text!r} starts at character {answer.start}, where the context reads {there!r}",
            hint=_cure(context, answer),
        )
    start = answer.start + answer.text.index(bare)
    return start, start + len(bare)


def _require_types(text: object, start: object) -> None:
    if not isinstance(text, str) or type(start) is not int:  # True is an int, and no place
        raise InputTypeError(
            f"an answer is {text!r} at {start!r}, must be a text at a whole number",
            hint="read the places of a file with int(start)",
        )


def _cure(context: str, answer: AnswerText) -> str:
    places = []
    place = context.find(answer.text)
    while place >= 0:
        places.append(place)
        place = context.find(answer.text, place + 1)
    if not places:
        return "the context does not hold it: look for blanks, case, or an offset counted in bytes"
    nearest = min(places, key=lambda start: abs(start - answer.start))
    return f"count characters of the context as it stands; the nearest place is start={nearest}"


def answer_tokens(example: SquadExample, offsets: Sequence[tuple[int, int]]) -> tuple[Window, ...]:
    """Find the tokens of each answer: all that share a character with it.

    They may read a little more than the answer, where it starts or ends inside of a token, and a little
    less, where the tokenizer dropped its first or last characters (accents, what has no width). Tokens
    that share a character (the bytes of one emoji) all belong to the answer; tokens without
    characters neither start nor end one.

    Args:
        example: the question's context and answers.
        offsets: for each token of the context its first character and the one after its last, neither
            of them ever falling.

    Raises:
        InputTypeError: an answer is no text, or its place no whole number.
        EmptyInputError: an answer has no character but blanks, or none that is in a token.
        MisalignedAnswerError: the context does not hold an answer where it should.

    >>> example = SquadExample("When?", "in 1914 .", (AnswerText("1914", 3),))
    >>> answer_tokens(example, [(0, 2), (3, 5), (5, 7), (8, 9)])
    (Window(start=1, stop=3),)
    """
    found = []
    for answer in example.answers:
        first, last = answer_characters(example.context, answer)
        touching = [token for token, (start, end) in enumerate(offsets) if max(start, first) < min(end, last)]
        if not touching:
            raise EmptyInputError(
                f"answer {answer.text!r} at character {answer.start} is in no token, must be in one at least",
                hint="the tokenizer drops such characters; leave the answer out",
            )
        found.append(Window(touching[0], touching[-1] + 1))
    return tuple(found)


def label_window(answers: Sequence[Window], window: Window, *, before: int, null: int) -> SpanLabel:
    """Label a window of the context with the first answer that it holds whole.

    An answer of which the window shows a part only is no answer there: the label is then the null
    position, as it is where there is no answer at all.

    Args:
        answers: tokens of the context, from `answer_tokens`.
        window: the tokens of the context that the sequence shows.
        before: the tokens of the sequence that stand before them: the question and special tokens.
        null: the position that means "no answer here", mostly that of the ``[CLS]`` token.

    Returns:
        Positions in the sequence.

    Raises:
        ValueError: ``before`` is negative, or ``null`` is, or is one of the context's own positions.

    >>> label_window([Window(5, 7)], Window(4, 8), before=10, null=0)
    SpanLabel(start=11, end=12)
    >>> label_window([Window(5, 7)], Window(6, 10), before=10, null=0)
    SpanLabel(start=0, end=0)
    """
    if before < 0:
        raise ValueError(f"before is {before}, must be at least 0")
    if null < 0 or before <= null < before + len(window):
        raise ValueError(
            f"null is {null}, must be at least 0 and outside of the context's positions, "
            f"{before} up to {before + len(window)}"
        )
    for answer in answers:
        if window.start <= answer.start and answer.stop <= window.stop:
            shift = before - window.start
            return SpanLabel(answer.start + shift, answer.stop - 1 + shift)
    return SpanLabel(null, null)
