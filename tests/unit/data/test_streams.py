"""Rows while they are asked for."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import datasets
import pandas as pd
import pytest

from hfkit import Table, TableStream, errors

if TYPE_CHECKING:
    from .conftest import Write

ROWS = [{"number": number, "text": f"text {number}"} for number in range(20)]


@pytest.fixture(params=["a.csv", "a.jsonl", "a.json", "a.parquet", "saved", "table"])
def stream(request: pytest.FixtureRequest, write: Write) -> TableStream:
    """The same rows from each kind of source."""
    table = Table.from_records(ROWS)
    match request.param:
        case "table":
            return table.to_stream()
        case "saved":
            write("x", "")
            return Table.stream(table.save("saved"))
        case "a.parquet":
            table.to_pandas().to_parquet(write("a.parquet", ""))
        case "a.csv":
            write("a.csv", table.to_pandas().to_csv(index=False))
        case "a.jsonl":
            write("a.jsonl", "".join(json.dumps(row) + "\n" for row in ROWS))
        case _:
            write("a.json", json.dumps(ROWS))
    return Table.stream(request.param)


def test_rows_come_each_time(stream: TableStream) -> None:
    assert list(stream) == ROWS
    assert list(stream) == ROWS


def test_under_it_lies_a_real_dataset(stream: TableStream) -> None:
    assert isinstance(stream.dataset, datasets.IterableDataset)
    assert list(stream.dataset) == ROWS


def test_methods_give_other_streams(stream: TableStream, capfd: pytest.CaptureFixture[str]) -> None:
    odd = stream.filter(lambda row: int(str(row["number"])) % 2 == 1).skip(2)
    assert [row["number"] for row in odd.take(3)] == [5, 7, 9]
    mapped = stream.map(lambda row: {"length": len(str(row["text"]))}, remove=["text"])
    assert list(mapped.take(1)) == [{"number": 0, "length": 6}]
    assert list(stream) == ROWS
    assert capfd.readouterr() == ("", "")


def test_it_is_shuffled_by_seed(stream: TableStream) -> None:
    mixed = list(stream.shuffle(buffer=7, seed=1))
    assert mixed == list(stream.shuffle(buffer=7, seed=1)) != ROWS
    assert sorted(mixed, key=lambda row: int(str(row["number"]))) == ROWS


def test_it_goes_on_where_it_was(stream: TableStream) -> None:
    begun = iter(stream)
    first = list(islice(begun, 6))
    state = json.loads(json.dumps(stream.state()))
    assert first + list(stream.resume(state)) == ROWS
    assert list(stream) == ROWS


def test_a_shuffled_stream_does_not_lose_rows_in_silence(stream: TableStream) -> None:
    mixed = stream.shuffle(seed=1).take(3)
    list(mixed)
    with pytest.raises(errors.SettingError, match="the rows in its buffer would be lost"):
        mixed.resume(mixed.state())


def test_columns_are_known_if_the_source_tells(stream: TableStream) -> None:
    assert stream.columns in (("number", "text"), None)
    assert Table.from_records(ROWS).to_stream().columns == ("number", "text")


def test_text_is_a_row_a_line(write: Write) -> None:
    assert list(Table.stream(write("a.txt", "one\n\ntwo"))) == [
        {"text": "one"},
        {"text": ""},
        {"text": "two"},
    ]


def test_nothing_is_read_before_it_is_asked_for(write: Write) -> None:
    file = write("a.jsonl", '{"a": 1}\n{"a": 2}\n{"a"\n')
    rows = iter(Table.stream(file))
    assert (next(rows), next(rows)) == ({"a": 1}, {"a": 2})
    with pytest.raises(errors.CorruptDataError, match=r"a\.jsonl line 3 is no JSON at character 5"):
        next(rows)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "a,b\n1\n", r"a\.csv line 2 has 1 field, must have 2"),
        ("a.csv", b"a,b\n1,\xff\n", r"a\.csv line 2 is no UTF-8: byte 3 is 0xff"),
        ("a.csv", "", r"a\.csv is empty"),
        ("a.txt", b"one\n\xff\n", r"a\.txt line 2 is no UTF-8: byte 1 is 0xff"),
        ("a.parquet", b"PAR1 and no more", r"a\.parquet cannot be read: "),
    ],
)
def test_what_cannot_be_read_is_named(write: Write, name: str, content: str | bytes, message: str) -> None:
    file = write(name, content)
    with pytest.raises(errors.CorruptDataError, match=message):
        list(Table.stream(file))


def test_a_parquet_file_that_breaks_off_is_named(write: Write) -> None:
    file = write("a.parquet", b"")
    pd.DataFrame({"a": [str(number) for number in range(10_000)]}).to_parquet(file, compression="gzip")
    whole = file.read_bytes()
    file.write_bytes(whole[:1000] + b"\0" * 2000 + whole[3000:])
    with pytest.raises(errors.CorruptDataError, match=r"a\.parquet cannot be read: "):
        list(Table.stream(file))


def test_it_says_what_it_is(write: Write) -> None:
    assert repr(Table.stream(write("a.csv", "a,b\n1,2\n"))) == "<TableStream: a, b>"
    assert repr(Table.stream(write("a.jsonl", '{"a": 1}\n'))) == "<TableStream: columns not known yet>"


@pytest.mark.parametrize(
    "call", [lambda s: s.take(-1), lambda s: s.skip(-1), lambda s: s.shuffle(buffer=0, seed=1)]
)
def test_numbers_out_of_range_are_refused(call: Any) -> None:
    with pytest.raises(errors.SettingError, match="must be a whole number, at least"):
        call(Table.from_records(ROWS).to_stream())


def test_what_is_no_stream_is_refused() -> None:
    with pytest.raises(errors.InputTypeError, match=r"made of a datasets\.IterableDataset, not of a list"):
        TableStream([])  # type: ignore[arg-type, unused-ignore]


def test_loaders_in_processes_of_their_own_can_read_it(write: Write) -> None:
    from torch.utils.data import DataLoader

    stream = Table.stream(write("a.csv", "a\n" + "".join(f"{number}\n" for number in range(10))))
    loaded = DataLoader(stream.dataset, batch_size=None, num_workers=1)
    assert [row["a"] for row in loaded] == list(range(10))
