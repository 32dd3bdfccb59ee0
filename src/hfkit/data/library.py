"""What hfkit asks of datasets, with types: the library ships none, so its casts are here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from hfkit.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    import datasets
    import pandas as pd
    import pyarrow as pa
    from datasets.features.features import FeatureType

__all__ = [
    "ArrayFormat",
    "TableRow",
    "arrow_batches",
    "beside",
    "class_names",
    "column_names",
    "column_values",
    "dataset_of_arrow",
    "dataset_of_file",
    "dataset_of_lists",
    "formatted",
    "is_dataset",
    "joined",
    "library",
    "row_at",
    "rows_of",
    "to_frame",
    "with_column",
]

TableRow: TypeAlias = dict[str, object]
"""One example: a value for each column."""

ArrayFormat: TypeAlias = Literal["python", "numpy", "torch"]
"""What the numbers of a row come as: Python's own, numpy's arrays, or torch's tensors."""

ROWS_AT_A_TIME = 1000


def library() -> ModuleType:
    """Import datasets.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import datasets
    except ImportError as error:
        raise MissingDependencyError("datasets is not installed", hint="pip install 'hfkit[tune]'") from error
    return cast("ModuleType", datasets)


def is_dataset(value: object) -> bool:
    """Tell whether this is a ``datasets.Dataset``, and no stream or dictionary of them."""
    return isinstance(value, library().Dataset)


def column_names(dataset: datasets.Dataset) -> tuple[str, ...]:
    """Give the names of the columns, in their order."""
    return tuple(cast("list[str]", dataset.column_names))


def class_names(dataset: datasets.Dataset, column: str) -> tuple[str, ...] | None:
    """Give the names of a column of classes (``ClassLabel``); None for any other column."""
    feature = dataset.features[column]
    return tuple(cast("list[str]", feature.names)) if isinstance(feature, library().ClassLabel) else None


def row_at(dataset: datasets.Dataset, index: int) -> TableRow:
    """Give one row; a negative index counts from the end.

    Raises:
        IndexError: there are fewer rows.
    """
    return cast("TableRow", dataset[index])


def rows_of(dataset: datasets.Dataset) -> Iterator[TableRow]:
    """Go through the rows; a thousand of them are in memory at a time.

    A column at a time is turned into Python's values: 0.6 instead of 15 microseconds for a row of three short ones.
    """
    if dataset.format["type"] is not None or not column_names(dataset):
        yield from cast("Iterator[TableRow]", iter(dataset))
        return
    batches = cast("Iterator[dict[str, list[object]]]", dataset.iter(batch_size=ROWS_AT_A_TIME))
    for batch in batches:
        for values in zip(*batch.values(), strict=True):
            yield dict(zip(batch, values, strict=True))


def column_values(dataset: datasets.Dataset, column: str) -> list[object]:
    """Give all values of one column, as Python's own."""
    return cast("list[object]", dataset.with_format(None)[column][:])


def arrow_batches(dataset: datasets.Dataset, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Give the rows as Arrow tables of a thousand rows each, the last one excepted."""
    arrow = dataset.with_format("arrow", columns=None if columns is None else list(columns))
    return cast("Iterator[pa.Table]", arrow.iter(batch_size=ROWS_AT_A_TIME))


def dataset_of_arrow(table: pa.Table) -> datasets.Dataset:
    """Make a dataset that lies in memory."""
    return cast("datasets.Dataset", library().Dataset(table))


def dataset_of_lists(columns: Mapping[str, list[object]]) -> datasets.Dataset:
    """Make a dataset of Python's values that lies in memory; the types are found from them."""
    made = library().Dataset.from_dict(dict(columns), on_mixed_types="use_json")
    return cast("datasets.Dataset", made)


def beside(one: datasets.Dataset, other: datasets.Dataset) -> datasets.Dataset:
    """Put the columns of two datasets of as many rows side by side."""
    from .quiet import quiet_datasets

    with quiet_datasets():
        return cast("datasets.Dataset", library().concatenate_datasets([one, other], axis=1))


def with_column(
    dataset: datasets.Dataset, column: str, values: pa.Array, feature: object
) -> datasets.Dataset:
    """Give a column other values and another type, in its place; the other columns are not copied."""
    from .quiet import quiet_datasets

    order = cast("list[str]", dataset.column_names)
    passing = max(order, key=len) + "_"  # longer than any, so like none
    with quiet_datasets():
        both = dataset.add_column(passing, values, feature=cast("FeatureType | None", feature))
        replaced = both.remove_columns([column]).rename_column(passing, column)
        return cast("datasets.Dataset", replaced.select_columns(order))


def dataset_of_file(file: Path) -> datasets.Dataset:
    """Open an Arrow file that datasets wrote; its rows stay there until they are read."""
    from .quiet import quiet_datasets

    with quiet_datasets():
        return cast("datasets.Dataset", library().Dataset.from_file(str(file)))


def joined(parts: Sequence[datasets.Dataset]) -> datasets.Dataset:
    """Put datasets with the same columns one after another."""
    from .quiet import quiet_datasets

    if len(parts) == 1:
        return parts[0]
    with quiet_datasets():
        return cast("datasets.Dataset", library().concatenate_datasets(list(parts)))


def formatted(
    dataset: datasets.Dataset, array: ArrayFormat, columns: Sequence[str] | None
) -> datasets.Dataset:
    """Give the same rows, the values of these columns in another form and the others as they are.

    Raises:
        MissingDependencyError: torch is not installed.
    """
    if array == "python":
        return cast("datasets.Dataset", dataset.with_format(None))
    try:
        return cast(
            "datasets.Dataset",
            dataset.with_format(
                array,
                columns=_number_columns(dataset) if columns is None else list(columns),
                output_all_columns=True,
            ),
        )
    except ValueError as error:  # datasets' own word for a library that is not there
        raise MissingDependencyError(
            f"{array} is not installed", hint=f"pip install 'hfkit[{array}]'"
        ) from error


def _number_columns(dataset: datasets.Dataset) -> list[str]:
    from pyarrow import types

    numbers: list[str] = []
    for field in dataset.features.arrow_schema:
        inner = field.type
        while types.is_list(inner) or types.is_large_list(inner) or types.is_fixed_size_list(inner):
            inner = inner.value_type
        if types.is_integer(inner) or types.is_floating(inner) or types.is_boolean(inner):
            numbers.append(cast("str", field.name))
    return numbers


def to_frame(dataset: datasets.Dataset) -> pd.DataFrame:
    """Give all rows as a DataFrame."""
    return cast("pd.DataFrame", dataset.with_format(None).to_pandas())
