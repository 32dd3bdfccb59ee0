"""Results as a polars DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import flat_records, missing

if TYPE_CHECKING:
    import polars as pl

    from hfkit.values.batch import Batch
    from hfkit.values.jsonable import Result

__all__ = ["to_polars"]


def to_polars(batch: Batch[Result]) -> pl.DataFrame:
    """Give a row for each result.

    Raises:
        MissingDependencyError: polars is not installed.
    """
    try:
        import polars as pl
    except ImportError as error:
        raise missing("polars", "polars") from error
    return pl.DataFrame(flat_records(batch))
