"""Texts to ids through the tokenizers library, with padding, truncation and templates in our own hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import tokenizers

from hfkit.backends.library import translated
from hfkit.backends.protocols import OpensTokenizers
from hfkit.errors import TokenizerError
from hfkit.text.templates import Template

from .fingerprints import FIXED_TEXT, OTHER_TEXT, fingerprint, read_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import IntArray
    from hfkit.values.runtime import Runtime

__all__ = ["TextTokenizer", "TokenizedText", "open_tokenizer", "plain_tokenizer"]


@dataclass(frozen=True, slots=True, eq=False)
class TokenizedText:
    """A text as tokens.

    Attributes:
        text: the text.
        ids: its ids, without special tokens, shape ``[tokens]``.
        offsets: for each token its first character and the one after its last.
    """

    text: str
    ids: IntArray
    offsets: Sequence[tuple[int, int]]


class TextTokenizer:
    """A tokenizer that never cuts and never pads on its own.

    Attributes:
        single: the special tokens around one text.
        pair: the special tokens around two.
        cls_id: the id of the classification token, which stands for a whole row; None if rows have none.
        fingerprint: ``sha256:`` and the hash of its vocabulary, its rules, and its ids for a fixed text;
            equal tokenizers agree.
    """

    def __init__(
        self,
        tokenizer: tokenizers.Tokenizer,
        *,
        name: str,
        cls_token: str | None = None,
        rules: Sequence[object] = (),
    ) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._name = name
        with translated(name):
            one, two = tokenizer.encode(FIXED_TEXT), tokenizer.encode(FIXED_TEXT, OTHER_TEXT)
        if not {0, 1} <= set(two.sequence_ids):
            raise TokenizerError(
                f"the tokenizer of {name} reads nothing in {FIXED_TEXT!r}", hint="save the tokenizer again"
            )
        self.single: Template = Template.probe(one.ids, one.type_ids, one.sequence_ids)
        self.pair: Template = Template.probe(two.ids, two.type_ids, two.sequence_ids)
        first, second = self.encode([FIXED_TEXT, OTHER_TEXT])
        if (
            self.single.assemble([first]).ids.tolist() != one.ids
            or self.pair.assemble([first, second]).ids.tolist() != two.ids
        ):
            raise TokenizerError(
                f"the tokenizer of {name} does not put special tokens around its texts in a fixed pattern",
                hint="report it with the tokenizer.json: hfkit would give wrong ids",
            )
        # Settings that do not name it leave it to the tokenizer's class: the first special token, with one exception.
        self.cls_id: int | None = (
            tokenizer.token_to_id(cls_token) if cls_token else next(iter(self.pair.specials[0]), None)
        )
        self.fingerprint: str = fingerprint(
            one.ids, two.ids, vocabulary=tokenizer.get_vocab(with_added_tokens=True), rules=rules
        )

    def encode(self, texts: Sequence[str]) -> list[IntArray]:
        """Give the ids of each text, without special tokens, each of shape ``[tokens]``."""
        with translated(self._name):
            encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Give the first and past-the-last character of each token that :meth:`encode` gives."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets

    def encode_with_offsets(self, texts: Sequence[str]) -> list[TokenizedText]:
        """Give the ids of each text as :meth:`encode` does, with the characters of each token."""
        with translated(self._name):
            encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [
            TokenizedText(text, np.array(encoding.ids, dtype=np.int64), encoding.offsets)
            for text, encoding in zip(texts, encodings, strict=True)
        ]


def open_tokenizer(backend: object, folder: ModelFolder, runtime: Runtime) -> TextTokenizer:
    """Open the tokenizer of a model; see :func:`plain_tokenizer`."""
    tokenizer = plain_tokenizer(backend, folder, runtime)
    return TextTokenizer(tokenizer, name=folder.name, cls_token=_cls_token(folder), rules=read_rules(folder))


def plain_tokenizer(backend: object, folder: ModelFolder, runtime: Runtime) -> tokenizers.Tokenizer:
    """Open the library's own tokenizer of a model: as the backend knows how, else from ``tokenizer.json`` as it is.

    Raises:
        TokenizerError: there is none, or it cannot be read.
    """
    if isinstance(backend, OpensTokenizers):
        return backend.open_tokenizer(folder, runtime)
    file = folder.path / "tokenizer.json"
    if not file.is_file():
        raise TokenizerError(
            f"{folder.path} holds no tokenizer.json", hint="save the tokenizer beside the model"
        )
    try:
        return tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exception for a malformed file
        raise TokenizerError(f"{file} cannot be read: {error}", hint="save the tokenizer again") from error


def _cls_token(folder: ModelFolder) -> str | None:
    """Read the name of the classification token from the files beside the tokenizer."""
    for owner in filter(None, (folder, folder.base)):
        for file in ("tokenizer_config.json", "special_tokens_map.json"):
            token = owner.read_json(file).get("cls_token")
            if isinstance(token, dict):
                token = token.get("content")
            if isinstance(token, str) and token:
                return token
    return None
