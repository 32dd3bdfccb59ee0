from __future__ import annotations

import json
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hfkit.values.batch import Batch
from hfkit.values.statistics import Statistics

if TYPE_CHECKING:
    from hfkit.values.classification import Classification


@pytest.fixture
def batch(result: Classification) -> Batch[Classification]:
    return Batch([result, replace(result, labels=())], statistics=Statistics(inputs=2, tokens=30))


def test_items_and_slices(batch: Batch[Classification], result: Classification) -> None:
    assert batch[0] is result
    assert batch[-1] == replace(result, labels=())
    assert batch[:1] == Batch([result])
    assert batch[:1].statistics == Statistics(inputs=1)
    assert batch[::-1] == Batch([batch[1], batch[0]])
    with pytest.raises(IndexError, match="out of range"):
        batch[2]


def test_it_is_a_sequence(batch: Batch[Classification], result: Classification) -> None:
    assert len(batch) == 2
    assert list(batch) == [batch[0], batch[1]]
    assert result in batch
    assert batch.index(result) == 0
    assert batch.count(result) == 1


def test_it_keeps_no_hold_on_the_list_it_was_made_of(result: Classification) -> None:
    results = [result]
    batch = Batch(results)
    results.clear()
    assert len(batch) == 1


def test_equality_and_hash_go_by_the_results(batch: Batch[Classification]) -> None:
    same = Batch(list(batch))
    assert same == batch
    assert hash(same) == hash(batch)
    assert batch[:1] != batch
    assert batch != tuple(batch)
    assert batch != [*batch]


def test_statistics_count_the_inputs_where_nobody_else_did(result: Classification) -> None:
    assert Batch([result] * 3).statistics == Statistics(inputs=3)


@pytest.mark.parametrize("name", ["statistics", "another"])
def test_it_cannot_be_changed(batch: Batch[Classification], name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(batch, name, None)


def test_it_survives_pickling(batch: Batch[Classification]) -> None:
    again = pickle.loads(pickle.dumps(batch))  # our own bytes
    assert again == batch
    assert again.statistics == batch.statistics


def test_repr_is_short(batch: Batch[Classification]) -> None:
    assert repr(batch) == "<Batch of 2 Classification>"
    assert repr(Batch(())) == "<Batch of 0 nothing>"


def test_json_keeps_letters_as_they_are(batch: Batch[Classification]) -> None:
    text = batch.to_json()
    assert "négatif" in text
    assert "\n" not in text
    assert json.loads(text) == batch.to_dicts() == [result.to_dict() for result in batch]
    assert batch.to_json(indent=2).startswith('[\n  {\n    "label": "positive",\n')


@pytest.mark.parametrize(
    ("method", "module", "function"),
    [
        ("to_pandas", "hfkit.interop.pandas", "to_pandas"),
        ("to_polars", "hfkit.interop.polars", "to_polars"),
        ("to_dataset", "hfkit.interop.datasets", "to_dataset"),
    ],
)
def test_tables_are_made_by_interop_which_is_imported_on_request(
    batch: Batch[Classification], monkeypatch: pytest.MonkeyPatch, method: str, module: str, function: str
) -> None:
    def reach(*place: str) -> object:
        return lambda given: (place, given)

    monkeypatch.setattr("hfkit.values.batch.reach", reach)
    assert getattr(batch, method)() == ((module, function), batch)
