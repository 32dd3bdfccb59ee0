"""Compare the variants on one set of texts: time, padding, memory, answers."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean, median, quantiles
from typing import TYPE_CHECKING

from flops import cost_of
from gemm import gemm_rate, widest_layer
from lineup import LINEUP, open_entry
from memory import in_fresh_process, peak_growth
from peers.transformers_model import ROWS, load
from rounds import Spread, run_rounds
from variants import Missing, Variant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rounds import Trial
    from variants import Run

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
        missing: variants that could not be measured.
        limit: floating point operations a second that the machine reached at matrix products, before each run.
        memory: MiB that each variant needs at its peak beside the open model; empty if not asked for.
    """

    texts: str
    lengths: tuple[int, ...]
    rounds: int
    trials: tuple[Trial, ...]
    missing: tuple[Missing, ...]
    limit: Spread
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
    opened: Sequence[Variant[Run] | Missing],
    texts: Sequence[str],
    lengths: Sequence[int],
    *,
    title: str,
    rounds: int,
    memory: bool,
) -> Comparison:
    """Measure variants on texts that fit the model's window.

    Args:
        folder: the model.
        opened: the variants that have opened it, and those that could not.
        texts: what to classify.
        lengths: tokens of each text.
        title: what the texts are.
        rounds: how often each variant runs.
        memory: whether to measure the peak memory too, each variant in a process of its own.
    """
    variants = [variant for variant in opened if isinstance(variant, Variant)]
    limit = _Limit(folder, lengths)
    trials = run_rounds(variants, texts, lengths, rounds=rounds, least_seconds=limit.least_seconds)
    peaks = {}
    if memory:
        widest = lengths.index(max(lengths)) // ROWS * ROWS
        batch = list(texts[widest : widest + ROWS])
        for variant in variants:
            peaks[variant.name] = in_fresh_process(_peak_of, folder, variant.name, batch)
    missing = tuple(entry for entry in opened if isinstance(entry, Missing))
    return Comparison(title, tuple(lengths), rounds, tuple(trials), missing, limit.rates(), peaks)


class _Limit:
    """In how little time the machine could classify texts, if it did nothing but matrix products."""

    def __init__(self, folder: Path, lengths: Sequence[int]) -> None:
        model = load(folder).model
        self._operations = cost_of(model).of(lengths)
        self._shape = widest_layer(model)
        self._rates: list[float] = []

    def least_seconds(self) -> float:
        """Measure now."""
        self._rates.append(gemm_rate(*self._shape))
        return self._operations / self._rates[-1]

    def rates(self) -> Spread:
        """Sum up what was measured."""
        return Spread.of(self._rates)


def _peak_of(folder: Path, name: str, texts: list[str]) -> float | None:
    variant = open_entry(next(entry for entry in LINEUP if entry.name == name), folder)
    if isinstance(variant, Missing):
        return None
    run = variant.run
    run(sorted(texts, key=len)[:_WARM_UP])
    return peak_growth(lambda: run(texts))
