"""The result of Tokenize."""

from __future__ import annotations

from dataclasses import dataclass

from hfkit.errors import TokenizerError

from .jsonable import to_json_value
from .provenance import Coverage, Source

__all__ = ["Tokens"]

_COLUMNS = ("ids", "tokens", "attention_mask", "type_ids", "special_mask", "word_ids", "text_ids")


@dataclass(frozen=True, slots=True)
class Tokens:
    """One input as a model reads it: columns of equal length, an entry for each token.

    Attributes:
        texts: the strings that offsets count in: the text, the two of a pair, or a chat's rendered prompt.
        ids: numbers in the vocabulary.
        tokens: how the vocabulary writes them.
        attention_mask: 1 for a token, 0 for padding.
        type_ids: ``token_type_ids`` as the model wants them.
        known_offsets: what ``offsets`` gives; None where the tokenizer cannot tell.
        special_mask: 1 for tokens that the tokenizer put around the texts, padding included.
        word_ids: the word of its text that a token belongs to; None for special tokens, and
            throughout where the tokenizer knows no words.
        text_ids: the position in ``texts`` of a token's text; None for special tokens.
        coverage: how much of the texts the tokens hold, further windows included.
        source: which tokenizer gave the answer.
        rest: the further windows of a text that was read in several.
    """

    texts: tuple[str, ...]
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    attention_mask: tuple[int, ...]
    type_ids: tuple[int, ...]
    known_offsets: tuple[tuple[int, int], ...] | None
    special_mask: tuple[int, ...]
    word_ids: tuple[int | None, ...]
    text_ids: tuple[int | None, ...]
    coverage: Coverage
    source: Source
    rest: tuple[Tokens, ...] = ()

    @property
    def length(self) -> int:
        """How many tokens there are, special ones and padding included."""
        return len(self.ids)

    @property
    def offsets(self) -> tuple[tuple[int, int], ...]:
        """For each token its first character in its text and the one after its last; (0, 0) if it has none.

        Raises:
            TokenizerError: the tokenizer cannot tell.
        """
        if self.known_offsets is None:
            raise TokenizerError(
                f"the tokenizer of {self.source.model} does not say where its tokens stand in the text",
                hint="use a model with a tokenizer.json, or leave special tokens out of the text",
            )
        return self.known_offsets

    @property
    def windows(self) -> tuple[Tokens, ...]:
        """All windows in order: this one and the rest."""
        return (self, *self.rest)

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values; further windows without what all of them share."""
        return {
            "texts": list(self.texts),
            **_columns(self),
            "coverage": to_json_value(self.coverage),
            "source": self.source.to_dict(),
            "rest": [_columns(window) for window in self.rest],
        }


def _columns(window: Tokens) -> dict[str, object]:
    """Give the columns of one window as a dict of JSON values."""
    named = {name: to_json_value(getattr(window, name)) for name in _COLUMNS}
    return named | {"offsets": to_json_value(window.known_offsets)}
