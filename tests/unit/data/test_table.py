"""A table is a value over a real datasets.Dataset."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import datasets
import numpy as np
import pandas as pd
import pytest
import torch

import hfkit
from hfkit import Table, errors

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [{"text": f"text {number}", "number": number} for number in range(10)]


@pytest.fixture
def table() -> Table:
    return Table.from_records(ROWS)


@pytest.fixture
def on_disk(table: Table, tmp_path: Path) -> Table:
    """The same table, whose rows lie in a file: datasets keeps what is made of such."""
    return Table.open(table.save(tmp_path / "saved"))


def test_records_come_back(table: Table) -> None:
    assert list(table) == ROWS
    assert (len(table), table.columns, table[3], table[-1]) == (10, ("text", "number"), ROWS[3], ROWS[9])
    assert table.column("number") == list(range(10))


def test_under_it_lies_a_real_dataset(table: Table) -> None:
    assert isinstance(table.dataset, datasets.Dataset)
    assert Table.from_dataset(table.dataset) == table


def test_it_says_what_it_is(table: Table) -> None:
    assert repr(table) == "<Table of 10 rows: text, number>"
    assert repr(table[:1]) == "<Table of 1 row: text, number>"
    assert repr(Table.from_records([])) == "<Table of 0 rows: no columns>"


def test_a_key_that_a_record_lacks_is_none_there() -> None:
    assert list(Table.from_records([{"a": 1}, {"b": "x"}])) == [{"a": 1, "b": None}, {"a": None, "b": "x"}]


def test_columns_make_a_table() -> None:
    assert list(Table.from_columns({"a": [1, 2], "b": ["x", None]})) == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": None},
    ]


def test_a_frame_makes_a_table(table: Table) -> None:
    frame = table.to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert Table.from_pandas(frame[frame["number"] > 4]) == table[5:]


def test_a_frame_with_a_column_of_several_types_is_refused() -> None:
    with pytest.raises(errors.DataError, match="the DataFrame cannot be kept in a table"):
        Table.from_pandas(pd.DataFrame({"a": [1, "x"]}))


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"a": 1}, "x"], "record 1 is 'x', must be a mapping of column names to values"),
        ([{1: "x"}], "record 0 is {1: 'x'}, must be a mapping of column names to values"),
        ({"a": [1]}, "the records are a dict, must be a list of mappings, one a row"),
    ],
)
def test_what_is_no_record_is_refused(records: Any, message: str) -> None:
    with pytest.raises(errors.InputTypeError) as caught:
        Table.from_records(records)
    assert caught.value.message == message


def test_a_column_of_several_types_is_named_with_both_rows() -> None:
    with pytest.raises(errors.ColumnError) as caught:
        Table.from_records([{"b": "y", "a": None}, {"b": "y", "a": 1}, {"b": "y", "a": "x"}])
    assert (
        caught.value.message == "column 'a' holds 1 in row 1 and 'x' in row 2, must hold values of one type"
    )
    assert caught.value.column == "a"


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(errors.ColumnError, match="a value cannot be kept in a table"):
        Table.from_records([{"a": "\ud800"}])


def test_columns_of_several_lengths_are_refused() -> None:
    with pytest.raises(errors.DataError, match="the columns are of different lengths: 'a' of 2, 'b' of 1"):
        Table.from_columns({"a": [1, 2], "b": [1]})


@pytest.mark.parametrize("other", [[{"a": 1}], datasets.DatasetDict(), None])
def test_what_is_no_dataset_makes_no_table(other: Any) -> None:
    with pytest.raises(errors.InputTypeError, match=r"made of a datasets\.Dataset, not of a"):
        Table.from_dataset(other)


def test_a_slice_is_a_table(table: Table) -> None:
    assert list(table[2:8:3]) == [ROWS[2], ROWS[5]]
    assert list(table[::-1]) == ROWS[::-1]
    assert isinstance(table[:0], Table)


@pytest.mark.parametrize("index", [10, -11])
def test_a_row_that_is_not_there_is_an_index_error(table: Table, index: int) -> None:
    with pytest.raises(IndexError, match=f"row {index} of a table of 10 rows"):
        table[index]
    with pytest.raises(IndexError, match=f"row {index} of a table of 10 rows"):
        table.select([0, index])


def test_tables_compare_by_their_rows(table: Table) -> None:
    assert table == Table.from_records(ROWS)
    assert hash(table) == hash(Table.from_records(ROWS))
    assert table != table[:9]
    assert table != Table.from_records([*ROWS[:9], ROWS[0]])
    assert table != ROWS


def test_it_pickles(on_disk: Table) -> None:
    assert pickle.loads(pickle.dumps(on_disk)) == on_disk


def test_select_takes_rows_in_any_order(table: Table) -> None:
    assert table.select([7, -1, 7]).column("number") == [7, 9, 7]
    assert table.select(row for row in (1, 2)).column("number") == [1, 2]


def test_columns_are_chosen_and_renamed(table: Table) -> None:
    assert table.select_columns(["number"]).columns == ("number",)
    assert table.rename({"text": "premise"}).columns == ("premise", "number")
    assert table.rename({"text": "number", "number": "text"}).columns == ("number", "text")


def test_two_columns_of_one_name_are_refused(table: Table) -> None:
    with pytest.raises(errors.ColumnError, match="two columns would be 'number'"):
        table.rename({"text": "number"})


@pytest.mark.parametrize(
    "call",
    [
        lambda table: table.column("txt"),
        lambda table: table.select_columns(["txt"]),
        lambda table: table.rename({"txt": "a"}),
        lambda table: table.cast({"txt": "int"}),
        lambda table: table.map(dict, remove=["txt"]),
        lambda table: table.split(stratify="txt"),
        lambda table: table.with_format("numpy", columns=["txt"]),
        lambda table: table.class_names("txt"),
    ],
)
def test_a_column_that_is_not_there_is_named_with_those_that_are(table: Table, call: Any) -> None:
    with pytest.raises(errors.ColumnError) as caught:
        call(table)
    assert caught.value.message == "there is no column 'txt'; there are 'text', 'number'"
    assert caught.value.hint == "did you mean 'text'?"
    assert caught.value.column == "txt"


def test_filter_keeps_rows(table: Table) -> None:
    assert table.filter(lambda row: row["number"] in (2, 3)).column("number") == [2, 3]
    assert len(table.filter(lambda _: False)) == 0


def test_map_adds_replaces_and_removes(table: Table) -> None:
    mapped = table.map(lambda row: {"length": len(str(row["text"])), "number": -1}, remove=["text"])
    assert mapped.columns == ("number", "length")
    assert mapped[4] == {"number": -1, "length": 6}


def test_a_row_that_a_function_changes_is_its_own(table: Table) -> None:
    def shout(row: dict[str, object]) -> dict[str, object]:
        row["text"] = "changed, and not given back"
        return {}

    assert table.map(shout) == table


def test_what_map_cannot_use_is_refused(table: Table) -> None:
    with pytest.raises(
        errors.InputTypeError, match="map's function gave None for row 0, must give a mapping"
    ):
        table.map(lambda row: row.update(a=1))  # type: ignore[arg-type, return-value]


def test_values_of_several_types_from_map_are_refused_with_both_rows(table: Table) -> None:
    with pytest.raises(errors.ColumnError) as caught:
        table.map(lambda row: {"new": 1 if row["number"] == 0 else "a"})
    assert (
        caught.value.message == "column 'new' holds 1 in row 0 and 'a' in row 1, must hold values of one type"
    )


LONG = Table.from_columns({"number": list(range(2500))})


@pytest.mark.parametrize(
    ("border", "first"), [(2000, 0), (2200, 2000)]
)  # a thousand rows are taken at a time
@pytest.mark.parametrize(
    ("early", "late"), [(1, "a"), ("a", 1), (True, 1), ([1], 1), ({"a": 1}, "a")], ids=repr
)
def test_late_values_of_another_type_are_refused_with_both_rows(
    early: object, late: object, border: int, first: int
) -> None:
    with pytest.raises(errors.ColumnError) as caught:
        LONG.map(lambda row: {"new": early if cast("int", row["number"]) < border else late})
    start = f"column 'new' holds {early!r} in row {first} and {late!r} in row {border}, must hold"
    assert caught.value.message.startswith(start)


@pytest.mark.parametrize(
    ("early", "late"),
    [(None, "a"), (1, 1.5), ([], [1]), ({"a": 1}, {"b": "x"}), ([{"a": {"x": 1}}], [{"a": {"y": "z"}}])],
    ids=repr,
)
def test_late_values_of_a_wider_type_are_kept(early: object, late: object) -> None:
    """Datasets alone fails on each of these, or fills in keys."""
    mapped = LONG.map(lambda row: {"new": early if cast("int", row["number"]) < 2200 else late})
    assert (mapped[2199]["new"], mapped[2200]["new"], len(mapped)) == (early, late, 2500)


@pytest.mark.parametrize("change", [str, float, lambda number: [number]], ids=["text", "fraction", "list"])
def test_a_column_that_is_replaced_takes_the_new_type(change: Any) -> None:
    """Datasets alone turns texts of numbers back into numbers."""
    assert LONG.map(lambda row: {"number": change(row["number"])}).column("number")[7] == change(7)


def test_rows_that_a_function_leaves_alone_stay() -> None:
    """Datasets alone loses all rows if the first ones get no new column."""
    mapped = LONG.map(lambda row: {"odd": True} if cast("int", row["number"]) % 2 else {})
    assert (len(mapped), mapped[0], mapped[1]) == (
        2500,
        {"number": 0, "odd": None},
        {"number": 1, "odd": True},
    )
    assert LONG.map(lambda _: {}) == LONG
    assert LONG.filter(lambda _: False).map(lambda _: {"a": 1}).columns == ("number",)


def test_columns_that_a_function_leaves_alone_keep_their_classes(on_disk: Table) -> None:
    classed = on_disk.cast({"text": hfkit.Classes()}).shuffle(seed=1)
    mapped = classed.map(lambda row: {"twice": cast("int", row["number"]) * 2})
    assert mapped.class_names("text") == classed.class_names("text")
    assert mapped.column("twice") == [cast("int", number) * 2 for number in classed.column("number")]
    assert mapped.select_columns(classed.columns) == classed


def test_an_error_in_a_function_names_the_row(table: Table) -> None:
    def fail(row: dict[str, object]) -> bool:
        if row["number"] == 6:
            raise RuntimeError("at six")
        return True

    calls: list[Callable[[], Table]] = [
        lambda: table.filter(fail),
        lambda: table.map(lambda row: {"kept": fail(row)}),
    ]
    for call in calls:
        with pytest.raises(RuntimeError, match="at six") as caught:
            call()
        assert "in row 6 of the table" in caught.value.__notes__


def test_functions_that_cannot_be_pickled_are_run_and_nothing_is_printed(
    on_disk: Table, capfd: pytest.CaptureFixture[str]
) -> None:
    lock = threading.Lock()
    kept = on_disk.filter(lambda row: not lock.locked() and row["number"] == 1)
    mapped = kept.map(lambda _: {"locked": lock.locked()})
    assert list(mapped.shuffle(seed=1)) == [{"text": "text 1", "number": 1, "locked": False}]
    assert capfd.readouterr() == ("", "")


def test_a_function_is_run_every_time(on_disk: Table) -> None:
    """Datasets alone would serve what the function gave the first time: its hash does not see into sys."""
    sys.hfkit_test_answer = 1  # type: ignore[attr-defined]
    try:
        ask = "lambda _: {'answer': __import__('sys').hfkit_test_answer}"
        first = on_disk.map(eval(ask))  # noqa: S307  # two functions of one text
        sys.hfkit_test_answer = 2  # type: ignore[attr-defined]
        second = on_disk.map(eval(ask))  # noqa: S307
    finally:
        del sys.hfkit_test_answer  # type: ignore[attr-defined]
    assert (first[0]["answer"], second[0]["answer"]) == (1, 2)


def test_what_is_made_of_a_saved_table_is_not_left_beside_it(table: Table, tmp_path: Path) -> None:
    folder = table.save(tmp_path / "saved")
    before = sorted(folder.iterdir())
    saved = Table.open(folder)
    saved.map(lambda _: {"a": 1}).filter(lambda _: True).shuffle(seed=0).split()
    assert sorted(folder.iterdir()) == before


def test_shuffle_depends_on_the_seed_alone(table: Table, on_disk: Table) -> None:
    assert table.shuffle(seed=3) == on_disk.shuffle(seed=3)
    assert table.shuffle(seed=3) != table.shuffle(seed=4)
    assert sorted(table.shuffle(seed=3).column("number")) == list(range(10))  # type: ignore[type-var]


def test_numbers_come_as_arrays(table: Table) -> None:
    row = table.map(lambda row: {"list": [row["number"], 2]}).with_format("numpy")[1]
    assert isinstance(row["list"], np.ndarray)
    assert (row["text"], type(row["number"])) == ("text 1", np.int64)
    assert table.with_format("numpy", columns=["number"]).with_format("python")[1] == ROWS[1]


def test_numbers_come_as_tensors(table: Table) -> None:
    assert torch.equal(table.with_format("torch")[4]["number"], torch.tensor(4))  # type: ignore[arg-type]


def test_without_torch_there_are_no_tensors(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("PyTorch needs to be installed to be able to return PyTorch tensors.")

    monkeypatch.setattr(datasets.Dataset, "with_format", fail)
    with pytest.raises(errors.MissingDependencyError) as caught:
        table.with_format("torch", columns=["number"])
    assert (caught.value.message, caught.value.hint) == (
        "torch is not installed",
        "pip install 'hfkit[torch]'",
    )


def test_rows_with_a_format_are_gone_through(table: Table) -> None:
    assert [type(row["number"]) for row in table.with_format("numpy")] == [np.int64] * 10


def test_a_format_that_is_not_there_is_refused(table: Table) -> None:
    with pytest.raises(errors.SettingError, match="format 'pandas' is not one of"):
        table.with_format("pandas")  # type: ignore[arg-type]


def test_notes_are_handed_on(table: Table) -> None:
    noted = Table(table.dataset, notes=("a word",))
    handed = noted.filter(lambda _: True)[:9].rename({"text": "b"}).map(dict).shuffle(seed=1).split(test=1)
    assert handed.train.notes == ("a word",)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Table.from_records([{"a": 1}]),
        lambda: Table.from_columns({"a": [1]}),
        lambda: Table.load("a.csv"),
        lambda: Table.open("a"),
        lambda: Table.stream("a.csv"),
        lambda: hfkit.Splits.load("a"),
        lambda: hfkit.Splits.open("a"),
    ],
)
def test_without_datasets_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, call: Any) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(errors.MissingDependencyError) as caught:
        call()
    assert caught.value.message == "datasets is not installed"
    assert caught.value.hint == "pip install 'hfkit[tune]'"


def test_mappings_with_keys_of_their_own_come_back(tmp_path: Path) -> None:
    """Arrow alone gives each the keys of all: arguments of a tool that nobody has passed."""
    rows: list[dict[str, object]] = [
        {"calls": [{"name": "pay", "arguments": {"amount": 5, "to": ["Zoë"]}}]},
        {"calls": [{"name": "stop", "arguments": {}}, {"name": "ask", "arguments": {"text": "how much?"}}]},
        {"calls": []},
    ]
    table = Table.from_records(rows)
    opened = Table.open(table.save(tmp_path / "saved"))
    assert list(table) == list(opened) == rows
    assert table.fingerprint == opened.fingerprint
    assert table.map(dict) == table
