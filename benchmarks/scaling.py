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
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import hfkit
from corpus import SENTENCES, read_corpus
from hfkit.testing import write_tiny_classifier
from lengths import TokenCounter
from memory import in_fresh_process, peak_growth
from mixture import mixed_lengths, mixed_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COUNTS", "Growth", "measure_scaling"]

Way: TypeAlias = Literal["batch", "map"]

COUNTS = (100, 1_000, 10_000)
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


def measure_scaling(counts: Sequence[int] = COUNTS) -> list[Growth]:
    """Measure each number of texts both ways, each in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_tiny_classifier(Path(scratch), limit=_WINDOW)
        return [in_fresh_process(_grow, folder, way, count) for way in get_args(Way) for count in counts]


def _grow(folder: Path, way: Way, count: int) -> Growth:
    tokens_of = TokenCounter(folder)
    texts = mixed_texts(
        read_corpus(SENTENCES).texts,
        mixed_lengths(count + _WARM_UP, longest=_WINDOW),
        lambda words: tokens_of(words, special=False),
    )
    classify = hfkit.Classify(folder, runtime=hfkit.Runtime(device="cpu", threads=1, progress="never"))
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


if __name__ == "__main__":
    for growth in measure_scaling():
        sys.stdout.write(f"{growth}\n")
