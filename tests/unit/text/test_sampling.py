"""Sampling settings, against the logits warpers of transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers.generation.logits_process import (
    LogitsProcessorList,
    MinPLogitsWarper,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from hfkit.text.sampling import draw, kept_probabilities


def reference(logits: np.ndarray, settings: dict[str, float]) -> np.ndarray:
    warpers = LogitsProcessorList()
    if "temperature" in settings:
        warpers.append(TemperatureLogitsWarper(settings["temperature"]))
    if "top_k" in settings:
        warpers.append(TopKLogitsWarper(int(settings["top_k"])))
    if "top_p" in settings:
        warpers.append(TopPLogitsWarper(settings["top_p"]))
    if "min_p" in settings:
        warpers.append(MinPLogitsWarper(settings["min_p"]))
    if "typical_p" in settings:
        warpers.append(TypicalLogitsWarper(settings["typical_p"]))
    scores = warpers(torch.LongTensor([[0]]), torch.FloatTensor(logits)[None])
    return torch.softmax(scores[0].double(), dim=0).numpy()


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": 0.3},
        {"temperature": 2.5},
        {"top_k": 1},
        {"top_k": 5},
        {"top_k": 500},
        {"top_p": 0.1},
        {"top_p": 0.9},
        {"min_p": 0.05},
        {"typical_p": 0.2},
        {"typical_p": 0.95},
        {"temperature": 0.8, "top_k": 20, "top_p": 0.95, "min_p": 0.02, "typical_p": 0.9},
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_is_what_transformers_leaves(settings: dict[str, float], seed: int) -> None:
    logits = np.random.default_rng(seed).normal(scale=2, size=97).astype(np.float32)
    ids, probabilities = kept_probabilities(logits, **settings)  # type: ignore[arg-type]  # as the facade gives them
    found = np.zeros(97)
    found[ids] = probabilities
    assert np.allclose(found, reference(logits, settings), atol=1e-6)


def test_what_is_left_out_already_is_never_drawn() -> None:
    logits = np.array([0.0, -np.inf, 1.0], dtype=np.float32)
    ids, _ = kept_probabilities(logits, top_k=3, top_p=0.999)
    assert ids.tolist() == [0, 2]


def test_at_least_one_token_is_left() -> None:
    logits = np.zeros(4, dtype=np.float32)
    for settings in ({"top_p": 1e-9}, {"typical_p": 1e-9}, {"min_p": 0.999}):
        ids, probabilities = kept_probabilities(logits, **settings)  # type: ignore[arg-type]
        assert len(ids) >= 1
        assert probabilities.sum() == pytest.approx(1)


def test_draws_follow_the_probabilities() -> None:
    ids, probabilities = np.array([3, 8, 9]), np.array([0.2, 0.5, 0.3])
    chances = np.random.default_rng(0).random(20_000)
    drawn = np.array([draw(ids, probabilities, float(chance)) for chance in chances])
    assert [(drawn == id_).mean() for id_ in ids] == pytest.approx([0.2, 0.5, 0.3], abs=0.015)


def test_a_chance_next_to_one_falls_on_the_last_token() -> None:
    assert draw(np.array([1, 2]), np.array([0.5, 0.5]), float(np.nextafter(1.0, 0.0))) == 2
