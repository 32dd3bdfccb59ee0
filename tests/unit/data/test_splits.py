"""Several tables by name, and one table dealt out into them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import datasets
import pytest

from hfkit import Classes, Splits, Table, errors

if TYPE_CHECKING:
    from pathlib import Path

TABLE = Table.from_records([{"text": str(number), "label": "abc"[number % 3]} for number in range(90)])


def test_the_default_holds_out_a_tenth() -> None:
    splits = TABLE.split()
    assert [(name, len(table)) for name, table in splits.items()] == [("train", 81), ("test", 9)]
    assert repr(splits) == "<Splits train: 81 rows, test: 9 rows>"


def test_the_same_seed_gives_the_same_splits() -> None:
    assert TABLE.split(seed=5) == TABLE.split(seed=5)
    assert hash(TABLE.split(seed=5)) == hash(TABLE.split(seed=5))
    assert TABLE.split(seed=5) != TABLE.split(seed=6)


@pytest.mark.parametrize("kind", ["text", Classes()])
def test_each_split_has_its_share_of_each_class(kind: Any) -> None:
    splits = TABLE.cast({"label": kind}).split(test=0.1, validation=0.2, stratify="label")
    counts = {name: sorted(Counter(table.column("label")).values()) for name, table in splits.items()}
    assert counts == {"train": [21] * 3, "validation": [6] * 3, "test": [3] * 3}


def test_numbers_of_rows_are_exact() -> None:
    splits = TABLE.split(test=7, validation=13)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (70, 13, 7)


def test_a_label_that_is_missing_is_a_class_of_its_own() -> None:
    table = Table.from_columns({"label": ["a", None] * 10})
    assert Counter(table.split(test=0.2, stratify="label").test.column("label")) == {"a": 2, None: 2}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"test": 1.0}, "test is 1.0, must be a share such as 0.1, or a number of rows from 0 to 90"),
        ({"test": -1}, "test is -1, must be a share such as 0.1, or a number of rows from 0 to 90"),
        ({"test": True}, "test is True, must be a share such as 0.1, or a number of rows from 0 to 90"),
        (
            {"validation": 91},
            "validation is 91, must be a share such as 0.1, or a number of rows from 0 to 90",
        ),
        ({"test": 0.5, "validation": 0.5}, "test=0.5 and validation=0.5 leave no row of 90 to train on"),
        ({"test": 90}, "test=90 and validation=0.0 leave no row of 90 to train on"),
    ],
)
def test_shares_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.SettingError) as caught:
        TABLE.split(**settings)
    assert caught.value.message == message


def test_a_split_without_a_row_is_refused() -> None:
    with pytest.raises(errors.SplitError) as caught:
        TABLE.split(test=0.001)
    assert caught.value.message == "the split 'test' would be empty: 0.001 of 90 rows is less than one"
    assert caught.value.hint == "hold out more, or give a number of rows, such as test=5"
    with pytest.raises(errors.SplitError, match="the split 'train' would be empty"):
        Table.from_columns({"a": []}).split()


def test_a_class_with_one_row_is_named_with_the_cure() -> None:
    table = Table.from_columns({"label": ["a", "b", "a", "c"]})
    with pytest.raises(errors.SplitError) as caught:
        table.split(test=0.5, stratify="label")
    assert caught.value.message == (
        "by column 'label' each class must have at least 2 rows, 1 to train on and 1 to hold out; "
        "with 1 row there are 'b' (row 1), 'c' (row 3)"
    )
    assert caught.value.hint == (
        "add rows of it, leave it out with filter(lambda row: row['label'] != 'b'), or split without stratify"
    )
    assert len(table.filter(lambda row: row["label"] == "a").split(test=0.5, stratify="label").test) == 1


def test_a_class_with_one_row_is_called_by_its_name() -> None:
    table = Table.from_columns({"label": ["a", "b", "a"]}).cast({"label": Classes()})
    with pytest.raises(errors.SplitError, match=r"with 1 row there is 'b' \(row 1\)") as caught:
        table.split(test=1, stratify="label")
    assert "row['label'] != 1" in caught.value.hint


def test_a_column_of_lists_is_no_column_of_classes() -> None:
    with pytest.raises(errors.SplitError, match=r"column 'a' holds \[1\] in row 0, which is no class"):
        Table.from_columns({"a": [[1], [2]]}).split(stratify="a")


def test_a_split_that_is_not_there_is_named_with_those_that_are() -> None:
    splits = TABLE.split()
    with pytest.raises(errors.UnknownSplitError) as caught:
        splits.validation  # noqa: B018  # the point
    assert caught.value.message == "there is no split 'validation'; there are 'train', 'test'"
    with pytest.raises(errors.UnknownSplitError) as caught:
        splits["tset"]
    assert caught.value.hint == "did you mean 'test'?"


def test_they_are_a_mapping() -> None:
    splits = TABLE.split()
    assert list(splits) == ["train", "test"]
    assert splits.get("validation") is None
    assert "validation" not in splits
    assert {**splits} == splits


def test_what_is_done_to_all_is_done_to_each() -> None:
    splits = TABLE.split().filter(lambda row: row["label"] == "a").map(lambda _: {"new": 1}, remove=["text"])
    renamed = splits.rename({"new": "newer"})
    assert {table.columns for table in renamed.values()} == {("label", "newer")}
    assert sum(map(len, splits.values())) == 30


def test_they_come_from_datasets() -> None:
    splits = Splits.from_datasets(datasets.DatasetDict({"train": TABLE.dataset}))
    assert splits == Splits({"train": TABLE})


@pytest.mark.parametrize("other", [{"train": [1]}, {"train": datasets.Dataset.from_dict({})}])
def test_what_is_no_table_is_refused(other: Any) -> None:
    with pytest.raises(errors.InputTypeError, match="split 'train' is a"):
        Splits(other)


def test_what_is_no_dictionary_of_datasets_is_refused() -> None:
    with pytest.raises(errors.InputTypeError, match=r"made of a datasets\.DatasetDict, not of a dict"):
        Splits.from_datasets({"train": TABLE.dataset})  # type: ignore[arg-type, unused-ignore]


def test_they_are_saved_and_opened(tmp_path: Path) -> None:
    noted = Splits({"train": Table(TABLE.dataset, notes=("a word",)), "test": TABLE[:3]})
    opened = Splits.open(noted.save(tmp_path / "all"))
    assert opened == noted
    assert (opened.train.notes, opened.test.notes) == (("a word",), ())
    assert isinstance(datasets.load_from_disk(str(tmp_path / "all")), datasets.DatasetDict)


def test_a_table_alone_opens_as_the_training_split(tmp_path: Path) -> None:
    assert Splits.open(TABLE.save(tmp_path / "one")) == Splits({"train": TABLE})


def test_several_splits_are_no_table(tmp_path: Path) -> None:
    folder = TABLE.split().save(tmp_path / "all")
    with pytest.raises(errors.SplitError) as caught:
        Table.open(folder)
    assert caught.value.message == f"{str(folder)!r} holds the splits 'train', 'test', not one table"
