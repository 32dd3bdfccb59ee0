"""OpenVINO by hand: the model converted from torch, compiled for the processor, batches planned here."""

from __future__ import annotations

import os
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import torch

from hfkit.backends.torch.quiet import quiet_transformers
from peers.batches import arrival_batches, sorted_batches
from peers.head import softmax
from peers.transformers_model import ROWS, load
from variants import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from variants import Run

__all__ = ["open_openvino"]

# Of 512, 1,024, 2,048 and 4,096 the fastest for DistilBERT's dimensions: 6.5, 8.3, 11.1 and 16.6 s.
_BUDGET = 512


def open_openvino(folder: Path, *, ordered: bool) -> Run:
    """Open a model.

    Args:
        folder: the model.
        ordered: whether batches are sorted by length and sized by tokens; else 32 texts as they arrive.
    """
    model, tokenizer, _ = load(folder)
    compiled = _compile(folder)

    def run(texts: Sequence[str]) -> Outcome:
        ids = tokenizer(list(texts))["input_ids"]
        lengths = list(map(len, ids))
        batches = sorted_batches(lengths, budget=_BUDGET) if ordered else arrival_batches(len(ids), rows=ROWS)
        probabilities, computed = np.empty((len(ids), model.config.num_labels)), 0
        for batch in batches:
            arrays = _pad([ids[position] for position in batch], tokenizer)
            computed += arrays["input_ids"].size
            probabilities[batch] = softmax(compiled(arrays)[0])
        return Outcome(probabilities, computed)

    return run


@cache
def _compile(folder: Path) -> Any:  # noqa: ANN401  # the library's own
    import openvino

    model, tokenizer, _ = load(folder)
    settings = {
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "INFERENCE_PRECISION_HINT": "f32",  # its own choice is bfloat16 where the processor has that
        "PERFORMANCE_HINT": "LATENCY",  # all threads on one batch, as the others do
    }
    # OpenVINO reports its use to its makers unless it runs in CI.
    with quiet_transformers(), warnings.catch_warnings(), patch.dict(os.environ, {"CI": "true"}):
        warnings.simplefilter("ignore")  # of the tracer
        example = {name: torch.ones(2, 9, dtype=torch.long) for name in tokenizer.model_input_names}
        converted = openvino.convert_model(model, example_input=example)
    return openvino.Core().compile_model(converted, "CPU", settings)


def _pad(rows: Sequence[Sequence[int]], tokenizer: Any) -> dict[str, Any]:  # noqa: ANN401  # transformers' own
    shape = len(rows), max(map(len, rows))
    arrays = {name: np.zeros(shape, dtype=np.int64) for name in tokenizer.model_input_names}
    arrays["input_ids"][:] = tokenizer.pad_token_id
    for row, ids in enumerate(rows):
        arrays["input_ids"][row, : len(ids)] = ids
        arrays["attention_mask"][row, : len(ids)] = 1
    return arrays
