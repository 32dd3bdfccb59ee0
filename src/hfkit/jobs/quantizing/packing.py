"""Pack the linear layers of a model with torchao or bitsandbytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
import transformers

from hfkit.backends.torch.loading import load_model
from hfkit.backends.torch.opening_lock import opening_lock
from hfkit.backends.torch.placement import choose_device
from hfkit.backends.torch.quantized import never_repack
from hfkit.backends.torch.quiet import first_line, quiet_transformers
from hfkit.backends.torch.trust import check_code
from hfkit.errors import DeviceError, ModelError
from hfkit.values.schemes import BitsAndBytes, Torchao

from .linear_layers import find_linear_layers
from .stored_weights import rest_of
from .torchao_names import leave_out_bare_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from transformers import PreTrainedModel

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["pack_model", "packing_settings", "require_packing"]

# Features of the layer that a scheme is tried on: bitsandbytes packs 64 weights together.
_TRIED = 64


def require_packing(scheme: Torchao | BitsAndBytes, runtime: Runtime) -> None:
    """See that this machine packs a layer as a scheme has it, and runs it.

    Raises:
        DeviceError: it does not; the hint names a scheme that it does.
    """
    device = choose_device(runtime.device)
    rows = torch.ones((2, _TRIED), device=device)
    try:
        with quiet_transformers(), torch.inference_mode():
            found = _tried(scheme, device)(rows)
        runs, reason = bool(found.isfinite().all()), "it gives no numbers"
    except Exception as error:  # noqa: BLE001  # the libraries raise whatever they like
        runs, reason = False, first_line(error)
    if not runs:
        raise DeviceError(
            f"{scheme!r} does not run on {device} here: {reason}",
            hint="use scheme=hfkit.Cast('bfloat16'), or hfkit.Int8() on a processor",
        )


def pack_model(
    folder: ModelFolder, task: Task, scheme: Torchao | BitsAndBytes, runtime: Runtime, draft: Path
) -> None:
    """Write a model with its linear layers packed.

    The model is read, packed and written, and never run: bitsandbytes may lay weights out anew in a forward pass, and
    what is saved of them then is wrong.

    Args:
        folder: the model.
        task: which head it has.
        scheme: how.
        runtime: whose code is trusted; on the processor.
        draft: where to; made here.

    Raises:
        ModelError: the scheme cannot be applied; a subclass says what is wrong with the model's files.
    """
    source, trusted = folder.path, check_code(folder, runtime)
    if folder.base:
        source = draft.with_name("merged")
        with quiet_transformers():
            load_model(folder, runtime, task).model.save_pretrained(source)
    layers = find_linear_layers(folder, task, scheme, runtime)
    rest = getattr(torch, rest_of(folder, scheme))
    with opening_lock, quiet_transformers():
        try:
            model = getattr(transformers, task.model_class).from_pretrained(
                source,
                dtype=rest,
                device_map={"": "cpu"},
                quantization_config=packing_settings(scheme, sorted(layers.kept), rest),
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=trusted,
            )
        except (ImportError, RuntimeError, TypeError, ValueError) as error:
            raise ModelError(
                f"{folder.name} cannot be made smaller with {scheme!r}: {first_line(error)}",
                hint="use scheme=hfkit.Cast('bfloat16')",
            ) from error
        never_repack(model)
        cast("PreTrainedModel", model).save_pretrained(draft)
    if isinstance(scheme, Torchao):
        for file in draft.glob("model*.safetensors"):
            leave_out_bare_names(file)


def packing_settings(scheme: Torchao | BitsAndBytes, kept: Sequence[str], rest: torch.dtype) -> object:
    """Give transformers' own settings of a scheme.

    Args:
        scheme: the scheme.
        kept: names of modules that stay.
        rest: the number type of what stays.
    """
    if isinstance(scheme, Torchao):
        return transformers.TorchAoConfig(_torchao(scheme), modules_to_not_convert=list(kept))
    if scheme.bits == "int8":
        return transformers.BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=list(kept))  # type: ignore[no-untyped-call]
    return transformers.BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type=scheme.bits,
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=rest,
        llm_int8_skip_modules=list(kept),
    )


def _torchao(scheme: Torchao) -> object:
    from torchao import quantization

    match scheme.bits:
        case "int8":
            return quantization.Int8WeightOnlyConfig()
        case "int8_dynamic":
            return quantization.Int8DynamicActivationInt8WeightConfig()
        case "float8":
            return quantization.Float8WeightOnlyConfig()


def _tried(scheme: Torchao | BitsAndBytes, device: torch.device) -> torch.nn.Module:
    """Pack one layer."""
    if isinstance(scheme, Torchao):
        from torchao.quantization import quantize_

        model = torch.nn.Sequential(torch.nn.Linear(_TRIED, _TRIED, device=device))
        quantize_(model, _torchao(scheme))
        return model
    import bitsandbytes

    kinds: Any = bitsandbytes.nn
    layer: torch.nn.Module = (
        kinds.Linear8bitLt(_TRIED, _TRIED, has_fp16_weights=False)
        if scheme.bits == "int8"
        else kinds.Linear4bit(_TRIED, _TRIED, quant_type=scheme.bits)
    )
    never_repack(layer)
    return layer.to(device)
