"""What a folder is that is to be published: a model, an adapter, a tokenizer, or something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import ModelError
from hfkit.hub.folder import EXPORT_FILES, MODEL_MARKS, QUANTIZE_FILE, ModelFolder, read_json_object
from hfkit.jobs.quantizing.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hfkit.jobs.quantizing.verbs import Verb

__all__ = ["FolderSubject", "read_subject"]

# A name without an owner might as well be a folder.
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")

_TRAINING_FILE = "training.json"


@dataclass(frozen=True, slots=True)
class FolderSubject:
    """A folder, by what its own files say.

    Attributes:
        config: of the model; empty where there is none.
        adapter: settings of an adapter; empty where it is none.
        training: what Tune wrote beside its result; empty where it did not.
        quantizing: what Quantize wrote beside its result; empty where it did not.
        verb: the facade that opens it; None where none is known.
        exported: whether it is an export for ONNX Runtime, without the weights that it was made of.
    """

    config: Mapping[str, object]
    adapter: Mapping[str, object]
    training: Mapping[str, object]
    quantizing: Mapping[str, object]
    verb: Verb | None
    exported: bool = False

    @property
    def is_model(self) -> bool:
        """Whether it is a model or an adapter."""
        return bool(self.config or self.adapter)

    @property
    def base_name(self) -> str | None:
        """The repository that it was made from; None where it was no repository, or nobody says."""
        plans = (self.quantizing.get("plan"), self.training.get("plan"))
        named = [
            self.adapter.get("base_model_name_or_path"),
            *(
                plan.get(key)
                for plan, key in zip(plans, ("model", "base"), strict=True)
                if isinstance(plan, dict)
            ),
        ]
        return next((str(name) for name in named if name and _REPOSITORY.fullmatch(str(name))), None)


def read_subject(folder: Path) -> FolderSubject:
    """Read what a folder's files say of it.

    Raises:
        CorruptModelError: one of them is no JSON object.
    """
    read = {name: _read(folder / name) for name in (*MODEL_MARKS, _TRAINING_FILE, QUANTIZE_FILE)}
    config, adapter, training, quantizing = read.values()
    try:
        verb = verb_of(ModelFolder(str(folder), folder, "", stamp=())) if config else None
    except ModelError:
        verb = None
    exported = any((folder / name).is_file() for name in EXPORT_FILES) and not any(
        folder.glob("*.safetensors")
    )
    return FolderSubject(config, adapter, training, quantizing, verb, exported)


def _read(file: Path) -> dict[str, object]:
    return read_json_object(file) if file.is_file() else {}
