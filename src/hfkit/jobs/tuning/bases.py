"""The model that training starts from: a base under a head for the task, or an architecture with random weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

import transformers
from transformers import CONFIG_MAPPING, set_seed

from hfkit.backends.torch.adapters import adapter_shapes
from hfkit.backends.torch.opening_lock import opening_lock
from hfkit.backends.torch.quantized import never_repack
from hfkit.backends.torch.quiet import first_line, quiet_transformers
from hfkit.backends.torch.trust import check_code
from hfkit.backends.torch.weights import read_config
from hfkit.errors import CorruptModelError, WrongHeadError
from hfkit.values.architecture import Family

from .going_on import require_same_task
from .new_bases import is_new
from .targets import new_head
from .training_config import restore_config, set_dropout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .four_bits import Packing

__all__ = ["Base", "open_base"]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """A model before it is trained.

    Attributes:
        model: the model, its new weights drawn by the seed.
        new: names of weights that its files do not have.
        before: what its configuration said before training; None for what it did not say.
    """

    model: PreTrainedModel
    new: tuple[str, ...]
    before: Mapping[str, object]

    def restore(self) -> None:
        """Let the configuration say again what it said before training."""
        restore_config(self.model.config, self.before)


def open_base(
    folder: ModelFolder,
    runtime: Runtime,
    head: Task,
    config: Mapping[str, object],
    *,
    seed: int,
    dropout: float | None = None,
    packing: Packing | None = None,
) -> Base:
    """Open a base under a head for a task.

    A head that the base has already is kept if it has the same labels in the same order; else a new one is drawn. Of an
    architecture all weights are. Of an adapter this is the model under it: the adapter is put on it afterwards.

    Args:
        folder: its files.
        runtime: whose code may run.
        head: the kind of model.
        config: settings that the data decide.
        seed: of what is drawn.
        dropout: the share of activations that training leaves out; None for what the base says.
        packing: how its matrices are held in 4 bits; None where they are not.

    Raises:
        ModelError: the folder holds no such model, or the architecture has no such head; a subclass says why.
        WrongHeadError: it is an adapter for another task or other labels.
        SettingError: dropout is set, and the model has none.
        MissingDependencyError: it is to be held in 4 bits, and bitsandbytes is not installed.
    """
    settings = read_config(folder, runtime)
    same_labels = "id2label" not in config or dict(settings.id2label or {}) == config["id2label"]
    if folder.base is not None:
        require_same_task(folder, head, settings, same_labels=same_labels)
    for name, value in config.items():
        setattr(settings, name, value)
    before = set_dropout(settings, dropout)
    with opening_lock, quiet_transformers():
        set_seed(seed)
        if is_new(folder):
            model = _draw(folder, head, settings)
            new = {name for name, _ in model.named_parameters()}
        else:
            model, new = _load(folder, runtime, head, settings, packing)
            if not same_labels:
                new |= _draw_head(model)
    if "eos_token_id" in config:  # what its writing goes by
        model.generation_config.eos_token_id = config["eos_token_id"]
    before = {**before, "use_cache": getattr(model.config, "use_cache", None)}
    # With a cache transformers would not keep texts apart that lie in one row.
    model.config.use_cache = False
    return Base(model, tuple(sorted(new)), before)


def _draw(folder: ModelFolder, head: Task, settings: PretrainedConfig) -> PreTrainedModel:
    """Draw all weights of a model."""
    kind = getattr(transformers, head.model_class)
    known = kind._model_mapping  # noqa: SLF001  # there is no public way to ask
    if type(settings) not in known:
        families = [family for family in get_args(Family) if CONFIG_MAPPING[family] in known]
        raise WrongHeadError(
            f"{folder.name} has no head for {head.name}",
            hint=f"families that have one: {', '.join(families)}",
        )
    return cast("PreTrainedModel", kind.from_config(settings))


def _load(
    folder: ModelFolder, runtime: Runtime, head: Task, settings: PretrainedConfig, packing: Packing | None
) -> tuple[PreTrainedModel, set[str]]:
    """Read the weights of a model; name those that its files lack, which are drawn."""
    folder.require_weights()
    kind, trusted = getattr(transformers, head.model_class), check_code(folder, runtime)
    weights = folder if folder.base is None else folder.base
    weights.require_weights()
    packed = {} if packing is None else packing.arguments(kind, settings, weights.path, trusted=trusted)
    try:
        model, report = kind.from_pretrained(
            weights.path,
            config=settings,
            dtype="float32",
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            trust_remote_code=trusted,
            **packed,
        )
    except Exception as error:  # transformers raises whatever it likes
        raise CorruptModelError(
            f"{folder.name} cannot be opened for {head.name}: {first_line(error)}",
            hint="name a base of a family that transformers knows for this task",
        ) from error
    if packed:
        never_repack(model)
    found = cast("Mapping[str, Any]", report)
    mismatched = {str(entry[0] if isinstance(entry, tuple) else entry) for entry in found["mismatched_keys"]}
    new = {str(key) for key in found["missing_keys"]} | mismatched
    return model, new if folder.base is None else new - adapter_shapes(folder).keys()


def _draw_head(model: PreTrainedModel) -> set[str]:
    """Draw a head anew that was trained for other labels; give the names of its weights."""
    drawn = set()
    for name in new_head(model):
        head = model.get_submodule(name)
        head.apply(model._init_weights)  # noqa: SLF001  # what transformers itself draws weights with
        drawn |= {f"{name}.{weight}" for weight, _ in head.named_parameters()}
    return drawn
