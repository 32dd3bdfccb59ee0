"""What a classifier's logits are worth: accuracy with its interval, macro F1, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hfkit.metrics.calibration import score_probabilities
from hfkit.metrics.classification import score_labels
from hfkit.values.bootstrap import Bootstrap

Floats = npt.NDArray[np.floating]
Labels = npt.NDArray[np.int64]

_DRAWS = Bootstrap(resamples=10_000)


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
    names = [str(label) for label in range(logits.shape[1])]
    said = [names[label] for label in logits.argmax(axis=1).tolist()]
    found = score_labels(said, [names[label] for label in labels.tolist()], labels=names, bootstrap=_DRAWS)
    calibration = score_probabilities(probabilities(logits), labels, bootstrap=_DRAWS)
    return Scores(
        n=found.rows,
        accuracy=found.accuracy.value,
        low=found.accuracy.low,
        high=found.accuracy.high,
        macro_f1=found.averages.macro.f1.value,
        ece=calibration.error.value,
    )


def best_temperature(logits: Floats, labels: Labels) -> float:
    """Find the temperature under which the labels are likeliest, on a grid of hundredths."""
    rows = np.arange(len(labels))
    grid = np.arange(50, 401) / 100

    def loss(temperature: float) -> float:
        return float(-np.log(probabilities(logits, temperature)[rows, labels] + 1e-12).mean())

    return float(min(grid, key=loss))
