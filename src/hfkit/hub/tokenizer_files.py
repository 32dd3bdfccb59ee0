"""The files of a model that its tokenizer is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import TokenizerError

from .folder import PIN_FILE, fingerprint_files

if TYPE_CHECKING:
    from .folder import ModelFolder, Stamp

__all__ = ["TOKENIZER_FILES", "TOKENIZER_MARKS", "tokenizer_owner", "tokenizer_stamp"]

TOKENIZER_MARKS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model", "*.spm", "*.tiktoken")
"""One of these is there wherever a tokenizer has a vocabulary; bytes and characters need none."""

_SETTINGS = "tokenizer_config.json"

# Of the others transformers makes an empty tokenizer, without a word, where the vocabulary is missing.
_NO_VOCABULARY = ("ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer")

# What may change a tokenizer, the model's config included: its type decides on the tokenizer's class.
_ALL = (
    *TOKENIZER_MARKS,
    _SETTINGS,
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
    "config.json",
    "*.bpe",
    "*.jinja",
    "additional_chat_templates/*.jinja",
)

TOKENIZER_FILES = (*_ALL, "adapter_config.json", PIN_FILE)
"""What a tokenizer needs to open: all of a model but its weights."""


def tokenizer_owner(folder: ModelFolder) -> ModelFolder:
    """Give the folder that a model's tokenizer lies in: its own, or that of an adapter's base.

    Raises:
        TokenizerError: neither holds one.
    """
    for place in (folder, folder.base):
        if place is not None and any(any(place.path.glob(mark)) for mark in TOKENIZER_MARKS):
            return place
    for place in (folder, folder.base):
        if place is not None and place.read_json(_SETTINGS).get("tokenizer_class") in _NO_VOCABULARY:
            return place
    raise TokenizerError(
        f"{folder.path} holds no tokenizer (none of {', '.join(TOKENIZER_MARKS)})",
        hint="save the tokenizer beside the model: tokenizer.save_pretrained(folder)",
    )


def tokenizer_stamp(folder: ModelFolder) -> Stamp:
    """Give the name, size and time of each file that may change the tokenizer, sorted by name."""
    return fingerprint_files(folder.path, _ALL)
