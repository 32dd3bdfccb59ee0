"""Laws of tables: rows go in and come out, splits partition them, and a table is the same wherever it lies."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections import Counter
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hfkit import Classes, Table, errors
from hfkit.data.dividing import divide

SOME = settings(max_examples=40)

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_VALUES = {
    "text": _TEXTS,
    "whole": st.integers(-(2**63), 2**63 - 1),
    "share": st.floats(allow_nan=False),
    "truth": st.booleans(),
    "list": st.lists(_TEXTS, max_size=3),
    "inner": st.fixed_dictionaries({"a": st.integers(0, 9), "b": _TEXTS}),
}


@st.composite
def _records(draw: st.DrawFn) -> list[dict[str, object]]:
    """Rows of the same columns, any value of which may be missing."""
    columns = draw(st.lists(st.sampled_from(sorted(_VALUES)), min_size=1, max_size=4, unique=True))
    row = st.fixed_dictionaries({name: st.none() | _VALUES[name] for name in columns})
    return draw(st.lists(row, min_size=1, max_size=12))


_LABELS = st.lists(st.sampled_from("abcde"), min_size=2, max_size=80)
_SEEDS = st.integers(0, 2**32)


@SOME
@given(_records())
def test_a_table_of_records_gives_the_records_back(records: list[dict[str, object]]) -> None:
    """Law: list(from_records(records)) == records."""
    table = Table.from_records(records)
    assert list(table) == records
    assert [table[row] for row in range(len(table))] == records
    assert {name: table.column(name) for name in table.columns} == {
        name: [record[name] for record in records] for name in records[0]
    }


@SOME
@given(_records())
def test_what_is_saved_is_what_is_opened(records: list[dict[str, object]]) -> None:
    """Law: open(save(table)) == table, and with the same hash."""
    table = Table.from_records(records)
    with tempfile.TemporaryDirectory() as folder:
        opened = Table.open(table.save(Path(folder) / "table"))
        assert list(opened) == records
        assert opened.fingerprint == table.fingerprint


@SOME
@given(_records(), _records())
def test_tables_are_equal_if_and_only_if_their_rows_are(
    one: list[dict[str, object]], other: list[dict[str, object]]
) -> None:
    """Law: tables made of the same records have one hash; made of others, two."""
    assert Table.from_records(one) == Table.from_records([dict(row) for row in one])
    same = repr(one) == repr(other)  # the order of columns counts, and so does -0.0
    assert (
        (Table.from_records(one) == Table.from_records(other)) is same or _typeless(one) or _typeless(other)
    )


def _typeless(records: list[dict[str, object]]) -> bool:
    """A column without any value has no type, and differs from one that has."""
    return any(all(record[name] is None for record in records) for name in records[0])


@given(st.lists(st.integers(0, 30), max_size=8), st.sampled_from([(1, 0, 1), (8, 1, 1), (7, 2, 3)]), _SEEDS)
def test_rows_are_dealt_out_once_each_and_in_proportion(
    sizes: list[int], parts: tuple[int, ...], seed: int
) -> None:
    """Law: the splits partition the rows; of each group each split has its share, rounded up or down."""
    begins = [sum(sizes[:position]) for position in range(len(sizes))]
    groups = [range(begin, begin + size) for begin, size in zip(begins, sizes, strict=True)]
    shares = [Fraction(part, sum(parts)) for part in parts]
    splits = divide(groups, shares, seed=seed)
    assert sorted(row for rows in splits for row in rows) == list(range(sum(sizes)))
    for group in groups:
        for rows, share in zip(splits, shares, strict=True):
            assert abs(len(set(rows) & set(group)) - len(group) * share) < 1


@given(st.lists(st.integers(2, 30), min_size=1, max_size=60), st.integers(1, 9), st.integers(0, 9), _SEEDS)
def test_rounding_does_not_add_up(sizes: list[int], test: int, validation: int, seed: int) -> None:
    """Law: however many groups there are, each split is within two rows of its share of the whole."""
    shares = [Fraction(part, 20) for part in (20 - test - validation, validation, test)]
    splits = divide([range(size) for size in sizes], shares, seed=seed)
    for rows, share in zip(splits, shares, strict=True):
        assert abs(len(rows) - sum(sizes) * share) <= 2


@SOME
@given(_LABELS, st.sampled_from([0.1, 0.2, 0.25, 0.5]), _SEEDS)
def test_splits_partition_the_rows_and_are_stratified_within_one_row(
    labels: list[str], test: float, seed: int
) -> None:
    """Law: train and test are the rows, each once, and of each class test has its share within one row."""
    rows = [{"row": row, "label": label} for row, label in enumerate([*labels, *"abcde" * 4])]
    counts = Counter(row["label"] for row in rows)
    splits = Table.from_records(rows).split(test=test, stratify="label", seed=seed)
    dealt = [row for table in splits.values() for row in table]
    assert sorted(dealt, key=lambda row: int(str(row["row"]))) == rows
    held_out = Counter(splits.test.column("label"))
    assert all(abs(held_out[label] - count * test) < 1 for label, count in counts.items())


@SOME
@given(_LABELS)
def test_classes_are_the_values_that_were_there(labels: list[str]) -> None:
    """Law: the name of each row's class is the text that the row held."""
    table = Table.from_columns({"label": labels}).cast({"label": Classes()})
    names = table.class_names("label")
    assert names == tuple(sorted(set(labels)))
    assert [names[int(str(number))] for number in table.column("label")] == labels


_FIELDS = st.text(st.sampled_from('ab ,;"\n\té漢😀'), max_size=6)


@SOME
@given(st.lists(st.tuples(_FIELDS, _FIELDS), min_size=1, max_size=20))
def test_fields_that_are_written_are_read(rows: list[tuple[str, str]]) -> None:
    """Law: whatever the csv module writes comes back, an empty text in quotation marks as itself."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerows([("one", "other"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.csv"
        file.write_text(written.getvalue(), encoding="utf-8", newline="")
        assert [(row["one"], row["other"]) for row in Table.load(file)] == rows


@SOME
@given(_records())
def test_lines_of_json_that_are_written_are_read(records: list[dict[str, object]]) -> None:
    """Law: a stream of the lines that json writes gives the records back."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        assert list(Table.stream(file)) == records


@given(st.binary(max_size=60))
@SOME
def test_bytes_of_any_kind_are_read_or_refused_with_a_cause(content: bytes) -> None:
    """Law: a file gives rows, or the error that it is corrupt; nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.csv", "a.tsv", "a.txt"):
            file = Path(folder) / name
            file.write_bytes(content)
            with suppress(errors.CorruptDataError):
                assert isinstance(list(Table.load(file)), list)
