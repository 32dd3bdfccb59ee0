"""Schemes of a model, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plot_files import DARK, LIGHT, PALE, begin_figure, literal, write_figure

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.scheme_comparison import SchemeComparison

__all__ = ["plot_schemes"]

_MEGABYTE = 1_000_000


def plot_schemes(comparison: SchemeComparison, path: Path, /) -> None:
    """Draw size against speed, and size against how good each scheme is; those that nothing beats are dark.

    Raises:
        SettingError: the file is neither a PNG nor an SVG, or its folder is not there.
        MissingDependencyError: matplotlib is not installed.
    """
    figure = begin_figure(path, width=8.4, height=3.6)
    speeds, goods = figure.subplots(1, 2)
    first = comparison.compared[0].report
    metric = first.metric
    points = [
        (
            "original",
            first.original.bytes,
            1.0,
            metric.before.value if metric else 1.0,
            comparison.original_on_front,
        )
    ]
    for one in comparison.compared:
        report = one.report
        good = report.metric.after.value if report.metric else report.agreement
        points.append((one.scheme, report.result.bytes, report.throughput.value, good, one.on_front))
    for panel, place in ((speeds, 2), (goods, 3)):
        for point in points:
            size, height = point[1] / _MEGABYTE, float(point[place])
            panel.scatter([size], [height], color=DARK if point[4] else LIGHT, zorder=3)
            literal(
                panel.annotate(
                    point[0], (size, height), xytext=(4, 4), textcoords="offset points", fontsize=7
                )
            )
        panel.margins(x=0.3, y=0.15)
        panel.set(xlabel="MB on the disk")
        panel.set_axisbelow(True)
        panel.grid(color=PALE)
        panel.spines[["top", "right"]].set_visible(False)
    speeds.set(ylabel="times as fast, many texts")
    goods.set(ylabel=metric.name if metric else "agreement")
    if metric and metric.name == "perplexity":
        goods.invert_yaxis()  # up is good in both
    write_figure(figure, path)
