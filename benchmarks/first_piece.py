"""How soon the first piece of a text is there: a stream against ``generate`` with a streamer that does nothing."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, cast

from peers.transformers_writer import load_writer, open_first_token
from turns import take_turns
from writers import open_generate

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    import hfkit
    from turns import Timing

__all__ = ["STREAM", "STREAMER", "time_first_pieces"]

STREAM = "next(generate.stream(prompt))"
STREAMER = "model.generate(streamer=...), first token"


def time_first_pieces(folder: Path, prompts: Mapping[str, str], *, rounds: int) -> dict[str, list[Timing]]:
    """Wait for the first piece of each prompt's text, in turns.

    Args:
        folder: a model that has learned to write, so that its first token is a piece of text.
        prompts: by name.
        rounds: how often each way.

    Raises:
        SystemExit: the first pieces differ.
    """
    generate, first_token = open_generate(folder, backend="torch"), open_first_token(folder)
    timings = {}
    for name, prompt in prompts.items():
        works: dict[str, Callable[[], str | int]] = {
            STREAM: partial(_first_piece, generate, prompt),
            STREAMER: partial(first_token, prompt),
        }
        found, token = _first_piece(generate, prompt), first_token(prompt)
        expected = load_writer(folder).tokenizer.decode([token])
        if found != expected:
            raise SystemExit(f"the first piece is {found!r}, must be {expected!r}")
        timings[name], _ = take_turns(works, rounds=rounds, baseline=STREAMER)
    return timings


def _first_piece(generate: hfkit.Generate, prompt: str) -> str:
    with closing(cast("Generator[str]", generate.stream(prompt))) as pieces:
        return next(pieces)
