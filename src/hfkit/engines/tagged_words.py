"""Words and the windows that they are read in, as rows for a model that labels tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import EmptyInputError, InputError, InputTooLongError, SettingError
from hfkit.text.offsets import characters_read
from hfkit.text.windows import Window, windows
from hfkit.text.word_tokens import clearest_windows, tokens_of_words

from .inputs import check_document, name_of
from .reading import require_few_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.templates import Row

    from .reading import Overflow
    from .tokens import TextTokenizer, TokenizedText

__all__ = ["ReadWords", "WordReader"]


@dataclass(frozen=True, slots=True, eq=False)
class ReadWords:
    """Words as a model reads them.

    Attributes:
        rows: what the model reads, one row for each window.
        places: for each word that is read the row and the position in it that its label is read at: its first token,
            in the window which shows most around it; None for a word without a token.
        stop: how many characters of the words and the blanks between them are read; None for all.
    """

    rows: tuple[Row, ...]
    places: tuple[tuple[int, int] | None, ...]
    stop: int | None = None


class WordReader:
    """Reads lists of words, joined by blanks; what is longer than a model reads, in windows that overlap by half.

    Args:
        tokenizer: the model's.
        window: the most tokens of a window, special tokens included.
        overflow: what to do with more words than a window holds.
    """

    def __init__(self, tokenizer: TextTokenizer, *, window: int, overflow: Overflow = "window") -> None:
        self._tokenizer = tokenizer
        self._window = window
        self._overflow: Overflow = overflow

    def read(self, sentences: Sequence[Sequence[str]], *, first_index: int = 0) -> list[ReadWords]:
        """Tokenize in bulk and cut into windows.

        Args:
            sentences: the words of each text.
            first_index: the position of the first text among all, for errors.

        Raises:
            InputError: a text cannot be read; its ``index`` says which.
            SettingError: the window has no room for a token.
        """
        for place, words in enumerate(sentences):
            check_document(" ".join(words), max_characters=None, index=first_index + place)
        read, error = self.read_checked(sentences, first_index=first_index)
        if error is not None:
            raise error
        return read

    def read_checked(
        self, sentences: Sequence[Sequence[str]], *, first_index: int | None
    ) -> tuple[list[ReadWords], InputError | None]:
        """Read texts that were checked; as :meth:`read`.

        Args:
            sentences: the words of each text.
            first_index: the position of the first text among all, for errors; None for a single one.

        Returns:
            The texts up to the first that cannot be read, and the error of that one.
        """
        encoded = self._tokenizer.encode_with_offsets([" ".join(words) for words in sentences])
        found: list[ReadWords] = []
        for place, (words, one) in enumerate(zip(sentences, encoded, strict=True)):
            index = None if first_index is None else first_index + place
            try:
                found.append(self._read(words, one, name_of(index)))
            except InputError as error:
                error.index = index
                return found, error
        return found, None

    def _read(self, words: Sequence[str], encoded: TokenizedText, name: str) -> ReadWords:
        template = self._tokenizer.single
        room = self._window - template.size
        if room < 1:
            raise SettingError(
                f"a window of {self._window} tokens leaves no room beside {template.size} special tokens",
                hint="use a larger window",
            )
        count = len(encoded.ids)
        spans = self._spans(name, count, room, beside=template.size)
        start, clearest, stop = template.content_start(0, []), clearest_windows(spans), spans[-1].stop
        places: list[tuple[int, int] | None] = []
        for token in tokens_of_words(words, encoded.offsets):
            if token is None:
                places.append(None)
            elif token < stop:
                window = int(clearest[token])
                places.append((window, start + token - spans[window].start))
            else:  # what comes after is not read either
                break
        return ReadWords(
            tuple(template.assemble([encoded.ids[span.start : span.stop]]) for span in spans),
            tuple(places),
            None if stop == count else characters_read(encoded.offsets, stop, total=len(encoded.text)),
        )

    def _spans(self, name: str, count: int, room: int, *, beside: int) -> tuple[Window, ...]:
        if not count:
            raise EmptyInputError(
                f"{name} gives no tokens, must hold something to read",
                hint="the tokenizer drops control characters; drop such texts before the call",
            )
        if count > room and self._overflow == "truncate":
            return (Window(0, room),)
        if count > room and self._overflow == "error":
            raise InputTooLongError(
                f"{name} has {count} tokens, at most {room} fit beside {beside} special tokens",
                hint="use overflow='window' to read all of it, or overflow='truncate' to read its beginning",
            )
        spans = windows(count, size=room, overlap=room // 2)
        require_few_windows(name, len(spans), hint="give the text in parts")
        return spans
