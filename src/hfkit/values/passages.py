"""A part of a long document, and what a model wrote to it."""

from __future__ import annotations

from dataclasses import dataclass

from .generation import FinishReason

__all__ = ["Passage"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document, and what was written to it alone.

    Attributes:
        start: the document's first character of it.
        end: the one after its last.
        text: what was written: its summary, or its translation.
        finish_reason: why that text ended.
    """

    start: int
    end: int
    text: str
    finish_reason: FinishReason
