"""How cost grows with the number of texts, through ``batch`` and through ``map``.

The model is tiny and runs on one thread, so that what is measured is hfkit and the libraries around
the model, not how long threads wait for each other.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import hfkit
from corpus import SENTENCES, read_corpus
from hfkit.testing import write_tiny_classifier
from layout import mebibytes, table
from lengths import TokenCounter
from memory import in_fresh_process, peak_growth
from mixture import mixed_lengths, mixed_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COUNTS", "Growth", "Way", "measure_scaling", "scaling_section"]

Way: TypeAlias = Literal["batch", "map"]
"""A method of the facade."""

COUNTS: dict[Way, tuple[int, ...]] = {
    "map": (100, 1_000, 10_000, 100_000),
    "batch": (100, 1_000, 10_000),  # it keeps every result, so nobody gives it 100,000
}
"""How many texts each method is given."""

_GOAL = 20
"""MiB by which the peak of the most texts through ``map`` may exceed that of 1,000."""

_SETTLED = 1_000
_WINDOW = 512
_WARM_UP = 100


@dataclass(frozen=True, slots=True)
class Growth:
    """What so many texts cost.

    Attributes:
        way: the method.
        count: how many texts.
        wall: seconds on the clock.
        cpu: seconds of processor time.
        memory: MiB at the peak above what was resident before; None where it cannot be told.
    """

    way: Way
    count: int
    wall: float
    cpu: float
    memory: float | None


def measure_scaling(counts: Mapping[Way, Sequence[int]] = COUNTS) -> list[Growth]:
    """Measure each number of texts through each method, each in a process of its own."""
    growths = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_tiny_classifier(Path(scratch), limit=_WINDOW)
        for way, numbers in counts.items():
            for count in numbers:
                growths.append(in_fresh_process(_grow, folder, way, count))
                sys.stderr.write(f"growth: {way} of {count:,}: {growths[-1].wall:.1f} s\n")
    return growths


def _grow(folder: Path, way: Way, count: int) -> Growth:
    tokens_of = TokenCounter(folder)
    texts = mixed_texts(
        read_corpus(SENTENCES).texts,
        mixed_lengths(count + _WARM_UP, longest=_WINDOW),
        lambda words: tokens_of(words, special=False),
    )
    runtime = hfkit.Runtime(backend="torch", device="cpu", threads=1, progress="never")
    classify = hfkit.Classify(folder, runtime=runtime)
    classify.batch(texts[count:])

    wall = cpu = 0.0

    def work() -> None:
        nonlocal wall, cpu  # beside the work itself, peak_growth has some of its own
        wall, cpu = time.perf_counter(), time.process_time()
        if way == "batch":
            classify.batch(texts[:count])
        else:
            deque(classify.map(iter(texts[:count])), maxlen=0)  # a reader that keeps nothing
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu

    memory = peak_growth(work)
    return Growth(way, count, wall, cpu, memory)


def scaling_section(growths: Sequence[Growth]) -> str:
    """Lay out how cost grows with the number of texts."""
    rows = [
        [
            f"`{growth.way}`",
            f"{growth.count:,}",
            f"{growth.wall:.2f}",
            f"{growth.wall / growth.count * 1000:.2f}",
            f"{growth.cpu / growth.count * 1000:.2f}",
            mebibytes(growth.memory),
        ]
        for growth in growths
    ]
    columns = [
        "method",
        "texts",
        "seconds",
        "ms a text",
        "processor ms a text",
        "peak MiB above the open model",
    ]
    return (
        "## Growth\n\n"
        "Texts of mixed length through a tiny model (2 layers of 32) on one thread, each row in a process of its "
        "own, after a warm-up: what is measured is hfkit and the libraries around a model. `map` gives its results "
        "one by one to a reader who keeps none; `batch` keeps them all. Layers as small as these are not laid out for "
        "oneDNN; in a larger model on torch, the code that it compiles and keeps comes on top: see the scheduler.\n\n"
        f"{table(columns, rows)}\n{_goal(growths)}"
    )


def _goal(growths: Sequence[Growth]) -> str:
    """Say whether the memory of ``map`` stays as it is."""
    peaks = {growth.count: growth.memory for growth in growths if growth.way == "map"}
    most = max(peaks, default=0)
    settled, last = peaks.get(_SETTLED), peaks.get(most)
    if settled is None or last is None or most <= _SETTLED:
        return ""
    more = max(0.0, last - settled)
    verdict = "reached" if more <= _GOAL else "missed"
    return (
        f"\n`map` takes {more:.0f} MiB more for {most:,} texts than for {_SETTLED:,}; the goal is at most {_GOAL}: "
        f"{verdict}.\n"
    )


if __name__ == "__main__":
    sys.stdout.write(scaling_section(measure_scaling()))
