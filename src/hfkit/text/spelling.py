"""What each token of a vocabulary spells, in bytes."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from hfkit.errors import TokenizerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tokenizers import Tokenizer

__all__ = ["token_bytes"]

_BYTE = re.compile("<0x([0-9A-F]{2})>")
_BLANK = "\N{LOWER ONE EIGHTH BLOCK}"


def token_bytes(tokenizer: Tokenizer, *, vocabulary: int) -> list[bytes]:
    """Give the bytes that each token adds to a text, by its id; nothing for special tokens and unused ids.

    A blank that opens a word is a blank here, at the start of a text too, where some decoders drop it.

    Args:
        tokenizer: an open tokenizer: of bytes, or of pieces whose blanks are marks.
        vocabulary: how many ids a model tells apart, which may be more than the tokenizer has, or fewer.

    Raises:
        TokenizerError: its tokens are parts of words, and do not say where blanks are.
    """
    spell = _spelling_of(json.loads(tokenizer.to_str()))
    added = tokenizer.get_added_tokens_decoder()
    spelled = [b""] * vocabulary
    for token, id_ in tokenizer.get_vocab(with_added_tokens=False).items():
        if id_ < vocabulary:
            spelled[id_] = spell(token)
    for id_, token_ in added.items():
        if id_ < vocabulary:
            spelled[id_] = b"" if token_.special else token_.content.encode("utf-8")
    return spelled


def _spelling_of(description: Mapping[str, object]) -> Callable[[str], bytes]:
    parts = list(_parts(description.get("decoder")))
    kinds = {part.get("type") for part in parts}
    if "ByteLevel" in kinds:
        return _from_letters
    if "Metaspace" in kinds:
        (mark,) = {part.get("replacement", _BLANK) for part in parts if part.get("type") == "Metaspace"}
        return lambda token: _from_piece(token, str(mark))
    if any(part.get("type") == "Replace" and part.get("content") == " " for part in parts):
        return lambda token: _from_piece(token, _BLANK)
    raise TokenizerError(
        f"the tokenizer's decoder, {sorted(map(str, kinds)) or 'none'}, does not tell what its tokens spell one by one",
        hint="structured output needs a model whose tokens are bytes or sentencepiece's pieces",
    )


def _parts(decoder: object) -> Iterator[Mapping[str, object]]:
    """Walk through a decoder and what it consists of."""
    if isinstance(decoder, dict):
        yield decoder
        for part in decoder.get("decoders", ()):
            yield from _parts(part)


def _from_piece(token: str, mark: str) -> bytes:
    if byte := _BYTE.fullmatch(token):
        return bytes([int(byte[1], 16)])
    return token.replace(mark, " ").encode("utf-8")


def _from_letters(token: str) -> bytes:
    letters = _letters()
    try:
        return bytes(letters[letter] for letter in token)
    except KeyError:  # no letter of a byte: a token that was put in as it is
        return token.encode("utf-8")


@cache
def _letters() -> dict[str, int]:
    """Map the letters in which GPT-2's tokenizer writes bytes back to them."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + index): byte for index, byte in enumerate(hidden)}
