"""How long a fresh process takes to its first label, and how much memory: hfkit against pipeline.

    python benchmarks/cold_start.py [--model FOLDER] [--rounds N]

Without a folder: a model of DistilBERT's dimensions with random weights.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from corpus import SENTENCES, read_corpus
from layout import bullets, mebibytes, table
from memory import peak_resident
from rounds import Spread
from standin import write_standin

__all__ = ["ROUNDS", "ColdStart", "cold_start_section", "measure_cold_start"]

ROUNDS = 5
_PROGRAM = Path(__file__).with_name("first_label.py")
_TEXT = "a quiet film that says more than it shows"
_NOTES = (
    (
        "From the start of the process to its first label: the interpreter, the imports, the model, one text. The "
        "memory is the most that the process held, its libraries and mapped weights included."
    ),
    (
        "Before the first round each way runs once, so the files lie in the system's cache and, for onnx, the model is "
        "exported: the export is made once for each model, not at each start."
    ),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the first label: its name, and how first_label.py calls it."""

    name: str
    program: str
    dtype: str


_BASELINE = Way("transformers.pipeline", "pipeline", "float32")
_WAYS = (
    _BASELINE,
    Way("hfkit.Classify, torch", "torch", "float32"),
    Way("hfkit.Classify, onnx", "onnx", "float32"),
    Way("hfkit.Classify, onnx int8", "onnx", "int8"),
)


@dataclass(frozen=True, slots=True)
class ColdStart:
    """What was measured of one way.

    Attributes:
        name: the way.
        wall: seconds on the clock to the first label.
        cpu: seconds of processor time of the process, its end included.
        ratio: how many times sooner than pipeline in the same round.
        memory: MiB at the peak; None where it cannot be told.
    """

    name: str
    wall: Spread
    cpu: Spread
    ratio: Spread
    memory: float | None


def measure_cold_start(model: Path | None = None, *, rounds: int) -> list[ColdStart]:
    """Start a process for each way in turns, after one each to warm up.

    Args:
        model: a folder; None makes one.
        rounds: how often.

    Raises:
        SystemExit: a process fails, or gives another label than the others.
    """
    walls: dict[str, list[float]] = {way.name: [] for way in _WAYS}
    cpus: dict[str, list[float]] = {way.name: [] for way in _WAYS}
    peaks: dict[str, float | None] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = model or write_standin(Path(scratch), read_corpus(SENTENCES).texts)
        labels = {_start(way, folder)[0] for way in _WAYS}
        if len(labels) != 1:
            raise SystemExit(f"the first labels differ: {', '.join(sorted(labels))}")
        for number in range(1, rounds + 1):
            for way in _WAYS:
                _, wall, cpu, peak = _start(way, folder)
                walls[way.name].append(wall)
                cpus[way.name].append(cpu)
                peaks[way.name] = max(peak, peaks.get(way.name) or 0.0) if peak is not None else None
                sys.stderr.write(f"round {number}/{rounds}: first label, {way.name}: {wall:.1f} s\n")
    base = walls[_BASELINE.name]
    return [
        ColdStart(
            name,
            Spread.of(walls[name]),
            Spread.of(cpus[name]),
            Spread.of([theirs / own for theirs, own in zip(base, walls[name], strict=True)]),
            peaks[name],
        )
        for name in walls
    ]


def _start(way: Way, folder: Path) -> tuple[str, float, float, float | None]:
    """Give the label, the seconds on the clock and of processor time, and the peak in MiB."""
    command = [sys.executable, str(_PROGRAM), way.program, way.dtype, str(folder), _TEXT]
    before, start = _processor_seconds(), time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        label = process.stdout.readline().strip() if process.stdout else ""
        wall = time.perf_counter() - start
        peak = peak_resident(process.pid) if label else None
    if not label or process.returncode:
        raise SystemExit(f"{way.name} gave no label; its process ended with {process.returncode}")
    return label, wall, _processor_seconds() - before, peak


def _processor_seconds() -> float:
    """Give what all processes that this one has started and seen end took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cold_start_section(starts: list[ColdStart], *, rounds: int) -> str:
    """Lay out the starts."""
    rows = [
        [
            f"`{start.name}`",
            start.wall.show(2),
            start.cpu.show(2),
            start.ratio.show(2),
            mebibytes(start.memory),
        ]
        for start in starts
    ]
    columns = ["way", "seconds", "processor seconds", "times as soon", "peak MiB"]
    return (
        "## Cold start\n\n"
        f"DistilBERT's dimensions; {rounds} rounds, a fresh process for each figure, the ways in turns.\n\n"
        f"{table(columns, rows)}\n\n{bullets(_NOTES)}\n"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="a folder with a model that chooses one label")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="starts of each way (default: %(default)s)"
    )
    options = parser.parse_args()
    starts = measure_cold_start(options.model, rounds=options.rounds)
    sys.stdout.write(cold_start_section(starts, rounds=options.rounds))


if __name__ == "__main__":
    main()
