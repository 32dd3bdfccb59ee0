"""A confusion matrix as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.values.layout import shortened

from .plot_files import DARK, begin_figure, literal, write_figure

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from hfkit.text.arrays import IntArray
    from hfkit.values.classification_scores import Confusion

__all__ = ["plot_confusion"]

# Inches of a cell: few labels have room, many just enough for a number of three digits.
_LARGE, _SMALL = 0.62, 0.24
_FEW, _MANY = 8, 40

# Beyond so many labels cells are left without numbers.
_NUMBERED = 120

_LABEL = 32
_HALF = 0.5
_POINTS = 72


def plot_confusion(confusion: Confusion, path: Path, /) -> None:
    """Draw a row for each expected label, a column for each that was said; color is the share of the row.

    Args:
        confusion: the counts.
        path: the file, a PNG or an SVG.

    Raises:
        SettingError: the file is neither a PNG nor an SVG, or its folder is not there.
        MissingDependencyError: matplotlib is not installed.
    """
    names = [shortened(label, _LABEL) for label in confusion.labels]
    size = len(names)
    cell = float(np.interp(size, (_FEW, _MANY), (_LARGE, _SMALL)))
    font = min(10.0, 0.42 * cell * _POINTS)
    margin = max(map(len, names)) * font * 0.62 / _POINTS + 1
    side = max(size * cell, 1.6) + margin
    figure = begin_figure(path, width=side, height=side)
    axes = figure.add_subplot()
    counts = np.array(confusion.counts, dtype=np.int64).reshape(size, size)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = np.arange(size)
    axes.set_xticks(ticks, names, rotation=90, fontsize=font)
    axes.set_yticks(ticks, names, fontsize=font)
    axes.set_xlabel("said", color=DARK)
    axes.set_ylabel("expected", color=DARK)
    literal(*axes.get_xticklabels(), *axes.get_yticklabels())
    axes.set_xticks(ticks[1:] - _HALF, minor=True)
    axes.set_yticks(ticks[1:] - _HALF, minor=True)
    axes.grid(which="minor", color="#d7dee6", linewidth=0.4)
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_color("#9aa7b4")
    if size <= _NUMBERED:
        _write_counts(axes, counts, shares > _HALF, font=font)
    write_figure(figure, path)


def _write_counts(axes: Axes, counts: IntArray, dark: IntArray, *, font: float) -> None:
    """Write each count that is not 0 into its cell, as small as its digits need."""
    for row, column in zip(*np.nonzero(counts), strict=True):
        number = f"{counts[row, column]}"
        axes.text(
            column,
            row,
            number,
            ha="center",
            va="center",
            fontsize=font * min(1.0, 3 / len(number)),
            color="white" if dark[row, column] else DARK,
        )
