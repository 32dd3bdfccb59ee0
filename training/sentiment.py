"""The sentiment starter: a LoRA adapter over all-MiniLM-L6-v2, taught by hfkit.Tune with film reviews and tweets.

Full fine-tunes are averaged, and what they changed is pressed into an adapter. The settings were chosen on the
validation split; the test split is read once, by the adapter that was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from transformers import AutoModelForSequenceClassification, AutoTokenizer, set_seed

import hfkit
from card import write_card
from hfkit.starter.catalog import SENTIMENT
from pressing import EMBEDDING_RANK, RANK, averaged, pressed
from reviews import LABELS, only, read_reviews, read_tweets
from tuned_adapter import merged_folder, write_tuned_adapter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.text.arrays import FloatArray
    from reviews import Example

_MEMBERS = 3

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
    """Teach the members, press their average, choose the temperature, write the adapter and its card.

    What a member is when it ends is kept in the work folder, and the next call goes on from there.
    """
    reviews = read_reviews(data)
    labelled = hfkit.Labelled(
        train=_rows([*only("train", reviews), *read_tweets(data)]),
        validation=_rows(only("validation", reviews)),
        test=_rows(only("test", reviews)),
    )
    start = _with_head(base, work / "start")
    tune = hfkit.Tune(start, learning_rate=1e-4, epochs=2, batch_size=32, label_smoothing=0.1, warmup=0.1)
    members = [work / f"member-{seed}" for seed in range(_MEMBERS)]
    for seed, member in enumerate(members):
        if not member.is_dir():
            tune.with_(seed=seed)(labelled, member)

    adapter = pressed(start, averaged(members))
    adapter.save_pretrained(str(work / "pressed"), save_embedding_layers=False)
    (work / "pressed" / "config.json").write_bytes((members[0] / "config.json").read_bytes())
    held_out = only("validation", reviews)
    write_tuned_adapter(work / "pressed", work / "halves")
    uncalibrated = merged_folder(SENTIMENT, base, work / "halves", work / "merged")
    found = _probabilities(uncalibrated, [each.text for each in held_out])
    temperature = _best_temperature(found, [each.label for each in held_out])

    write_tuned_adapter(work / "pressed", output, temperature=temperature)
    merged = merged_folder(SENTIMENT, base, output, work / "merged")
    evaluate = hfkit.Evaluate(merged, bootstrap=hfkit.Bootstrap(resamples=10_000))
    said = _probabilities(merged, _PROBES)[:, LABELS.index("positive")]
    figures = {
        **_figures(evaluate(labelled), "test_"),
        **_figures(evaluate.with_(split="validation")(labelled), "validation_"),
        "temperature": f"{temperature:.2f}",
        "rank": RANK,
        "embedding_rank": EMBEDDING_RANK,
        "members": _MEMBERS,
        "probes": "\n".join(f"| {text} | {share:.2f} |" for text, share in zip(_PROBES, said, strict=True)),
    }
    write_card(output, "sentiment", figures)


def _with_head(base: Path, folder: Path) -> Path:
    """Write the base under a new head, the same one for all members: averages need a common start."""
    set_seed(0)
    names = dict(enumerate(LABELS))
    model = AutoModelForSequenceClassification.from_pretrained(
        base, id2label=names, label2id={label: index for index, label in names.items()}
    )
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    return folder


def _probabilities(model: Path, texts: Sequence[str]) -> FloatArray:
    """Give the probability of each label, ``[texts, labels]``."""
    rows = [
        {one.label: one.score for one in found.scores} for found in hfkit.Classify(model).batch(list(texts))
    ]
    return np.array([[row[label] for label in LABELS] for row in rows])


def _best_temperature(probabilities: FloatArray, labels: Sequence[int]) -> float:
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
