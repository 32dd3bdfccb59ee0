"""The result of Summarize."""

from __future__ import annotations

from dataclasses import dataclass

from .generation import FinishReason
from .jsonable import to_json_value
from .passages import Passage
from .provenance import Coverage, Source

__all__ = ["Summary"]


@dataclass(frozen=True, slots=True)
class Summary:
    """A text in fewer words.

    Attributes:
        text: the summary.
        finish_reason: why it ended; ``"length"`` where it was cut.
        passages: the document's parts in their order, each with the summary of it alone. Of a document that was read at
            once there is one.
        rounds: how often was summarized: once for a document that was read at once; more where the summaries of its
            passages were summarized in turn.
        coverage: how much of the document was read, and in how many passages.
        prompt_tokens: how many tokens were read, in all rounds together.
        new_tokens: how many tokens were written, in all rounds together.
        source: which model wrote it, and how.
    """

    text: str
    finish_reason: FinishReason
    passages: tuple[Passage, ...]
    rounds: int
    coverage: Coverage
    prompt_tokens: int
    new_tokens: int
    source: Source

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values."""
        plain = {name: to_json_value(getattr(self, name)) for name in self.__slots__}
        return plain | {"source": self.source.to_dict()}
