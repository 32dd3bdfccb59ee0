"""Put small matrices beside the large ones of a model, or decide which of its own weights are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never, cast

from hfkit.errors import MissingDependencyError, SettingError
from hfkit.values.methods import Full, Lora, QLora

from .going_on import go_on, merged_base
from .targets import body_of, embedding_name, linear_targets, new_head, stores_transposed

if TYPE_CHECKING:
    from types import ModuleType

    from transformers import PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.tuning import TuneSettings

    from .bases import Base

__all__ = ["adapt"]


def adapt(base: Base, settings: TuneSettings, folder: ModelFolder) -> PreTrainedModel:
    """Make a base ready for a way to train it.

    Args:
        base: the model.
        settings: the method, and whether memory is saved in the backward pass.
        folder: where the base comes from: an adapter names it.

    Returns:
        The model itself, or PEFT's wrapper around it.

    Raises:
        SettingError: the method names parts that the model does not have, or differs from the adapter that goes on.
        MissingDependencyError: peft is not installed.
    """
    match settings.method:
        case Full(frozen=frozen):
            model = base.model if folder.base is None else merged_base(base.model, folder, folder.base)
            _freeze(model, frozen)
            return model
        case Lora() as method:
            return _with_matrices(base, method, folder, embeddings=method.embeddings)
        case QLora() as method:
            prepare = _peft().prepare_model_for_kbit_training
            anew = {"use_reentrant": False}  # or nothing in front of the first matrices would have a gradient
            prepare(base.model, settings.gradient_checkpointing, gradient_checkpointing_kwargs=anew)
            return _with_matrices(base, method, folder, embeddings=False)
        case _:
            assert_never(settings.method)


def _freeze(model: PreTrainedModel, frozen: tuple[str, ...]) -> None:
    body = body_of(model)
    names = {name: name.removeprefix(f"{body}.") for name, _ in model.named_parameters()}
    for beginning in frozen:
        if not any(name.startswith(beginning) for name in names.values()):
            parts = sorted({name.partition(".")[0] for name in names.values()})
            raise SettingError(
                f"frozen names {beginning!r}, with which no weight of {type(model).__name__} begins",
                hint=f"its weights begin with {', '.join(parts)}",
            )
    for name, parameter in model.named_parameters():
        if names[name].startswith(frozen):
            parameter.requires_grad_(False)  # noqa: FBT003  # torch's own signature


def _with_matrices(
    base: Base, method: Lora | QLora, folder: ModelFolder, *, embeddings: bool
) -> PreTrainedModel:
    """Put small matrices beside large ones; what is new is trained whole, and goes with them."""
    peft = _peft()
    if folder.base is not None:
        return go_on(base.model, method, folder, folder.base, embeddings=embeddings)
    targets = list(linear_targets(base.model, method.targets))
    if embeddings:
        targets.append(embedding_name(base.model))
    config = peft.LoraConfig(
        r=method.rank,
        lora_alpha=2 * method.rank if method.alpha is None else method.alpha,
        lora_dropout=method.dropout,
        target_modules=targets,
        modules_to_save=_trained_whole(base) or None,
        fan_in_fan_out=stores_transposed(base.model, tuple(targets)),
    )
    adapted = peft.get_peft_model(base.model, config)
    config.base_model_name_or_path = folder.name
    config.revision = None if folder.stamp else folder.revision  # a folder has no commit
    return cast("PreTrainedModel", adapted)


def _trained_whole(base: Base) -> list[str]:
    """Name the head, and other modules whose weights the base does not have."""
    model = base.model
    head, output = new_head(model), model.get_output_embeddings()  # type: ignore[no-untyped-call]  # left untyped
    found = set(head)
    for weight in base.new:
        name, _, last = weight.rpartition(".")
        if name in ("", body_of(model)) or any(f"{name}.".startswith(f"{own}.") for own in head):
            continue
        module = model.get_submodule(name)
        # The output is saved where its table is new; what it lies in would bring it along.
        if all(part is not output for part in module.modules()) or (module is output and last == "weight"):
            found.add(name)
    return sorted(found)


def _peft() -> ModuleType:
    try:
        import peft
    except ImportError as error:
        raise MissingDependencyError(
            "small matrices are peft's, and peft is not installed", hint="pip install 'hfkit[tune]'"
        ) from error
    return peft
