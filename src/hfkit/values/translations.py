"""The result of Translate."""

from __future__ import annotations

from dataclasses import dataclass

from .generation import FinishReason
from .jsonable import to_json_value
from .passages import Passage
from .provenance import Coverage, Source

__all__ = ["Translation"]


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in another language.

    Attributes:
        text: the translation, with the blanks and blank lines of the document.
        source_language: the document's language, as the model calls it; None if neither the model nor the caller said.
        target_language: the translation's language, likewise.
        passages: the document's parts in their order, each with its translation.
        finish_reason: ``"length"`` where the translation of a passage was cut, else why the last one ended.
        coverage: how much of the document was read, and in how many passages.
        prompt_tokens: how many tokens were read, special tokens included.
        new_tokens: how many tokens were written.
        source: which model wrote it, and how.
    """

    text: str
    source_language: str | None
    target_language: str | None
    passages: tuple[Passage, ...]
    finish_reason: FinishReason
    coverage: Coverage
    prompt_tokens: int
    new_tokens: int
    source: Source

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values."""
        plain = {name: to_json_value(getattr(self, name)) for name in self.__slots__}
        return plain | {"source": self.source.to_dict()}
