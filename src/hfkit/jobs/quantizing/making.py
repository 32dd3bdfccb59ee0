"""Write a smaller model; done in a process of its own, whose memory and cache are gone afterwards."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from safetensors import SafetensorError

from hfkit.engines.sentence_modules import copy_modules
from hfkit.errors import CorruptModelError, HfkitError, HubError, ModelError, OutputError
from hfkit.hub.folder import PIN_FILE
from hfkit.values.schemes import BitsAndBytes, Cast, Int4, Int8, StaticInt8, Torchao

from .verbs import head_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime
    from hfkit.values.schemes import Scheme

    from .verbs import Verb

__all__ = ["make_smaller"]

# A library that writes by itself tells of it in words alone.
_NO_SPACE = os.strerror(errno.ENOSPC)


def make_smaller(folder: ModelFolder, verb: Verb, scheme: Scheme, runtime: Runtime, draft: Path) -> None:
    """Write a model as a scheme has it.

    Args:
        folder: the model.
        verb: the facade that it is for.
        scheme: how.
        runtime: whose code is trusted, and how many threads there are.
        draft: where to; made here.

    Raises:
        ModelError: the scheme cannot be applied; a subclass says what is wrong with the model's files.
        OutputError: the disk is full, or nothing can be written there.
    """
    task = head_of(folder, verb)
    runtime = replace(runtime, device="cpu", dtype="auto", backend="auto", max_memory=())
    try:
        match scheme:
            case Int8():
                _export(folder, task, runtime, draft, "int8")
            case StaticInt8(texts=texts):
                _export(folder, task, runtime, draft, "int8", texts=texts)
            case Int4():
                _export(folder, task, runtime, draft, "int4")
            case Cast():
                _cast(folder, task, scheme, runtime, draft)
            case Torchao() | BitsAndBytes():
                _pack(folder, task, scheme, runtime, draft)
        if verb == "Embed":
            copy_modules(folder, draft)
    except (HubError, OSError, SafetensorError) as error:  # the model is here: what fails is the disk
        if isinstance(error, HfkitError) and not isinstance(error, HubError):
            raise
        full = _NO_SPACE in str(error)
        raise OutputError(
            f"the smaller {folder.name} cannot be written: {'the disk is full' if full else error}",
            hint="make room, or choose a folder on another disk",
        ) from error


def _export(
    folder: ModelFolder,
    task: Task,
    runtime: Runtime,
    draft: Path,
    dtype: Literal["int8", "int4"],
    *,
    texts: Sequence[str] = (),
) -> None:
    from hfkit.backends.onnx.entries import find_entry
    from hfkit.backends.onnx.opening import prepare_export
    from hfkit.backends.onnx.quantizing import quantize_export

    full = prepare_export(folder, replace(runtime, dtype="float32"), task)
    calibration = None
    if texts:
        from .calibration import calibrate_export

        calibration = calibrate_export(folder, full, runtime, texts)
    quantize_export(folder, full, task, dtype, calibration=calibration)
    export = find_entry(folder, task, "int8_static" if calibration else dtype)
    if export is None:
        raise CorruptModelError(
            f"the export of {folder.name} was damaged as soon as it was written", hint="check the disk"
        )
    shutil.copytree(export.path, draft)


def _cast(folder: ModelFolder, task: Task, scheme: Cast, runtime: Runtime, draft: Path) -> None:
    from hfkit.backends.torch.loading import load_model
    from hfkit.backends.torch.quiet import quiet_transformers

    loaded = load_model(folder, replace(runtime, dtype=scheme.dtype), task)
    for name, weight in loaded.model.named_parameters():
        if not weight.isfinite().all():
            raise ModelError(
                f"{name} of {folder.name} is not finite in {scheme.dtype}",
                hint="use scheme=hfkit.Cast('bfloat16'), which has the range of float32",
            )
    with quiet_transformers():
        loaded.model.save_pretrained(draft)
    _copy_beside(folder, draft)


def _pack(
    folder: ModelFolder, task: Task, scheme: Torchao | BitsAndBytes, runtime: Runtime, draft: Path
) -> None:
    from .packing import pack_model

    pack_model(folder, task, scheme, runtime, draft)
    _copy_beside(folder, draft)


def _copy_beside(folder: ModelFolder, draft: Path) -> None:
    """Copy the tokenizer, and what the model is pinned to."""
    from hfkit.jobs.tuning.results import copy_tokenizer

    copy_tokenizer(folder, draft)
    pin = folder.path / PIN_FILE
    if pin.is_file():
        shutil.copyfile(pin, draft / PIN_FILE)
