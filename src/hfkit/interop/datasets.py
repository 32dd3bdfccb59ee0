"""Results as a dataset of the datasets library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import flat_records, missing

if TYPE_CHECKING:
    import datasets

    from hfkit.values.batch import Batch
    from hfkit.values.jsonable import Result

__all__ = ["to_dataset"]


def to_dataset(batch: Batch[Result]) -> datasets.Dataset:
    """Give a row for each result.

    Raises:
        MissingDependencyError: datasets is not installed.
    """
    try:
        from datasets import Dataset
    except ImportError as error:
        raise missing("datasets", "tune") from error
    return Dataset.from_list(flat_records(batch))
