"""Penalties and rules, against the logits processors of transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers.generation.logits_process import (
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
)

from hfkit.text.logits import RepeatedRuns, forbid, log_softmax, only, penalize, top_tokens

VOCABULARY = 23


def row(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=3, size=VOCABULARY).astype(np.float32)


@pytest.mark.parametrize("penalty", [0.7, 1.0, 1.3, 5.0])
@pytest.mark.parametrize("seed", range(5))
def test_penalty_is_that_of_transformers(penalty: float, seed: int) -> None:
    logits, tokens = row(seed), np.random.default_rng(seed).integers(0, VOCABULARY, 9)
    expected = RepetitionPenaltyLogitsProcessor(penalty)(
        torch.tensor(tokens)[None], torch.tensor(logits)[None]
    )
    penalize(logits, tokens, penalty)
    assert np.array_equal(logits, expected[0].numpy())


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_repeated_runs_are_those_of_transformers(size: int, seed: int) -> None:
    tokens = np.random.default_rng(seed).integers(0, 4, 14)
    runs = RepeatedRuns(size, [])
    for count in range(len(tokens)):
        logits = row(seed)
        expected = NoRepeatNGramLogitsProcessor(size)(
            torch.tensor(tokens[:count])[None], torch.tensor(logits)[None]
        )
        forbid(logits, runs.completing())
        assert np.array_equal(logits, expected[0].numpy())
        runs.add(int(tokens[count]))


def test_runs_part_when_copied() -> None:
    runs = RepeatedRuns(2, [1, 2, 1])
    twin = runs.copy()
    twin.add(3)
    twin.add(1)
    assert runs.completing() == [2]
    assert sorted(twin.completing()) == [2, 3]


def test_log_softmax_is_that_of_torch() -> None:
    logits = row(1)
    expected = torch.log_softmax(torch.tensor(logits, dtype=torch.float64), 0).numpy()
    assert np.allclose(log_softmax(logits), expected, rtol=0, atol=1e-12)


def test_log_softmax_of_what_is_left_out_is_minus_infinity() -> None:
    assert log_softmax(np.array([0.0, -np.inf], dtype=np.float32)).tolist() == [0.0, -np.inf]


def test_only_what_is_allowed_is_left() -> None:
    logits = np.zeros(3, dtype=np.float32)
    only(logits, np.array([True, False, True]))
    assert logits.tolist() == [0.0, -np.inf, 0.0]


def test_nothing_is_forbidden_where_nothing_is_named() -> None:
    logits = np.zeros(2, dtype=np.float32)
    forbid(logits, [])
    assert logits.tolist() == [0.0, 0.0]


def test_more_tokens_than_there_are_is_all_of_them() -> None:
    assert top_tokens(np.array([1.0, 2.0]), 5).tolist() == [1, 0]
