"""Columns that are not there or hold something else, rows that cannot be read, splits without rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import datasets
import pyarrow as pa
import pytest

import hfkit
from hfkit.errors import FaultyDataError, SettingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.data.task import TaskData
    from hfkit.values.data_report import FindingKind

    Only = Callable[[hfkit.DataReport, FindingKind], hfkit.Finding]

ROWS = [{"text": "a good film", "label": "good"}, {"text": "dull", "label": "bad"}]


def kinds(report: hfkit.DataReport) -> list[str]:
    return [finding.kind for finding in report.findings]


def test_clean_data_have_no_findings() -> None:
    report = hfkit.Labelled(train=ROWS).check()
    assert report.findings == ()
    report.require()


def test_a_missing_column_is_told_with_the_one_that_may_be_meant(only: Only) -> None:
    report = hfkit.Labelled(train=[{"sentence": "a", "label": "x"}]).check()
    finding = only(report, "missing_column")
    assert (finding.severity, finding.split, finding.column) == ("error", "train", "text")
    assert finding.message == "there is no column 'text' that holds texts; there are 'sentence', 'label'"
    assert finding.hint == "name the column: Labelled(..., text='sentence')"
    assert kinds(report) == ["missing_column"]


def test_a_misspelled_column_is_told_the_closest(only: Only) -> None:
    finding = only(hfkit.Labelled(train=[{"txt": 1, "label": "x"}]).check(), "missing_column")
    assert finding.hint == "did you mean 'txt'? name the column: Labelled(..., text=...)"


def test_a_column_may_lack_in_one_split_alone(only: Only) -> None:
    report = hfkit.Labelled(train=ROWS, test=[{"text": "a"}]).check()
    finding = only(report, "missing_column")
    assert (finding.split, finding.column) == ("test", "label")
    assert [split.rows for split in report.splits] == [2, 1]


@pytest.mark.parametrize(
    ("data", "column", "message"),
    [
        (
            hfkit.Labelled(train=[{"text": 1, "label": "x"}]),
            "text",
            "column 'text' is of type int64, must hold texts",
        ),
        (
            hfkit.Labelled(train=[{"text": "a", "label": 0.5}]),
            "label",
            (
                "column 'label' is of type double, must hold labels (texts, whole numbers or truth values), "
                "or lists of them"
            ),
        ),
        (
            hfkit.Tagged(train=[{"tokens": "a b", "ner_tags": ["O", "O"]}]),
            "tokens",
            "column 'tokens' is of type string, must hold lists of texts",
        ),
        (
            hfkit.Tagged(train=[{"tokens": ["a"], "ner_tags": [0.5]}]),
            "ner_tags",
            "column 'ner_tags' is of type list<item: double>, must hold lists of tags (texts or whole numbers)",
        ),
        (
            hfkit.Squad(train=[{"question": "a", "context": "b", "answers": "c"}]),
            "answers",
            "column 'answers' is of type string, must hold answers: their 'text' and 'answer_start', lists of both",
        ),
        (
            hfkit.Chats(train=[{"messages": [{"from": "user", "value": "a"}]}]),
            "messages",
            (
                "column 'messages' is of type list<item: struct<from: string, value: string>>, "
                "must hold lists of messages, each with 'role' and 'content'"
            ),
        ),
    ],
)
def test_a_column_of_another_type_is_told(data: TaskData, column: str, message: str, only: Only) -> None:
    finding = only(data.check(), "mistyped_column")
    assert (finding.severity, finding.column, finding.message) == ("error", column, message)
    assert finding.hint == "turn its values into that with table.map or table.cast, or name another column"


@pytest.mark.parametrize("label", ["x", 1, True, ["x"], [1], [], None])
def test_labels_may_be_texts_numbers_and_lists(label: object) -> None:
    report = hfkit.Labelled(train=[{"text": "a", "label": label}, {"text": "b", "label": label}]).check()
    assert not report.of("mistyped_column")


def test_a_column_without_any_value_is_read_row_by_row(only: Only) -> None:
    report = hfkit.Texts(train=[{"text": None}, {"text": None}]).check()
    finding = only(report, "missing_value")
    assert (finding.severity, finding.count, finding.rows) == ("error", 2, (0, 1))
    assert finding.message == "2 rows without a value in 'text'"


def test_empty_and_unreadable_rows_are_told_by_number(only: Only) -> None:
    rows = [
        {"text": text, "label": label}
        for text, label in zip(["a", None, " \n", "", "b"], "xyxyy", strict=True)
    ]
    report = hfkit.Labelled(train=rows).check()
    missing, blank = only(report, "missing_value"), only(report, "blank_text")
    assert (missing.rows, missing.severity) == ((1,), "error")
    assert (blank.rows, blank.count, blank.severity) == ((2, 3), 2, "warning")
    assert blank.message == "2 rows with nothing to read in 'text'"
    assert report.splits[0].lengths[0].longest == 1


def test_each_text_of_a_pair_is_looked_at(only: Only) -> None:
    rows = [
        {"premise": "a", "claim": "", "label": 0},
        {"premise": None, "claim": "b", "label": 1},
    ]
    report = hfkit.Labelled(train=rows, text="premise", second="claim").check()
    assert (only(report, "blank_text").column, only(report, "missing_value").column) == ("claim", "premise")
    assert report.splits[0].lengths == ()


def of_bytes(values: list[bytes]) -> hfkit.Table:
    """A table whose texts are any bytes, as Arrow reads them from a file without a look at them."""
    plain = pa.array(values, pa.binary())
    texts = pa.Array.from_buffers(pa.string(), len(plain), plain.buffers())
    return hfkit.Table.from_dataset(datasets.Dataset(pa.table({"text": texts})))


def test_bytes_that_are_no_text_are_told_by_number(only: Only) -> None:
    report = hfkit.Texts(train=of_bytes([b"whole", b"half \xff", b"\xc3\xa9"])).check()
    finding = only(report, "invalid_unicode")
    assert (finding.severity, finding.rows, finding.column) == ("error", (1,), "text")
    assert finding.message == "1 row with characters in 'text' that are none"
    assert report.splits[0].lengths[0].total == 6


def test_a_split_without_rows_is_told(only: Only) -> None:
    report = hfkit.Labelled(train=ROWS, validation=[]).check()
    finding = only(report, "empty_split")
    assert (finding.severity, finding.split) == ("error", "validation")
    assert kinds(report) == ["empty_split"]
    assert only(hfkit.Texts(train=[]).check(), "empty_split").hint == "give some rows to learn from"


def test_a_split_without_rows_may_lack_columns_too() -> None:
    report = hfkit.Texts(train=hfkit.Table.from_columns({"other": []})).check()
    assert sorted(kinds(report)) == ["empty_split", "missing_column"]


def test_what_a_table_says_of_itself_is_told(only: Only) -> None:
    table = hfkit.Table(datasets.Dataset.from_list(ROWS), notes=("3 lines were left out",))
    finding = only(hfkit.Labelled(train=table).check(), "table_note")
    assert (finding.severity, finding.split, finding.message) == ("warning", "train", "3 lines were left out")


def test_all_rows_are_counted_and_the_first_thousand_listed(only: Only) -> None:
    report = hfkit.Texts(train=[{"text": ""}] * 1500 + [{"text": "a"}]).check()
    finding = only(report, "blank_text")
    assert (finding.count, finding.rows) == (1500, tuple(range(1000)))


def test_errors_are_refused_with_the_whole_report() -> None:
    report = hfkit.Texts(train=[{"text": None}], test=[]).check()
    with pytest.raises(FaultyDataError) as caught:
        report.require()
    assert caught.value.message == "train: 1 row without a value in 'text' (and 1 more)"
    assert caught.value.hint == "leave such rows out with table.filter, or fill them in"
    assert caught.value.report is report


def test_a_format_of_the_table_changes_nothing() -> None:
    table = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [0, 1]})
    formatted = table.with_format("numpy")
    assert hfkit.Labelled(train=formatted).check() == hfkit.Labelled(train=table).check()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": 128}, "window is 128 and model is None, must be a model to count tokens with"),
        ({"model": 3}, "model is 3, must be str or PathLike or None"),
        ({"model": "m", "window": 0}, "window is 0, must be a whole number, at least 1"),
        ({"model": "m", "runtime": "cpu"}, "runtime is 'cpu', must be Runtime"),
    ],
)
def test_settings_of_the_check_are_checked(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        hfkit.Labelled(train=ROWS).check(**arguments)
    assert caught.value.message == message
