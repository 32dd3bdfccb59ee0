"""Open an export: the one that the folder holds, else the one in hfkit's cache, which is made if need be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.backends.torch.tasks import QUESTION_ANSWERING, SEQUENCE_CLASSIFICATION
from hfkit.errors import CorruptModelError, DeviceError, SettingError

from .export_folder import CARD_FILE, ExportCard, find_export
from .forward import OnnxModel
from .survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["DEVICES", "DTYPES", "OpenExport", "open_export"]

DEVICES = ("auto", "cpu")
"""The devices that exports run on."""

DTYPES = ("auto", "float32")
"""The number types that exports run in."""

_OUTPUTS = {SEQUENCE_CLASSIFICATION: ("logits",), QUESTION_ANSWERING: ("start_logits", "end_logits")}


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


def open_export(folder: ModelFolder, runtime: Runtime, task: Task) -> OpenExport:
    """Open a model's export.

    Raises:
        ModelError: a subclass says what is wrong with the model's files, or why they cannot be exported.
        MissingDependencyError: the model has to be exported first, and a package for that is not installed.
        DeviceError: exports do not run on the device.
        SettingError: exports do not run in the number type.
    """
    if runtime.device not in DEVICES:
        raise DeviceError(
            f"device {runtime.device!r} is not one of {list(DEVICES)} that backend 'onnx' runs on",
            hint="use Runtime(backend='torch') on other devices",
        )
    if runtime.dtype not in DTYPES:
        raise SettingError(
            f"dtype {runtime.dtype!r} is not one of {list(DTYPES)} that backend 'onnx' runs in",
            hint="use Runtime(backend='torch') for other number types",
        )
    file = find_export(folder.path)
    if file is None:
        raise CorruptModelError("no export yet", hint="-")
    place = file.parent
    config = folder.config
    vocabulary = config.get("vocab_size")
    model = OnnxModel(
        file,
        name=folder.name,
        outputs=_OUTPUTS[task],
        threads=runtime.threads,
        vocabulary=vocabulary if isinstance(vocabulary, int) else None,
    )
    card = _read_card(place) or survey(
        model, config, file=file.name, pools=task is SEQUENCE_CLASSIFICATION
    )
    return OpenExport(model, card, config)


def _read_card(place: Path) -> ExportCard | None:
    """Read what hfkit wrote beside an export; None if somebody else made it."""
    file = place / CARD_FILE
    if not file.is_file():
        return None
    try:
        return ExportCard.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise CorruptModelError(f"{file} cannot be read: {error}", hint="export the model again") from error
