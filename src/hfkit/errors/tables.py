"""What a table of examples holds."""

from __future__ import annotations

from typing import Protocol

from .root import HfkitError

__all__ = [
    "ColumnError",
    "CorruptDataError",
    "DataError",
    "DataNotFoundError",
    "FaultyDataError",
    "SplitError",
    "UnknownSplitError",
]


class DataError(HfkitError):
    """A table of examples cannot be read, or does not hold what it must."""


class DataNotFoundError(DataError, FileNotFoundError):
    """There is no such file, folder or repository of examples."""


class CorruptDataError(DataError):
    """Lines of a file, or all of it, cannot be read.

    Attributes:
        file: the file, or None for examples that lie in no file.
        line: the first line at fault, from 1; None if the file as a whole is.
        lines: all lines at fault, from 1, in order; at most the first 1,000.
        count: how many there are.
    """

    file: str | None = None
    line: int | None = None
    lines: tuple[int, ...] = ()
    count: int = 0


class ColumnError(DataError, KeyError):
    """A table has no column of that name, or one that holds something else.

    Attributes:
        column: the name that was asked for.
    """

    column: str | None = None


class SplitError(DataError):
    """The rows cannot be split as was asked."""


class UnknownSplitError(SplitError, KeyError):
    """There is no split of that name."""


class ChecksData(Protocol):
    """A report on data; ``hfkit.DataReport`` is one."""

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        ...


class FaultyDataError(DataError, ValueError):
    """Examples cannot be trained on as they are.

    Attributes:
        report: all that was found; ``print(error.report)`` shows it.
    """

    report: ChecksData | None = None
