"""All benchmarks: writes results.md and results.svg beside this file.

    python benchmarks/run.py [--threads N] [--quick] [--output FILE]

``--quick`` takes few texts once, to see that everything runs; its figures say little.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch

import answering
import classify
import cold_start
import generating
import scaling
import tokenizing
import training_steps
from generating_report import generating_section
from machine import describe_machine
from plot import draw
from report import comparison_section, page
from tuning_report import tuning_section


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: numbers of texts or questions, and rounds.

    Attributes:
        classify: texts to classify, and rounds.
        starts: fresh processes of each way.
        growth: how many texts each method is given.
        tokenize: texts to tokenize, and rounds.
        answer: questions about short texts, and rounds.
        generate: how much is written.
        tune: steps of training.
    """

    classify: tuple[int, int]
    starts: int
    growth: dict[scaling.Way, tuple[int, ...]]
    tokenize: tuple[int, int]
    answer: tuple[int, int]
    generate: generating.Scale
    tune: training_steps.Scale


_FULL = Plan(
    classify=(classify.COUNT, classify.ROUNDS),
    starts=cold_start.ROUNDS,
    growth=scaling.COUNTS,
    tokenize=(tokenizing.COUNT, tokenizing.ROUNDS),
    answer=(answering.COUNT, answering.ROUNDS),
    generate=generating.FULL,
    tune=training_steps.FULL,
)
_QUICK = Plan(
    classify=(4, 1),
    starts=1,
    growth={"map": (100, 1_000), "batch": (100,)},
    tokenize=(100, 1),
    answer=(5, 1),
    generate=generating.QUICK,
    tune=training_steps.QUICK,
)


def main() -> None:
    """Measure everything and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, help="threads of a forward pass (default: torch's own choice)")
    parser.add_argument("--quick", action="store_true", help="few texts, once")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(__file__).with_name("results.md"),
        help="a Markdown file; the plot goes beside it",
    )
    options = parser.parse_args()
    command = ["benchmarks/run.py", *(["--quick"] if options.quick else [])]
    if options.threads:
        torch.set_num_threads(options.threads)
        command += ["--threads", str(options.threads)]
    start = time.monotonic()
    plot = options.output.with_suffix(".svg")
    sections = _measure(_QUICK if options.quick else _FULL, plot)
    minutes = (time.monotonic() - start) / 60
    report = page(sections, machine=describe_machine(minutes=minutes), command=command)
    options.output.write_text(report, encoding="utf-8")
    sys.stderr.write(f"{options.output} and {plot.name} are written after {minutes:.0f} minutes\n")


def _measure(plan: Plan, plot: Path) -> list[str]:
    """Give the sections; draw the plot."""
    texts, rounds = plan.classify
    comparisons = classify.compare_standin(None, count=texts, rounds=rounds)
    draw(comparisons, plot)
    starts = cold_start.measure_cold_start(rounds=plan.starts)
    growths = scaling.measure_scaling(plan.growth)
    tokenized, turns = plan.tokenize
    races = tokenizing.measure_tokenizing(count=tokenized, rounds=turns)
    questions, asked = plan.answer
    contests = answering.measure_answering(count=questions, rounds=asked)
    findings = generating.measure_generating(plan.generate)
    trained = training_steps.measure_tuning(plan.tune)
    return [
        comparison_section(comparisons),
        f"![Times as fast as the pipeline]({plot.name})\n",
        cold_start.cold_start_section(starts, rounds=plan.starts),
        scaling.scaling_section(growths),
        tokenizing.tokenizing_section(races, count=tokenized, rounds=turns),
        answering.answering_section(contests),
        generating_section(findings),
        tuning_section(trained),
    ]


if __name__ == "__main__":
    main()
