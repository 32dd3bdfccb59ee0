"""Open transformers models: safe files only, a complete head, quietly.

transformers types its entry points loosely; the casts of this backend are kept in this folder.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from safetensors import safe_open
from transformers import AutoConfig, AutoModelForSequenceClassification

from hfkit.errors import CorruptModelError, MissingDependencyError, ModelError, WrongHeadError
from hfkit.text.labels import LabelScheme

from .placement import choose_device, choose_dtype
from .quiet import first_line, quiet_transformers
from .tokenizer import gives_types
from .trust import check_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import torch
    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["LoadedClassifier", "load_classifier"]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedClassifier:
    """An open model and what its files say.

    Attributes:
        model: on its device, ready to run.
        labels: its labels.
        reads_types: whether it is to be given ``token_type_ids``.
        notes: what a careful reader of its answers should know.
    """

    model: PreTrainedModel
    labels: LabelScheme
    reads_types: bool
    notes: tuple[str, ...]


def load_classifier(folder: ModelFolder, runtime: Runtime) -> LoadedClassifier:
    """Open a sequence classification model, or an adapter on its base.

    Raises:
        ModelError: a subclass says what is wrong with the files.
        DeviceError: the device is not there.
    """
    device, dtype = choose_device(runtime.device), choose_dtype(runtime.dtype)
    LabelScheme.from_config(folder.config)  # before seconds are spent on weights
    with quiet_transformers():
        model, missing, unused = (
            _load_adapted(folder, folder.base, runtime, dtype)
            if folder.base
            else _load(folder, runtime, dtype, _config(folder, runtime))
        )
    made = _architectures(folder)
    if missing or _OTHER_HEAD.search(" ".join(made)):
        lack = f"its weights lack {_few(missing)}, which" if missing else "which is not what"
        raise WrongHeadError(
            f"{folder.name} was saved as {made}; {lack} {type(model).__name__} needs: its answers would be random",
            hint="open it with the verb it was trained for, or fine-tune it for classification first",
        )
    model.eval()  # type: ignore[no-untyped-call]
    model.requires_grad_(False)  # noqa: FBT003  # torch's own signature
    if device.type == "cpu":
        _own_memory(model)
    return LoadedClassifier(
        cast("PreTrainedModel", model.to(device)),  # type: ignore[arg-type]
        LabelScheme.from_config(model.config.to_dict()),
        reads_types=gives_types(folder, model.config, runtime),
        notes=(f"the model did not use weights of its files: {_few(unused)}",) if unused else (),
    )


# These share the names of their weights with a classifier, so that nothing would be found missing.
_OTHER_HEAD = re.compile(r"For(TokenClassification|QuestionAnswering|MultipleChoice)\b")


def _architectures(folder: ModelFolder) -> list[str]:
    """Name the classes that a model was saved as; an adapter has a head of its own."""
    names = folder.config.get("architectures")
    if names is None and folder.base:
        names = folder.base.config.get("architectures")
        return (
            []
            if not isinstance(names, list)
            else [str(name) for name in names if not _OTHER_HEAD.search(str(name))]
        )
    return [str(name) for name in names] if isinstance(names, list) else []


def _config(folder: ModelFolder, runtime: Runtime) -> PretrainedConfig:
    if not folder.config:
        raise ModelError(
            f"{folder.path} holds no config.json",
            hint="a model folder needs it, as save_pretrained() writes it",
        )
    trusted = check_code(folder, runtime)
    try:
        config = AutoConfig.from_pretrained(folder.path, local_files_only=True, trust_remote_code=trusted)
    except Exception as error:  # its own checks raise whatever they like
        raise ModelError(
            f"transformers cannot read {folder.path / 'config.json'}: {first_line(error)}",
            hint="check model_type there; a newer model may need a newer transformers",
        ) from error
    return cast("PretrainedConfig", config)


def _load(
    folder: ModelFolder, runtime: Runtime, dtype: torch.dtype, config: PretrainedConfig
) -> tuple[PreTrainedModel, set[str], set[str]]:
    """Load weights; give the model, the names of weights that the files lack, and of those it did not use."""
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
    except ImportError as error:
        raise MissingDependencyError(
            f"{folder.name} needs a package that is not installed: {first_line(error)}",
            hint="install the package that it names",
        ) from error
    except ValueError as error:
        kind = WrongHeadError if "Unrecognized configuration class" in str(error) else CorruptModelError
        raise kind(
            f"{folder.name} ({config.model_type}) is no sequence classification model: {first_line(error)}",
            hint="open it with the verb it was trained for, or check its config.json",
        ) from error
    except Exception as error:
        raise CorruptModelError(
            f"{folder.path} cannot be loaded: {first_line(error)}", hint="fetch or save the model again"
        ) from error
    loaded = cast("Mapping[str, Iterable[object]]", report)
    mismatched = {str(entry[0] if isinstance(entry, tuple) else entry) for entry in loaded["mismatched_keys"]}
    missing = {str(key) for key in loaded["missing_keys"]} | mismatched
    return cast("PreTrainedModel", model), missing, {str(key) for key in loaded["unexpected_keys"]}


def _load_adapted(
    folder: ModelFolder, base: ModelFolder, runtime: Runtime, dtype: torch.dtype
) -> tuple[PreTrainedModel, set[str], set[str]]:
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
    model, missing, _ = _load(base, runtime, dtype, config)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*[Mm]issing adapter keys")
            # peft 0.21 reads a property that transformers 5.23 has renamed; nothing that a caller could mend.
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
            adapted = PeftModel.from_pretrained(model, str(folder.path), local_files_only=True)
            if not hasattr(adapted.base_model, "merge_and_unload"):
                raise ModelError(
                    f"{folder.name} is an adapter of a kind that cannot be merged: {type(adapted.base_model).__name__}",
                    hint="LoRA, IA3 and their kin can; prompt and prefix tuning cannot",
                )
            merged = cast("PreTrainedModel", adapted.merge_and_unload())
    except (ValueError, RuntimeError, KeyError, AttributeError, UserWarning) as error:
        raise CorruptModelError(
            f"{folder.name} does not fit its base {base.name}: {first_line(error)}",
            hint="an adapter opens only on the base it was trained on",
        ) from error
    return merged, missing - set(shapes), set()


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
