"""What labels are like: how many, which, and which are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import datasets
import pytest

import hfkit

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.values.data_report import FindingKind

    Only = Callable[[hfkit.DataReport, FindingKind], hfkit.Finding]


def labelled(*labels: object) -> list[dict[str, object]]:
    """Rows with texts that are not like each other."""
    return [{"text": chr(ord("a") + number) * 9, "label": label} for number, label in enumerate(labels)]


def test_labels_are_counted_the_most_frequent_first() -> None:
    report = hfkit.Labelled(train=labelled("b", "a", "b")).check()
    assert report.splits[0].labels == (hfkit.LabelCount("b", 2), hfkit.LabelCount("a", 1))
    assert report.findings == ()


def test_labels_out_of_balance_are_told_with_their_ratio(only: Only) -> None:
    finding = only(hfkit.Labelled(train=labelled(*["ham"] * 22, "spam", "spam")).check(), "imbalance")
    assert finding.severity == "warning"
    assert finding.message == "'ham' stands there 22 times and 'spam' 2: 11 times as often"


def test_one_class_alone_is_an_error_in_training(only: Only) -> None:
    finding = only(hfkit.Labelled(train=labelled("a", "a")).check(), "one_class")
    assert (finding.severity, finding.split) == ("error", "train")
    assert finding.message == "all rows have the same in 'label': 'a'"


def test_one_class_alone_is_a_warning_elsewhere(only: Only) -> None:
    data = hfkit.Labelled(train=labelled("a", "b"), test=[{"text": "new", "label": "a"}])
    finding = only(data.check(), "one_class")
    assert (finding.severity, finding.split) == ("warning", "test")


def test_rows_without_a_label_are_no_class_of_their_own(only: Only) -> None:
    assert only(hfkit.Labelled(train=labelled("a", None, "a")).check(), "one_class").split == "train"


def test_rows_of_equal_lists_are_of_one_class(only: Only) -> None:
    assert only(hfkit.Labelled(train=labelled(["a", "b"], ["b", "a"])).check(), "one_class").split == "train"
    assert not hfkit.Labelled(train=labelled(["a"], [])).check().of("one_class")


def test_a_class_that_training_lacks_is_told(only: Only) -> None:
    test = [{"text": f"new {label}", "label": label} for label in "abcc"]
    finding = only(hfkit.Labelled(train=labelled("a", "b"), test=test).check(), "unseen_class")
    assert (finding.severity, finding.split, finding.count) == ("error", "test", 2)
    assert finding.message == "training lacks 1 label of 'label': 'c'"
    named = hfkit.Labelled(train=labelled("a", "b"), test=test, names=("a", "b", "c")).check()
    assert only(named, "unseen_class").severity == "warning"


def test_without_training_that_can_be_read_no_class_is_missing_there() -> None:
    report = hfkit.Labelled(train=[{"other": "a"}], test=labelled("a", "b")).check()
    assert {finding.kind for finding in report.findings} == {"missing_column"}


def test_a_label_that_is_not_among_the_names_is_told(only: Only) -> None:
    report = hfkit.Labelled(train=labelled("a", "bad", "b"), names=("a", "b")).check()
    finding = only(report, "unknown_label")
    assert (finding.severity, finding.rows) == ("error", (1,))
    assert finding.message == "1 row with a label in 'label' that is not among the names: 'bad'"


@pytest.mark.parametrize("number", [2, -2])
def test_a_number_that_names_no_label_is_told(number: int, only: Only) -> None:
    report = hfkit.Labelled(train=labelled(0, 1, number), names=("a", "b")).check()
    assert only(report, "unknown_label").rows == (2,)
    assert report.splits[0].labels == (hfkit.LabelCount("a", 1), hfkit.LabelCount("b", 1))


def test_a_name_without_a_row_is_told(only: Only) -> None:
    finding = only(
        hfkit.Labelled(train=labelled("a", "b"), names=("a", "b", "c", "d")).check(), "unused_label"
    )
    assert finding.message == "2 labels of the names have no row in 'label': 'c', 'd'"


def test_rows_without_a_label_are_told(only: Only) -> None:
    finding = only(hfkit.Labelled(train=labelled("a", None, "b")).check(), "unlabelled")
    assert (finding.severity, finding.rows) == ("error", (1,))
    lists = hfkit.Labelled(train=labelled(["a"], None, ["b", None], [])).check()
    assert only(lists, "unlabelled").rows == (1, 2)


def test_the_number_that_stands_for_no_class_is_no_label(only: Only) -> None:
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
    )
    table = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "label": [0, -1, 1]}, features=features)
    report = hfkit.Labelled(train=table).check()
    assert only(report, "unlabelled").rows == (1,)
    assert {entry.label for entry in report.splits[0].labels} == {"no", "yes"}


def test_data_without_any_label_are_told_once() -> None:
    report = hfkit.Labelled(train=labelled(None, None)).check()
    assert [finding.kind for finding in report.findings] == ["unlabelled"]


def test_tags_out_of_balance_leave_out_what_is_outside() -> None:
    rows = [{"tokens": ["w"] * 40 + [str(number)], "ner_tags": ["O"] * 40 + ["B-x"]} for number in range(3)]
    report = hfkit.Tagged(train=rows).check()
    assert report.of("imbalance") == ()
    assert report.splits[0].labels[0] == hfkit.LabelCount("O", 120)
