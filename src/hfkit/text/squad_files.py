"""The JSON files of SQuAD: articles, in them paragraphs, in them questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from hfkit.errors import InputTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SquadAnswers", "SquadRow", "squad_rows"]


class SquadAnswers(TypedDict):
    """The accepted answers of a question.

    Attributes:
        text: the answers, the preferred one first.
        answer_start: for each the character of the context where it starts.
    """

    text: list[str]
    answer_start: list[int]


class SquadRow(TypedDict):
    """A question as one row of a table.

    Attributes:
        id: the question's own name; its number in the file if it has none.
        title: the article's title; empty if it has none.
        context: the paragraph.
        question: what is asked.
        answers: what counts as right; no answers if the context holds none.
    """

    id: str
    title: str
    context: str
    question: str
    answers: SquadAnswers


def squad_rows(document: object) -> Iterator[SquadRow]:
    """Give the questions of a file one by one, with their paragraphs.

    Questions that SQuAD 2.0 calls impossible have no answers; its plausible ones are left out. Files of SQuAD 1.1 and
    2.0, XQuAD, MLQA and CMRC 2018 are of this form.

    Args:
        document: what the JSON file holds.

    Raises:
        InputTypeError: it is of another form; the message says where.

    >>> question = {"question": "When?", "answers": [{"text": "1914", "answer_start": 3}]}
    >>> (row,) = squad_rows({"data": [{"paragraphs": [{"context": "in 1914 .", "qas": [question]}]}]})
    >>> row["answers"]
    {'text': ['1914'], 'answer_start': [3]}
    """
    number = 0
    for article_place, article in _items(document, "data", "the file"):
        title = str(_item(article, "title") or "")
        for paragraph_place, paragraph in _items(article, "paragraphs", article_place):
            context = _text(paragraph, "context", paragraph_place)
            for place, question in _items(paragraph, "qas", paragraph_place):
                yield {
                    "id": str(_item(question, "id") or number),
                    "title": title,
                    "context": context,
                    "question": _text(question, "question", place),
                    "answers": _answers(question, place),
                }
                number += 1


def _answers(question: object, place: str) -> SquadAnswers:
    texts: list[str] = []
    starts: list[int] = []
    if _item(question, "is_impossible") is not True:
        for answer_place, answer in _items(question, "answers", place):
            texts.append(_text(answer, "text", answer_place))
            starts.append(_whole(answer, "answer_start", answer_place))
    return {"text": texts, "answer_start": starts}


def _item(parent: object, name: str) -> object:
    return parent.get(name) if isinstance(parent, dict) else None


def _items(parent: object, name: str, place: str) -> Iterator[tuple[str, object]]:
    """Give the items of a list, each with a name for messages."""
    items = _item(parent, name)
    if not isinstance(items, list):
        raise _other_form(f"{place} has no list {name!r}")
    for number, item in enumerate(items):
        yield f"{name}[{number}]" if place == "the file" else f"{place}.{name}[{number}]", item


def _text(parent: object, name: str, place: str) -> str:
    value = _item(parent, name)
    if not isinstance(value, str):
        raise _other_form(f"{place} has no text {name!r}")
    return value


def _whole(parent: object, name: str, place: str) -> int:
    value = _item(parent, name)
    if type(value) is not int:
        raise _other_form(f"{place} has no whole number {name!r}")
    return value


def _other_form(what: str) -> InputTypeError:
    return InputTypeError(
        f"{what}, must be a file of SQuAD's form",
        hint="that is data, paragraphs, qas, answers; a file of rows is read with hfkit.Table.load",
    )
