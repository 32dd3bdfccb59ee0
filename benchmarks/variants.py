"""Five ways to classify a list of texts with the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
from transformers.utils.logging import disable_progress_bar

import hfkit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = [
    "BASELINE",
    "EXPORTED",
    "LOOP",
    "REFERENCE",
    "ROWS",
    "SUBJECT",
    "Outcome",
    "Probabilities",
    "Variant",
    "open_variants",
]

Probabilities: TypeAlias = npt.NDArray[np.float64]
"""Shape ``[texts, labels]``, the labels in the model's order."""

ROWS = 32
SUBJECT = "hfkit.Classify.batch"
EXPORTED = f"{SUBJECT}, onnx"
REFERENCE = "pipeline, one by one"
BASELINE = f"pipeline(batch_size={ROWS})"
LOOP = f"padded loop, {ROWS} a batch"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave.

    Attributes:
        probabilities: the answers.
        computed_tokens: tokens that went through the model, padding included, as hfkit counts
            them; None for those that do not count.
    """

    probabilities: Probabilities
    computed_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to classify.

    Attributes:
        name: what the tables call it.
        run: from texts to answers.
        rows: texts of a batch, taken as they arrive; None for hfkit, which plans its own.
    """

    name: str
    run: Callable[[Sequence[str]], Outcome]
    rows: int | None

    def computed_tokens(self, outcome: Outcome, lengths: Sequence[int]) -> int:
        """Give the tokens that went through the model for texts of these lengths."""
        if self.rows is None:
            return outcome.computed_tokens or 0
        batches = [lengths[start : start + self.rows] for start in range(0, len(lengths), self.rows)]
        return sum(len(batch) * max(batch) for batch in batches)


def open_variants(folder: Path) -> list[Variant]:
    """Open a model in float32 on the processor: once through hfkit, once for all the others."""
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return [
        _hfkit(SUBJECT, folder, backend="torch"),
        _hfkit(EXPORTED, folder, backend="onnx"),
        _pipeline(REFERENCE, model, tokenizer, rows=1),
        _pipeline(BASELINE, model, tokenizer, rows=ROWS),
        _loop(model, tokenizer),
    ]


def _hfkit(name: str, folder: Path, *, backend: str) -> Variant:
    runtime = hfkit.Runtime(
        backend=backend, device="cpu", dtype="float32", threads=torch.get_num_threads(), progress="never"
    )
    classify = hfkit.Classify(folder, runtime=runtime).load()
    names = classify.labels

    def run(texts: Sequence[str]) -> Outcome:
        answers = classify.batch(texts)
        probabilities = np.array([[answer.score_of(name) for name in names] for answer in answers])
        return Outcome(probabilities, answers.statistics.padded_tokens)

    return Variant(name, run, None)


def _pipeline(name: str, model: Any, tokenizer: Any, *, rows: int) -> Variant:  # noqa: ANN401  # transformers' own
    make = cast("Callable[..., Any]", pipeline)  # its overloads do not know top_k
    options = {} if rows == 1 else {"batch_size": rows}
    classify = make(
        "text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None, **options
    )
    names = [model.config.id2label[number] for number in range(model.config.num_labels)]

    def run(texts: Sequence[str]) -> Outcome:
        answers = [{entry["label"]: entry["score"] for entry in answer} for answer in classify(list(texts))]
        return Outcome(np.array([[answer[name] for name in names] for answer in answers]))

    return Variant(name, run, rows)


def _loop(model: Any, tokenizer: Any) -> Variant:  # noqa: ANN401  # transformers' own
    def run(texts: Sequence[str]) -> Outcome:
        parts = []
        with torch.inference_mode():
            for start in range(0, len(texts), ROWS):
                batch = tokenizer(list(texts[start : start + ROWS]), padding=True, return_tensors="pt")
                parts.append(model(**batch).logits.softmax(-1))
        return Outcome(torch.cat(parts).numpy().astype(np.float64))

    return Variant(LOOP, run, ROWS)
