"""A stand-in for a downloaded model that writes: GPT-2's dimensions, random weights, a real byte-level tokenizer.

What a token costs depends on the dimensions, not on what the weights have learned. But a model that has learned
nothing never ends a text. So ends are planted: tokens that its texts hold anyway, at places that were drawn, are
named as ends in generation_config.json, where every library looks for them.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.utils.logging import disable_progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from continuing import Written

__all__ = ["choose_ends", "name_ends", "write_writing_standin"]

_LEARNED_TOKENS = 8_192  # what a few thousand sentences can teach
_SEED = 0
# Three times what GPT-2 starts with: so texts go on changing, where theirs would say one token over and over.
_DEVIATION = 0.06
_END = "<|endoftext|>"


def write_writing_standin(folder: Path, sentences: Iterable[str]) -> Path:
    """Write a decoder of 124 million parameters that transformers opens like any other.

    Args:
        folder: where; made if need be.
        sentences: what the tokenizer learns its tokens from.

    Returns:
        The folder.
    """
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    folder.mkdir(parents=True, exist_ok=True)
    config = GPT2Config(bos_token_id=0, eos_token_id=0, initializer_range=_DEVIATION)
    _write_tokenizer(folder, sentences, vocabulary=config.vocab_size, longest=config.n_positions)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        model = GPT2LMHeadModel(config)
    model.save_pretrained(folder)
    return folder


def choose_ends(written: Written, *, earliest: int) -> frozenset[int]:
    """Choose tokens that end texts at uneven places, drawn evenly from the earliest on.

    Each text gives the token nearest to its place that it does not hold before, and that ends no other text
    before the earliest place.

    Args:
        written: the texts without any end, all of one length.
        earliest: tokens that every text has at least, its end included.
    """
    chance = Random(_SEED)  # noqa: S311  # reproducible on purpose
    early = {token for text in written for token in text[: earliest - 1]}
    ends = set()
    for text in written:
        place = chance.randint(earliest, len(text))
        fitting = [
            number
            for number, token in enumerate(text, 1)
            if token not in early and text.index(token) == number - 1
        ]
        if fitting:
            ends.add(text[min(fitting, key=lambda number: abs(number - place)) - 1])
    return frozenset(ends)


def name_ends(folder: Path, ends: Iterable[int]) -> None:
    """Name the ids that end a text in a model's folder."""
    file = folder / "generation_config.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["eos_token_id"] = sorted(ends)
    file.write_text(json.dumps(content), encoding="utf-8")


def _write_tokenizer(folder: Path, sentences: Iterable[str], *, vocabulary: int, longest: int) -> None:
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(
        sentences, vocab_size=_LEARNED_TOKENS, special_tokens=[_END], show_progress=False
    )
    file = folder / "tokenizer.json"
    tokenizer.save(str(file))
    content = json.loads(file.read_text(encoding="utf-8"))
    tokens = content["model"]["vocab"]
    # As many as the model has rows, as some libraries want it; no merge leads to the others.
    tokens |= {f"[unused-{number}]": number for number in range(len(tokens), vocabulary)}
    file.write_text(json.dumps(content), encoding="utf-8")
    settings = {
        "tokenizer_class": "GPT2Tokenizer",
        "model_max_length": longest,
        **dict.fromkeys(("bos_token", "eos_token", "unk_token"), _END),
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
