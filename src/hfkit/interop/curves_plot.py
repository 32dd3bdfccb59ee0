"""How a training went, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plot_files import DARK, LIGHT, PALE, begin_figure, write_figure

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.tune_report import TuneReport

__all__ = ["plot_curves"]


def plot_curves(report: TuneReport, path: Path, /) -> None:
    """Draw the loss over the steps, and below it what was measured meanwhile.

    Raises:
        SettingError: the file is neither a PNG nor an SVG, or its folder is not there.
        MissingDependencyError: matplotlib is not installed.
    """
    figure = begin_figure(path, width=6.4, height=5.2 if report.states else 3.2)
    panels = figure.subplots(2 if report.states else 1, 1, sharex=True, squeeze=False)[:, 0]
    panels[0].plot(
        [step for step, _ in report.losses], [loss for _, loss in report.losses], color=DARK, linewidth=1.2
    )
    panels[0].set(ylabel="loss")
    if report.states:
        steps = [state.step for state in report.states]
        for (name, _), color, mark in zip(report.states[0].figures, (DARK, LIGHT), ("o", "s"), strict=False):
            panels[1].plot(
                steps, [state.figure(name) for state in report.states], color=color, marker=mark, label=name
            )
        if report.best is not None:
            panels[1].axvline(report.best.step, color=DARK, linestyle="--", linewidth=1, label="kept")
        panels[1].legend(fontsize=8, frameon=False)
        panels[1].set(ylabel="on validation")
    panels[-1].set(xlabel="step")
    for panel in panels:
        panel.set_axisbelow(True)
        panel.grid(color=PALE)
        panel.spines[["top", "right"]].set_visible(False)
    write_figure(figure, path)
