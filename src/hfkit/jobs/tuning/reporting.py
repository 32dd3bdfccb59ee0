"""What Trainer wrote down of a run, as a report."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from hfkit.values.tune_report import TunedState, TuneReport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hfkit.data.task import TaskData
    from hfkit.values.classification_scores import Confusion
    from hfkit.values.tune_plan import TunePlan
    from hfkit.values.tuning import TuneSettings

    from .trainer import RunTrainer

__all__ = ["report_of"]

# Trainer's names for what was measured begin with it.
_EVALUATED = "eval_"

_LIBRARIES = ("accelerate", "datasets", "hfkit", "torch", "transformers")


def report_of(
    trainer: RunTrainer,
    settings: TuneSettings,
    data: TaskData,
    plan: TunePlan,
    *,
    goal: str,
    confusion: Confusion | None,
    output: Path,
    seconds: float,
) -> TuneReport:
    """Make the report of a run that has ended.

    Args:
        trainer: what trained.
        settings: what it was told.
        data: what it learned from.
        plan: what was to be done.
        goal: the figure by which states were compared.
        confusion: which labels the model that was kept takes for which.
        output: the folder of the result.
        seconds: how long it took.
    """
    history = trainer.state.log_history
    states = tuple(state for entry in history if (state := _state(entry, goal)) is not None)
    return TuneReport(
        output=str(output),
        plan=plan,
        settings=repr(settings),
        data=tuple((name, table.fingerprint) for name, table in data.splits.items()),
        losses=tuple((int(entry["step"]), float(entry["loss"])) for entry in history if "loss" in entry),
        states=states,
        goal=goal,
        best=next((state for state in states if state.step == trainer.state.best_global_step), None),
        confusion=confusion,
        steps=trainer.state.global_step,
        seconds=seconds,
        tokens_per_second=sum(trainer.processes.gather(trainer.tokens)) / seconds,
        resumed=trainer.resumed,
        versions=tuple((name, version(name)) for name in _LIBRARIES),
    )


def _state(entry: Mapping[str, float], goal: str) -> TunedState | None:
    """Read a state off an entry of the history, the goal first; None if nothing was measured there."""
    found = {
        name.removeprefix(_EVALUATED): float(value)
        for name, value in entry.items()
        if name.startswith(_EVALUATED)
    }
    figures = tuple(sorted(found.items(), key=lambda figure: (figure[0] != goal, figure[0])))
    return TunedState(int(entry["step"]), float(entry["epoch"]), figures) if figures else None
