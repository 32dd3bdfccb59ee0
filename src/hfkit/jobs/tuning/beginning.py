"""Find the base before all else: what trains takes seconds to import, and the base may not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hfkit._lazy import reach
from hfkit.engines.locating import locate_weights
from hfkit.errors import DataError, SettingError
from hfkit.values.architecture import Architecture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hfkit.data.task import TaskData
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.tune_plan import TunePlan
    from hfkit.values.tune_report import TuneReport
    from hfkit.values.tuning import TuneSettings

__all__ = ["find_base", "plan_tuning", "tune_model"]


def plan_tuning(settings: TuneSettings, data: TaskData) -> TunePlan:
    """Say what a training would do; see :meth:`hfkit.facades.tune.Tune.plan`."""
    folder = find_base(settings, data)
    planned = cast(
        "Callable[[TuneSettings, TaskData, ModelFolder | None], TunePlan]",
        reach("hfkit.jobs.tuning.tuning", "plan"),
    )
    return planned(settings, data, folder)


def tune_model(settings: TuneSettings, data: TaskData, output: Path) -> TuneReport:
    """Train; see :class:`hfkit.facades.tune.Tune`."""
    folder = find_base(settings, data)
    trained = cast(
        "Callable[[TuneSettings, TaskData, Path, ModelFolder | None], TuneReport]",
        reach("hfkit.jobs.tuning.tuning", "train"),
    )
    return trained(settings, data, output, folder)


def find_base(settings: TuneSettings, data: TaskData) -> ModelFolder | None:
    """Find the base, fetching it if need be; None for an architecture, whose base is made.

    Raises:
        ModelError: there is no such folder or repository.
        HubError: it is not here and cannot be fetched; a subclass says why.
        DataError: a split has no rows.
        SettingError: ``patience`` has nothing to look at.
    """
    if settings.patience is not None and data.validation is None:
        raise SettingError(
            f"patience is {settings.patience} and there is no validation split, must be one to evaluate on",
            hint="give the data a validation split, or leave patience=None",
        )
    for name, table in data.splits.items():
        if not len(table):
            raise DataError(
                f"{name} has no rows, must have at least one", hint="give some rows, or leave the split out"
            )
    return (
        None if isinstance(settings.base, Architecture) else locate_weights(settings.base, settings.runtime)
    )
