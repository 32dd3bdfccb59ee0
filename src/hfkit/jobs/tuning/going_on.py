"""Train an adapter further: its own small matrices go on, over the base that they were trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hfkit.backends.torch.adapters import merge_into_base, put_adapter
from hfkit.errors import SettingError, WrongHeadError

from .targets import embedding_name, linear_targets

if TYPE_CHECKING:
    from peft import LoraConfig
    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.methods import Lora, QLora

__all__ = ["go_on", "merged_base", "require_same_task"]

_ANEW = "name the base itself to begin anew, or train with Full(), which merges the adapter first"


def require_same_task(
    folder: ModelFolder, head: Task, settings: PretrainedConfig, *, same_labels: bool
) -> None:
    """Refuse an adapter whose head says something else than the data.

    Raises:
        WrongHeadError: it is for another task, or for other labels.
    """
    architectures = settings.architectures or []
    suffix = head.model_class.removeprefix("AutoModel")
    if folder.config and architectures and not any(name.endswith(suffix) for name in architectures):
        raise WrongHeadError(
            f"{folder.name} is an adapter of {', '.join(architectures)}, the data are for {head.name}",
            hint="name its base to begin anew",
        )
    if not same_labels:
        labels = tuple((settings.id2label or {}).values())
        raise WrongHeadError(
            f"{folder.name} is an adapter that tells {', '.join(map(str, labels))}, and the data have other labels",
            hint=f"cast their column to hfkit.Classes({labels}) if it is the order, or name its base to begin anew",
        )


def merged_base(model: PreTrainedModel, folder: ModelFolder, base: ModelFolder) -> PreTrainedModel:
    """Add an adapter into its base: what is trained then is a whole model."""
    merged = merge_into_base(put_adapter(model, folder, base), folder)
    return merged.requires_grad_(True)  # noqa: FBT003  # peft had frozen them


def go_on(
    model: PreTrainedModel, method: Lora | QLora, folder: ModelFolder, base: ModelFolder, *, embeddings: bool
) -> PreTrainedModel:
    """Put an adapter on its base, to be trained further; the result is an adapter of the same base.

    Raises:
        SettingError: the method asks for other matrices than the adapter has.
    """
    from peft import PeftConfig

    config = PeftConfig.from_pretrained(str(folder.path))
    _require_same(config, model, method, folder, embeddings=embeddings)
    config.lora_dropout = method.dropout
    adapted = put_adapter(model, folder, base, going_on=config)
    config.base_model_name_or_path = base.name
    config.revision = None if base.stamp else base.revision  # a folder has no commit
    return cast("PreTrainedModel", adapted)


def _require_same(
    config: LoraConfig, model: PreTrainedModel, method: Lora | QLora, folder: ModelFolder, *, embeddings: bool
) -> None:
    if config.peft_type != "LORA":
        raise SettingError(
            f"{folder.name} is an adapter of the kind {config.peft_type}, which Lora does not go on with",
            hint=_ANEW,
        )
    asked: dict[str, object] = {"rank": method.rank}
    had: dict[str, object] = {"rank": config.r, "alpha": config.lora_alpha}
    if method.alpha is not None:
        asked["alpha"] = method.alpha
    if method.targets is not None or embeddings:
        targets = list(linear_targets(model, method.targets))
        asked["targets"] = sorted([*targets, embedding_name(model)] if embeddings else targets)
        had["targets"] = sorted(config.target_modules or ())
    for name, value in asked.items():
        if value != had[name]:
            raise SettingError(
                f"{name} is {value}, that of the adapter {folder.name} is {had[name]}",
                hint=f"give the method {name}={had[name]} to go on with it; or {_ANEW}",
            )
