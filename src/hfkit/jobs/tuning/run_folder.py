"""Where a run works, beside the folder that it fills: killed at any moment, it leaves the old state or the new one."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from hfkit.errors import OutputError

from .checkpoints import latest_checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["RunFolder"]

_RUN_FILE = "run.json"


class RunFolder:
    """A folder for checkpoints and the finished model, ``.NAME.tuning`` beside ``NAME``.

    Args:
        output: the folder to fill.
        run: what makes this run what it is: its settings, its data, its base.
        overwrite: whether another run's work and its result may be thrown away.

    Raises:
        OutputError: the output folder has files, or another run has begun to fill it.
    """

    def __init__(self, output: Path, run: Mapping[str, object], *, overwrite: bool) -> None:
        self.output = output
        self.path = output.with_name(f".{output.name}.tuning")
        self._run = json.loads(json.dumps(run))
        if not overwrite:
            _require_empty(output)
        begun = self._begun()
        if begun is not None and begun != self._run:
            if not overwrite:
                raise OutputError(
                    f"{output} is being filled by another run, which differs in {_differences(begun, self._run)}",
                    hint="go on with that one as it was called, choose another folder, or set overwrite=True",
                )
            shutil.rmtree(self.path)

    @property
    def checkpoint(self) -> Path | None:
        """The last whole checkpoint of this run; None if there is none."""
        return latest_checkpoint(self.path)

    def begin(self) -> None:
        """Make the folder and write down which run it is."""
        self.path.mkdir(parents=True, exist_ok=True)
        draft = self.path / f"{_RUN_FILE}.draft"
        draft.write_text(json.dumps(self._run, indent=2) + "\n", encoding="utf-8")
        draft.replace(self.path / _RUN_FILE)

    def finish(self, result: Path) -> None:
        """Put the finished model, made in this folder, in the place of the output, and remove all else."""
        if self.output.exists():  # empty, or to be overwritten
            aside = self.path / "replaced"
            shutil.rmtree(aside, ignore_errors=True)
            self.output.replace(aside)
        result.replace(self.output)
        shutil.rmtree(self.path)

    def _begun(self) -> object:
        try:
            return json.loads((self.path / _RUN_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None


def _require_empty(output: Path) -> None:
    if output.exists() and (not output.is_dir() or any(os.scandir(output))):
        raise OutputError(
            f"{output} has files, must be new or empty", hint="choose another folder, or set overwrite=True"
        )


def _differences(begun: object, wanted: object) -> str:
    if not isinstance(begun, dict) or not isinstance(wanted, dict):
        return "everything"
    return ", ".join(
        sorted(name for name in begun.keys() | wanted.keys() if begun.get(name) != wanted.get(name))
    )
