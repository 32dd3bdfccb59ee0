"""transformers itself: its pipeline, and the loop that most people write."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
from transformers.utils.logging import disable_progress_bar

from peers.meter import TokenMeter
from variants import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from variants import Run

__all__ = ["ROWS", "Loaded", "load", "open_loop", "open_pipeline"]

ROWS = 32
"""Texts of a batch that is filled in the order of arrival."""


class Loaded(NamedTuple):
    """A model that transformers has loaded; shared, so that each process holds its weights once."""

    model: Any
    tokenizer: Any
    meter: TokenMeter


@cache
def load(folder: Path) -> Loaded:
    """Load a model in float32, once."""
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    return Loaded(model, AutoTokenizer.from_pretrained(folder), TokenMeter(model))


def open_pipeline(folder: Path, *, rows: int) -> Run:
    """Open transformers' pipeline, with so many texts a batch; 1 is its default."""
    model, tokenizer, meter = load(folder)
    make = cast("Callable[..., Any]", pipeline)  # its overloads do not know top_k
    options = {} if rows == 1 else {"batch_size": rows}
    classify = make(
        "text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None, **options
    )
    names = [model.config.id2label[number] for number in range(model.config.num_labels)]

    def run(texts: Sequence[str]) -> Outcome:
        meter.take()
        answers = [{entry["label"]: entry["score"] for entry in answer} for answer in classify(list(texts))]
        return Outcome(np.array([[answer[name] for name in names] for answer in answers]), meter.take())

    return run


def open_loop(folder: Path) -> Run:
    """Open the plain loop: the next texts, padded to the longest of them."""
    model, tokenizer, meter = load(folder)

    def run(texts: Sequence[str]) -> Outcome:
        meter.take()
        parts = []
        with torch.inference_mode():
            for start in range(0, len(texts), ROWS):
                batch = tokenizer(list(texts[start : start + ROWS]), padding=True, return_tensors="pt")
                parts.append(model(**batch).logits.softmax(-1))
        return Outcome(torch.cat(parts).numpy().astype(np.float64), meter.take())

    return run
