"""Export a model that writes, and prove that its steps give what the model gives when it reads all at once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from hfkit.backends.torch.open_model import OpenModel
from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.backends.torch.shortcuts import largest_window
from hfkit.errors import BackendError

from .entries import maker_versions
from .export_folder import ENCODER_FILE, MODEL_FILE, ExportCard
from .exporting import exporting_errors, refusal
from .optimize import optimize
from .tidying import tidy
from .trace_decoder import trace_decoder
from .trace_encoded import trace_encoded
from .writing_trial import live
from .written_export import WrittenExport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedModel

    from hfkit.backends.torch.loading import LoadedModel
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime

    from .writing_trial import TrialReading

__all__ = ["write_writer"]

_TOLERANCE = 1e-4

# Tokens of the longest row of a trial: longer than any window of attention, unless that is very long.
_LONG = 80
_BEYOND_WINDOW = 20
_LARGEST_WINDOW = 1024

# A small budget, so that rows are read in several parts.
_BUDGET = 64


def write_writer(folder: ModelFolder, loaded: LoadedModel, runtime: Runtime, draft: Path) -> ExportCard:
    """Trace a model, tidy and optimize the trace, and compare it with the model; give what is known of it.

    Raises:
        ModelError: the model cannot be exported, or gives other logits then.
        OSError: the disk is full.
    """
    model = loaded.model
    max_tokens = OpenModel(loaded, runtime).max_tokens
    attention = getattr(model.config, "_attn_implementation")  # noqa: B009  # there is no public name
    with (
        tempfile.TemporaryDirectory(dir=draft, prefix=".traced-") as temporary,
        exporting_errors(folder, loaded, draft),
        quiet_transformers(),
    ):
        _trace(model, Path(temporary), draft)
    model.set_attn_implementation(attention)
    try:
        writer = WrittenExport(draft, name=folder.name, threads=runtime.threads)
        try:
            found, readings = live(
                writer.begin(budget=_BUDGET),
                vocabulary=writer.vocabulary,
                longest=_longest(max_tokens, largest_window(model.config)),
                encodes=writer.encodes,
            )
        finally:
            writer.close()
    except BackendError as error:
        raise refusal(folder, loaded, f"does not run as ONNX: {error.message}") from error
    furthest = _difference(_read_at_once(loaded, readings), found)
    if not furthest <= _TOLERANCE:
        raise refusal(
            folder, loaded, f"gives other logits as ONNX, by {furthest:.2g}, must be within {_TOLERANCE:.0e}"
        )
    return ExportCard(
        max_tokens=max_tokens,
        pad_id=0,
        pads=True,
        dtype="float32",
        versions=tuple(sorted(maker_versions().items())),
        notes=loaded.notes,
    )


def _trace(model: PreTrainedModel, temporary: Path, draft: Path) -> None:
    """Write what a model is made of as ONNX, tidied and optimized."""
    traced = temporary / "traced.onnx"
    if model.config.is_encoder_decoder:
        encoder = temporary / "traced-encoder.onnx"
        trace_encoded(model, encoder, traced)
        optimize(encoder, draft / ENCODER_FILE)
    else:
        trace_decoder(model, traced)
    tidied = temporary / "tidied.onnx"
    tidy(traced, tidied)
    optimize(tidied, draft / MODEL_FILE)


def _longest(max_tokens: int | None, window: int) -> int:
    """Say how long the longest row of a trial is to be.

    Args:
        max_tokens: the longest that the model takes; None for no limit.
        window: the largest window of its attention; 0 without one.
    """
    longest = max(_LONG, window + _BEYOND_WINDOW) if window <= _LARGEST_WINDOW else _LONG
    return min(longest, max_tokens or longest)


def _read_at_once(loaded: LoadedModel, readings: Sequence[TrialReading]) -> FloatArray:
    """Give the logits that a model gives after each text, with nothing remembered."""
    expected: dict[int, FloatArray] = {}
    for place in sorted(range(len(readings)), key=lambda place: -len(readings[place].text)):
        if place in expected:
            continue
        whole = readings[place]
        ids = {"input_ids": torch.from_numpy(whole.text)[None]}
        if whole.source is not None:
            ids = {
                "input_ids": torch.from_numpy(whole.source)[None],
                "decoder_input_ids": ids["input_ids"],
            }
        with torch.inference_mode():
            logits = loaded.model(**ids, use_cache=False)["logits"][0]
        for other, reading in enumerate(readings):  # also after what it begins with
            size = len(reading.text)
            if reading.source is whole.source and np.array_equal(whole.text[:size], reading.text):
                expected[other] = np.array(logits[size - 1].float().numpy())
    return np.stack([expected[place] for place in range(len(readings))])


def _difference(one: FloatArray, other: FloatArray) -> float:
    """Give the largest difference, in parts of the largest logit where that is over 1; inf for what is not finite."""
    if one.shape != other.shape or not np.isfinite(other).all():
        return float("inf")
    return float(np.abs(one - other).max()) / max(1.0, float(np.abs(one).max()))
