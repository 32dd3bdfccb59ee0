"""Tokens to text while they come: pieces that are never half a character, and add up to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["TextPieces"]

# What a decoder gives for bytes that are no character, or not yet.
_HALF = "\N{REPLACEMENT CHARACTER}"


class TextPieces:
    """Decodes tokens one at a time.

    A token is decoded beside the ones before it, since some tokenizers write a space or not by what stands
    there. Only a few of them are decoded again, so a long text costs no more for each token than a short one.
    Where a token ends within a character, nothing is given until the character is whole.

    >>> pieces = TextPieces(lambda ids: bytes(ids).decode(errors="replace"))
    >>> [pieces.push(byte) for byte in "aé".encode()], pieces.finish()
    (['a', '', 'é'], '')
    """

    def __init__(self, decode: Callable[[Sequence[int]], str], context: Sequence[int] = ()) -> None:
        """Begin behind the tokens that stand before the text.

        Args:
            decode: gives the text of ids.
            context: ids of the last tokens before it; they are no part of it.
        """
        self._decode = decode
        self._ids = list(context)
        self._known = len(self._ids)  # so many ids have been given as text, or belong to the context

    def push(self, token: int) -> str:
        """Take the next token; give the text that is now whole."""
        self._ids.append(token)
        before, after = self._decode(self._ids[: self._known]), self._decode(self._ids)
        if len(after) <= len(before) or after.endswith(_HALF):
            return ""
        del self._ids[: self._known]
        self._known = len(self._ids)
        return after[len(before) :]

    def finish(self) -> str:
        """Give what was held back, with a replacement character for half of one."""
        before, after = self._decode(self._ids[: self._known]), self._decode(self._ids)
        self._known = len(self._ids)
        return after[len(before) :]

    def copy(self) -> TextPieces:
        """Give another that goes on from the same tokens."""
        twin = TextPieces(self._decode, self._ids)
        twin._known = self._known
        return twin
