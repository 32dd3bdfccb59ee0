"""All benchmarks: writes results.md and results.svg beside this file.

python benchmarks/run.py
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from answering import COUNT as QUESTIONS
from answering import ROUNDS as ANSWER_ROUNDS
from answering import answering_section, measure_answering
from classify import COUNT, ROUNDS, compare_standin
from cold_start import ROUNDS as STARTS
from cold_start import cold_start_section, measure_cold_start
from machine import describe_machine
from plot import draw
from report import comparison_section, page
from scaling import measure_scaling, scaling_section
from tokenizing import COUNT as TEXTS
from tokenizing import ROUNDS as TURNS
from tokenizing import measure_tokenizing, tokenizing_section


def main() -> None:
    """Measure everything and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, help="threads of a forward pass (default: torch's own choice)")
    options = parser.parse_args()
    command = ["benchmarks/run.py"]
    if options.threads:
        torch.set_num_threads(options.threads)
        command += ["--threads", str(options.threads)]
    results = Path(__file__).with_name("results.md")
    comparisons = compare_standin(None, count=COUNT, rounds=ROUNDS)
    races = measure_tokenizing(count=TEXTS, rounds=TURNS)
    sections = [
        comparison_section(comparisons),
        cold_start_section(measure_cold_start(rounds=STARTS), rounds=STARTS),
        scaling_section(measure_scaling()),
        tokenizing_section(races, count=TEXTS, rounds=TURNS),
        answering_section(measure_answering(count=QUESTIONS, rounds=ANSWER_ROUNDS)),
    ]
    sections.insert(1, "![Times as fast as the pipeline](results.svg)\n")
    draw(comparisons, results.with_suffix(".svg"))
    results.write_text(page(sections, machine=describe_machine(), command=command), encoding="utf-8")
    sys.stderr.write(f"{results} and {results.with_suffix('.svg').name} are written\n")


if __name__ == "__main__":
    main()
