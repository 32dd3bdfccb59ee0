"""What a training did."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hfkit._lazy import reach
from hfkit.errors import SettingError

from .classification_scores import Confusion
from .jsonable import to_json_value
from .tune_plan import TunePlan

__all__ = ["TuneReport", "TunedState"]

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 40


@dataclass(frozen=True, slots=True)
class TunedState:
    """How good the model was at one moment of its training.

    Attributes:
        step: after so many steps.
        epoch: after so many passes over the examples.
        figures: what was measured on the validation split, by name.
    """

    step: int
    epoch: float
    figures: tuple[tuple[str, float], ...]

    def figure(self, name: str) -> float:
        """Give one of the figures.

        Raises:
            KeyError: it was not measured.
        """
        return dict(self.figures)[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneReport:
    """A training from its plan to its result.

    Attributes:
        output: the folder of the trained model; Classify, Answer, Tag, Generate and Evaluate open it.
        plan: what was to be done.
        settings: what it was done with, as it is written.
        data: the fingerprint of each split.
        losses: pairs of a step and the mean loss since the last one that is here.
        states: what was measured meanwhile, the earliest first; none without a validation split.
        goal: the figure by which states are compared.
        best: the state that was kept; None without a validation split, and then the last was.
        confusion: which labels the state that was kept gives for which, on the validation split; None without one, and
            where rows do not have one label each.
        steps: how many were made in all.
        seconds: how long the last call took; a run that was interrupted went on in it.
        tokens_per_second: those that were computed in it, evaluation not counted as tokens but as time.
        resumed: the step from which the last call went on; 0 if it was the only one.
        versions: pairs of a library's name and its version.
    """

    output: str
    plan: TunePlan
    settings: str
    data: tuple[tuple[str, str], ...]
    losses: tuple[tuple[int, float], ...]
    states: tuple[TunedState, ...]
    goal: str
    best: TunedState | None
    confusion: Confusion | None
    steps: int
    seconds: float
    tokens_per_second: float
    resumed: int
    versions: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        plain = {name: to_json_value(getattr(self, name)) for name in self.__slots__ if name != "plan"}
        return plain | {
            "plan": self.plan.to_dict(),
            "data": dict(self.data),
            "versions": dict(self.versions),
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """Give the report as a JSON object, non-ASCII characters as they are.

        Args:
            indent: spaces per level; None for one line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def plot_curves(self, path: str | os.PathLike[str], /) -> Path:
        """Draw the loss, and what was measured meanwhile, over the steps.

        Args:
            path: where to; ``.png`` or ``.svg`` says what is drawn.

        Returns:
            The file.

        Raises:
            SettingError: the file's name ends otherwise.
            MissingDependencyError: matplotlib is not installed.
        """
        draw = cast("Callable[[TuneReport, Path], None]", reach("hfkit.interop.curves_plot", "plot_curves"))
        draw(self, Path(path))
        return Path(path)

    def plot_confusion(self, path: str | os.PathLike[str], /) -> Path:
        """Draw which labels the state that was kept gives for which; as :meth:`plot_curves`.

        Raises:
            SettingError: the file's name ends otherwise, or there is no confusion to draw.
            MissingDependencyError: matplotlib is not installed.
        """
        if self.confusion is None:
            raise SettingError(
                f"the confusion of {self.output} is not known",
                hint="give the data a validation split, and rows of one label each",
            )
        draw = cast(
            "Callable[[Confusion, Path], None]", reach("hfkit.interop.confusion_plot", "plot_confusion")
        )
        draw(self.confusion, Path(path))
        return Path(path)

    def __str__(self) -> str:
        speed = f"{self.steps:,} steps in {self.seconds:.0f} s, {self.tokens_per_second:,.0f} tokens/s"
        rows = [f"{self.output}: {self.plan.task}, {speed}"]
        if self.losses:
            values = [loss for _, loss in self.losses]
            rows.append(f"loss  {_curve(values)}  {values[0]:.3f} to {values[-1]:.3f}")
        names = [name for name, _ in self.states[0].figures] if self.states else []
        if names:
            rows.append(f"{'step':>8}  {'epoch':>6}  " + "  ".join(f"{name:>15}" for name in names))
        for state in self.states:
            figures = "  ".join(f"{value:>15.4f}" for _, value in state.figures)
            kept = "  kept" if state == self.best else ""
            rows.append(f"{state.step:>8,}  {state.epoch:>6.2f}  {figures}{kept}")
        if self.confusion is not None and str(self.confusion):
            rows.append(f"of its mistakes most are {self.confusion}")
        return "\n".join(rows)


def _curve(values: list[float]) -> str:
    """Draw values as a line of bars."""
    width = min(_WIDTH, len(values))
    means = []
    for place in range(width):
        part = values[place * len(values) // width : (place + 1) * len(values) // width]
        means.append(sum(part) / len(part))
    low, high = min(means), max(means)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BARS[round((mean - low) * scale)] for mean in means)
