"""Open transformers models: safe files only, a complete head, quietly.

transformers types its entry points loosely; the casts of this backend are kept in this folder.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, cast

from safetensors import safe_open
from transformers import AutoConfig, AutoModelForSequenceClassification

from hfkit.errors import CorruptModelError, MissingDependencyError, ModelError, WrongHeadError

from .placement import choose_device, choose_dtype
from .quiet import quiet_transformers
from .trust import check_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import torch
    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["load_classifier"]


def load_classifier(folder: ModelFolder, runtime: Runtime) -> PreTrainedModel:
    """Open a sequence classification model, or an adapter on its base.

    Raises:
        ModelError: a subclass says what is wrong with the files.
        DeviceError: the device is not there.
    """
    device, dtype = choose_device(runtime.device), choose_dtype(runtime.dtype)
    with quiet_transformers():
        if folder.base is None:
            model, missing = _load(folder, runtime, dtype, _config(folder, runtime))
        else:
            model, missing = _load_adapted(folder, folder.base, runtime, dtype)
    if missing:
        made = folder.config.get("architectures") or (folder.base.config if folder.base else {}).get(
            "architectures"
        )
        raise WrongHeadError(
            f"{folder.name} was saved as {made}; its weights lack {_few(missing)}, "
            f"which {type(model).__name__} needs: its answers would be random",
            hint="open it with the verb it was trained for, or fine-tune it for classification first",
        )
    model.eval()  # type: ignore[no-untyped-call]
    model.requires_grad_(False)  # noqa: FBT003  # torch's own signature
    if device.type == "cpu":
        _own_memory(model)
    return cast("PreTrainedModel", model.to(device))  # type: ignore[arg-type]


def _config(folder: ModelFolder, runtime: Runtime) -> PretrainedConfig:
    if not folder.config:
        raise ModelError(
            f"{folder.path} holds no config.json",
            hint="a model folder needs it, as save_pretrained() writes it",
        )
    trusted = check_code(folder, runtime)
    try:
        config = AutoConfig.from_pretrained(folder.path, local_files_only=True, trust_remote_code=trusted)
    except (ValueError, KeyError) as error:
        raise ModelError(
            f"transformers cannot read {folder.path / 'config.json'}: {_first_line(error)}",
            hint="check model_type there; a newer model may need a newer transformers",
        ) from error
    return cast("PretrainedConfig", config)


def _load(
    folder: ModelFolder, runtime: Runtime, dtype: torch.dtype, config: PretrainedConfig
) -> tuple[PreTrainedModel, set[str]]:
    """Load weights; give the model and the names of the weights that the files lack."""
    folder.require_weights()
    try:
        model, report = AutoModelForSequenceClassification.from_pretrained(
            folder.path,
            config=config,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # reported below, as missing
            trust_remote_code=check_code(folder, runtime),
        )
    except ValueError as error:
        raise WrongHeadError(
            f"{folder.name} ({config.model_type}) has no sequence classification class: {_first_line(error)}",
            hint="open it with the verb it was trained for",
        ) from error
    except (OSError, RuntimeError) as error:
        raise CorruptModelError(
            f"{folder.path} cannot be loaded: {_first_line(error)}", hint="fetch or save the model again"
        ) from error
    loaded = cast("Mapping[str, Iterable[object]]", report)
    mismatched = {str(entry[0] if isinstance(entry, tuple) else entry) for entry in loaded["mismatched_keys"]}
    return cast("PreTrainedModel", model), {str(key) for key in loaded["missing_keys"]} | mismatched


def _load_adapted(
    folder: ModelFolder, base: ModelFolder, runtime: Runtime, dtype: torch.dtype
) -> tuple[PreTrainedModel, set[str]]:
    """Load a base, put an adapter on it and merge the two."""
    try:
        from peft import PeftModel
    except ImportError as error:
        raise MissingDependencyError(
            f"{folder.name} is an adapter, and peft is not installed", hint="pip install 'hfkit[tune]'"
        ) from error
    folder.require_weights()
    shapes = _adapter_shapes(folder)
    config = _config(folder, runtime) if folder.config else _config(base, runtime)
    if not folder.config:
        heads = [
            rows for name, rows in shapes.items() if re.search(r"(classifier|score|out_proj)\.weight$", name)
        ]
        if heads and heads[-1] != config.num_labels:
            config.num_labels = heads[-1]  # PEFT folders keep no label names, only the head's shape
    model, missing = _load(base, runtime, dtype, config)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*[Mm]issing adapter keys")
            # peft 0.21 reads a property that transformers 5.23 has renamed; nothing that a caller could mend.
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
            adapted = PeftModel.from_pretrained(model, str(folder.path), local_files_only=True)
            merged = cast("PreTrainedModel", adapted.merge_and_unload())
    except (ValueError, RuntimeError, KeyError, UserWarning) as error:
        raise CorruptModelError(
            f"{folder.name} does not fit its base {base.name}: {_first_line(error)}",
            hint="an adapter opens only on the base it was trained on",
        ) from error
    return merged, missing - set(shapes)


def _adapter_shapes(folder: ModelFolder) -> dict[str, int]:
    """Give the rows of each weight in an adapter, by its name in the base."""
    with safe_open(folder.path / "adapter_model.safetensors", framework="numpy") as file:
        return {
            name.removeprefix("base_model.model."): next(iter(file.get_slice(name).get_shape()), 0)
            for name in file.keys()  # noqa: SIM118  # safe_open is no dict
        }


def _own_memory(model: PreTrainedModel) -> None:
    """Copy the weights out of the mapped file.

    safetensors maps the file into memory: rewriting it under an open model would change its answers.
    """
    copies: dict[int, torch.Tensor] = {}
    for tensor in (*model.parameters(), *model.buffers()):
        address = tensor.data_ptr()
        if address not in copies:
            copies[address] = tensor.data.clone()
        tensor.data = copies[address].view(tensor.shape)


def _few(names: set[str]) -> str:
    shown = sorted(names)[:4]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
