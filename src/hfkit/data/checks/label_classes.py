"""The labels that a column names itself: ``ClassLabel``, alone or in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hfkit.data.library import library

if TYPE_CHECKING:
    import datasets

__all__ = ["classes_of"]


def classes_of(dataset: datasets.Dataset, column: str) -> tuple[str, ...] | None:
    """Give the names of a column of classes, or of lists of classes; None for any other column."""
    feature = dataset.features[column]
    inner = getattr(feature, "feature", feature)
    return tuple(cast("list[str]", inner.names)) if isinstance(inner, library().ClassLabel) else None
