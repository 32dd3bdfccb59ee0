"""Compare the variants on one set of texts: time, padding, memory, answers."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean, median, quantiles
from typing import TYPE_CHECKING

from memory import in_fresh_process, peak_growth
from rounds import run_rounds
from variants import ROWS, open_variants

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rounds import Trial

__all__ = ["Comparison", "compare_variants"]

_WARM_UP = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured on one set of texts.

    Attributes:
        texts: what the texts are, for a heading.
        lengths: tokens of each text.
        rounds: how often each variant ran.
        trials: time, padding and answers of each variant.
        memory: MiB that each variant needs at its peak beside the open model; empty if not asked for.
    """

    texts: str
    lengths: tuple[int, ...]
    rounds: int
    trials: tuple[Trial, ...]
    memory: dict[str, float | None]

    def trial(self, name: str) -> Trial:
        """Find the trial of a variant."""
        return next(trial for trial in self.trials if trial.name == name)

    def describe_lengths(self) -> str:
        """Say how long the texts are."""
        return (
            f"{len(self.lengths)} texts, tokens: median {median(self.lengths):.0f}, mean {mean(self.lengths):.0f}, "
            f"95th percentile {quantiles(self.lengths, n=20)[-1]:.0f}, longest {max(self.lengths)}"
        )


def compare_variants(
    folder: Path,
    texts: Sequence[str],
    lengths: Sequence[int],
    *,
    title: str,
    rounds: int,
    memory: bool,
) -> Comparison:
    """Measure all variants on texts that fit the model's window.

    Args:
        folder: the model.
        texts: what to classify.
        lengths: tokens of each text.
        title: what the texts are.
        rounds: how often each variant runs.
        memory: whether to measure the peak memory too, each variant in a process of its own.
    """
    variants = open_variants(folder)
    trials = run_rounds(variants, texts, lengths, rounds=rounds)
    peaks = {}
    if memory:
        widest = lengths.index(max(lengths)) // ROWS * ROWS
        batch = list(texts[widest : widest + ROWS])
        for index, variant in enumerate(variants):
            peaks[variant.name] = in_fresh_process(_peak_of, folder, index, batch)
    return Comparison(title, tuple(lengths), rounds, tuple(trials), peaks)


def _peak_of(folder: Path, index: int, texts: list[str]) -> float | None:
    variant = open_variants(folder)[index]
    variant.run(sorted(texts, key=len)[:_WARM_UP])

    def work() -> None:
        variant.run(texts)

    return peak_growth(work)
