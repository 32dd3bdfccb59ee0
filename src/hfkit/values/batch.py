"""Many results, in the order of their inputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar, cast, overload

from hfkit._lazy import reach

from .jsonable import Result
from .statistics import Statistics

if TYPE_CHECKING:
    import datasets
    import numpy as np
    import pandas as pd
    import polars as pl

    from .embedding import Embedding

__all__ = ["Batch"]

R_co = TypeVar("R_co", bound=Result, covariant=True)


class Batch(Sequence[R_co]):
    """An immutable sequence of results, in the order of their inputs.

    A slice is a Batch too; its ``statistics`` count its inputs only.

    >>> from hfkit.values.classification import Classification
    >>> empty: Batch[Classification] = Batch(())
    >>> len(empty), empty.to_json()
    (0, '[]')
    """

    __slots__ = ("_results", "_statistics")

    def __init__(self, results: Sequence[R_co], *, statistics: Statistics | None = None) -> None:
        self._results: tuple[R_co, ...] = tuple(results)
        self._statistics = statistics or Statistics(inputs=len(self._results))

    @property
    def statistics(self) -> Statistics:
        """What it cost: forwards, tokens, padding."""
        return self._statistics

    @overload
    def __getitem__(self, index: int) -> R_co: ...
    @overload
    def __getitem__(self, index: slice) -> Batch[R_co]: ...
    def __getitem__(self, index: int | slice) -> R_co | Batch[R_co]:
        return Batch(self._results[index]) if isinstance(index, slice) else self._results[index]

    def __len__(self) -> int:
        return len(self._results)

    def __iter__(self) -> Iterator[R_co]:
        return iter(self._results)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Batch) and self._results == other._results

    def __hash__(self) -> int:
        return hash(self._results)

    def __repr__(self) -> str:
        kind = type(self._results[0]).__name__ if self._results else "nothing"
        return f"<Batch of {len(self)} {kind}>"

    def to_dicts(self) -> list[dict[str, object]]:
        """Give each result as a dict of JSON values."""
        return [result.to_dict() for result in self._results]

    def to_json(self, *, indent: int | None = None) -> str:
        """Give the results as a JSON array, non-ASCII characters as they are.

        Args:
            indent: spaces per level; None for one line.
        """
        return json.dumps(self.to_dicts(), ensure_ascii=False, indent=indent)

    def to_numpy(self: Batch[Embedding]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """Give the vectors of :class:`~hfkit.Embed` as one float32 array, shape ``[texts, size]``."""
        convert = cast(
            "Callable[[Batch[Embedding]], np.ndarray[tuple[int, int], np.dtype[np.float32]]]",
            reach("hfkit.interop.numpy", "to_numpy"),
        )
        return convert(self)

    def to_pandas(self) -> pd.DataFrame:
        """Give a row for each result; nested values as columns with dots, ``coverage.read``.

        What has another form in each row, a tool call's arguments and a parsed value, is JSON text.

        Raises:
            MissingDependencyError: pandas is not installed.
        """
        return cast("Callable[[Batch[Result]], pd.DataFrame]", reach("hfkit.interop.pandas", "to_pandas"))(
            self
        )

    def to_polars(self) -> pl.DataFrame:
        """Give a row for each result, with the columns of :meth:`to_pandas`.

        Raises:
            MissingDependencyError: polars is not installed.
        """
        return cast("Callable[[Batch[Result]], pl.DataFrame]", reach("hfkit.interop.polars", "to_polars"))(
            self
        )

    def to_dataset(self) -> datasets.Dataset:
        """Give a ``datasets.Dataset`` with the columns of :meth:`to_pandas`.

        Raises:
            MissingDependencyError: datasets is not installed.
        """
        return cast(
            "Callable[[Batch[Result]], datasets.Dataset]", reach("hfkit.interop.datasets", "to_dataset")
        )(self)
