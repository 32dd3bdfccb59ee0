"""Which modules of a model get small matrices beside them, found from its architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from transformers.pytorch_utils import Conv1D

from hfkit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel

__all__ = ["body_of", "embedding_name", "linear_targets", "new_head", "stores_transposed"]


def body_of(model: PreTrainedModel) -> str:
    """Name the part of a model that is the same for all tasks, such as ``"bert"``; empty if it is the whole model."""
    prefix = model.base_model_prefix
    return prefix if hasattr(model, prefix) else ""


def new_head(model: PreTrainedModel) -> tuple[str, ...]:
    """Name the modules beside the body: they are new, and trained whole.

    What tells words of the vocabulary is none of them: it is tied to the table of embeddings, or as large.
    """
    body = body_of(model)
    output = model.get_output_embeddings()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    heads = [child for child in model.named_children() if body and child[0] != body]
    return tuple(name for head in heads for name in _without(output, *head))


def _without(output: nn.Module | None, name: str, module: nn.Module) -> Iterator[str]:
    """Name a module; where the output lies in it, what lies beside that."""
    if all(part is not output for part in module.modules()):
        if any(True for _ in module.parameters()):
            yield name
    elif module is not output:
        for own, child in module.named_children():
            yield from _without(output, f"{name}.{own}", child)


def stores_transposed(model: PreTrainedModel, targets: tuple[str, ...]) -> bool:
    """Tell whether layers of such names hold their matrices the other way round, as GPT-2's, or would unpacked."""
    return any(
        getattr(module, "source_cls", type(module)) is Conv1D
        for name, module in model.named_modules()
        if name.rpartition(".")[2] in targets
    )


def linear_targets(model: PreTrainedModel, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    """Name the linear layers of the body, as PEFT wants them: by the last parts of their names, sorted.

    Raises:
        SettingError: the model has none with a name that was asked for.
    """
    body = body_of(model)
    output = model.get_output_embeddings()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    found = {
        name.rpartition(".")[2]
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear | Conv1D)
        and name.startswith(f"{body}." if body else "")
        and module is not output
    }
    if asked is None:
        return tuple(sorted(found))
    unknown = sorted(set(asked) - found)
    if unknown:
        raise SettingError(
            f"targets name {unknown}, the linear layers of {type(model).__name__} are {sorted(found)}",
            hint="name some of these, or leave targets=None for all of them",
        )
    return tuple(sorted(set(asked)))


def embedding_name(model: PreTrainedModel) -> str:
    """Give the last part of the name of the table of word embeddings."""
    table = model.get_input_embeddings()
    (found,) = [name for name, module in model.named_modules() if module is table]
    return str(found).rpartition(".")[2]
