"""Read a model's configuration and weights through transformers."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import transformers

from hfkit.errors import CorruptModelError, MissingDependencyError, ModelError, WrongHeadError

from .quiet import first_line
from .trust import check_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import torch
    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .spreading import Spread
    from .tasks import Task

__all__ = ["LoadedWeights", "load_weights", "read_config"]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedWeights:
    """A model with the weights of its files.

    Attributes:
        model: the model.
        missing: names of weights that it needs and the files lack, or have in another shape.
        unused: names of weights that the files have and it does not need.
    """

    model: PreTrainedModel
    missing: frozenset[str]
    unused: frozenset[str]


def read_config(folder: ModelFolder, runtime: Runtime) -> PretrainedConfig:
    """Read ``config.json`` as transformers does.

    Raises:
        ModelError: there is none, or transformers refuses it.
    """
    if not folder.config:
        raise ModelError(
            f"{folder.path} holds no config.json",
            hint="a model folder needs it, as save_pretrained() writes it",
        )
    trusted = check_code(folder, runtime)
    try:
        config = transformers.AutoConfig.from_pretrained(
            folder.path, local_files_only=True, trust_remote_code=trusted
        )
    except Exception as error:  # its own checks raise whatever they like
        raise ModelError(
            f"transformers cannot read {folder.path / 'config.json'}: {first_line(error)}",
            hint="check model_type there; a newer model may need a newer transformers",
        ) from error
    return cast("PretrainedConfig", config)


def load_weights(
    folder: ModelFolder,
    runtime: Runtime,
    task: Task,
    dtype: torch.dtype,
    config: PretrainedConfig,
    *,
    spread: Spread | None = None,
    device: torch.device | None = None,
) -> LoadedWeights:
    """Build the task's model and load its weights.

    Args:
        folder: the model.
        runtime: whose code is trusted.
        task: which head.
        dtype: the number type of the weights.
        config: the model's configuration.
        spread: how to place the model on several devices; None leaves it in one place.
        device: where it is to be read to; None for the processor, or what a library that packed it chooses.

    Raises:
        ModelError: a subclass says what is wrong with the files.
        MissingDependencyError: the architecture needs a package that is not installed.
    """
    folder.require_weights()
    try:
        with warnings.catch_warnings():
            # A parameter beside the modules of a model (XLNet's mask_emb) is placed like one, and all is well.
            warnings.filterwarnings("ignore", message="The following device_map keys do not match")
            model, report = getattr(transformers, task.model_class).from_pretrained(
                folder.path,
                config=config,
                dtype=dtype,
                local_files_only=True,
                use_safetensors=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # reported below, as missing
                trust_remote_code=check_code(folder, runtime),
                **_placement(spread, device),
            )
    except ImportError as error:
        raise MissingDependencyError(
            f"{folder.name} needs a package that is not installed: {first_line(error)}",
            hint="install the package that it names",
        ) from error
    except ValueError as error:
        kind = WrongHeadError if "Unrecognized configuration class" in str(error) else CorruptModelError
        raise kind(
            f"{folder.name} ({config.model_type}) is no {task.name} model: {first_line(error)}",
            hint="open it with the verb it was trained for, or check its config.json",
        ) from error
    except Exception as error:
        raise CorruptModelError(
            f"{folder.path} cannot be loaded: {first_line(error)}", hint="fetch or save the model again"
        ) from error
    loaded = cast("Mapping[str, Iterable[object]]", report)
    mismatched = {str(entry[0] if isinstance(entry, tuple) else entry) for entry in loaded["mismatched_keys"]}
    missing = {str(key) for key in loaded["missing_keys"]} | mismatched
    return LoadedWeights(
        cast("PreTrainedModel", model),
        frozenset(missing),
        frozenset(str(key) for key in loaded["unexpected_keys"]),
    )


def _placement(spread: Spread | None, device: torch.device | None) -> dict[str, object]:
    if spread is None:
        return {"device_map": {"": device}} if device else {}
    return {
        "device_map": "auto",
        "max_memory": dict(spread.limits),
        "offload_folder": spread.scratch.path,
    }
