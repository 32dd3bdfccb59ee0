"""The labels of an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError
from hfkit.text.labels import LabelScheme

if TYPE_CHECKING:
    from .opening import OpenExport

__all__ = ["labels_of"]


def labels_of(opened: OpenExport) -> LabelScheme:
    """Read the labels off the configuration beside an export.

    Raises:
        CorruptModelError: it names more or fewer than the model gives.
    """
    labels = LabelScheme.from_config(opened.config)
    if opened.model.width not in {None, len(labels.names)}:
        raise CorruptModelError(
            f"config.json names {len(labels.names)} labels, the export gives {opened.model.width}",
            hint="the configuration beside the export is not the one that it was made with",
        )
    return labels
