"""Files of fields: rows are whole, types are those of whole columns, and what cannot be read is named by its line."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from hfkit import Table, errors

if TYPE_CHECKING:
    from .conftest import Write


def test_rows_and_types(write: Write) -> None:
    file = write("a.csv", 'text,stars,share\ngood,5,0.5\n,,\n"a, b\nc",-1,1e3\n')
    assert list(Table.load(file)) == [
        {"text": "good", "stars": 5, "share": 0.5},
        {"text": None, "stars": None, "share": None},
        {"text": "a, b\nc", "stars": -1, "share": 1000.0},
    ]


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        (["1", "", "3"], [1, None, 3]),  # pandas: 1.0, nan, 3.0
        (["007", "8"], ["007", "8"]),  # pandas: 7, 8
        (["NA", "null", "nan", "None"], ["NA", "null", "nan", "None"]),  # pandas: four times nothing
        (["1", "x"], ["1", "x"]),
        (["1", "2.5", ".5", "-0.1", "1e-3"], [1.0, 2.5, 0.5, -0.1, 0.001]),
        (["1234567890123456789"], ["1234567890123456789"]),  # as a float it would lose its end
        (["123456789012345678"], [123456789012345678]),
        (["1", "12345678901234567890.5"], ["1", "12345678901234567890.5"]),
        (["true", "False"], ["true", "False"]),
        (["+5", "5"], ["+5", "5"]),
        ([" 5", "5"], [" 5", "5"]),
        (["1_000"], ["1_000"]),
        (["٣"], ["٣"]),
        (["-", "e5", "."], ["-", "e5", "."]),
        (['""', "a", ""], ["", "a", None]),
        (['"null"', '" x"'], ["null", " x"]),
        (['"he said ""hi"""'], ['he said "hi"']),
        (["2026-01-31"], ["2026-01-31"]),
        (["", ""], [None, None]),
    ],
)
def test_a_column_is_of_numbers_only_if_every_field_is_written_as_one(
    write: Write, fields: list[str], values: list[Any]
) -> None:
    file = write("a.csv", "id,value\n" + "".join(f"x,{field}\n" for field in fields))
    read = Table.load(file).column("value")
    assert read == values
    assert [type(value) for value in read] == [type(value) for value in values]


def test_the_type_is_that_of_the_whole_column(write: Write) -> None:
    """Pandas settles on it ten thousand rows at a time."""
    numbers = [*range(50_000), "a5"]
    file = write("a.csv", "id\n" + "".join(f"{number}\n" for number in numbers))
    assert Table.load(file).column("id") == [str(number) for number in numbers]


def test_as_pandas_reads_it_where_nothing_is_in_doubt(write: Write) -> None:
    chance = random.Random(0)
    texts = ["".join(chance.choices('ab ,"\n\té漢', k=chance.randint(1, 20))) + "x" for _ in range(3000)]
    numbers, shares = [chance.randint(-9, 99) for _ in texts], [chance.random() for _ in texts]
    frame = pd.DataFrame({"text": texts, "number": numbers, "share": shares})
    file = write("a.csv", frame.to_csv(index=False))
    assert Table.load(file) == Table.from_pandas(frame)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_mark_of_the_encoding(write: Write, ending: str, mark: str) -> None:
    file = write("a.csv", mark + ending.join(["text,label", "a,1", "", "b,2"]))
    assert list(Table.load(file)) == [{"text": "a", "label": 1}, {"text": "b", "label": 2}]


def test_a_row_longer_than_a_block(write: Write) -> None:
    texts = ["short", "x" * 3_000_000, "short"]
    file = write("a.csv", "text,label\n" + "".join(f"{text},1\n" for text in texts))
    assert Table.load(file).column("text") == texts


@pytest.mark.parametrize(
    ("name", "pack"), [("a.csv.gz", gzip.compress), ("a.csv.bz2", bz2.compress), ("a.csv.xz", lzma.compress)]
)
def test_compressed(write: Write, name: str, pack: Any) -> None:
    assert list(Table.load(write(name, pack(b"a,b\n1,x\n")))) == [{"a": 1, "b": "x"}]
    lines = "".join(f"{number},x\n" for number in random.Random(0).choices(range(10**9), k=50_000))
    with pytest.raises(errors.CorruptDataError, match=rf"{name} cannot be read: Compressed file ended"):
        Table.load(write(name, pack(f"a,b\n{lines}".encode())[:-20]))


def test_another_delimiter_and_no_header(write: Write) -> None:
    file = write("a.csv", "good;5\nbad;1\n")
    table = Table.load(file, delimiter=";", columns=["text", "stars"])
    assert list(table) == [{"text": "good", "stars": 5}, {"text": "bad", "stars": 1}]


def test_a_header_alone_is_a_table_without_rows(write: Write) -> None:
    assert repr(Table.load(write("a.csv", "text,label\n"))) == "<Table of 0 rows: text, label>"


def test_a_column_without_a_name_is_called_as_pandas_does(write: Write) -> None:
    assert Table.load(write("a.csv", ",text\n0,a\n")).columns == ("Unnamed: 0", "text")


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ('text\tlabel\nhe said "hi\t1\n"quoted" start\t2\n', ['he said "hi', '"quoted" start']),
        ('text\tlabel\n"a ""b"" c"\t1\nplain\t2\n', ['a "b" c', "plain"]),
        ('text\tlabel\n"two\nlines"\t1\n', ["two\nlines"]),
        ('text\tlabel\n"two\ttabs"\t1\n', ["two\ttabs"]),
        ("text\tlabel\nplain\t1\n", ["plain"]),
    ],
)
def test_marks_in_files_of_tabs_are_text_unless_they_enclose_fields(
    write: Write, content: str, texts: list[str]
) -> None:
    assert Table.load(write("a.tsv", content)).column("text") == texts


@pytest.mark.parametrize(
    ("content", "message", "lines"),
    [
        (
            "text,label\ngood,1\n\nbad\nx,2\na,b,c\n",
            "reviews.csv line 4 has 1 field, must have 2; and 1 more such line",
            (4, 6),
        ),
        ("text,label\ngood,1,\n", "reviews.csv line 2 has 3 fields, must have 2", (2,)),
        (
            'text,label\n"a\nb",1\n"c\nd"\n',
            "reviews.csv line 4 has 1 field, must have 2 (a quotation mark joins it to line 5)",
            (4,),
        ),
        (
            'text,label\n"never closed,1\nb,2\nc,3\n',
            "reviews.csv line 2 has a quotation mark that is never closed",
            (2,),
        ),
        (  # as one field this reads as it should, and pandas takes it for one
            'text,label\n"never closed,1\nb,2\n"c",3\nd,4\n',
            "reviews.csv line 2 has a quotation mark that is closed within a field further down",
            (2,),
        ),
        (
            b"text,label\na,1\ncaf\xe9,2\n\xff,3\n",
            "reviews.csv line 3 is no UTF-8: byte 4 is 0xe9; and 1 more such line",
            (3, 4),
        ),
        (
            b"text,label\na,1\ncaf\xe9,2\nb\n",
            "reviews.csv line 3 is no UTF-8: byte 4 is 0xe9; and 1 more unreadable line",
            (3, 4),
        ),
        (
            "a,b\n" + "1\n" * 1500,
            "reviews.csv line 2 has 1 field, must have 2; and 1,499 more such lines",
            tuple(range(2, 1002)),
        ),
    ],
)
def test_lines_that_cannot_be_read_are_named_and_counted(
    write: Write, content: str | bytes, message: str, lines: tuple[int, ...]
) -> None:
    with pytest.raises(errors.CorruptDataError) as caught:
        Table.load(write("reviews.csv", content))
    error = caught.value
    assert error.message == message
    assert (error.file, error.line, error.lines) == ("reviews.csv", lines[0], lines)
    assert error.count == max(len(lines), 1500 if len(lines) == 1000 else 0)
    assert error.hint.endswith("or load what can be read: Table.load(..., skip_unreadable=True)")


def test_a_stray_mark_costs_its_own_row_alone(write: Write) -> None:
    rows = [
        '"never closed,1',
        "b,2",
        '"c",3',
        'd "quoted" word,4',
        '"e",5',
        '"two\nlines",6',
        '"never closed,7',
        "f,8",
    ]
    table = Table.load(write("a.csv", "text,label\n" + "\n".join(rows)), skip_unreadable=True)
    assert table.column("label") == [2, 3, 4, 5, 6, 8]
    assert table.notes == ("2 lines of a.csv could not be read and are left out: 2, 9",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "reviews.csv is empty"),
        ("\n\n", "reviews.csv holds blank lines only"),
        ("text,label,text\na,b,c\n", "reviews.csv line 1 names column 'text' twice"),
        ("text,,\na,b,c\n", "reviews.csv line 1 gives two columns no name"),
        ("1,2.5\n3,4\n", "reviews.csv line 1 holds numbers only, '1, 2.5', must name the columns"),
        (
            f"{'A long review. ' * 20},1\n",
            f"reviews.csv line 1 holds a long text, {('A long review. ' * 20)[:40]!r}, must name the columns",
        ),
        (b"caf\xe9,b\n1,2\n", "reviews.csv line 1 is no UTF-8: byte 4 is 0xe9"),
        (b"a,b\n\0,1\n", "reviews.csv holds zero bytes, so no text"),
        (
            b"PK\x03\x04 and so on",
            "reviews.csv is a zip archive, as Excel's workbooks are, must be text in UTF-8",
        ),
        ("text,label\na,1\n".encode("utf-16"), "reviews.csv is text in UTF-16, must be text in UTF-8"),
    ],
)
def test_what_is_no_file_of_fields_is_refused(write: Write, content: str | bytes, message: str) -> None:
    with pytest.raises(errors.CorruptDataError) as caught:
        Table.load(write("reviews.csv", content))
    assert caught.value.message == message
    assert caught.value.file == "reviews.csv"


def test_what_cannot_be_read_is_left_out_on_request_and_noted(write: Write) -> None:
    content = b'text,label\na,1\ncaf\xe9,2\nb\n"c\nd",3\n"e\nf"\nlast,4\n'
    table = Table.load(write("reviews.csv", content), skip_unreadable=True)
    assert list(table) == [
        {"text": "a", "label": 1},
        {"text": "c\nd", "label": 3},
        {"text": "last", "label": 4},
    ]
    assert table.notes == ("3 lines of reviews.csv could not be read and are left out: 3, 4, 7",)
    assert Table.load(write("whole.csv", "a,b\n1,2\n"), skip_unreadable=True).notes == ()


def test_many_lines_that_are_left_out_are_counted(write: Write) -> None:
    table = Table.load(write("a.csv", "a,b\n" + "1\n" * 12 + "1,2\n"), skip_unreadable=True)
    assert table.notes == (
        "12 lines of a.csv could not be read and are left out: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more",
    )


def test_a_file_of_tabs_in_which_rows_are_not_whole_is_told_as_it_has_fewer_of_them(write: Write) -> None:
    stray = 'text\tlabel\nhe said "hi\t1\n"a quotation begins\t2\nshort\n"and another\t3\nlast\t4\n'
    with pytest.raises(errors.CorruptDataError) as caught:
        Table.load(write("a.tsv", stray))
    assert caught.value.message == "a.tsv line 4 has 1 field, must have 2"
    enclosed = 'text\tlabel\n"two\ttabs"\t1\n"two\nlines"\t2\nshort\n'
    with pytest.raises(errors.CorruptDataError) as caught:
        Table.load(write("a.tsv", enclosed))
    assert caught.value.message == "a.tsv line 5 has 1 field, must have 2"


def test_a_file_of_tabs_that_is_no_text_is_named_by_its_line(write: Write) -> None:
    with pytest.raises(errors.CorruptDataError, match=r"a\.tsv line 2 is no UTF-8: byte 1 is 0xff"):
        Table.load(write("a.tsv", b"a\tb\n\xff\t1\n"))


def test_large_files_lie_in_a_file_that_is_gone_with_the_process(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hfkit.data.spooling._MEMORY_BYTES", 1000)
    file = write("a.csv", "text,number\n" + "".join(f"text {number},{number}\n" for number in range(200_000)))
    table = Table.load(file)
    assert table.dataset.cache_files
    assert table[199_999] == {"text": "text 199999", "number": 199_999}
