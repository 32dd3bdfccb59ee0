"""What became of a model that was made smaller: the proof beside the result."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hfkit._lazy import reach

from .estimates import Estimate
from .jsonable import to_json_value
from .layout import aligned, counted
from .provenance import Source
from .quantize_plan import QuantizePlan

__all__ = ["MeasuredModel", "MetricChange", "QuantizeReport", "Speedup"]

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Speedup:
    """How many times as fast the result is as the original, timed in turns, round by round.

    Attributes:
        value: the median of the rounds.
        low: the slowest round.
        high: the fastest.

    >>> str(Speedup(2.0, low=1.8, high=2.25))
    '2.00 times [1.80, 2.25]'
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} times [{self.low:.2f}, {self.high:.2f}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """A metric on probes, of the original and of the result.

    Attributes:
        name: ``"accuracy"``, ``"subset accuracy"``, ``"F1"``, ``"entity F1"``, ``"tag accuracy"``, ``"perplexity"``, or
            ``"rank correlation"``: where a model embeds, of the cosines of each probe with 32 others at most.
        before: of the original; accuracy and F1 from 0 to 1, its rank correlation with itself is 1.
        after: of the result.
        drop: by how much the result is worse, drawn from the same rows for both: for perplexity its growth in parts of
            what it was, for all others the difference. Below 0 where the result is better.
    """

    name: str
    before: Estimate
    after: Estimate
    drop: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredModel:
    """What was measured of one of the two, in a process of its own that opened it from the disk.

    Attributes:
        source: which model it was, and how it ran.
        bytes: of its files on the disk, to the byte; the report and the card beside them are not counted.
        weight_bytes: of its weights in memory.
        peak_memory: the most bytes that the process had in memory; None where the system does not tell.
        seconds_per_text: for one probe alone, the median of the rounds.
        texts_per_second: for many, the median of the rounds.
        changed_by_batching: the share of probes that it decides otherwise alone than together, from 0 to 1.
    """

    source: Source
    bytes: int
    weight_bytes: int
    peak_memory: int | None
    seconds_per_text: float
    texts_per_second: float
    changed_by_batching: float

    def to_dict(self) -> dict[str, object]:
        """Give the figures as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__} | {
            "source": self.source.to_dict()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizeReport:
    """A model made smaller, from its plan to its proof.

    Attributes:
        output: the folder of the result.
        plan: what was to be done.
        settings: what it was done with, as it is written.
        original: what was measured of the model.
        result: what was measured of the smaller one, read back from the disk.
        probes: on how many inputs the two were compared.
        agreement: the share of probes on which both decide the same, from 0 to 1: the labels that hold, the text of the
            answer, the entities, which other probe is the nearest, the next token.
        differing: positions of the probes on which they do not.
        largest_change: the largest difference between their logits of the same label or span; where a model embeds,
            between their cosines of the same two probes; where it writes, between their log probabilities of a token.
        mean_change: the mean of these differences.
        metric: the metric of both; None where the probes have no right answers.
        latency: of one text alone.
        throughput: of many.
        notes: what a careful reader should know.
    """

    output: str
    plan: QuantizePlan
    settings: str
    original: MeasuredModel
    result: MeasuredModel
    probes: int
    agreement: float
    differing: tuple[int, ...]
    largest_change: float
    mean_change: float
    metric: MetricChange | None
    latency: Speedup
    throughput: Speedup
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        plain = {name: to_json_value(getattr(self, name)) for name in self.__slots__}
        return plain | {
            "plan": self.plan.to_dict(),
            "original": self.original.to_dict(),
            "result": self.result.to_dict(),
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """Give the report as a JSON object, non-ASCII characters as they are.

        Args:
            indent: spaces per level; None for one line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def markdown(self) -> str:
        """Give the figures of both as a table in Markdown, and below it what was compared."""
        head, *rows = self._rows()
        lines = [head, tuple("---" for _ in head), *rows]
        said = ["- " + " ".join(line.split()) for line in self._comparison()]
        return "\n".join([*(f"| {' | '.join(row)} |" for row in lines), "", *said])

    def plot(self, path: str | os.PathLike[str], /) -> Path:
        """Draw bytes, memory, speed and the metric, or else agreement, of both.

        Args:
            path: where to; ``.png`` or ``.svg`` says what is drawn.

        Returns:
            The file.

        Raises:
            SettingError: the file's name ends otherwise.
            MissingDependencyError: matplotlib is not installed.
        """
        draw = cast(
            "Callable[[QuantizeReport, Path], None]", reach("hfkit.interop.quantize_plot", "plot_smaller")
        )
        draw(self, Path(path))
        return Path(path)

    def __str__(self) -> str:
        share = self.result.bytes / self.original.bytes
        lines = [
            f"{self.output}: {self.plan.model} as {self.plan.scheme}, {share:.1%} of the bytes",
            *aligned(self._rows()),
            *self._comparison(),
        ]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def _rows(self) -> list[tuple[str, ...]]:
        one, other = self.original, self.result
        rows: list[tuple[str, ...]] = [
            ("", "original", "result"),
            ("runs in", *(f"{each.source.backend}, {each.source.dtype}" for each in (one, other))),
            ("bytes of its files", *(f"{each.bytes:,}" for each in (one, other))),
            ("bytes of its weights in memory", *(f"{each.weight_bytes:,}" for each in (one, other))),
            ("peak memory", *(_mebibytes(each.peak_memory) for each in (one, other))),
            ("one text", *(f"{each.seconds_per_text * 1000:.2f} ms" for each in (one, other))),
            ("many", *(f"{each.texts_per_second:,.1f} texts/s" for each in (one, other))),
            ("changed by batching", *(f"{each.changed_by_batching:.1%}" for each in (one, other))),
        ]
        if self.metric:
            rows.append((self.metric.name, str(self.metric.before), str(self.metric.after)))
        return rows

    def _comparison(self) -> list[str]:
        lines = [
            f"speed         {self.throughput} of many, {self.latency} of one",
            f"agreement     {self.agreement:.1%} of {counted(self.probes, 'probe')}",
            f"change        {self.mean_change:.2g} on the mean, {self.largest_change:.2g} at most",
        ]
        return [*lines, f"metric drops  {self.metric.drop}"] if self.metric else lines


def _mebibytes(size: int | None) -> str:
    return "not known" if size is None else f"{size / _MEBIBYTE:,.0f} MiB"
