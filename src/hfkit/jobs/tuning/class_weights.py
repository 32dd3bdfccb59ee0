"""How much each label counts in the loss, scaled so that weights change no mean: a step stays as long as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import SettingError, UnknownLabelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from hfkit.data.task import TaskData
    from hfkit.text.arrays import DoubleArray, IntArray
    from hfkit.values.tuning import TuneSettings

__all__ = ["require_unweighed", "weigh_classes", "weigh_labels"]


def require_unweighed(settings: TuneSettings, data: TaskData) -> None:
    """See that no weights of labels are asked for where there are no labels.

    Raises:
        SettingError: there are some.
    """
    if settings.class_weights is not None:
        raise SettingError(
            f"class_weights weigh labels, and {type(data).__name__} data have none",
            hint="leave class_weights=None",
        )


def weigh_classes(
    asked: Mapping[str, float] | Literal["balanced"] | None, names: Sequence[str], counts: IntArray
) -> tuple[float, ...] | None:
    """Weigh labels of which exactly one holds: what is labelled has weight 1 in the mean.

    Args:
        asked: weights by name; ``"balanced"`` for the inverse of each label's share; None for equal ones.
        names: of the labels.
        counts: how often each holds, shape ``[labels]``.

    Raises:
        UnknownLabelError: not every label has a weight, or others have.
    """
    if asked is None:
        return None
    weights = 1 / np.maximum(counts, 1) if asked == "balanced" else _named(asked, names)
    return tuple((weights * counts.sum() / (weights * counts).sum()).tolist())


def weigh_labels(
    asked: Mapping[str, float] | Literal["balanced"] | None,
    names: Sequence[str],
    counts: IntArray,
    *,
    rows: int,
) -> tuple[float, ...] | None:
    """Weigh labels of which any number holds: how much more one counts where it holds than where it does not.

    Args:
        asked: weights by name; ``"balanced"`` for as much on both sides; None for equal ones.
        names: of the labels.
        counts: how often each holds, shape ``[labels]``.
        rows: how often each could hold.

    Raises:
        UnknownLabelError: not every label has a weight, or others have.
    """
    if asked is None:
        return None
    weights = (rows - counts) / np.maximum(counts, 1) if asked == "balanced" else _named(asked, names)
    return tuple(weights.tolist())


def _named(asked: Mapping[str, float], names: Sequence[str]) -> DoubleArray:
    unknown = sorted(asked.keys() ^ set(names))
    if unknown:
        raise UnknownLabelError(
            f"class_weights and the labels of the data differ in {unknown}",
            hint=f"give a weight for each of {', '.join(names)}",
        )
    return np.array([asked[name] for name in names], dtype=np.float64)
