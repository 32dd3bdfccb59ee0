from __future__ import annotations

import json
import pickle

import pytest

import hfkit
from hfkit.errors import FaultyDataError

LENGTHS = hfkit.LengthSummary(
    column="text",
    unit="tokens",
    p50=12,
    p90=40,
    p95=55,
    p99=130,
    longest=1400,
    total=20_000,
    window=512,
    cut_rows=2,
    cut_share=0.051,
)
ERROR = hfkit.Finding(
    kind="missing_value",
    severity="error",
    split="train",
    column="text",
    count=7,
    rows=(1, 2, 3, 5, 8, 13, 21),
    message="7 rows without a value in 'text'",
    hint="leave such rows out",
)
LEAK = hfkit.Finding(
    kind="leakage",
    severity="warning",
    split="test",
    count=1,
    rows=(4,),
    others=(9,),
    other_split="train",
    message="1 row whose text train has too",
    hint="leave them out of train",
)
TWIN = hfkit.Finding(
    kind="exact_duplicates",
    severity="note",
    split="train",
    count=2,
    rows=(4, 6),
    others=(1, 1),
    other_split="train",
    message="2 rows with the text of an earlier one",
    hint="leave them out",
)
REPORT = hfkit.DataReport(
    task="Labelled",
    model="org/model",
    revision="0" * 40,
    splits=(
        hfkit.SplitSummary(
            name="train",
            rows=1200,
            labels=(hfkit.LabelCount("good", 700), hfkit.LabelCount("bad", 500)),
            lengths=(LENGTHS,),
        ),
        hfkit.SplitSummary(name="test", rows=1),
    ),
    findings=(ERROR, LEAK, TWIN),
)


def test_findings_are_given_by_how_bad_they_are() -> None:
    assert (REPORT.errors, REPORT.warnings, REPORT.notes) == ((ERROR,), (LEAK,), (TWIN,))
    assert REPORT.of("leakage") == (LEAK,)
    assert REPORT.of("near_leakage") == ()


def test_a_report_is_a_table_of_plain_text() -> None:
    assert str(REPORT) == (
        "Labelled: train 1,200 rows, test 1 row\n"
        "\n"
        "labels in train: good 700, bad 500\n"
        "\n"
        "length  of    in      50 %  90 %  95 %  99 %  longest  beyond the window\n"
        "train   text  tokens    12    40    55   130    1,400  2 rows, 5.10% of all, at 512\n"
        "\n"
        "error: train: 7 rows without a value in 'text' [rows 1, 2, 3, 5, 8, ...]\n"
        "  leave such rows out\n"
        "warning: test: 1 row whose text train has too [row 4 like train 9]\n"
        "  leave them out of train\n"
        "note: train: 2 rows with the text of an earlier one [rows 4 like 1, 6 like 1]\n"
        "  leave them out"
    )


def test_a_report_without_findings_says_so() -> None:
    plain = hfkit.LengthSummary(column="text", unit="words", p50=1, p90=1, p95=1, p99=1, longest=1, total=1)
    labels = tuple(hfkit.LabelCount(f"label {number}", 20 - number) for number in range(12))
    split = hfkit.SplitSummary(name="train", rows=1, labels=labels, lengths=(plain,))
    shown = str(hfkit.DataReport(task="Labelled", model=None, splits=(split,), findings=()))
    assert shown.endswith("\n\nnothing was found")
    assert "label 7 13 ... label 11 9, 12 in all" in shown
    assert shown.splitlines()[-3].endswith("  -")


def test_a_report_on_what_could_not_be_read_has_findings_alone() -> None:
    lost = hfkit.Finding(
        kind="missing_column", severity="error", split="train", column="text", message="none", hint="name it"
    )
    split = hfkit.SplitSummary(name="train", rows=3)
    report = hfkit.DataReport(task="Texts", model=None, splits=(split,), findings=(lost,))
    assert str(report) == "Texts: train 3 rows\n\nerror: train: none\n  name it"


def test_a_report_is_json() -> None:
    written = json.loads(json.dumps(REPORT.to_dict()))
    assert list(written) == ["task", "model", "revision", "splits", "findings"]
    assert written["splits"][0]["labels"][0] == {"label": "good", "count": 700}
    assert written["splits"][0]["lengths"][0]["cut_share"] == 0.051
    assert written["findings"][1] == {
        "kind": "leakage",
        "severity": "warning",
        "split": "test",
        "column": None,
        "count": 1,
        "rows": [4],
        "others": [9],
        "other_split": "train",
        "message": "1 row whose text train has too",
        "hint": "leave them out of train",
    }


def test_errors_are_refused_and_the_rest_is_not() -> None:
    hfkit.DataReport(task="Labelled", model=None, splits=(), findings=(LEAK, TWIN)).require()
    with pytest.raises(FaultyDataError) as caught:
        REPORT.require()
    assert str(caught.value) == "train: 7 rows without a value in 'text'\nHint: leave such rows out"
    assert pickle.loads(pickle.dumps(caught.value)).report == REPORT
