"""transformers itself: its pipeline, and ``generate`` with one prompt or all of them padded."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
from transformers.generation.streamers import BaseStreamer
from transformers.utils.logging import disable_progress_bar

from hfkit.backends.torch.quiet import quiet_transformers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from continuing import Task, Write, Written

__all__ = [
    "LoadedWriter",
    "load_writer",
    "open_alone",
    "open_first_token",
    "open_padded",
    "open_pipeline",
    "trim",
]


class LoadedWriter(NamedTuple):
    """A model that transformers has loaded; shared, so that each process holds its weights once."""

    model: Any
    tokenizer: Any

    @property
    def ends(self) -> frozenset[int]:
        """The ids that end a text."""
        ends = self.model.generation_config.eos_token_id
        return frozenset(ends if isinstance(ends, list) else [] if ends is None else [ends])


@cache
def load_writer(folder: Path, dtype: torch.dtype = torch.float32) -> LoadedWriter:
    """Load a decoder once, with its tokenizer padding at the left."""
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    model = cast("Any", AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return LoadedWriter(model, tokenizer)


def trim(ids: Sequence[int], ends: frozenset[int]) -> tuple[int, ...]:
    """Cut new tokens behind the first that ends a text: what follows in a padded batch is padding."""
    length = next((place for place, token in enumerate(ids, 1) if token in ends), len(ids))
    return tuple(ids[:length])


def open_pipeline(folder: Path) -> Write:
    """Open transformers' pipeline; with a list of prompts it goes one by one unless it is told otherwise."""
    loaded = load_writer(folder)
    make = cast("Callable[..., Any]", pipeline)
    write = make("text-generation", model=loaded.model, tokenizer=loaded.tokenizer, device="cpu")

    def run(task: Task) -> Written:
        with quiet_transformers():
            # Ids in place of texts spare it the decoding, and can be compared with those of the others.
            answers = write(list(task.prompts), return_tensors=True, **_settings(task, loaded))
        lengths = [len(ids) for ids in loaded.tokenizer(list(task.prompts))["input_ids"]]
        whole = [answer[0]["generated_token_ids"] for answer in answers]
        return [tuple(map(int, ids[length:])) for ids, length in zip(whole, lengths, strict=True)]

    return run


def open_alone(folder: Path, *, dtype: torch.dtype) -> Write:
    """Open ``generate`` with one prompt at a time."""
    loaded = load_writer(folder, dtype)

    def run(task: Task) -> Written:
        return [_generate(loaded, [prompt], task)[0] for prompt in task.prompts]

    return run


def open_padded(folder: Path) -> Write:
    """Open ``generate`` with all prompts in one batch, padded at the left."""
    loaded = load_writer(folder)

    def run(task: Task) -> Written:
        return _generate(loaded, list(task.prompts), task)

    return run


def open_first_token(folder: Path) -> Callable[[str], int]:
    """Open ``generate`` with a streamer that stops it at the first new token, and gives that."""
    loaded = load_writer(folder)

    def run(prompt: str) -> int:
        streamer = _FirstToken()
        encoded = loaded.tokenizer(prompt, return_tensors="pt")
        try:
            with torch.inference_mode(), quiet_transformers():
                loaded.model.generate(**encoded, max_new_tokens=_MANY, do_sample=False, streamer=streamer)
        except _ArrivedError as arrived:
            return arrived.token
        raise AssertionError("no token came")

    return run


_MANY = 64


class _ArrivedError(Exception):
    """The first token is there."""

    def __init__(self, token: int) -> None:
        super().__init__(token)
        self.token = token


class _FirstToken(BaseStreamer):
    """The least that a streamer can be: the prompt comes first, then tokens one by one."""

    def __init__(self) -> None:
        self._prompt = True

    def put(self, value: torch.Tensor) -> None:
        if not self._prompt:
            raise _ArrivedError(int(value))
        self._prompt = False

    def end(self) -> None:
        """Do nothing."""


def _generate(loaded: LoadedWriter, prompts: list[str], task: Task) -> Written:
    encoded = loaded.tokenizer(prompts, padding=True, return_tensors="pt")
    with torch.inference_mode(), quiet_transformers():
        ids = loaded.model.generate(**encoded, **_settings(task, loaded))
    return [trim(row, loaded.ends) for row in ids[:, encoded["input_ids"].shape[1] :].tolist()]


def _settings(task: Task, loaded: LoadedWriter) -> dict[str, Any]:
    return {
        "max_new_tokens": task.most,
        "min_new_tokens": task.least or None,
        "do_sample": False,
        "pad_token_id": loaded.tokenizer.pad_token_id,
    }
