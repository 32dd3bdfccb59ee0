"""What writers are measured on: prompts of uneven length whose texts end unevenly, one prompt, a common beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from continuing import Task
from corpus import SENTENCES, read_corpus
from mixture import mixed_lengths, mixed_texts
from peers.transformers_writer import load_writer, open_padded
from writing_standin import choose_ends, name_ends

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lengths import TokenCounter

__all__ = ["EARLIEST", "PREFIX", "SINGLE", "crowded_task", "first_prompts", "shared_task", "uneven_task"]

EARLIEST = 16
"""Tokens that the texts of uneven length have at least."""

PREFIX = 400
"""Tokens of a common beginning."""

SINGLE = "The history of the city begins with a small harbour that"
"""A prompt for a model that has learned to write."""

_LONGEST = 256
_OWN = (6, 20)
"""The fewest and the most tokens behind a common beginning."""


def uneven_task(folder: Path, tokens_of: TokenCounter, *, count: int, most: int) -> Task:
    """Make prompts of uneven length, and plant ends in the model so that the texts end unevenly too.

    Args:
        folder: the model; no other process may have it open.
        tokens_of: counts tokens with its tokenizer.
        count: how many prompts.
        most: the most new tokens of each.
    """
    prompts = tuple(_cut(tokens_of, mixed_lengths(count, longest=_LONGEST)))
    endless = open_padded(folder)(Task(prompts=prompts, most=most, least=most))
    name_ends(folder, choose_ends(endless, earliest=min(EARLIEST, most)))
    load_writer.cache_clear()  # what is open knows nothing of the ends
    return Task(prompts=prompts, most=most)


def shared_task(tokens_of: TokenCounter, *, count: int, most: int) -> Task:
    """Make prompts that begin with the same 400 tokens or a few less, each with a few of its own."""
    least, longest = _OWN
    own = [least + number % (longest - least + 1) for number in range(count)]
    beginning, *rest = _cut(tokens_of, [PREFIX, *own])
    return Task(prompts=tuple(f"{beginning} {end}" for end in rest), most=most, least=most)


def crowded_task(tokens_of: TokenCounter, *, count: int, most: int) -> Task:
    """Make prompts of uneven length, more than are written at a time, whose texts are all of one length."""
    return Task(prompts=tuple(_cut(tokens_of, mixed_lengths(count, longest=_LONGEST))), most=most, least=most)


def first_prompts(tokens_of: TokenCounter) -> dict[str, str]:
    """Give a short prompt, and a long one."""
    (long,) = _cut(tokens_of, [PREFIX])
    prompts = [SINGLE, f"{long} {SINGLE}"]
    return {
        f"a prompt of {tokens} tokens": prompt
        for prompt, tokens in zip(prompts, tokens_of(prompts), strict=True)
    }


def _cut(tokens_of: TokenCounter, lengths: Sequence[int]) -> list[str]:
    """Cut sentences into texts of these lengths; a byte-level token mostly begins with its blank."""
    return mixed_texts(
        read_corpus(SENTENCES).texts,
        [length + _SPECIAL for length in lengths],
        lambda words: tokens_of([f" {word}" for word in words], special=False),
    )


_SPECIAL = 2  # mixed_texts leaves room for [CLS] and [SEP], which these models do not have
