"""Make an export with weights of 8 or 4 bits from one in float32; takes onnx, and neither torch nor transformers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from hfkit.backends.protocols import ModelCard
from hfkit.backends.torch.tasks import QUESTION_ANSWERING, TEXT_EMBEDDING, WRITERS
from hfkit.errors import MissingDependencyError, ModelError
from hfkit.hub.digests import file_digest
from hfkit.hub.folder import EXPORT_CARD, read_json_object

from .entries import drafted_entry, maker_versions
from .export_folder import ENCODER_FILE, MODEL_FILE
from .forward import OnnxModel
from .probes import probes
from .sensitivity import state_sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from onnx import GraphProto

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder

    from .calibrating import MeasuredRanges
    from .export_folder import ExportBits, ExportCard, ExportFolder

__all__ = ["quantize_export", "write_quantized"]

_MODELS = (MODEL_FILE, ENCODER_FILE)

_BITS: dict[str, Literal[8, 4]] = {"int8": 8, "int4": 4}

# In bytes; smaller weights stay in the graph.
_SMALL = 1024


def quantize_export(
    folder: ModelFolder,
    export: ExportFolder,
    task: Task,
    dtype: Literal["int8", "int4"] = "int8",
    *,
    calibration: MeasuredRanges | None = None,
) -> None:
    """Make the 8-bit or 4-bit entry of a model in hfkit's cache.

    Args:
        folder: the model.
        export: its export in float32.
        task: its head.
        dtype: what its matrices become; tables are 8 bits in both.
        calibration: of a model that reads, in 8 bits: what fixes the steps of what is multiplied; None for a scale for
            each token.

    Raises:
        MissingDependencyError: the onnx package is not installed.
        ModelError: there is nothing to make 8 bits of, or somebody else exported the model.
        HubError: the cache cannot be written.
    """
    card = export.card
    if card is None:
        raise ModelError(
            f"{folder.name} was exported by somebody else, and hfkit makes 8 bits of its own exports alone",
            hint="give the folder of the weights alone, or leave dtype='auto'",
        )
    if not find_spec("onnx"):
        raise MissingDependencyError(
            f"{folder.name} has no export with 8-bit weights yet, which takes onnx once",
            hint="pip install 'hfkit[export]'",
        )
    kept: ExportBits = "int8_static" if calibration else dtype
    with drafted_entry(folder, task, kept) as (draft, origin):
        for file in sorted(export.path.iterdir()):
            if file.is_file() and file.name != EXPORT_CARD and not file.name.startswith(_MODELS):
                shutil.copyfile(file, draft / file.name)
        if task in WRITERS:
            from .quantizing_writers import quantize_writer

            note = quantize_writer(export, draft, name=folder.name, bits=_BITS[dtype])
        else:
            rewrite = _rewriting(dtype, calibration)
            note = _quantize(export, draft, card, task, rewrite, name=folder.name, bits=_BITS[dtype])
        card = replace(
            card,
            dtype=kept,
            origin=origin,
            versions=tuple(sorted((dict(card.versions) | maker_versions()).items())),
            notes=(*card.notes, note, *([calibration.note] if calibration else [])),
            files=tuple((file.name, file_digest(file)) for file in sorted(draft.iterdir())),
        )
        (draft / EXPORT_CARD).write_text(json.dumps(card.to_dict(), indent=2) + "\n", encoding="utf-8")


def _rewriting(
    dtype: Literal["int8", "int4"], calibration: MeasuredRanges | None
) -> Callable[[GraphProto], int]:
    """Say how the graph of a model that reads is rewritten."""
    from .bit_blocks import quantize_blocks
    from .eight_bits import quantize_graph

    if dtype == "int4":
        return partial(quantize_blocks, bits=_BITS[dtype])
    return partial(quantize_graph, ranges=calibration.ranges if calibration else None)


def _quantize(
    export: ExportFolder,
    draft: Path,
    card: ExportCard,
    task: Task,
    rewrite: Callable[[GraphProto], int],
    *,
    name: str,
    bits: Literal[8, 4],
) -> str:
    """Write the model in fewer bits; say what that changes."""
    write_quantized(export.model, draft / MODEL_FILE, rewrite, name=name)
    models = [
        OnnxModel(file, name=name, outputs=task.outputs, threads=1)
        for file in (export.model, draft / MODEL_FILE)
    ]
    vocabulary = read_json_object(draft / "config.json").get("vocab_size")
    known = vocabulary if isinstance(vocabulary, int) else 1
    axes = {QUESTION_ANSWERING: 0, TEXT_EMBEDDING: None}
    return _note(models, card, bits=bits, vocabulary=known, axis=axes.get(task, -1))


def write_quantized(source: Path, target: Path, quantize: Callable[[GraphProto], int], *, name: str) -> None:
    """Write a graph in fewer bits, its weights beside it.

    Raises:
        ModelError: there is nothing to make them of.
    """
    import onnx

    model = onnx.load(source)
    if not quantize(model.graph):
        raise ModelError(
            f"{name} has no embeddings and no matrices that hfkit can make 8 or 4 bits of",
            hint="use dtype='float32'",
        )
    onnx.save(
        model,
        target,
        save_as_external_data=True,
        location=f"{target.name}.data",
        size_threshold=_SMALL,
    )


def _note(
    models: list[OnnxModel], card: ExportCard, *, bits: Literal[8, 4], vocabulary: int, axis: int | None
) -> str:
    """Compare the two exports on the built-in probes."""
    known = ModelCard(
        max_tokens=card.max_tokens, pad_id=card.pad_id, pads=card.pads, device="cpu", dtype=card.dtype
    )
    reference, candidate = models
    try:
        batches = probes(known, vocabulary=vocabulary, types=reference.reads_types)
        return state_sensitivity(reference, candidate, batches, bits=bits, axis=axis)
    finally:
        reference.close()
        candidate.close()
