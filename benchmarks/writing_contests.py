"""Let ways to write do the same task in turns, and compare the tokens that they write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from continuing import Task
from turns import take_turns
from variants import Missing, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from continuing import Write, Written
    from turns import Timing

__all__ = ["WritingContest", "compare_writers"]

_WARM_UP = Task(prompts=("a quiet film", "it says more than it shows"), most=4)


@dataclass(frozen=True, slots=True)
class WritingContest:
    """What was measured on one task.

    Attributes:
        title: what was to be written.
        lengths: new tokens of each text.
        baseline: the way that the others are compared with.
        timings: one for each way.
        equal: of each way the texts that are the reference's, token by token.
        missing: ways that could not be measured.
    """

    title: str
    lengths: tuple[int, ...]
    baseline: str
    timings: tuple[Timing, ...]
    equal: Mapping[str, int]
    missing: tuple[Missing, ...] = ()

    def timing(self, name: str) -> Timing | None:
        """Find the times of a way; None if it could not be measured."""
        return next((timing for timing in self.timings if timing.name == name), None)


def compare_writers(
    title: str,
    opened: Sequence[Variant[Write] | Missing],
    task: Task,
    *,
    rounds: int,
    baseline: str,
    reference: str,
) -> WritingContest:
    """Let writers do a task in turns, after a warm-up.

    Args:
        title: what is to be written.
        opened: the ways that have opened the model, and those that could not.
        task: what is to be written.
        rounds: how often each writes.
        baseline: the way that times are compared with.
        reference: the way whose tokens are the right ones.

    Raises:
        SystemExit: an exact way writes other tokens than the reference.
    """
    writers = {variant.name: variant for variant in opened if isinstance(variant, Variant)}
    for writer in writers.values():
        writer.run(_WARM_UP)
    works = {name: (lambda run=writer.run: run(task)) for name, writer in writers.items()}
    timings, found = take_turns(works, rounds=rounds, baseline=baseline)
    equal = {name: _equal(written, found[reference]) for name, written in found.items()}
    for name, writer in writers.items():
        if writer.exact and equal[name] < len(task.prompts):
            raise SystemExit(f"{name} writes {equal[name]} of {len(task.prompts)} texts as {reference} does")
    lengths = tuple(map(len, found[reference]))
    missing = tuple(entry for entry in opened if isinstance(entry, Missing))
    return WritingContest(title, lengths, baseline, tuple(timings), equal, missing)


def _equal(written: Written, reference: Written) -> int:
    return sum(own == theirs for own, theirs in zip(written, reference, strict=True))
