"""Open an adapter (PEFT) like a model: its base is loaded and the two are merged."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, cast

from safetensors import safe_open

from hfkit.errors import CorruptModelError, MissingDependencyError, ModelError

from .quiet import first_line, quiet_transformers
from .weights import LoadedWeights, load_weights, read_config

if TYPE_CHECKING:
    import torch
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .tasks import Task

__all__ = ["adapter_shapes", "load_adapted", "merge_into_base", "put_adapter"]

_HEAD = re.compile(r"(classifier|score|out_proj|qa_outputs)\.weight$")


def load_adapted(
    folder: ModelFolder, base: ModelFolder, runtime: Runtime, task: Task, dtype: torch.dtype
) -> LoadedWeights:
    """Load a base, put an adapter on it and merge the two.

    Raises:
        ModelError: a subclass says what is wrong with the files of either.
        MissingDependencyError: peft is not installed.
    """
    folder.require_weights()
    shapes = adapter_shapes(folder)
    config = read_config(folder if folder.config else base, runtime)
    if not folder.config:
        heads = [rows for name, rows in shapes.items() if _HEAD.search(name)]
        if heads and heads[-1] != config.num_labels:
            config.num_labels = heads[-1]  # PEFT folders keep no label names, only the head's shape
    plain = load_weights(base, runtime, task, dtype, config)
    merged = merge_into_base(put_adapter(plain.model, folder, base), folder)
    return LoadedWeights(merged, plain.missing - shapes.keys(), unused=frozenset())


def put_adapter(
    model: PreTrainedModel, folder: ModelFolder, base: ModelFolder, *, going_on: PeftConfig | None = None
) -> PeftModel:
    """Put an adapter on its base.

    Args:
        model: the base, opened for the adapter's task.
        folder: the adapter's files.
        base: those of the base.
        going_on: its settings, for training to go on with; None where it is only read.

    Raises:
        CorruptModelError: the adapter has other modules or shapes than the base.
        MissingDependencyError: peft is not installed.
    """
    try:
        with quiet_transformers():
            from peft import PeftModel
    except ImportError as error:
        raise MissingDependencyError(
            f"{folder.name} is an adapter, and peft is not installed", hint="pip install 'hfkit[tune]'"
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*[Mm]issing adapter keys")
            # peft 0.21 reads a property that transformers 5.23 has renamed; nothing that a caller could mend.
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
            return PeftModel.from_pretrained(
                model,
                str(folder.path),
                is_trainable=going_on is not None,
                config=going_on,
                local_files_only=True,
            )
    except (ValueError, RuntimeError, KeyError, AttributeError, UserWarning) as error:
        raise CorruptModelError(
            f"{folder.name} does not fit its base {base.name}: {first_line(error)}",
            hint="an adapter opens only on the base it was trained on",
        ) from error


def merge_into_base(adapted: PeftModel, folder: ModelFolder) -> PreTrainedModel:
    """Add an adapter into the weights that it lies on.

    Raises:
        ModelError: it is of a kind that changes no weights.
    """
    if not hasattr(adapted.base_model, "merge_and_unload"):
        raise ModelError(
            f"{folder.name} is an adapter of a kind that cannot be merged: {type(adapted.base_model).__name__}",
            hint="LoRA, IA3 and their kin can; prompt and prefix tuning cannot",
        )
    return cast("PreTrainedModel", adapted.merge_and_unload())


def adapter_shapes(folder: ModelFolder) -> dict[str, int]:
    """Give the rows of each weight in an adapter, by its name in the base."""
    with safe_open(folder.path / "adapter_model.safetensors", framework="numpy") as file:
        return {
            name.removeprefix("base_model.model."): next(iter(file.get_slice(name).get_shape()), 0)
            for name in file.keys()  # noqa: SIM118  # safe_open is no dict
        }
