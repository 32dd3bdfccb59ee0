"""What a folder is that is to be published: a model, an adapter, a tokenizer, or something else."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.engines.locating import locate_tokenizer
from hfkit.errors import HfkitError, ModelError
from hfkit.hub.folder import EXPORT_FILES, MODEL_MARKS, QUANTIZE_FILE, ModelFolder, read_json_object
from hfkit.jobs.quantizing.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.jobs.quantizing.verbs import Verb
    from hfkit.values.runtime import Runtime

__all__ = ["FolderSubject", "read_subject"]

# A name without an owner might as well be a folder.
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")

_TRAINING_FILE = "training.json"

# What peft says of an adapter whose folder holds no config of the model.
_TASKS: dict[object, Verb] = {
    "SEQ_CLS": "Classify",
    "QUESTION_ANS": "Answer",
    "TOKEN_CLS": "Tag",
    "FEATURE_EXTRACTION": "Embed",
    "CAUSAL_LM": "Generate",
    "SEQ_2_SEQ_LM": "Generate",
}


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
        base_folder: whether the base of an adapter is a folder of this machine.
    """

    config: Mapping[str, object]
    adapter: Mapping[str, object]
    training: Mapping[str, object]
    quantizing: Mapping[str, object]
    verb: Verb | None
    exported: bool = False
    base_folder: bool = False

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


def read_subject(folder: Path, runtime: Runtime) -> FolderSubject:
    """Read what a folder's files say of it; of an adapter, what its base says too, if that is found.

    Args:
        folder: the folder.
        runtime: how models are found.

    Raises:
        CorruptModelError: one of them is no JSON object.
    """
    read = {name: _read(folder / name) for name in (*MODEL_MARKS, _TRAINING_FILE, QUANTIZE_FILE)}
    config, adapter, training, quantizing = read.values()
    try:
        verb = verb_of(ModelFolder(str(folder), folder, "", stamp=())) if config else None
    except ModelError:
        verb = None
    if adapter and not config:
        verb = _adapted(folder, adapter, runtime)
    exported = any((folder / name).is_file() for name in EXPORT_FILES) and not any(
        folder.glob("*.safetensors")
    )
    return FolderSubject(
        config, adapter, training, quantizing, verb, exported, _has_base_folder(folder, adapter)
    )


def _adapted(folder: Path, adapter: Mapping[str, object], runtime: Runtime) -> Verb | None:
    """Say which facade opens an adapter that peft alone has saved; None where its base is not found."""
    try:
        found = locate_tokenizer(folder, runtime)
        return _TASKS.get(adapter.get("task_type")) or verb_of(found)
    except HfkitError:  # its findings say what is wrong with it
        return None


def _has_base_folder(folder: Path, adapter: Mapping[str, object]) -> bool:
    base = adapter.get("base_model_name_or_path")
    if isinstance(base, str) and base:
        with suppress(OSError, RuntimeError):  # no name that a file can have, or somebody else's home
            return any(place.is_dir() for place in (folder / base, Path(base).expanduser()))
    return False


def _read(file: Path) -> dict[str, object]:
    return read_json_object(file) if file.is_file() else {}
