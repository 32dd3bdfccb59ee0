"""Tokens of what stands in the middle of a text: exactly its characters, and nothing before them."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tokenizers import Tokenizer

__all__ = ["InnerTokens"]

_MIDDLE: Final[Mapping[str, dict[str, object]]] = {
    "ByteLevel": {"add_prefix_space": False},
    "Metaspace": {"prepend_scheme": "never", "add_prefix_space": False},
    "Prepend": {"prepend": ""},
}
"""How each part of a tokenizer is told to put no blank before a text."""


class InnerTokens:
    """Cuts parts of a text into tokens that spell exactly them.

    Many tokenizers put a blank before every text, some change characters, and all take the names of special tokens for
    the tokens themselves: none of it is meant in the middle of a text.

    Args:
        tokenizer: an open tokenizer.
        spelled: what its tokens spell, by their ids.
    """

    def __init__(self, tokenizer: Tokenizer, spelled: Sequence[bytes]) -> None:
        self._given = tokenizer
        self._spelled = spelled

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        description = json.loads(self._given.to_str())
        told = {step: _in_the_middle(description[step]) for step in ("normalizer", "pre_tokenizer")}
        if told.items() <= description.items():
            return self._given
        return type(self._given).from_str(json.dumps(description | told))

    @cached_property
    def _ids(self) -> dict[bytes, int]:
        return {piece: id_ for id_, piece in enumerate(self._spelled) if piece}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._ids), default=0)

    def cut(self, text: str) -> list[int]:
        """Give the tokens of a part of a text; none where its characters have none."""
        whole = text.encode("utf-8")
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        if max(ids, default=0) < len(self._spelled) and b"".join(self._spelled[id_] for id_ in ids) == whole:
            return ids
        return self._longest_first(whole)

    def _longest_first(self, text: bytes) -> list[int]:
        ids = []
        start = 0
        while start < len(text):
            for end in range(min(len(text), start + self._longest), start, -1):
                if (id_ := self._ids.get(text[start:end])) is not None:
                    ids.append(id_)
                    start = end
                    break
            else:
                return []
        return ids


def _in_the_middle(part: object) -> object:
    """Tell a part of a tokenizer's description, and the parts of it, to put nothing before a text."""
    if isinstance(part, list):
        return [_in_the_middle(item) for item in part]
    if isinstance(part, dict):
        told = {key: _in_the_middle(value) for key, value in part.items()}
        return told | _MIDDLE.get(str(part.get("type")), {})
    return part
