"""Confidence intervals by drawing rows anew.

Most figures depend on sums over rows alone: an accuracy on how many rows are right, an F1 on how often each label was
hit, a perplexity on log probabilities and tokens. Their draws are one product of matrices,
:func:`intervals_of_sums`. What depends on rows in another way, such as a median, takes :func:`intervals_of_rows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import EmptyInputError, InputError
from hfkit.values.estimates import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy.typing as npt

    from hfkit.text.arrays import DoubleArray, IntArray
    from hfkit.values.bootstrap import Bootstrap

__all__ = ["intervals_of_rows", "intervals_of_sums"]

# Numbers held at a time: 32 MiB of float64.
_HELD = 4_194_304

# Draws of many equal rows are counted at once; below so many of each, drawing one by one is quicker.
_EQUAL_ROWS = 8


def intervals_of_sums(
    rows: npt.ArrayLike,
    statistic: Callable[[DoubleArray], DoubleArray],
    bootstrap: Bootstrap,
    *,
    counts: IntArray | None = None,
) -> tuple[Estimate, ...]:
    """Give figures that depend on the sums of rows alone, with their intervals.

    Args:
        rows: finite numbers, shape ``[rows]`` or ``[rows, columns]``.
        statistic: from sums, shape ``[draws, columns]``, to figures, shape ``[draws]`` or ``[draws, figures]``; each
            of a draw from its own sums.
        bootstrap: how to draw.
        counts: how often each row is there, shape ``[rows]``, all at least 1; None for once.

    Returns:
        An estimate for each figure.

    Raises:
        EmptyInputError: there are no rows.
        InputError: a number is not finite.

    >>> from hfkit.values.bootstrap import Bootstrap
    >>> right = [1, 1, 0, 1, 1, 1, 1, 0]
    >>> mean = intervals_of_sums(right, lambda sums: sums / len(right), Bootstrap())[0]
    >>> mean.value, round(mean.low, 1), mean.high
    (0.75, 0.5, 1.0)
    """
    table = _checked(rows)
    table = table.reshape(len(table), -1)
    often = np.ones(len(table), dtype=np.int64) if counts is None else counts
    whole = statistic((often @ table)[None])
    drawn = (statistic(times @ table) for times in _draw_counts(often, bootstrap, columns=table.shape[1]))
    return _estimates(whole, drawn, bootstrap)


def intervals_of_rows(
    rows: npt.ArrayLike, statistic: Callable[[DoubleArray], DoubleArray], bootstrap: Bootstrap
) -> tuple[Estimate, ...]:
    """Give figures of any kind, with their intervals.

    Args:
        rows: finite numbers, shape ``[rows]`` or ``[rows, columns]``.
        statistic: from rows that were drawn, shape ``[draws, rows]`` or ``[draws, rows, columns]``, to figures, shape
            ``[draws]`` or ``[draws, figures]``.
        bootstrap: how to draw.

    Returns:
        An estimate for each figure.

    Raises:
        EmptyInputError: there are no rows.
        InputError: a number is not finite.

    >>> from hfkit.values.bootstrap import Bootstrap
    >>> [median] = intervals_of_rows([1, 2, 3, 4, 100], lambda rows: np.median(rows, axis=1), Bootstrap())
    >>> median.value, median.low, median.high
    (3.0, 1.0, 100.0)
    """
    table = _checked(rows)
    generator = np.random.default_rng(bootstrap.seed)
    drawn = (
        statistic(table[generator.integers(len(table), size=(many, len(table)))])
        for many in _portions(bootstrap.resamples, table.size)
    )
    return _estimates(statistic(table[None]), drawn, bootstrap)


def _checked(rows: npt.ArrayLike) -> DoubleArray:
    table = np.asarray(rows, dtype=np.float64)
    if not len(table):
        raise EmptyInputError("there are no rows, must be at least one", hint="give some rows to draw from")
    bad = np.flatnonzero(~np.isfinite(table.reshape(len(table), -1)).all(axis=1))
    if len(bad):
        raise InputError(
            f"row {bad[0]} is {table[bad[0]]}, must be finite", hint="leave out rows that have no figure"
        )
    return table


def _draw_counts(often: IntArray, bootstrap: Bootstrap, *, columns: int) -> Iterator[DoubleArray]:
    """Give how often each row was drawn, shape ``[draws, rows]``, some draws at a time."""
    generator = np.random.default_rng(bootstrap.seed)
    total, distinct = int(often.sum()), len(often)
    if total >= distinct * _EQUAL_ROWS:
        for many in _portions(bootstrap.resamples, max(distinct, columns)):
            yield generator.multinomial(total, often / total, size=many).astype(np.float64)
        return
    owners = np.repeat(np.arange(distinct), often)
    for many in _portions(bootstrap.resamples, max(total, columns)):
        drawn = owners[generator.integers(total, size=(many, total))]
        drawn += np.arange(many)[:, None] * distinct
        yield np.bincount(drawn.ravel(), minlength=many * distinct).reshape(many, distinct).astype(np.float64)


def _portions(resamples: int, numbers: int) -> Iterator[int]:
    """Cut draws into portions that fit into memory."""
    step = max(1, _HELD // numbers)
    for start in range(0, resamples, step):
        yield min(step, resamples - start)


def _estimates(
    whole: DoubleArray, drawn: Iterable[DoubleArray], bootstrap: Bootstrap
) -> tuple[Estimate, ...]:
    samples = np.concatenate([part.reshape(len(part), -1) for part in drawn])
    below = (1 - bootstrap.level) / 2
    low, high = np.quantile(samples, (below, 1 - below), axis=0)
    return tuple(map(Estimate, whole.ravel().tolist(), low.tolist(), high.tolist()))
