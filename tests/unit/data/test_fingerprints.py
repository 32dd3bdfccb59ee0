"""The hash of a table is that of its rows, wherever they lie."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING

import datasets
import pyarrow as pa
import pytest

from hfkit import Classes, Table

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    {
        "text": None if number % 7 == 0 else "é" * (number % 5),
        "number": number,
        "share": number / 3,
        "yes": number % 2 == 0,
        "list": [str(number)] * (number % 3),
        "inner": {"a": number, "b": [{"c": "x"}]},
        "day": dt.date(2026, 1, 1) + dt.timedelta(days=number),
    }
    for number in range(2500)
]


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.from_records(ROWS)


def test_it_is_written_down() -> None:
    """A change of the hash makes every report's table another one."""
    table = Table.from_records([{"text": "a film", "label": 1}, {"text": None, "label": 0}])
    assert table.fingerprint == "sha256:31d33e24a3b92fa5ef2301b2dca6477fbbbd133cce48777d4260b5ec2f8b5bf1"


def test_chunks_do_not_count(table: Table) -> None:
    arrow = pa.table(table.dataset.data.table)
    for size in (1, 999, 1001):
        assert Table(datasets.Dataset(pa.Table.from_batches(arrow.to_batches(max_chunksize=size)))) == table


def test_where_the_rows_came_from_does_not_count(table: Table, tmp_path: Path) -> None:
    saved = Table.open(table.save(tmp_path / "one"))
    assert saved.fingerprint == table.fingerprint
    assert saved.shuffle(seed=1).fingerprint == table.shuffle(seed=1).fingerprint
    assert saved.select(range(100, 2000)).fingerprint == Table.from_records(ROWS[100:2000]).fingerprint


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.string_view()], ids=str
)
def test_how_texts_are_kept_does_not_count(kind: pa.DataType) -> None:
    texts = ["a", None, "b", "a", ""]
    plain = pa.table({"text": pa.array(texts)})
    other = pa.table({"text": pa.array(texts).cast(kind)})
    assert Table(datasets.Dataset(other)).fingerprint == Table(datasets.Dataset(plain)).fingerprint


def test_what_lies_under_a_missing_value_does_not_count() -> None:
    validity = pa.py_buffer(b"\x05")  # the middle one of three is missing
    arrays = [
        pa.Array.from_buffers(pa.int64(), 3, [validity, pa.py_buffer(memoryview(bytes(data)))])
        for data in (b"\1" * 24, b"\1" * 8 + b"\7" * 8 + b"\1" * 8)
    ]
    one, other = (Table(datasets.Dataset(pa.table({"a": array}))) for array in arrays)
    assert one == other


@pytest.mark.parametrize(
    "other",
    [
        [{"a": 1, "b": "x"}],
        [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "z"}],
        [{"a": 1, "b": "x"}, {"a": 2, "b": ""}],
        [{"a": 2, "b": None}, {"a": 1, "b": "x"}],
        [{"b": "x", "a": 1}, {"b": None, "a": 2}],
        [{"a": 1.0, "b": "x"}, {"a": 2.0, "b": None}],
        [{"c": 1, "b": "x"}, {"c": 2, "b": None}],
    ],
    ids=json.dumps,
)
def test_all_else_counts(other: list[dict[str, object]]) -> None:
    assert Table.from_records([{"a": 1, "b": "x"}, {"a": 2, "b": None}]) != Table.from_records(other)


def test_where_one_text_ends_counts() -> None:
    assert Table.from_columns({"a": ["ab", "c"]}) != Table.from_columns({"a": ["a", "bc"]})
    assert Table.from_columns({"a": [["a"], ["b", "c"]]}) != Table.from_columns({"a": [["a", "b"], ["c"]]})


def test_the_names_of_classes_count() -> None:
    numbers = Table.from_columns({"label": [0, 1]})
    one, other = (numbers.cast({"label": Classes(names)}) for names in (("a", "b"), ("b", "a")))
    assert len({one.fingerprint, other.fingerprint, numbers.fingerprint}) == 3


def test_rare_types_have_one_too() -> None:
    rows = pa.table(
        {
            "decimal": pa.array([Decimal("1.5"), None]),
            "bytes": pa.array([b"a", None]),
            "nothing": pa.nulls(2),
            "fixed": pa.array([[1.0, math.nan], None], pa.list_(pa.float32(), 2)),
            "time": pa.array([dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None]),
        }
    )
    assert Table(datasets.Dataset(rows)) == Table(datasets.Dataset(rows.slice(0)))
    assert Table(datasets.Dataset(rows)) != Table(datasets.Dataset(rows.slice(1)))
