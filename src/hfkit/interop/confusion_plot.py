"""A confusion matrix as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.values.layout import shortened

from .plot_files import DARK, begin_figure, literal, write_figure

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    from matplotlib.axes import Axes

    from hfkit.text.arrays import IntArray
    from hfkit.values.classification_scores import Confusion

__all__ = ["plot_confusion"]

# Inches of a cell: few labels have room, many just enough for a number of three digits.
_LARGE, _SMALL = 0.62, 0.24
_FEW, _MANY = 8, 40

# Beyond so many labels cells are left without numbers.
_NUMBERED = 120

_LABEL = 48
_HALF = 0.5
_POINTS = 72

# Of a character's size: how wide it is, with some air.
_CHARACTER = 0.62

# Of a cell's width: what its number may fill.
_FILLED = 0.9


def plot_confusion(confusion: Confusion, path: Path, /) -> None:
    """Draw a row for each expected label, a column for each that was said; color is the share of the row.

    What is right is blue, what is wrong orange, each as dark as its own shares go: mistakes are to be seen.

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
    margin = max(map(len, names)) * font * _CHARACTER / _POINTS + 1
    side = max(size * cell, 1.6) + margin
    figure = begin_figure(path, width=side, height=side)
    axes = figure.add_subplot()
    counts = np.array(confusion.counts, dtype=np.int64).reshape(size, size)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    right = np.eye(size, dtype=np.bool_)
    most_wrong = float(shares[~right].max(initial=0))
    axes.imshow(np.ma.masked_where(~right, shares), cmap="Blues", vmin=0, vmax=1)
    axes.imshow(
        np.ma.masked_where(right | (counts == 0), shares), cmap="Oranges", vmin=0, vmax=max(most_wrong, 0.2)
    )
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
        widest = _FILLED * cell * _POINTS / _CHARACTER
        dark = np.where(right, shares > _HALF, shares > _HALF * max(most_wrong, 0.2) * 1.5)
        _write_counts(axes, counts, dark, font=font, widest=widest)
    write_figure(figure, path)


def _write_counts(
    axes: Axes, counts: IntArray, dark: npt.NDArray[np.bool_], *, font: float, widest: float
) -> None:
    """Write each count that is not 0 into its cell, as small as its digits need."""
    for row, column in zip(*np.nonzero(counts), strict=True):
        number = f"{counts[row, column]}"
        axes.text(
            column,
            row,
            number,
            ha="center",
            va="center",
            fontsize=min(font, widest / len(number)),
            color="white" if dark[row, column] else "#1d2733",
        )
