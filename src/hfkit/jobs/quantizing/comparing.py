"""Compare a smaller model with the one that it was made from, each read from the disk by a process of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean, median
from typing import TYPE_CHECKING

import numpy as np

from hfkit.data.squad import Squad
from hfkit.jobs.evaluating_answers import may_be_unanswered, read_references
from hfkit.jobs.evaluation import choose_rows
from hfkit.metrics.bootstrap import intervals_of_sums
from hfkit.metrics.ranks import rank_correlation
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.quantize_report import MeasuredModel, MetricChange, QuantizeReport, Speedup

from .beside import Beside
from .subjects import ScoredRows, Subject, open_subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hfkit.text.arrays import DoubleArray
    from hfkit.values.estimates import Estimate
    from hfkit.values.quantize_plan import QuantizePlan
    from hfkit.values.quantizing import QuantizeSettings
    from hfkit.values.runtime import Runtime

    from .probes import Probe, Probes
    from .subjects import Decided
    from .verbs import Verb

__all__ = ["Contestant", "measure_both", "metric_change", "nearness_change"]

# Probes that are timed together, and those that are read one by one.
_TOGETHER, _ALONE = 64, 16

_BATCHED = 64
"""Probes that are read alone too, to see what their batch changes."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One of the two models.

    Attributes:
        model: its folder, or its name and commit.
        bytes: of its files.
        runtime: where and how it runs.
        environment: of its process.
    """

    model: str
    bytes: int
    runtime: Runtime
    environment: Mapping[str, str]


def measure_both(
    settings: QuantizeSettings,
    plan: QuantizePlan,
    verb: Verb,
    probes: Probes,
    models: tuple[Contestant, Contestant],
    *,
    output: Path,
    scratch: Path,
) -> QuantizeReport:
    """Measure both models.

    Args:
        settings: how often, and how intervals are drawn.
        plan: what was to be done.
        verb: the facade of both.
        probes: what they are given.
        models: the original and the result.
        output: the folder that the result will have.
        scratch: where the processes write what they print.

    Raises:
        HfkitError: what opening and running a model may raise.
    """
    unanswered = _unanswered(probes)
    one, other = (
        partial(open_subject, model.model, verb, model.runtime, no_answer=unanswered) for model in models
    )
    first, second = models
    with (
        Beside(one, words=scratch / "original.txt", environment=first.environment) as original,
        Beside(other, words=scratch / "result.txt", environment=second.environment) as result,
    ):
        pair = original, result
        decided = [each.ask(Subject.decide, probes.inputs) for each in pair]
        moved = [_moved(each, probes.inputs, said) for each, said in zip(pair, decided, strict=True)]
        metric = (
            nearness_change(decided[0], decided[1], settings.bootstrap)
            if verb == "Embed"
            else _metric(pair, probes, settings.bootstrap)
        )
        together = _rounds(pair, probes.inputs[:_TOGETHER], settings.rounds, alone=False)
        alone = _rounds(pair, probes.inputs[:_ALONE], settings.rounds, alone=True)
        measured = []
        for place, (each, model) in enumerate(zip(pair, models, strict=True)):
            source = decided[place].source
            weights, peak = each.ask(Subject.weigh, model.model, verb, source.backend, model.runtime)
            measured.append(
                MeasuredModel(
                    source=source,
                    bytes=model.bytes,
                    weight_bytes=weights,
                    peak_memory=peak,
                    seconds_per_text=median(alone[place]) / len(probes.inputs[:_ALONE]),
                    texts_per_second=len(probes.inputs[:_TOGETHER]) / median(together[place]),
                    changed_by_batching=moved[place],
                )
            )
    changes = _changes(*decided)
    differing = [
        place
        for place, (before, after) in enumerate(zip(*(one.decisions for one in decided), strict=True))
        if before != after
    ]
    return QuantizeReport(
        output=str(output),
        plan=plan,
        settings=repr(settings),
        original=measured[0],
        result=replace(measured[1], source=replace(measured[1].source, model=str(output.absolute()))),
        probes=len(probes.inputs),
        # Divided once, it is exactly what a bound of so many of all is written as: 1 - 0.8 is less than 0.2.
        agreement=(len(probes.inputs) - len(differing)) / len(probes.inputs),
        differing=tuple(differing),
        largest_change=max(changes, default=0.0),
        mean_change=fmean(changes) if changes else 0.0,
        metric=metric,
        latency=_speedup(alone),
        throughput=_speedup(together),
        notes=probes.notes,
    )


def _unanswered(probes: Probes) -> bool:
    """Say whether some question has no answer, so that a reader may give none."""
    data = probes.data
    if not isinstance(data, Squad):
        return False
    return may_be_unanswered(read_references(data, choose_rows(data, probes.split, Bootstrap())))


def _moved(process: Beside[Subject], inputs: Sequence[Probe], together: Decided) -> float:
    """Give the share of inputs on which a model decides otherwise alone."""
    some = inputs[:_BATCHED]
    alone = process.ask(Subject.decide_alone, some)
    return sum(one != other for one, other in zip(alone, together.decisions[: len(some)], strict=True)) / len(
        some
    )


def _rounds(
    pair: tuple[Beside[Subject], Beside[Subject]],
    inputs: Sequence[Probe],
    rounds: int,
    *,
    alone: bool,
) -> tuple[list[float], list[float]]:
    """Give the seconds of each round, both models in turns: what slows the machine down slows both."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for place in (0, 1) if number % 2 else (1, 0):
            seconds[place].append(pair[place].ask(Subject.time, inputs, alone=alone))
    return seconds[0][1:], seconds[1][1:]  # the first round also sets up


def _speedup(seconds: tuple[list[float], list[float]]) -> Speedup:
    ratios = [before / after for before, after in zip(*seconds, strict=True)]
    return Speedup(median(ratios), low=min(ratios), high=max(ratios))


def _changes(before: Decided, after: Decided) -> list[float]:
    """Give the differences between scores of one thing on one input."""
    return [
        abs(one[key] - other[key])
        for one, other in zip(before.scores, after.scores, strict=True)
        for key in one.keys() & other.keys()
    ]


def _metric(
    pair: tuple[Beside[Subject], Beside[Subject]], probes: Probes, bootstrap: Bootstrap
) -> MetricChange | None:
    if not probes.measured:
        return None
    before, after = (each.ask(Subject.score, probes.data, probes.split, probes.inputs) for each in pair)
    if not before.rows:  # texts of one token: nothing stands before it
        return None
    return metric_change(before, after, bootstrap)


def nearness_change(before: Decided, after: Decided, bootstrap: Bootstrap) -> MetricChange | None:
    """Give how alike the orders are in which both models put other texts, from the nearest to the furthest.

    Which of several texts is the very nearest is a narrow decision where they are about as near, and says little.

    Returns:
        1 for the model itself, and the mean of Spearman's correlation over texts; None where a text has fewer than two
        others.
    """
    orders = [
        (list(one.values()), list(other.values()))
        for one, other in zip(before.scores, after.scores, strict=True)
        if len(one) > 1
    ]
    if not orders:
        return None
    itself, result = (
        ScoredRows("rank correlation", tuple((figure, 1.0) for figure in figures))
        for figures in ([1.0] * len(orders), [rank_correlation(*order) for order in orders])
    )
    return metric_change(itself, result, bootstrap)


def metric_change(before: ScoredRows, after: ScoredRows, bootstrap: Bootstrap) -> MetricChange:
    """Give the metric of both models, and how far it drops, drawn from the same rows for both."""
    rows = np.array([(*one, *other) for one, other in zip(before.rows, after.rows, strict=True)])
    perplexed = before.name == "perplexity"

    def figures(sums: DoubleArray) -> DoubleArray:
        one, weight, other, other_weight = sums.T
        first, second = _ratio(one, weight), _ratio(other, other_weight)
        if perplexed:
            return np.stack((np.exp(first), np.exp(second), np.expm1(second - first)), axis=1)
        # Rows of equal weight are subtracted before they are divided, once: 0.9 - 0.85 is more than a bound of 0.05.
        drop = np.where(weight == other_weight, _ratio(one - other, weight), first - second)
        return np.stack((first, second, drop), axis=1)

    found: tuple[Estimate, ...] = intervals_of_sums(rows, figures, bootstrap)
    return MetricChange(name=before.name, before=found[0], after=found[1], drop=found[2])


def _ratio(sums: DoubleArray, weights: DoubleArray) -> DoubleArray:
    """Divide; what counts nothing is 0, as the F1 of entities where there are none."""
    found: DoubleArray = np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)
    return found
