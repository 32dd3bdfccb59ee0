"""The model that training starts from: a base under a head for the task, or an architecture with random weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

import transformers
from transformers import CONFIG_MAPPING, set_seed

from hfkit.backends.torch.opening_lock import opening_lock
from hfkit.backends.torch.quiet import first_line, quiet_transformers
from hfkit.backends.torch.trust import check_code
from hfkit.backends.torch.weights import read_config
from hfkit.errors import CorruptModelError, WrongHeadError
from hfkit.values.architecture import Architecture, Family
from hfkit.values.methods import QLora

from .four_bits import four_bit_settings, never_repack
from .targets import new_head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.values.tuning import TuneSettings

    from .preparing import Prepared

__all__ = ["Base", "open_base"]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """A model before it is trained.

    Attributes:
        model: the model, its new weights drawn by the seed.
        new: names of weights that its files do not have.
    """

    model: PreTrainedModel
    new: tuple[str, ...]


def open_base(settings: TuneSettings, prepared: Prepared) -> Base:
    """Open a base under a head for the task.

    A head that the base has already is kept if it has the same labels in the same order; else a new one is drawn. Of an
    architecture all weights are.

    Raises:
        ModelError: the folder holds no such model, or the architecture has no such head; a subclass says why.
        MissingDependencyError: it is to be held in 4 bits, and bitsandbytes is not installed.
    """
    config = read_config(prepared.folder, settings.runtime)
    same_labels = (
        "id2label" not in prepared.task.config
        or dict(config.id2label or {}) == prepared.task.config["id2label"]
    )
    for name, value in prepared.task.config.items():
        setattr(config, name, value)
    with opening_lock, quiet_transformers():
        set_seed(settings.seed)
        if isinstance(settings.base, Architecture):
            return _draw(settings.base, config, prepared)
        base = _load(settings, config, prepared)
        drawn = set() if same_labels else _draw_head(base.model)
    return Base(base.model, tuple(sorted(drawn.union(base.new))))


def _draw(architecture: Architecture, config: PretrainedConfig, prepared: Prepared) -> Base:
    """Draw all weights of a model."""
    head = prepared.task.head
    kind = getattr(transformers, head.model_class)
    known = {family for family in get_args(Family) if CONFIG_MAPPING[family] in kind._model_mapping}  # noqa: SLF001  # there is no public way to ask
    if architecture.family not in known:
        raise WrongHeadError(
            f"{architecture!r} has no head for {head.name}",
            hint=f"families that have one are {', '.join(sorted(known))}",
        )
    model: PreTrainedModel = kind.from_config(config)
    return Base(model, tuple(sorted(name for name, _ in model.named_parameters())))


def _load(settings: TuneSettings, config: PretrainedConfig, prepared: Prepared) -> Base:
    """Read the weights of a folder, and draw those that it lacks."""
    folder, head = prepared.folder, prepared.task.head
    folder.require_weights()
    kind, trusted = getattr(transformers, head.model_class), check_code(folder, settings.runtime)
    packing: Mapping[str, object] = {}
    if isinstance(settings.method, QLora):
        packing = four_bit_settings(
            settings.method, kind, config, folder.path, prepared.device, trusted=trusted
        )
    try:
        model, report = kind.from_pretrained(
            folder.path,
            config=config,
            dtype="float32",
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            trust_remote_code=trusted,
            **packing,
        )
    except Exception as error:  # transformers raises whatever it likes
        raise CorruptModelError(
            f"{folder.name} cannot be opened for {head.name}: {first_line(error)}",
            hint="name a base of a family that transformers knows for this task",
        ) from error
    if packing:
        never_repack(model)
    found = cast("Mapping[str, Any]", report)
    mismatched = {str(entry[0] if isinstance(entry, tuple) else entry) for entry in found["mismatched_keys"]}
    return Base(model, tuple({str(key) for key in found["missing_keys"]} | mismatched))


def _draw_head(model: PreTrainedModel) -> set[str]:
    """Draw a head anew that was trained for other labels; give the names of its weights."""
    drawn = set()
    for name in new_head(model):
        head = model.get_submodule(name)
        head.apply(model._init_weights)  # noqa: SLF001  # what transformers itself draws weights with
        drawn |= {f"{name}.{weight}" for weight, _ in head.named_parameters()}
    return drawn
