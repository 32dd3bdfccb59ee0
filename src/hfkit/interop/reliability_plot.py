"""How often a model is right where it is so sure, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import SettingError

from .plot_files import DARK, LIGHT, PALE, begin_figure, write_figure

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.classification_scores import Calibration

__all__ = ["plot_reliability"]


def plot_reliability(calibration: Calibration | None, path: Path, /) -> None:
    """Draw accuracy over confidence, and below how many rows have which confidence.

    Args:
        calibration: the bins; None where the model gives no probabilities.
        path: the file, a PNG or an SVG.

    Raises:
        SettingError: there is no calibration, the file is neither a PNG nor an SVG, or its folder is not there.
        MissingDependencyError: matplotlib is not installed.

    Source: the diagrams of Guo et al. 2017, arXiv:1706.04599, figure 1.
    """
    if calibration is None:
        raise SettingError(
            "the report has no calibration: the model's scores are no probabilities that add up to 1",
            hint="evaluate with activation='auto' and pooling='mean'",
        )
    figure = begin_figure(path, width=5.2, height=5.6)
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1)})
    bins = [one for one in calibration.bins if one.rows]
    starts = [one.low for one in bins]
    widths = [one.high - one.low for one in bins]
    upper.bar(
        starts,
        [one.accuracy for one in bins],
        widths,
        align="edge",
        color=LIGHT,
        edgecolor="white",
        label="accuracy",
    )
    upper.plot((0, 1), (0, 1), linestyle="--", linewidth=1, color=DARK, label="as sure as right")
    upper.scatter(
        [one.confidence for one in bins],
        [one.accuracy for one in bins],
        s=14,
        color=DARK,
        zorder=3,
        clip_on=False,
        label="mean confidence of the bin",
    )
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy")
    upper.set_title(f"expected calibration error {calibration.error}", fontsize=10, color=DARK)
    figure.legend(
        loc="outside lower center", ncols=3, fontsize=8, frameon=False
    )  # where no bar stands behind it
    total = sum(one.rows for one in bins)
    lower.bar(
        starts, [one.rows / total for one in bins], widths, align="edge", color=LIGHT, edgecolor="white"
    )
    lower.set(xlabel="confidence", ylabel="share of rows")
    for axes in (upper, lower):
        axes.set_axisbelow(True)
        axes.grid(color=PALE)
        axes.spines[["top", "right"]].set_visible(False)
    write_figure(figure, path)
