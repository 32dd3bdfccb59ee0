"""Generate against transformers and CTranslate2: many prompts, one, a common beginning, and what else it promises.

    python benchmarks/generating.py [--rounds N] [--threads N] [--quick]

GPT-2's dimensions with random weights where many prompts are written to, and the starter model that writes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from continuing import Task
from corpus import SENTENCES, read_corpus
from first_piece import time_first_pieces
from generating_report import Findings, generating_section
from guessing import time_guessing
from hfkit.starter import starter_folder
from lengths import TokenCounter
from lineup import open_entry
from sharing import compare_sharing
from structure_cost import time_structure
from writers import BFLOAT16, FLOAT32, MANY, ONE, ONE_BY_ONE
from writing_contests import compare_writers
from writing_memory import BUDGETS, measure_memory
from writing_standin import write_writing_standin
from writing_tasks import SINGLE, crowded_task, first_prompts, shared_task, uneven_task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from continuing import Write
    from lineup import Entry
    from writing_contests import WritingContest

__all__ = ["FULL", "QUICK", "Scale", "measure_generating"]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured.

    Attributes:
        prompts: of uneven length; those with a common beginning are four times as many.
        most: the most new tokens of each; where there is a common beginning, half of them.
        budgets: tokens whose keys and values are remembered, to measure the memory.
        rounds: how often each way writes.
    """

    prompts: int
    most: int
    budgets: tuple[int, ...]
    rounds: int


# What takes a tenth of a second is measured more often than what takes ten.
_REPEATS = 5

FULL = Scale(prompts=16, most=64, budgets=BUDGETS, rounds=3)
QUICK = Scale(prompts=3, most=8, budgets=BUDGETS[:1], rounds=1)


def measure_generating(scale: Scale) -> Findings:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as scratch:
        standin = write_writing_standin(Path(scratch), read_corpus(SENTENCES).texts)
        tokens_of = TokenCounter(standin)
        uneven = uneven_task(standin, tokens_of, count=scale.prompts, most=scale.most)
        many = _compare(
            "many prompts", standin, MANY, uneven, scale, baseline=ONE_BY_ONE, reference=ONE_BY_ONE
        )
        common = shared_task(tokens_of, count=4 * scale.prompts, most=scale.most // 2)
        shared = compare_sharing(standin, common, rounds=scale.rounds)
        crowd = crowded_task(tokens_of, count=4 * scale.prompts, most=scale.most // 2)
        held = measure_memory(standin, crowd, budgets=scale.budgets)
    starter = starter_folder("writer", offline=False).path
    single = Task(prompts=(SINGLE,), most=scale.most, least=scale.most)
    one = _compare("one prompt", starter, ONE, single, scale, baseline=BFLOAT16, reference=FLOAT32)
    firsts = time_first_pieces(starter, first_prompts(TokenCounter(starter)), rounds=_REPEATS * scale.rounds)
    bounds = time_structure(starter, count=scale.prompts, most=scale.most, rounds=scale.rounds)
    guessed = time_guessing(starter, most=scale.most, rounds=scale.rounds)
    return Findings(many, one, shared, firsts, tuple(held), tuple(bounds), guessed, scale.rounds)


def _compare(
    title: str,
    folder: Path,
    entries: Sequence[Entry[Write]],
    task: Task,
    scale: Scale,
    *,
    baseline: str,
    reference: str,
) -> WritingContest:
    opened = [open_entry(entry, folder) for entry in entries]
    return compare_writers(title, opened, task, rounds=scale.rounds, baseline=baseline, reference=reference)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, help="how often each way writes (default: 3)")
    parser.add_argument("--threads", type=int, help="threads of a forward pass (default: torch's own choice)")
    parser.add_argument("--quick", action="store_true", help="few tokens once, to see that everything runs")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    scale = QUICK if options.quick else FULL
    scale = replace(scale, rounds=options.rounds or scale.rounds)
    sys.stdout.write(generating_section(measure_generating(scale)))


if __name__ == "__main__":
    main()
