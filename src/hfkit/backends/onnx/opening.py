"""Open an export: the one that the folder holds, else the one in hfkit's cache, which is made if need be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION, TEXT_EMBEDDING, TOKEN_CLASSIFICATION
from hfkit.errors import CorruptModelError, DeviceError, SettingError, WrongHeadError
from hfkit.hub.folder import read_json_object

from .entries import find_entry
from .exporting import export_model
from .forward import OnnxModel
from .quantizing import quantize_export
from .readiness import DEVICES, DTYPES, find_own, find_ready
from .survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .export_folder import ExportCard, ExportFolder

__all__ = ["OpenExport", "open_export", "prepare_export"]


# Torch could not open the folder.
_ALONE = "leave {}='auto', or give the weights that it was exported from"

# Rows and labels of texts, or rows and tokens of one end of an answer; rows, tokens and labels of
# words, or numbers of vectors.
_AXES, _AXES_OF_TOKENS = 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class OpenExport:
    """An export, ready to run.

    Attributes:
        model: the model.
        card: what else is known of it.
        config: the configuration of the model that was exported.
    """

    model: OnnxModel
    card: ExportCard
    config: Mapping[str, object]

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """The libraries that made the export and that run it."""
        return tuple(sorted((dict(self.card.versions) | dict(self.model.versions)).items()))


def open_export(folder: ModelFolder, runtime: Runtime, task: Task) -> OpenExport:
    """Open a model's export, and make it first if there is none; raises what :func:`prepare_export` does."""
    return _open(prepare_export(folder, runtime, task), folder, runtime, task)


def prepare_export(folder: ModelFolder, runtime: Runtime, task: Task) -> ExportFolder:
    """Find a model's export, and make it first if there is none.

    Raises:
        ModelError: a subclass says what is wrong with the model's files, or why they cannot be exported.
        MissingDependencyError: the model has to be exported first, and a package for that is not installed.
        DeviceError: exports do not run on the device.
        SettingError: exports do not run in the number type, or the folder's own export is of another, or limits
            of memory are set.
    """
    whole = any(folder.path.glob("*.safetensors"))
    if runtime.device not in DEVICES:
        raise DeviceError(
            f"device {runtime.device!r} is not one of {list(DEVICES)} that backend 'onnx' runs on",
            hint="use Runtime(backend='torch') on other devices" if whole else _ALONE.format("device"),
        )
    if runtime.dtype not in DTYPES:
        raise SettingError(
            f"dtype {runtime.dtype!r} is not one of {list(DTYPES)} that backend 'onnx' runs in",
            hint="use Runtime(backend='torch') for other number types" if whole else _ALONE.format("dtype"),
        )
    if runtime.max_memory:
        raise SettingError(
            f"max_memory is {runtime.max_memory}, must be () with backend 'onnx', which spreads no model",
            hint="use Runtime(backend='torch') for a model that is larger than the memory",
        )
    export = find_ready(folder, task, runtime.dtype) or _make(folder, runtime, task)
    if export is None:
        raise CorruptModelError(
            f"the export of {folder.name} was damaged as soon as it was written",
            hint="check the disk, and whether another program clears the cache",
        )
    return export


def _reads_types(export: ExportFolder) -> bool:
    """Tell whether a model that takes ``token_type_ids`` was trained on them, as its tokenizer's settings say."""
    file = export.path / "tokenizer_config.json"
    names = read_json_object(file).get("model_input_names") if file.is_file() else None
    return not isinstance(names, list) or "token_type_ids" in names


def _make(folder: ModelFolder, runtime: Runtime, task: Task) -> ExportFolder | None:
    """Export a model, and make its 8-bit export of that if it is wanted."""
    if runtime.dtype == "float32" and find_own(folder, task):
        raise SettingError(
            f"dtype 'float32' is not that of the export in {folder.name}, which has 8-bit weights",
            hint="leave dtype='auto', or give the folder of the weights it was made from",
        )
    full = find_own(folder, task, runtime.dtype) or find_entry(folder, task)
    if full is None:
        export_model(folder, runtime, task)
        full = find_entry(folder, task)
    if full is None or runtime.dtype != "int8":
        return full
    quantize_export(folder, full, task)
    return find_entry(folder, task, "int8")


def _open(export: ExportFolder, folder: ModelFolder, runtime: Runtime, task: Task) -> OpenExport:
    config = read_json_object(export.path / "config.json")
    named = config.get("architectures")
    made = " ".join(map(str, named)) if isinstance(named, list) else ""
    if export.card is None and task.mistaken_for.search(made):
        raise WrongHeadError(
            f"{folder.name} was exported from {made}, which is no {task.name} model",
            hint="open it with the verb it was trained for",
        )
    vocabulary = config.get("vocab_size")
    model = OnnxModel(
        export.model,
        name=folder.name,
        outputs=task.outputs,
        threads=runtime.threads,
        vocabulary=vocabulary if isinstance(vocabulary, int) else None,
        reads_types=export.card is not None or _reads_types(export),
    )
    axes = _AXES_OF_TOKENS if task in (TOKEN_CLASSIFICATION, TEXT_EMBEDDING) else _AXES
    if model.axes != axes:  # logits of texts and of tokens have the same name
        model.close()
        raise WrongHeadError(
            f"{folder.name} gives an output of {model.axes} axes, a {task.name} model must give one of {axes}",
            hint="open it with the verb it was trained for",
        )
    pools = task is SEQUENCE_CLASSIFICATION
    return OpenExport(
        model, export.card or survey(model, config, file=export.model.name, pools=pools), config
    )
