"""What Quantize made of a model, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plot_files import DARK, LIGHT, PALE, begin_figure, literal, write_figure

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.quantize_report import QuantizeReport

__all__ = ["plot_smaller"]

_MEGABYTE = 1_000_000


def plot_smaller(report: QuantizeReport, path: Path, /) -> None:
    """Draw bytes, memory, speed and the metric, or else agreement, of the original beside those of the result.

    Raises:
        SettingError: the file is neither a PNG nor an SVG, or its folder is not there.
        MissingDependencyError: matplotlib is not installed.
    """
    both = report.original, report.result
    metric = report.metric
    panels = (
        ("MB on the disk", *(one.bytes / _MEGABYTE for one in both)),
        ("MB of weights in memory", *(one.weight_bytes / _MEGABYTE for one in both)),
        ("many, times as fast", 1.0, report.throughput.value),
        (metric.name, metric.before.value, metric.after.value)
        if metric
        else ("agreement", 1.0, report.agreement),
    )
    figure = begin_figure(path, width=8.4, height=2.8)
    for axes, (name, before, after) in zip(figure.subplots(1, len(panels)), panels, strict=True):
        bars = axes.bar(["original", "result"], [before, after], color=[LIGHT, DARK], width=0.6)
        axes.bar_label(bars, fmt="{:,.3g}", fontsize=7)
        axes.set_title(name, fontsize=8)
        axes.tick_params(labelsize=7)
        axes.margins(y=0.15)
        axes.set_axisbelow(True)
        axes.grid(color=PALE, axis="y")
        axes.spines[["top", "right"]].set_visible(False)
    literal(figure.suptitle(report.plan.scheme, fontsize=9))
    write_figure(figure, path)
