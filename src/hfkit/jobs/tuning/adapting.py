"""Put small matrices beside the large ones of a model, or decide which of its own weights are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never, cast

from hfkit.errors import MissingDependencyError, SettingError
from hfkit.values.methods import Full, Lora

from .targets import body_of, embedding_name, linear_targets, new_head, stores_transposed

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from hfkit.values.methods import Method

__all__ = ["adapt"]


def adapt(model: PreTrainedModel, method: Method) -> PreTrainedModel:
    """Make a model ready for a way to train it.

    Returns:
        The model itself, or PEFT's wrapper around it.

    Raises:
        SettingError: the method names parts that the model does not have.
        MissingDependencyError: peft is not installed.
    """
    match method:
        case Full():
            _freeze(model, method.frozen)
            return model
        case Lora():
            return _with_lora(model, method)
        case _:
            assert_never(method)


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


def _with_lora(model: PreTrainedModel, method: Lora) -> PreTrainedModel:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise MissingDependencyError(
            "small matrices are peft's, and peft is not installed", hint="pip install 'hfkit[tune]'"
        ) from error
    targets = list(linear_targets(model, method.targets))
    if method.embeddings:
        targets.append(embedding_name(model))
    config = LoraConfig(
        r=method.rank,
        lora_alpha=2 * method.rank if method.alpha is None else method.alpha,  # type: ignore[arg-type]  # any number
        lora_dropout=method.dropout,
        target_modules=targets,
        fan_in_fan_out=stores_transposed(model, tuple(targets)),
        modules_to_save=list(new_head(model)) or None,
    )
    return cast("PreTrainedModel", get_peft_model(model, config))
