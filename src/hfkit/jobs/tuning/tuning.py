"""Plan a training, or do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.backends.torch.quiet import quiet_transformers

# Trainer imports peft, and peft bitsandbytes where it is installed, which then prints.
with quiet_transformers():
    from .launching import require_alone, train_together
    from .planning import plan_training
    from .preparing import prepare
    from .run_folder import RunFolder
    from .running import run
    from .surroundings import quiet_warnings

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.data.task import TaskData
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.tune_plan import TunePlan
    from hfkit.values.tune_report import TuneReport
    from hfkit.values.tuning import TuneSettings

__all__ = ["plan", "train"]


def plan(settings: TuneSettings, data: TaskData, found: ModelFolder | None) -> TunePlan:
    """Say what a training would do with a base that was found; an architecture's is made."""
    with quiet_warnings(), quiet_transformers():
        prepared = prepare(settings, data, found)
        return prepared.processes.on_first(lambda: plan_training(settings, prepared, data))


def train(settings: TuneSettings, data: TaskData, output: Path, found: ModelFolder | None) -> TuneReport:
    """Train a base that was found; an architecture's is made."""
    if settings.processes > 1:
        require_alone(settings)
        return train_together(settings, data, output)
    with quiet_warnings(), quiet_transformers():
        prepared = prepare(settings, data, found)
        run_of = {
            "settings": repr(settings.without_runtime()),
            "base": prepared.folder.revision,
            "data": repr(dict(data.settings)),
            **{name: table.fingerprint for name, table in data.splits.items()},
        }

        def begin() -> tuple[RunFolder, TunePlan]:
            folder = RunFolder(output, run_of, overwrite=settings.overwrite)
            planned = plan_training(settings, prepared, data)
            planned.check.require()
            folder.begin()
            return folder, planned

        folder, planned = prepared.processes.on_first(begin)
        return run(settings, prepared, data, planned, folder)
