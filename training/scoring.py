"""What a classifier's logits are worth: accuracy with its interval, macro F1, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Labels = npt.NDArray[np.int64]

_BINS = 15
_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one model on one split."""

    n: int
    accuracy: float
    low: float
    high: float
    macro_f1: float
    ece: float


def probabilities(logits: Floats, temperature: float = 1.0) -> Floats:
    """Turn logits into probabilities, softened by a temperature above one."""
    scaled = logits.astype(np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def score(logits: Floats, labels: Labels) -> Scores:
    """Score logits against labels; the interval is a 95 % percentile bootstrap over the texts."""
    hits = (logits.argmax(axis=1) == labels).astype(np.float64)
    draws = np.random.default_rng(0).integers(len(hits), size=(_RESAMPLES, len(hits)))
    low, high = np.quantile(hits[draws].mean(axis=1), (0.025, 0.975))
    return Scores(
        n=len(hits),
        accuracy=float(hits.mean()),
        low=float(low),
        high=float(high),
        macro_f1=_macro_f1(logits.argmax(axis=1), labels),
        ece=_calibration_error(probabilities(logits).max(axis=1), hits),
    )


def best_temperature(logits: Floats, labels: Labels) -> float:
    """Find the temperature under which the labels are likeliest, on a grid of hundredths."""
    rows = np.arange(len(labels))
    grid = np.arange(50, 401) / 100

    def loss(temperature: float) -> float:
        return float(-np.log(probabilities(logits, temperature)[rows, labels] + 1e-12).mean())

    return float(min(grid, key=loss))


def _macro_f1(predicted: npt.NDArray[np.intp], labels: Labels) -> float:
    """Average the F1 of each label."""
    scores = []
    for label in np.unique(labels):
        both = np.sum((predicted == label) & (labels == label))
        scores.append(2 * both / (np.sum(predicted == label) + np.sum(labels == label)))
    return float(np.mean(scores))


def _calibration_error(confidence: Floats, hits: Floats) -> float:
    """Weigh the gap between confidence and accuracy over equal-width bins (the ECE)."""
    bins = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    gaps = [abs(float(np.sum(confidence[bins == b]) - np.sum(hits[bins == b]))) for b in range(_BINS)]
    return sum(gaps) / len(hits)
