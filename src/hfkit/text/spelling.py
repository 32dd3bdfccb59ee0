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


def token_bytes(tokenizer: Tokenizer, *, vocabulary: int) -> list[bytes]:
    """Give the bytes that each token adds to a text, by its id; nothing for special tokens and unused ids.

    A blank that opens a word is a blank here, at the start of a text too, where some decoders drop it.

    Args:
        tokenizer: an open tokenizer: of bytes, or of pieces whose blanks are marks.
        vocabulary: how many ids a model tells apart, which may be more than the tokenizer has, or fewer.

    Raises:
        TokenizerError: its tokens are parts of words, and do not say where blanks are.
    """
    description = json.loads(tokenizer.to_str())
    spell = _spelling_of(description)
    spelled = [b""] * vocabulary
    for token, id_ in tokenizer.get_vocab(with_added_tokens=False).items():
        if id_ < vocabulary:
            spelled[id_] = spell(token)
    for id_, added in tokenizer.get_added_tokens_decoder().items():
        if id_ < vocabulary:
            spelled[id_] = b"" if added.special else spell(added.content)
    unknown = _unknown_of(description["model"], tokenizer)
    if unknown is not None:
        spelled[unknown] = b""
    # No text holds the byte 0xFF, and engines mark special tokens with it.
    return [b"" if b"\xff" in piece else piece for piece in spelled]


def _unknown_of(model: Mapping[str, object], tokenizer: Tokenizer) -> int | None:
    """Give the id that stands for what has none, in the words of each kind of model."""
    match model:
        case {"unk_token": str() as token}:
            return tokenizer.token_to_id(token)
        case {"unk_id": int() as id_}:
            return id_
        case _:
            return None


def _spelling_of(description: Mapping[str, object]) -> Callable[[str], bytes]:
    parts = list(_parts(description.get("decoder")))
    kinds = {part.get("type") for part in parts}
    if "ByteLevel" in kinds:
        return _from_letters
    if "Metaspace" in kinds:
        mark = next(part["replacement"] for part in parts if part["type"] == "Metaspace")
        return lambda token: _from_piece(token, str(mark))
    for part in parts:
        match part:
            case {"type": "Replace", "pattern": {"String": str() as mark}, "content": " "}:
                return lambda token: _from_piece(token, mark)
            case _:
                pass
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
    try:
        return token.translate(_letters()).encode("latin-1")
    except UnicodeEncodeError:  # no letter of a byte: a token that was put in as it is
        return token.encode("utf-8")


@cache
def _letters() -> dict[int, int]:
    """Map the letters in which GPT-2's tokenizer writes bytes to Latin-1, and other characters of it away."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    none = dict.fromkeys(hidden, 256)
    return none | {256 + index: byte for index, byte in enumerate(hidden)}
