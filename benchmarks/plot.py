"""A plot of the comparison: how many times faster than the baseline, with the spread of the rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from lineup import BASELINE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comparison import Comparison
    from rounds import Spread

__all__ = ["draw"]

_COLORS = {"on the clock": "#4c72b0", "processor time": "#a9b8d6"}


def draw(comparisons: Sequence[Comparison], file: Path) -> None:
    """Draw a panel of bars for each set of texts."""
    mpl.rcParams["svg.hashsalt"] = "hfkit"  # the same figures give the same file
    mpl.rcParams["svg.fonttype"] = "none"  # text as text: a tenth of the size
    figure = Figure(
        figsize=(2.4 + 3.2 * len(comparisons), 1.4 + 0.42 * max(len(each.trials) for each in comparisons)),
        layout="constrained",
    )
    for axes, comparison in zip(
        figure.subplots(1, len(comparisons), squeeze=False, sharey=True)[0], comparisons, strict=True
    ):
        names = [trial.name for trial in comparison.trials]
        spreads: dict[str, list[Spread]] = {
            "on the clock": [trial.wall_ratio for trial in comparison.trials],
            "processor time": [trial.cpu_ratio for trial in comparison.trials],
        }
        for shift, (label, values) in zip((-0.2, 0.2), spreads.items(), strict=True):
            medians = [value.median for value in values]
            below = [value.median - value.low for value in values]
            above = [value.high - value.median for value in values]
            bars = axes.barh(
                [row + shift for row in range(len(names))],
                medians,
                height=0.38,
                xerr=[below, above],
                label=label,
                color=_COLORS[label],
                error_kw={"elinewidth": 1, "capsize": 2},
            )
            axes.bar_label(bars, fmt="%.1f", padding=4, fontsize=8)
        axes.set_yticks(range(len(names)), names, fontsize=8)
        axes.margins(x=0.15)
        axes.axvline(1, color="grey", linewidth=0.8, linestyle=":")
        axes.set_xlabel(f"times as fast as {BASELINE}", fontsize=8)
        axes.set_title(comparison.texts, fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].invert_yaxis()  # of all panels: they share it
    figure.axes[0].legend(fontsize=7, loc="lower right", frameon=False)
    figure.savefig(file, metadata={"Date": None})
