"""What peers share, and who is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing import TinyFamily, write_tiny_classifier
from lineup import BASELINE, LINEUP, LOOP, REFERENCE, SUBJECT, Entry, open_entry
from peers.batches import arrival_batches, sorted_batches
from peers.head import head_of
from peers.transformers_model import load, open_loop, open_pipeline
from variants import Missing, Run, Variant

LENGTHS = st.lists(st.integers(1, 600), max_size=60)


@given(LENGTHS, st.integers(1, 2_000))
def test_sorted_batches_hold_each_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = sorted_batches(lengths, budget=budget)
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[position] for position in batch) <= budget


def test_batches_of_arrival_keep_the_order() -> None:
    assert arrival_batches(5, rows=2) == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("family", ["bert", "distilbert"])
def test_a_head_by_hand_gives_the_models_probabilities(tmp_path: Path, family: TinyFamily) -> None:
    model = load(write_tiny_classifier(tmp_path, family=family)).model
    ids = torch.tensor([[2, 7, 8, 3], [2, 9, 6, 3]])
    with torch.inference_mode():
        expected = model(input_ids=ids).logits.softmax(-1).numpy()
        hidden = model.base_model(input_ids=ids).last_hidden_state[:, 0].numpy()
    assert np.abs(head_of(model)(hidden) - expected).max() < 1e-6


def test_a_head_that_is_not_written_by_hand_is_an_error(tmp_path: Path) -> None:
    model = load(write_tiny_classifier(tmp_path, family="gpt2")).model
    with pytest.raises(ValueError, match="the head of a gpt2 model"):
        head_of(model)


def test_the_meter_counts_padding(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path)
    texts = ["good", "a very good movie by an old director"]
    lengths = [len(ids) for ids in load(folder).tokenizer(texts)["input_ids"]]
    single, padded = open_pipeline(folder, rows=1)(texts), open_loop(folder)(texts)
    assert single.computed_tokens == sum(lengths)
    assert padded.computed_tokens == 2 * max(lengths)
    assert np.abs(single.probabilities - padded.probabilities).max() < 1e-6


def test_those_that_figures_are_compared_with_take_part_and_need_nothing_else() -> None:
    packages = {entry.name: entry.package for entry in LINEUP}
    assert len(packages) == len(LINEUP)
    assert {packages[name] for name in (BASELINE, LOOP, REFERENCE, SUBJECT)} == {None}


def _refuse(_: Path) -> Run:
    raise RuntimeError("no such kernel\nand a long stack")


def test_a_peer_that_is_not_installed_is_missing(tmp_path: Path) -> None:
    assert open_entry(Entry("peer", _refuse, "no_such_package"), tmp_path) == Missing("peer", "not installed")


def test_a_peer_that_does_not_open_says_why(tmp_path: Path) -> None:
    missing = open_entry(Entry("peer", _refuse, "numpy"), tmp_path)
    assert missing == Missing("peer", "does not open: RuntimeError: no such kernel")


def test_what_is_measured_itself_must_open(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such kernel"):
        open_entry(Entry("hfkit", _refuse), tmp_path)
    opened = open_entry(Entry("hfkit", lambda _: _refuse, exact=False), tmp_path)
    assert isinstance(opened, Variant)
    assert not opened.exact
