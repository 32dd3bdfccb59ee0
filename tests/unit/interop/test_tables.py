"""Batches as other libraries' tables."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import hfkit
from hfkit import errors

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    "label",
    "score",
    "labels",
    "scores",
    "coverage.read",
    "coverage.total",
    "coverage.windows",
    "source.model",
    "source.revision",
]


@pytest.fixture
def batch(fake_model: Path, fake: hfkit.Runtime) -> hfkit.Batch[hfkit.Classification]:
    return hfkit.Classify(fake_model, runtime=fake).batch(["good", "bad"])


def test_pandas(batch: hfkit.Batch[hfkit.Classification]) -> None:
    frame = batch.to_pandas()
    assert list(frame.columns) == COLUMNS
    assert list(frame["label"]) == [result.label for result in batch]


def test_polars(batch: hfkit.Batch[hfkit.Classification]) -> None:
    frame = batch.to_polars()
    assert frame.columns == COLUMNS
    assert frame["score"].to_list() == [result.score for result in batch]


def test_datasets(batch: hfkit.Batch[hfkit.Classification]) -> None:
    dataset = batch.to_dataset()
    assert dataset.column_names == COLUMNS
    assert dataset[1]["scores"] == [{"label": e.label, "score": e.score} for e in batch[1].scores]


@pytest.mark.parametrize("method", ["to_pandas", "to_polars", "to_dataset"])
def test_what_differs_in_type_from_row_to_row_is_json_text(
    batch: hfkit.Batch[hfkit.Classification], method: str
) -> None:
    source = batch[0].source
    calls = hfkit.ToolCall("pay", {"amount": 5, "to": ["Zoë"]}), hfkit.ToolCall("pay", {"amount": "five"})
    results = [
        hfkit.Generation(
            "p", (hfkit.Continuation("t", "eos", (1,), tool_calls=(call,)),), 1, batch[0].coverage, source
        )
        for call in calls
    ]
    results[0] = replace(
        results[0],
        continuations=(replace(results[0].continuations[0], parsed=(1, "a")),),  # type: ignore[arg-type]
    )
    rows = getattr(hfkit.Batch(results), method)()["continuations"]
    (first,), (second,) = rows
    assert [call["arguments"] for call in (first["tool_calls"][0], second["tool_calls"][0])] == [
        '{"amount": 5, "to": ["Zoë"]}',
        '{"amount": "five"}',
    ]
    assert (first["parsed"], second["parsed"]) == ('[1, "a"]', None)


@pytest.mark.parametrize(
    ("library", "method", "extra"),
    [
        ("pandas", "to_pandas", "pandas"),
        ("polars", "to_polars", "polars"),
        ("datasets", "to_dataset", "tune"),
    ],
)
def test_a_missing_library_names_its_install_line(
    library: str,
    method: str,
    extra: str,
    batch: hfkit.Batch[hfkit.Classification],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(errors.MissingDependencyError) as caught:
        getattr(batch, method)()
    assert caught.value.message == f"{library} is not installed"
    assert caught.value.hint == f"pip install 'hfkit[{extra}]'"
