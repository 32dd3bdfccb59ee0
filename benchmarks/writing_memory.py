"""What memory many prompts take while they are written, for a budget of tokens whose keys and values are remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.engines.opening import open_writing
from hfkit.hub.resolve import resolve
from memory import in_fresh_process, peak_growth
from writers import open_generate, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from continuing import Task

__all__ = ["BUDGETS", "Held", "measure_memory"]

BUDGETS = (1_024, 2_048, 4_096)
"""Tokens that are remembered at a time."""

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Held:
    """What was held within one budget.

    Attributes:
        tokens: the budget.
        allowed: MiB that the keys and values of so many tokens take.
        peak: MiB at the peak above the open model, all that is computed beside them included; None where it
            cannot be told.
        alone: the same with one prompt at a time.
    """

    tokens: int
    allowed: float
    peak: float | None
    alone: float | None

    @property
    def together(self) -> float | None:
        """MiB that it takes to write many prompts and not one at a time: what the budget is for."""
        return None if self.peak is None or self.alone is None else self.peak - self.alone


def measure_memory(folder: Path, task: Task, *, budgets: tuple[int, ...] = BUDGETS) -> list[Held]:
    """Write within each budget, each in a process of its own."""
    _, alone = in_fresh_process(_hold, folder, task, 1)
    held = []
    for budget in budgets:
        token_bytes, peak = in_fresh_process(_hold, folder, task, budget)
        held.append(Held(budget, budget * token_bytes / _MEBIBYTE, peak, alone))
    return held


def _hold(folder: Path, task: Task, budget: int) -> tuple[int, float | None]:
    """Give the bytes of a token's keys and values, and the MiB at the peak."""
    generate = open_generate(folder, backend="torch", budget=budget)
    write_all(generate, task)  # what oneDNN compiles and keeps is no part of it
    peak = peak_growth(lambda: write_all(generate, task))
    session = open_writing(lambda: resolve(folder, offline=True), generate.runtime)  # the one that is open
    return session.card.token_bytes, peak
