"""Who is measured on Generate; each is opened alone, and one that cannot be opened does not stop the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

import hfkit
from cores import threads
from lineup import Entry
from peers.ctranslate2_writer import open_ctranslate2_writer
from peers.transformers_writer import open_alone, open_padded, open_pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from continuing import Task, Write, Written
    from hfkit.values.runtime import DType

__all__ = [
    "BFLOAT16",
    "EXACT",
    "EXACT_BATCH",
    "FLOAT32",
    "MANY",
    "ONE",
    "ONE_BY_ONE",
    "ROUNDED",
    "ROUNDED_BATCH",
    "open_generate",
    "write_all",
]

EXACT_BATCH = "Generate.batch"
ROUNDED_BATCH = "Generate.batch, onnx int8"
ONE_BY_ONE = "pipeline, one by one"
EXACT = "Generate"
ROUNDED = "Generate, onnx int8"
FLOAT32 = "model.generate in float32"
BFLOAT16 = "model.generate in bfloat16"


def open_generate(
    folder: Path, *, backend: str, dtype: DType = "float32", budget: int | None = None
) -> hfkit.Generate:
    """Open a model in hfkit on the processor."""
    runtime = hfkit.Runtime(
        backend=backend, device="cpu", dtype=dtype, threads=threads(), cache_tokens=budget, progress="never"
    )
    return hfkit.Generate(folder, runtime=runtime).load()


def write_all(generate: hfkit.Generate, task: Task) -> Written:
    """Do a task with hfkit."""
    asked = generate.with_(max_new_tokens=task.most, min_new_tokens=task.least)
    return [result.continuations[0].tokens for result in asked.batch(task.prompts)]


def _open(folder: Path, *, backend: str, dtype: DType) -> Write:
    return partial(write_all, open_generate(folder, backend=backend, dtype=dtype))


_EXACT = partial(_open, backend="torch", dtype="float32")
_ROUNDED = partial(_open, backend="onnx", dtype="int8")

MANY: tuple[Entry[Write], ...] = (
    Entry(EXACT_BATCH, _EXACT),
    Entry(ROUNDED_BATCH, _ROUNDED, "onnxruntime", exact=False),
    Entry(ONE_BY_ONE, open_pipeline),
    Entry("model.generate, padded at the left", open_padded),
    Entry("CTranslate2 by hand", partial(open_ctranslate2_writer, compute_type="float32"), "ctranslate2"),
    Entry(
        "CTranslate2 by hand, int8",
        partial(open_ctranslate2_writer, compute_type="int8"),
        "ctranslate2",
        exact=False,
    ),
)
"""Ways to write to many prompts, in the order of the tables."""

ONE: tuple[Entry[Write], ...] = (
    Entry(EXACT, _EXACT),
    Entry(ROUNDED, _ROUNDED, "onnxruntime", exact=False),
    Entry(FLOAT32, partial(open_alone, dtype=torch.float32)),
    Entry(BFLOAT16, partial(open_alone, dtype=torch.bfloat16), exact=False),
    Entry(
        "CTranslate2 by hand, int8",
        partial(open_ctranslate2_writer, compute_type="int8"),
        "ctranslate2",
        exact=False,
    ),
)
"""Ways to write to one prompt."""
