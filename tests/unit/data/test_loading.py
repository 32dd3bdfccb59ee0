"""Files that datasets reads, folders, and what a source may be."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from hfkit import Splits, Table, errors

if TYPE_CHECKING:
    from .conftest import Write


def _lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "odd [1]*.jsonl"])
def test_a_row_a_line(write: Write, name: str) -> None:
    rows = [{"text": "naïve", "label": 1, "tags": ["a"]}, {"text": None, "label": 2, "tags": []}]
    assert list(Table.load(write(name, _lines(*rows)))) == rows


def test_compressed_lines(write: Write) -> None:
    assert list(Table.load(write("a.jsonl.gz", gzip.compress(_lines({"a": 1}).encode())))) == [{"a": 1}]


def test_a_list_of_rows_and_a_mapping_of_columns(write: Write) -> None:
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    assert list(Table.load(write("rows.json", json.dumps(rows, indent=2)))) == rows
    assert list(Table.load(write("columns.json", '{"a": [1, 2], "b": ["x", null]}'))) == rows


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_texts_that_look_like_times_stay_texts(write: Write, name: str) -> None:
    """Arrow's reader, which datasets asks, makes times of them."""
    rows = [{"day": "2026-01-31", "a": 1}, {"day": None, "a": 2}]
    content = _lines(*rows) if name.endswith("l") else json.dumps(rows)
    assert list(Table.load(write(name, content))) == rows


def test_a_file_that_changed_is_read_again(write: Write) -> None:
    file = write("a.jsonl", _lines({"a": 1}))
    before = Table.load(file)
    write("a.jsonl", _lines({"a": 2}))
    assert (before[0], Table.load(file)[0]) == ({"a": 1}, {"a": 2})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.jsonl",
            '{"a": 1}\n{"a": \n\n{"b" 1}\n',
            "a.jsonl line 2 is no JSON at character 7: Expecting value; and 1 more such line",
        ),
        ("a.jsonl", '{"a": 1}\n[1]\n', "a.jsonl line 2 holds [1], must hold an object"),
        (
            "a.jsonl",
            b'{"a": "x"}\n{"a": "caf\xe9"}\n',
            "a.jsonl line 2 is no UTF-8: byte 11 is 0xe9",
        ),
        ("a.jsonl", "", "a.jsonl is empty"),
        (
            "a.jsonl",
            '{"a": ' + "[" * 100_000 + "\n",
            "a.jsonl line 1 is no JSON that can be read: lists in lists without an end",
        ),
        (
            "a.json",
            '[{"a": 1},\n {"a" 2}]',
            "a.json line 2 is no JSON at character 7: Expecting ':' delimiter",
        ),
        (
            "a.json",
            '{"version": "1.1", "data": [{"title": "x"}]}',
            "a.json holds an object with 'version', 'data', must hold a list of rows",
        ),
        ("a.json", "[1, 2]", "a.json holds a list of other things, must hold a list of rows"),
        ("a.json", "3", "a.json holds 3, must hold a list of rows"),
        ("a.txt", b"one\n\xfftwo\n", "a.txt line 2 is no UTF-8: byte 1 is 0xff"),
        ("a.txt", b"", "a.txt is empty"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(
    write: Write, capfd: pytest.CaptureFixture[str], name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(errors.CorruptDataError) as caught:
        Table.load(write(name, content))
    assert caught.value.message == message
    assert capfd.readouterr() == ("", "")


def test_the_way_to_rows_that_are_wrapped_is_shown(write: Write) -> None:
    with pytest.raises(errors.CorruptDataError) as caught:
        Table.load(write("squad.json", '{"version": "1.1", "data": [{"title": "x"}]}'))
    assert caught.value.hint == "take the rows out: Table.from_records(json.load(open(file))['data'])"


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.jsonl", b'{"a": "x"}\n{"a"\n{"a": "\xff"}\n{"a": "y"}\n', [{"a": "x"}, {"a": "y"}]),
        ("a.txt", b"x\n\xff\n\xfe\ny\n", [{"text": "x"}, {"text": "y"}]),
    ],
)
def test_what_cannot_be_read_is_left_out_on_request(
    write: Write, name: str, content: bytes, rows: list[Any]
) -> None:
    table = Table.load(write(name, content), skip_unreadable=True)
    assert list(table) == rows
    assert table.notes == (f"2 lines of {name} could not be read and are left out: 2, 3",)


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
def test_a_line_of_text_is_a_row(write: Write, name: str) -> None:
    content = "one\r\n\ntwo  \nthree\x0cfour\u2028five".encode()
    file = write(name, gzip.compress(content) if name.endswith("gz") else content)
    assert Table.load(file).column("text") == ["one", "", "two  ", "three\x0cfour\u2028five"]


def test_parquet(write: Write) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    file = write("a.parquet", b"")
    frame.to_parquet(file)
    assert Table.load(file) == Table.from_pandas(frame)


def test_a_truncated_parquet_file_is_told(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    file = write("a.parquet", b"")
    pd.DataFrame({"a": [1, 2]}).to_parquet(file)
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(errors.CorruptDataError) as caught:
        Table.load(file)
    assert caught.value.message.startswith(
        "a.parquet cannot be read: Parquet magic bytes not found in footer"
    )
    assert capfd.readouterr() == ("", "")


def test_an_arrow_file(write: Write) -> None:
    write("here.txt", "x")
    table = Table.from_columns({"a": [1, 2]})
    (data,) = table.save("saved").glob("*.arrow")
    assert Table.load(data) == table
    with pytest.raises(errors.CorruptDataError, match=r"a\.arrow cannot be read: "):
        Table.load(write("a.arrow", b"no such thing"))


def test_a_folder_of_files_is_splits_by_their_names(write: Write) -> None:
    write("data/train.csv", "a,b\n1,x\n")
    write("data/validation.csv", "a,b\n2,y\n")
    write("data/test.csv", "a,b\n3,z\n")
    write("data/README.md", "# Some examples")
    splits = Splits.load("data")
    assert {name: list(table) for name, table in splits.items()} == {
        "train": [{"a": 1, "b": "x"}],
        "validation": [{"a": 2, "b": "y"}],
        "test": [{"a": 3, "b": "z"}],
    }
    assert Table.load("data", split="test") == splits.test


def test_several_files_of_a_split_are_one_table(write: Write) -> None:
    write("data/part-1.csv", "a\n1\n")
    write("data/part-2.csv", "a\n2\n")
    assert Table.load("data").column("a") == [1, 2]
    write("data/part-3.csv", "a\nx\n")
    with pytest.raises(errors.DataError, match=r"part-1\.csv, part-2\.csv, part-3\.csv cannot be one table"):
        Table.load("data")
    write("data/part-3.csv", "b,c\nx,y\n")
    with pytest.raises(
        errors.DataError, match=r"part-3\.csv has the columns b, c, must have those of part-1\.csv: a"
    ):
        Table.load("data")


def test_a_line_in_a_folder_is_named_with_its_file(write: Write) -> None:
    write("data/train.csv", "a,b\n1,x\n")
    write("data/test.csv", "a,b\n3\n")
    with pytest.raises(errors.CorruptDataError, match=r"test\.csv line 2 has 1 field, must have 2"):
        Splits.load("data")


def test_a_mapping_of_files_is_splits(write: Write) -> None:
    splits = Splits.load({"train": write("a.csv", "a\n1\n"), "dev": write("b.jsonl", _lines({"a": 2}))})
    assert {name: table.column("a") for name, table in splits.items()} == {"train": [1], "dev": [2]}


def test_a_file_alone_is_the_training_split(write: Write) -> None:
    file = write("a.csv", "a\n1\n")
    assert Splits.load(file) == Splits({"train": Table.load(file)})
    assert Table.load(file, split="train") == Table.load(file)


def test_a_saved_folder_is_loaded(write: Write) -> None:
    table = Table.load(write("a.csv", "a\n1\n2\n3\n"))
    assert Table.load(table.save("one")) == table
    splits = table.split(test=1)
    assert Splits.load(splits.save("several")) == splits
    assert Table.load("several", split="test") == splits.test


def test_one_of_several_splits_must_be_named(write: Write) -> None:
    write("data/train.csv", "a\n1\n")
    write("data/test.csv", "a\n2\n")
    with pytest.raises(errors.SplitError) as caught:
        Table.load("data")
    assert caught.value.message == "'data' holds the splits 'train', 'test', and none was named"
    assert caught.value.hint == "name one, such as split='train', or load all: Splits.load"
    with pytest.raises(errors.UnknownSplitError) as unknown:
        Table.load("data", split="tset")
    assert unknown.value.message == "'data' has no split 'tset'; there are 'train', 'test'"
    assert unknown.value.hint == "did you mean 'test'?"


@pytest.mark.parametrize(
    "name", ["reviews.cvs", "./reviews", "/reviews", "~/no/reviews", "a b", "a b/" * 2000]
)
def test_a_file_that_is_not_there_is_not_looked_for_on_the_hub(write: Write, name: str) -> None:
    write("reviews.csv", "a\n1\n")
    with pytest.raises(errors.DataNotFoundError) as caught:
        Table.load(name)
    assert caught.value.message == f"there is no file or folder {name!r}"
    if name == "reviews.cvs":
        assert caught.value.hint == "did you mean 'reviews.csv'?"


def test_a_path_is_never_a_name_on_the_hub() -> None:
    with pytest.raises(errors.DataNotFoundError, match="there is no file or folder"):
        Table.load(Path("org") / "name")


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.parquet.gz", "Makefile"])
def test_a_format_that_is_not_read_is_told(write: Write, name: str) -> None:
    with pytest.raises(errors.DataNotFoundError, match="must be a file of one of the formats csv, tsv, json"):
        Table.load(write(name, b"something"))


def test_a_folder_without_examples_is_told(write: Write) -> None:
    write("data/README.md", "nothing here")
    with pytest.raises(errors.DataNotFoundError, match="'data' holds no file of examples"):
        Table.load("data")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"delimiter": ";;"}, "delimiter is ';;', must be one character"),
        ({"delimiter": '"'}, "must be one character, no quotation mark or line break"),
        ({"columns": []}, r"columns are \(\), must be different and at least one"),
        ({"columns": ["a", "a"]}, r"columns are \('a', 'a'\), must be different and at least one"),
        ({"columns": [1]}, r"columns is \(1,\), must be a tuple of texts"),
        ({"config": 3}, "config is 3, must be str or None"),
        (
            {"config": "german"},
            "config is 'german' for 'a.csv', must be left out but for a dataset on the hub",
        ),
        ({"offline": "yes"}, "offline is 'yes', must be bool or None"),
    ],
)
def test_settings_out_of_range_are_refused(write: Write, settings: dict[str, Any], message: str) -> None:
    file = write("a.csv", "a,b\n1,2\n")
    for read in (Table.load, Table.stream, Splits.load):
        with pytest.raises(errors.SettingError, match=message):
            read(file, **settings)


def test_columns_are_no_choice_among_those_of_a_file(write: Write) -> None:
    file = write("a.jsonl", _lines({"a": 1, "b": 2}))
    for read in (Table.load, Table.stream):
        with pytest.raises(errors.SettingError) as caught:
            read(file, columns=["a"])
        assert (
            caught.value.message
            == "columns is ('a',) for 'a.jsonl', must be left out but for csv or tsv files"
        )
        assert caught.value.hint == "choose columns with table.select_columns(...)"


@pytest.mark.parametrize("source", [None, 3, "", b"a.csv", [{"a": 1}]])
def test_what_is_no_source_is_refused(source: Any) -> None:
    with pytest.raises(errors.InputTypeError, match="must be a path or 'org/name' of a dataset on the hub"):
        Table.load(source)
