"""Prompt lookup: where a text repeats much of its prompt, and where it does not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import hfkit
from turns import take_turns
from writers import open_generate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from turns import Timing

__all__ = ["GUESSED", "PLAIN", "time_guessing"]

GUESSED = "generate, prompt_lookup=8"
PLAIN = "generate"

_LETTER = (
    "The lighthouse on the northern point was built in 1871, and its lamp can be seen from 20 miles away. "
    "It was kept by the same family for three generations, until the lamp was made to work without them."
)
_ASKED = {
    "repeats its prompt": f"Repeat this text word by word: {_LETTER}",
    "says something new": "Write about a walk along the sea in winter.",
}


def time_guessing(folder: Path, *, most: int, rounds: int) -> dict[str, list[Timing]]:
    """Write to each prompt with and without guesses, in turns.

    Args:
        folder: a model for chats.
        most: the most new tokens.
        rounds: how often each way.

    Raises:
        SystemExit: the texts differ.
    """
    plain = open_generate(folder, backend="torch").with_(max_new_tokens=most)
    timings = {}
    for name, asked in _ASKED.items():
        chat = [hfkit.Message("user", asked)]
        works: dict[str, Callable[[], tuple[int, ...]]] = {
            GUESSED: partial(_write, plain.with_(prompt_lookup=8), chat),
            PLAIN: partial(_write, plain, chat),
        }
        for work in works.values():
            work()
        timings[name], found = take_turns(works, rounds=rounds, baseline=PLAIN)
        if found[GUESSED] != found[PLAIN]:
            raise SystemExit(f"a text that {name} is another with guesses")
    return timings


def _write(generate: hfkit.Generate, chat: list[hfkit.Message]) -> tuple[int, ...]:
    return generate(chat).continuations[0].tokens
