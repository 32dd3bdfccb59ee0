"""Rows that are alike: copies, near copies, contradictions, and what the splits share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import hfkit
from hfkit.data.checks import likeness

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.values.data_report import FindingKind

    Only = Callable[[hfkit.DataReport, FindingKind], hfkit.Finding]

LONG = "The film is dull from its first minute to the last one, and never funny"


def rows(*pairs: tuple[str, str]) -> list[dict[str, object]]:
    return [{"text": text, "label": label} for text, label in pairs]


def test_copies_are_told_with_the_row_that_they_copy(only: Only) -> None:
    data = hfkit.Labelled(train=rows(("A film.", "x"), ("another", "y"), (" a FILM", "x"), ("a film", "x")))
    finding = only(data.check(), "exact_duplicates")
    assert (finding.severity, finding.count) == ("note", 2)
    assert (finding.rows, finding.others, finding.other_split) == ((2, 3), (0, 0), "train")
    assert finding.message == "2 rows with the text of an earlier one"
    assert not data.check().of("contradiction")


def test_copies_with_another_label_contradict(only: Only) -> None:
    data = hfkit.Labelled(train=rows(("a film", "x"), ("another", "y"), ("A film!", "y")))
    finding = only(data.check(), "contradiction")
    assert (finding.severity, finding.rows, finding.others) == ("warning", (2,), (0,))


@pytest.mark.parametrize("kept", [2**25, 0], ids=["kept", "read again"])
def test_near_copies_are_told(kept: int, only: Only, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "_MOST_KEPT", kept)
    data = hfkit.Labelled(train=rows((LONG, "x"), ("another", "y"), (f"{LONG} indeed", "x")))
    report = data.check()
    finding = only(report, "near_duplicates")
    assert (finding.rows, finding.others, finding.severity) == ((2,), (0,), "note")
    assert [each.kind for each in report.findings] == ["near_duplicates"]


@pytest.mark.parametrize("kept", [2**25, 0], ids=["kept", "read again"])
def test_rows_of_the_test_that_training_has_are_told(
    kept: int, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeness, "_MOST_KEPT", kept)
    data = hfkit.Labelled(
        train=rows(("first", "x"), ("A film.", "y"), (LONG, "x")),
        validation=rows(("second", "x"), ("third", "y")),
        test=rows(("a film", "y"), ("fourth", "x"), (f"{LONG}, alas", "x"), ("third", "y")),
    )
    report = data.check()
    validation, train = sorted(report.of("leakage"), key=lambda finding: finding.rows, reverse=True)
    assert (train.split, train.other_split, train.rows, train.others) == ("test", "train", (0,), (1,))
    assert train.message == "1 row whose text train has too, 25.0% of all"
    assert (validation.other_split, validation.rows, validation.others) == ("validation", (3,), (1,))
    near = only(report, "near_leakage")
    assert (near.split, near.other_split, near.rows, near.others) == ("test", "train", (2,), (2,))
    assert {finding.severity for finding in report.findings} == {"warning"}


def test_a_row_without_a_label_contradicts_none() -> None:
    data = hfkit.Labelled(
        train=[{"text": "same", "label": None}, *rows(("same", "x"), ("same", "x"), ("other", "y"))]
    )
    assert not data.check().of("contradiction")


def test_a_pair_is_a_copy_just_if_both_texts_are(only: Only) -> None:
    pairs = [("one", "two"), ("one", "three"), ("onet", "wo"), ("one", "two")]
    data = hfkit.Labelled(
        train=[{"a": one, "b": two, "label": number % 2} for number, (one, two) in enumerate(pairs)],
        text="a",
        second="b",
    )
    report = data.check()
    assert only(report, "exact_duplicates").rows == (3,)
    assert only(report, "exact_duplicates").message == "1 row with the pair of texts of an earlier one"
    assert only(report, "contradiction").rows == (3,)


def test_rows_that_cannot_be_read_are_like_no_others() -> None:
    data = hfkit.Labelled(train=rows((" ", "x"), ("", "y"), ("a", "x")), test=rows(("", "x"), ("b", "y")))
    assert {finding.kind for finding in data.check().findings} == {"blank_text"}


def test_lists_of_labels_contradict_by_what_they_hold(only: Only) -> None:
    lists = [["a", "b"], ["b", "a"], ["a"], []]
    data = hfkit.Labelled(train=[{"text": "same", "label": labels} for labels in lists])
    assert only(data.check(), "contradiction").rows == (2, 3)
