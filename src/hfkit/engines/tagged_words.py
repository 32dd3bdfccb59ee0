"""Words and the windows that they are read in, as rows for a model that labels tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import EmptyInputError, InputError, SettingError
from hfkit.text.windows import windows
from hfkit.text.word_tokens import clearest_windows, tokens_of_words

from .inputs import check_document
from .reading import require_few_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.templates import Row
    from hfkit.text.windows import Window

    from .tokens import TextTokenizer, TokenizedText

__all__ = ["ReadWords", "WordReader"]


@dataclass(frozen=True, slots=True, eq=False)
class ReadWords:
    """Words as a model reads them.

    Attributes:
        rows: what the model reads, one row for each window.
        places: for each word the row and the position in it that its label is read at: its first token, in the
            window which shows most around it; None for a word without a token.
    """

    rows: tuple[Row, ...]
    places: tuple[tuple[int, int] | None, ...]


class WordReader:
    """Reads lists of words, joined by blanks; what is longer than a model reads, in windows that overlap by half.

    Args:
        tokenizer: the model's.
        window: the most tokens of a window, special tokens included.
    """

    def __init__(self, tokenizer: TextTokenizer, *, window: int) -> None:
        self._tokenizer = tokenizer
        self._window = window

    def read(self, sentences: Sequence[Sequence[str]], *, first_index: int = 0) -> list[ReadWords]:
        """Tokenize in bulk and cut into windows.

        Args:
            sentences: the words of each text.
            first_index: the position of the first text among all, for errors.

        Raises:
            InputError: a text cannot be read; its ``index`` says which.
            SettingError: the window has no room for a token.
        """
        texts = [
            check_document(" ".join(words), max_characters=None, index=first_index + place)
            for place, words in enumerate(sentences)
        ]
        encoded = self._tokenizer.encode_with_offsets(texts)
        return [
            self._read(words, one, first_index + place)
            for place, (words, one) in enumerate(zip(sentences, encoded, strict=True))
        ]

    def _read(self, words: Sequence[str], encoded: TokenizedText, index: int) -> ReadWords:
        template = self._tokenizer.single
        room = self._window - template.size
        if room < 1:
            raise SettingError(
                f"a window of {self._window} tokens leaves no room beside {template.size} special tokens",
                hint="use a larger window",
            )
        try:
            spans = _spans(f"input {index}", len(encoded.ids), room)
        except InputError as error:
            error.index = index
            raise
        start, clearest = template.content_start(0, []), clearest_windows(spans)
        return ReadWords(
            tuple(template.assemble([encoded.ids[span.start : span.stop]]) for span in spans),
            tuple(
                None
                if token is None
                else (window := int(clearest[token]), start + token - spans[window].start)
                for token in tokens_of_words(words, encoded.offsets)
            ),
        )


def _spans(name: str, count: int, room: int) -> tuple[Window, ...]:
    if not count:
        raise EmptyInputError(
            f"{name} gives no tokens, must hold something to read",
            hint="the tokenizer drops control characters; drop such texts before the call",
        )
    spans = windows(count, size=room, overlap=room // 2)
    require_few_windows(name, len(spans), hint="give the text in parts")
    return spans
