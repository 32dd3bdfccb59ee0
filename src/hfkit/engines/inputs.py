"""Check what callers give, before anything is spent on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hfkit.errors import EmptyInputError, InputEncodingError, InputError, InputTooLongError, InputTypeError
from hfkit.values.inputs import Pair, Question, TextInput, Words

__all__ = [
    "check_document",
    "check_documents",
    "check_input",
    "check_inputs",
    "check_question",
    "check_questions",
    "check_text",
    "describe",
    "name_of",
    "require_many",
    "texts_of",
]


def texts_of(item: TextInput) -> tuple[str, ...]:
    """Give the texts of an input: one, or the two of a pair."""
    return (item.first, item.second) if isinstance(item, Pair) else (item,)


def name_of(index: int | None) -> str:
    """Name an input in a message: by its position among many."""
    return "input" if index is None else f"input {index}"


def check_input(item: object, *, max_characters: int | None, index: int | None = None) -> TextInput:
    """Make sure that one input can be read.

    Args:
        item: what the caller gave.
        max_characters: the most characters of one text; None for no limit.
        index: its position among many, for the error.

    Raises:
        InputTypeError: it is neither a string nor a Pair of strings.
        EmptyInputError: a text has nothing but blanks.
        InputEncodingError: a text holds half of a surrogate pair.
        InputTooLongError: a text has more characters than allowed.
    """
    name = name_of(index)
    try:
        if isinstance(item, Pair):
            check_text(item.first, f"{name}, first text", max_characters)
            check_text(item.second, f"{name}, second text", max_characters)
            return item
        if isinstance(item, str):
            check_text(item, name, max_characters)
            return item
        raise InputTypeError(
            f"{name} is {describe(item)}, must be a str or a Pair",
            hint="two texts are hfkit.Pair(first, second); bytes want .decode(); many inputs go to .batch(...)",
        )
    except InputError as error:
        error.index = index
        raise


def check_inputs(items: object, *, max_characters: int | None) -> Iterator[TextInput]:
    """Check many inputs, one at a time as they are taken.

    Raises:
        InputTypeError: ``items`` is itself one input, or cannot be iterated; at once.
        InputError: an input is bad; when it is reached.
    """
    many = require_many(
        items, "str or Pair", noun="text", table="give one column of it: facade.batch(frame['text'])"
    )
    return (check_input(item, max_characters=max_characters, index=index) for index, item in enumerate(many))


def check_document(item: object, *, max_characters: int | None, index: int | None = None) -> str:
    """Make sure that one document can be read.

    Args:
        item: what the caller gave.
        max_characters: the most characters that it may have; None for no limit.
        index: its position among many, for the error.

    Raises:
        InputError: it is no string, or as for :func:`check_input`.
    """
    name = name_of(index)
    try:
        if not isinstance(item, str):
            raise InputTypeError(
                f"{name} is {describe(item)}, must be a str",
                hint="bytes want .decode(); many texts go to .batch(...)",
            )
        check_text(item, name, max_characters)
    except InputError as error:
        error.index = index
        raise
    return item


def check_documents(items: object, *, max_characters: int | None) -> Iterator[str]:
    """Check many documents, one at a time as they are taken.

    Raises:
        InputTypeError: ``items`` is itself one document, or cannot be iterated; at once.
        InputError: a document is bad; when it is reached.
    """
    many = require_many(items, "str", noun="text", table="give one column of it: facade.batch(frame['text'])")
    return (
        check_document(item, max_characters=max_characters, index=index) for index, item in enumerate(many)
    )


def check_question(item: object, *, max_characters: int | None, index: int | None = None) -> Question:
    """Make sure that one question can be read.

    Args:
        item: what the caller gave.
        max_characters: the most characters of its text and of its context; None for no limit.
        index: its position among many, for the error.

    Raises:
        InputError: as for :func:`check_input`.
    """
    name = "question" if index is None else f"question {index}"
    try:
        if not isinstance(item, Question):
            raise InputTypeError(
                f"{name} is {describe(item)}, must be a Question",
                hint="write hfkit.Question(text, context=...); many questions go to .batch(...)",
            )
        check_text(item.text, f"{name}, its text", max_characters)
        check_text(item.context, f"{name}, its context", max_characters)
    except InputError as error:
        error.index = index
        raise
    return item


def check_questions(items: object, *, max_characters: int | None) -> Iterator[Question]:
    """Check many questions, one at a time as they are taken.

    Raises:
        InputTypeError: ``items`` is itself one question, or cannot be iterated; at once.
        InputError: a question is bad; when it is reached.
    """
    many = require_many(
        items,
        "Question",
        noun="question",
        table="make questions of its columns: map(hfkit.Question, frame['text'], frame['context'])",
    )
    return (
        check_question(item, max_characters=max_characters, index=index) for index, item in enumerate(many)
    )


def require_many(items: object, kind: str, *, noun: str, table: str) -> Iterable[object]:
    """Refuse what is one input, or cannot be iterated.

    Args:
        items: what the caller gave.
        kind: the types of an input.
        noun: what one is called in a line of code.
        table: what to do with a table of them.

    Raises:
        InputTypeError: it is no collection of inputs.
    """
    if hasattr(items, "columns"):  # a table iterates over the names of its columns
        raise InputTypeError(
            f"inputs are {describe(items)}, must be an iterable of {kind}",
            hint=table,
        )
    if isinstance(items, str | bytes | bytearray | Pair | Question | Words | Mapping) or not isinstance(
        items, Iterable
    ):
        raise InputTypeError(
            f"inputs are {describe(items)}, must be an iterable of {kind}",
            hint=f"one goes to the facade itself, facade({noun}); many go in a list, facade.batch([{noun}, ...])",
        )
    return items


def check_text(text: object, name: str, max_characters: int | None, *, blank: bool = False) -> None:
    """Make sure that one text can be read.

    Args:
        text: what the caller gave.
        name: what to call it in an error.
        max_characters: the most that it may have; None for no limit.
        blank: whether it may hold nothing to read.

    Raises:
        InputError: it cannot; a subclass says why.
    """
    if not isinstance(text, str):
        raise InputTypeError(f"{name} is {describe(text)}, must be a str", hint="bytes want .decode('utf-8')")
    if max_characters is not None and len(text) > max_characters:
        raise InputTooLongError(
            f"{name} has {len(text):,} characters, at most {max_characters:,} are allowed",
            hint="split it, or raise max_characters (None for no limit)",
        )
    if not blank and (not text or text.isspace()):
        raise EmptyInputError(
            f"{name} is {'empty' if not text else f'blank: {text[:20]!r}'}, must hold something to read",
            hint="drop empty texts before the call",
        )
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputEncodingError(
                f"{name} holds half of a surrogate pair, {text[error.start]!a}, at character {error.start}",
                hint="decode the original bytes again with errors='replace'",
            ) from error


def describe(value: object) -> str:
    """Say what a caller gave, by its type."""
    return "None" if value is None else f"a {type(value).__name__}"
