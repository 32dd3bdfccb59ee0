"""What a tagger is given, checked and cut into words: a text, or words that somebody cut."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from hfkit.errors import InputError, InputTypeError
from hfkit.text.word_splitting import split_words
from hfkit.values.inputs import Words

from .inputs import check_text, describe, name_of, require_many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hfkit.values.inputs import TagInput

__all__ = ["CutText", "check_tag_input", "check_tag_inputs", "cut_text"]


@dataclass(frozen=True, slots=True, eq=False)
class CutText:
    """A text and its words.

    Attributes:
        text: the text.
        words: its words.
        spans: for each word its first character in the text and the one after its last.
        given: whether somebody cut it, and so wants a label for each word, whatever the tokenizer makes of it.
    """

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    given: bool

    def place_of(self, read: int) -> int:
        """Give the place in the text up to which it was read.

        Args:
            read: how many characters of the words and single blanks between them were read.
        """
        begin = stop = 0
        for start, end in self.spans:
            if read <= begin:
                return stop
            if read < begin + end - start:
                return start + read - begin
            begin, stop = begin + end - start + 1, end
        return len(self.text)


def cut_text(item: TagInput) -> CutText:
    """Cut an input into words, or take them as they are."""
    if isinstance(item, Words):
        ends = list(accumulate(len(word) + 1 for word in item.words))
        spans = tuple((end - 1 - len(word), end - 1) for end, word in zip(ends, item.words, strict=True))
        return CutText(item.text, item.words, spans, given=True)
    spans = split_words(item)
    return CutText(item, tuple(item[start:end] for start, end in spans), spans, given=False)


def check_tag_input(item: object, *, max_characters: int | None, index: int | None = None) -> TagInput:
    """Make sure that one input can be read.

    Args:
        item: what the caller gave.
        max_characters: the most characters of it; None for no limit.
        index: its position among many, for the error.

    Raises:
        InputError: as for :func:`~hfkit.engines.inputs.check_input`.
    """
    name = name_of(index)
    try:
        if not isinstance(item, str | Words):
            raise InputTypeError(
                f"{name} is {describe(item)}, must be a str or Words",
                hint="words that are cut already are hfkit.Words([...]); many inputs go to .batch(...)",
            )
        check_text(item.text if isinstance(item, Words) else item, name, max_characters)
    except InputError as error:
        error.index = index
        raise
    return item


def check_tag_inputs(items: object, *, max_characters: int | None) -> Iterator[TagInput]:
    """Check many inputs, one at a time as they are taken.

    Raises:
        InputTypeError: ``items`` is itself one input, or cannot be iterated; at once.
        InputError: an input is bad; when it is reached.
    """
    many = require_many(
        items,
        "str or Words",
        noun="text",
        table="give one column of it: facade.batch(frame['text']), or of words: map(hfkit.Words, frame['tokens'])",
    )
    return (
        check_tag_input(item, max_characters=max_characters, index=index) for index, item in enumerate(many)
    )
