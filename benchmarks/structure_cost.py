"""What it costs to hold a text to a type: against as many tokens of free text, for one prompt and for many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import hfkit
from turns import take_turns
from writers import open_generate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from turns import Timing

__all__ = ["FREE", "HELD", "Bound", "time_structure"]

HELD = "generate.into(Invoice)"
FREE = "generate"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an invoice."""

    name: str
    quantity: int
    price: float


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a model is to read out of a letter."""

    customer: str
    currency: Literal["EUR", "USD", "GBP"]
    paid: bool
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Bound:
    """What was measured.

    Attributes:
        title: how many prompts.
        tokens: tokens that each way wrote in all.
        timings: of both ways.
    """

    title: str
    tokens: int
    timings: tuple[Timing, ...]

    @property
    def overhead(self) -> float:
        """What is held to a type takes so much longer, as a share, by the median of the rounds."""
        held = next(timing for timing in self.timings if timing.name == HELD)
        return 1 / held.wall_ratio.median - 1


_LETTERS = (
    "Ms Rossi bought 3 chairs at 49.90 euros each and a table at 199 euros; she has paid.",
    "Two lamps, 35 dollars each, for Mr Chen, not paid yet.",
    "Invoice for Dr Okafor: 12 notebooks at 2.50 pounds, 1 pen at 8 pounds, paid by card.",
    "Ana Silva ordered one bicycle for 640 euros and a lock for 25 euros. Open.",
)


def time_structure(folder: Path, *, count: int, most: int, rounds: int) -> list[Bound]:
    """Write invoices, and free text of as many tokens, in turns.

    Args:
        folder: a model for chats.
        count: how many prompts where there are many.
        most: the most new tokens; texts that are held to the type may end sooner where there is one.
        rounds: how often.
    """
    generate = open_generate(folder, backend="torch")
    chats = [
        [
            hfkit.Message(
                "user", f"Write this as an invoice in JSON. Note {number}: {_LETTERS[number % len(_LETTERS)]}"
            )
        ]
        for number in range(count)
    ]
    return [
        _bound(generate, "one prompt", chats[:1], most=most, rounds=rounds),
        _bound(generate, f"{count} prompts", chats, most=most, rounds=rounds),
    ]


def _bound(
    generate: hfkit.Generate, title: str, chats: list[list[hfkit.Message]], *, most: int, rounds: int
) -> Bound:
    held = generate.with_(max_new_tokens=most).into(Invoice)
    lengths = [result.new_tokens for result in held.batch(chats)]
    # Texts that end at different steps leave the batch at different steps: the shortest says how many are compared.
    least = min(lengths)
    ways: Mapping[str, Callable[[], list[int]]] = {
        HELD: partial(_write, held.with_(max_new_tokens=least), chats),
        FREE: partial(_write, generate.with_(max_new_tokens=least, min_new_tokens=least), chats),
    }
    for write in ways.values():
        write()
    timings, found = take_turns(ways, rounds=rounds, baseline=FREE)
    if found[HELD] != found[FREE]:
        raise SystemExit(f"{HELD} writes {found[HELD]} tokens, {FREE} {found[FREE]}")
    return Bound(title, sum(found[FREE]), tuple(timings))


def _write(generate: hfkit.Generate[object], chats: list[list[hfkit.Message]]) -> list[int]:
    return [result.new_tokens for result in generate.batch(chats)]
