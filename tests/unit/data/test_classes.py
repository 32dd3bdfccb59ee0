"""Columns of other types: classes with names from the data, and plain ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest

from hfkit import Classes, Splits, Table, errors


def _cast(values: list[Any], kind: Any) -> tuple[list[object], tuple[str, ...] | None]:
    table = Table.from_columns({"before": [0] * len(values), "label": values, "after": [1] * len(values)})
    cast = table.cast({"label": kind})
    assert cast.columns == ("before", "label", "after")
    assert cast.select_columns(["before", "after"]) == table.select_columns(["before", "after"])
    return cast.column("label"), cast.class_names("label")


@pytest.mark.parametrize(
    ("values", "names", "numbers", "found"),
    [
        (["good", "bad", None, "good"], None, [1, 0, None, 1], ("bad", "good")),
        ([10, 2, 1, None], None, [2, 1, 0, None], ("1", "2", "10")),
        ([True, False], None, [1, 0], ("False", "True")),
        (["good", "bad"], ("good", "bad"), [0, 1], ("good", "bad")),
        (["bad"], ("good", "bad", "never seen"), [1], ("good", "bad", "never seen")),
        ([0, 1, 1], ("bad", "good"), [0, 1, 1], ("bad", "good")),
        ([1, 2, 3], ("1", "2", "3"), [0, 1, 2], ("1", "2", "3")),
        ([None], ("a",), [None], ("a",)),
    ],
)
def test_a_column_of_classes(
    values: list[Any],
    names: tuple[str, ...] | None,
    numbers: list[int | None],
    found: tuple[str, ...],
) -> None:
    assert _cast(values, Classes(names)) == (numbers, found)


def test_the_type_underneath_is_that_of_datasets() -> None:
    table = Table.from_columns({"label": ["b", "a"]}).cast({"label": Classes()})
    assert table.dataset.features["label"] == datasets.ClassLabel(names=["a", "b"])


def test_classes_can_be_put_into_another_order_and_turned_into_texts() -> None:
    table = Table.from_columns({"label": ["b", "a", None]}).cast({"label": Classes()})
    turned = table.cast({"label": Classes(("b", "a"))})
    assert (turned.column("label"), turned.class_names("label")) == ([0, 1, None], ("b", "a"))
    assert table.cast({"label": Classes()}) == table
    assert table.cast({"label": "text"}) == Table.from_columns({"label": ["b", "a", None]})


@pytest.mark.parametrize(
    ("values", "names", "message", "hint"),
    [
        (
            ["bad", "god", "god", "goof"],
            ("bad", "good"),
            "column 'label' holds 'god' in row 1, must hold one of the classes 'bad', 'good'; and 2 more such rows",
            "did you mean 'good'?",
        ),
        (
            [0, 2],
            ("bad", "good"),
            "column 'label' holds 2 in row 1, must hold one of the classes 'bad', 'good'",
            "name all classes, or leave such rows out with filter",
        ),
        (
            [1.5],
            None,
            "column 'label' holds 1.5 in row 0, must hold texts or whole numbers to be classes",
            "turn its values into texts or whole numbers with map",
        ),
        (
            [None, None],
            None,
            "column 'label' holds no value, so no classes",
            "name them: Classes(names=('bad', 'good'))",
        ),
        (
            ["z"],
            tuple("abcdef"),
            "column 'label' holds 'z' in row 0, must hold one of the classes 'a', 'b', 'c' and 3 more",
            "name all classes, or leave such rows out with filter",
        ),
    ],
)
def test_what_is_no_class_is_named_with_its_row(
    values: list[Any], names: tuple[str, ...] | None, message: str, hint: str
) -> None:
    with pytest.raises(errors.ColumnError) as caught:
        _cast(values, Classes(names))
    assert (caught.value.message, caught.value.hint, caught.value.column) == (message, hint, "label")


def test_texts_among_numbers_are_no_classes(tmp_path: Path) -> None:
    """A file of JSON may hold both in one column; datasets keeps them as they are."""
    file = tmp_path / "a.jsonl"
    file.write_text('{"label": 1}\n{"label": "one"}\n', encoding="utf-8")
    with pytest.raises(errors.ColumnError) as caught:
        Table.load(file).cast({"label": Classes()})
    assert caught.value.message == (
        "column 'label' holds texts such as 'one' and numbers such as 1 among its 2 rows, "
        "must hold one of the two to be classes"
    )


@pytest.mark.parametrize(
    ("values", "kind", "cast"),
    [
        (["1", None, "20"], "int", [1, None, 20]),
        ([1, 2], "text", ["1", "2"]),
        (["1.5"], "float", [1.5]),
        ([0, 1], "bool", [False, True]),
        ([1, 2], datasets.Value("float32"), [1.0, 2.0]),
        ([["1"]], datasets.List(datasets.Value("int64")), [[1]]),
    ],
)
def test_plain_types(values: list[Any], kind: Any, cast: list[object]) -> None:
    assert _cast(values, kind) == (cast, None)


def test_whole_features_will_do() -> None:
    table = Table.from_columns({"a": [1], "b": ["1"]})
    features = datasets.Features({"a": datasets.Value("string"), "b": datasets.Value("int32")})
    assert list(table.cast(features)) == [{"a": "1", "b": 1}]


def test_a_value_without_a_place_is_named_with_its_row() -> None:
    with pytest.raises(errors.ColumnError) as caught:
        _cast(["1", "two"], "int")
    assert caught.value.message.startswith(
        "column 'label' holds 'two' in row 1, which cannot be cast to Value('int64'): "
    )


@pytest.mark.parametrize("kind", ["integer", "", "str"])
def test_a_type_that_is_not_there_is_refused(kind: Any) -> None:
    with pytest.raises(errors.SettingError, match="is not one of"):
        _cast(["1"], kind)


def test_what_is_no_type_is_refused() -> None:
    with pytest.raises(errors.ColumnError, match="column 'label' cannot be cast to 7"):
        _cast(["1"], 7)


def test_splits_share_their_classes() -> None:
    """Found in each alone, 0 would be "a" here and "b" there."""
    splits = Splits(
        {"train": Table.from_columns({"y": ["a", "c"]}), "test": Table.from_columns({"y": ["c", "b"]})}
    ).cast({"y": Classes()})
    assert [splits[name].class_names("y") for name in splits] == [("a", "b", "c")] * 2
    assert [splits[name].column("y") for name in splits] == [[0, 2], [2, 1]]
    assert splits.cast({"y": "text"}).test.column("y") == ["c", "b"]
    assert splits.cast({"y": Classes()}) == splits
