"""Results as a pandas DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import flat_records, missing

if TYPE_CHECKING:
    import pandas as pd

    from hfkit.values.batch import Batch
    from hfkit.values.jsonable import Result

__all__ = ["to_pandas"]


def to_pandas(batch: Batch[Result]) -> pd.DataFrame:
    """Give a row for each result.

    Raises:
        MissingDependencyError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise missing("pandas", "pandas") from error
    return pd.DataFrame(flat_records(batch))
