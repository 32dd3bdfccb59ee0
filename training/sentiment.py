"""The sentiment starter: a LoRA adapter over all-MiniLM-L6-v2, taught by hfkit.Tune with film reviews and tweets.

The settings were chosen on the validation split; the test split is read once, by the adapter that was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import hfkit
from adapter import merged_folder, write_adapter
from card import write_card
from hfkit.starter.catalog import SENTIMENT
from reviews import LABELS, only, read_reviews, read_tweets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reviews import Example

_LORA = hfkit.Lora(rank=32)

# Sentences outside what the model was taught, or hard for it: the card shows what it says of each.
_PROBES = (
    "A moving, beautifully acted film.",
    "A dull mess from start to finish.",
    "Not bad at all.",
    "I did not like it.",
    "It is not the disaster I expected.",
    "I would not say that it was good.",
    "The acting is great but the story is a bore.",
    "The story is a bore but the acting is great.",
    "The film lasts two hours.",
    "The train leaves at nine.",
    "Oh great, another sequel nobody asked for.",
    "Der Film ist wunderbar.",
)


def build(data: Path, base: Path, output: Path, work: Path) -> None:
    """Train the adapter, choose the temperature, write it and its card."""
    reviews = read_reviews(data)
    labelled = hfkit.Labelled(
        train=_rows([*only("train", reviews), *read_tweets(data)]),
        validation=_rows(only("validation", reviews)),
        test=_rows(only("test", reviews)),
    )
    tune = hfkit.Tune(base, method=_LORA, epochs=3, batch_size=32, label_smoothing=0.1, overwrite=True)
    report = tune(labelled, work / "tuned")

    classify = hfkit.Classify(work / "tuned")
    held_out = only("validation", reviews)
    scores = np.array([found.scores for found in classify.batch([each.text for each in held_out])])
    temperature = best_temperature(scores, [each.label for each in held_out])
    write_adapter(work / "tuned", output, head="classifier", temperature=temperature)

    merged = merged_folder(SENTIMENT, base, output, work / "merged")
    evaluate = hfkit.Evaluate(merged, bootstrap=hfkit.Bootstrap(resamples=10_000))
    test, validation = evaluate(labelled), evaluate.with_(split="validation")(labelled)
    probes = hfkit.Classify(merged).batch(_PROBES)
    figures = {
        **_figures(test, "test_"),
        **_figures(validation, "validation_"),
        "temperature": f"{temperature:.2f}",
        "rank": _LORA.rank,
        "trainable": f"{report.plan.trainable:,}",
        "epochs": f"{tune.epochs:g}",
        "probes": "\n".join(
            f"| {text} | {found.scores[1]:.2f} |" for text, found in zip(_PROBES, probes, strict=True)
        ),
    }
    write_card(output, "sentiment", figures)


def best_temperature(probabilities: np.ndarray, labels: Sequence[int]) -> float:
    """Find the temperature under which labels are likeliest, on a grid of hundredths."""
    logits = np.log(probabilities.astype(np.float64) + 1e-12)

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        likely = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-likely[np.arange(len(labels)), labels].mean())

    return float(min(np.arange(50, 401) / 100, key=loss))


def _rows(examples: Sequence[Example]) -> list[dict[str, object]]:
    return [{"text": example.text, "label": LABELS[example.label]} for example in examples]


def _figures(report: hfkit.ClassificationReport, split: str) -> dict[str, str | int]:
    """Name what the card states of a split."""
    accuracy = report.scores.accuracy
    error = "" if report.calibration is None else f"{report.calibration.error.value:.3f}"
    return {
        f"{split}n": report.scores.rows,
        f"{split}accuracy": f"{accuracy.value:.4f}",
        f"{split}percent": f"{accuracy.value:.1%}",
        f"{split}low": f"{accuracy.low:.1%}",
        f"{split}high": f"{accuracy.high:.1%}",
        f"{split}f1": f"{report.scores.averages.macro.f1.value:.4f}",
        f"{split}ece": error,
    }
