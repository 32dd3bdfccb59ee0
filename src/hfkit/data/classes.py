"""Columns of classes: names from the data or from the caller, never LABEL_0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import pyarrow as pa

from hfkit.errors import SettingError
from hfkit.values.classes import Classes
from hfkit.values.suggestion import did_you_mean

from .columns import column_error, require_columns
from .library import class_names, column_names, column_values, library, with_column
from .quiet import quiet_datasets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import datasets
    from datasets.features.features import FeatureType

__all__ = ["ColumnType", "cast_columns", "shared_types"]

Scalar: TypeAlias = Literal["text", "int", "float", "bool"]

_SCALARS: Mapping[str, str] = {"text": "string", "int": "int64", "float": "float64", "bool": "bool"}

_NAMED = 3


ColumnType: TypeAlias = "Classes | Scalar | datasets.ClassLabel | datasets.Value"
"""What a column may be cast to: classes, one of four plain types, or a type of datasets' own."""


def cast_columns(dataset: datasets.Dataset, types: Mapping[str, object]) -> datasets.Dataset:
    """Give the dataset with columns of these types.

    Raises:
        ColumnError: a value has no place in the new type; it is named with its row.
        SettingError: what is given is no type.
    """
    features: dict[str, object] = {}
    for column, kind in types.items():
        if isinstance(kind, Classes):
            dataset = _to_classes(dataset, column, kind.names)
        elif kind == "text" and class_names(dataset, column) is not None:
            texts = _labels(dataset, column)
            dataset = with_column(dataset, column, pa.array(texts, pa.string()), library().Value("string"))
        else:
            features[column] = _feature(column, kind)
    return _cast(dataset, features) if features else dataset


def shared_types(parts: Sequence[datasets.Dataset], types: Mapping[str, ColumnType]) -> dict[str, ColumnType]:
    """Settle the names of classes that are to be found in the data: the same for all parts of it.

    Raises:
        ColumnError: a part lacks the column, or the values are no classes.
    """
    return {
        column: Classes(_found_names(parts, column))
        if isinstance(kind, Classes) and kind.names is None
        else kind
        for column, kind in types.items()
    }


def _found_names(parts: Sequence[datasets.Dataset], column: str) -> tuple[str, ...] | None:
    for part in parts:
        require_columns([column], column_names(part))
    labels = [label for part in parts for label in _labels(part, column)]
    there = {label for label in labels if label is not None}
    known = class_names(parts[0], column) if parts else None
    return known if known and there <= set(known) else tuple(map(str, _sorted(column, labels, there))) or None


def _feature(column: str, kind: object) -> object:
    if not isinstance(kind, str):
        return kind
    if kind not in _SCALARS:
        raise SettingError(
            f"type {kind!r} of column {column!r} is not one of {tuple(_SCALARS)}",
            hint="name one of them, or give Classes() or a feature of datasets",
        )
    return library().Value(_SCALARS[kind])


def _cast(dataset: datasets.Dataset, features: Mapping[str, object]) -> datasets.Dataset:
    with quiet_datasets():
        for column, feature in features.items():
            try:
                dataset = dataset.cast_column(column, cast("FeatureType", feature))
            except (pa.ArrowException, ValueError, TypeError, KeyError, AttributeError) as error:
                raise column_error(
                    column,
                    f"column {column!r} {_refused(dataset, column, feature)} to {feature!r}: {error}",
                    hint="mend the value with map, or leave its row out with filter",
                ) from error
    return dataset


def _refused(dataset: datasets.Dataset, column: str, feature: object) -> str:
    """Name the first value that has no place in a type: one by one, once all together have failed."""
    try:
        kind = library().Features({column: feature}).arrow_schema.field(column).type
    except (ValueError, TypeError, AttributeError):  # it is no type at all
        return "cannot be cast"
    for row, value in enumerate(column_values(dataset, column)):
        try:
            pa.array([value]).cast(kind)
        except (pa.ArrowException, ValueError, TypeError):
            return f"holds {value!r:.60} in row {row}, which cannot be cast"
    return "cannot be cast"


def _to_classes(dataset: datasets.Dataset, column: str, names: tuple[str, ...] | None) -> datasets.Dataset:
    labels = _labels(dataset, column)
    there = {label for label in labels if label is not None}
    if names is None:
        names = class_names(dataset, column) or tuple(map(str, _sorted(column, labels, there)))
    if not names:
        raise column_error(
            column,
            f"column {column!r} holds no value, so no classes",
            hint="name them: Classes(names=('bad', 'good'))",
        )
    positions: dict[object, int] = {name: position for position, name in enumerate(names)}
    if there and not any(isinstance(label, str) for label in there):  # whole numbers
        by_name = {label: positions.get(str(label)) for label in there}
        named = all(position is not None for position in by_name.values())
        positions = (
            {label: position for label, position in by_name.items() if position is not None}
            if named
            else {position: position for position in range(len(names))}
        )
    _require_known(column, labels, positions, names)
    numbers = [None if label is None else positions[label] for label in labels]
    return with_column(
        dataset, column, pa.array(numbers, pa.int64()), library().ClassLabel(names=list(names))
    )


def _labels(dataset: datasets.Dataset, column: str) -> list[object]:
    """Give the label of each row: a text, a whole number, or None; of a column of classes, their names."""
    values = column_values(dataset, column)
    names = class_names(dataset, column)
    for row, value in enumerate(values):
        if value is not None and not isinstance(value, str | int):
            raise column_error(
                column,
                f"column {column!r} holds {value!r:.60} in row {row}, must hold texts or whole numbers to be classes",
                hint="turn its values into texts or whole numbers with map",
            )
    if names is None:
        return values
    return [names[value] if isinstance(value, int) and value >= 0 else None for value in values]


def _sorted(column: str, labels: Sequence[object], there: set[object]) -> list[object]:
    texts = [label for label in there if isinstance(label, str)]
    numbers = [label for label in there if isinstance(label, int)]
    if texts and numbers:
        raise column_error(
            column,
            f"column {column!r} holds texts such as {texts[0]!r:.60} and numbers such as {numbers[0]!r} among its "
            f"{len(labels):,} rows, must hold one of the two to be classes",
            hint="turn its values into texts with map",
        )
    return [*sorted(texts), *sorted(numbers)]


def _require_known(
    column: str, labels: Sequence[object], positions: Mapping[object, int], names: tuple[str, ...]
) -> None:
    unknown = [row for row, label in enumerate(labels) if label is not None and label not in positions]
    if not unknown:
        return
    label = labels[unknown[0]]
    shown = ", ".join(map(repr, names[:_NAMED])) + (
        f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    )
    rest = f"; and {len(unknown) - 1:,} more such rows" if len(unknown) > 1 else ""
    raise column_error(
        column,
        f"column {column!r} holds {label!r:.60} in row {unknown[0]}, must hold one of the classes {shown}{rest}",
        hint=did_you_mean(str(label), names) or "name all classes, or leave such rows out with filter",
    )
