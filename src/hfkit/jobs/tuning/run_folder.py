"""Where a run works, beside the folder that it fills: killed at any moment, it leaves the old state or the new one."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

from hfkit.errors import OutputError

from .checkpoints import latest_checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["REPORT_FILE", "RunFolder"]

REPORT_FILE = "training.json"
"""What a result says of the run that made it."""

_RUN_FILE = "run.json"


class RunFolder:
    """A folder for checkpoints and the finished model, ``.NAME.tuning`` beside ``NAME``.

    Args:
        output: the folder to fill.
        run: what makes this run what it is: its settings, its data, its base; JSON values.
        overwrite: whether another run's work and its result may be thrown away; nothing else is.

    Attributes:
        output: the folder to fill.
        path: where the work lies.
        digest: a hash of ``run``, which the result carries too.

    Raises:
        OutputError: the output folder has files, or another run has begun to fill it.
    """

    def __init__(self, output: Path, run: Mapping[str, object], *, overwrite: bool) -> None:
        self.output = output
        self.path: Path = output.with_name(f".{output.name}.tuning")
        self._run: dict[str, object] = dict(run)
        self.digest: str = hashlib.sha256(json.dumps(self._run, sort_keys=True).encode()).hexdigest()
        self._replaced = self.path / "replaced"
        self._put_back()
        begun = _read(self.path / _RUN_FILE)
        if begun is not None and begun != self._run:
            if not overwrite:
                raise OutputError(
                    f"{output} is being filled by another run, which differs in {_differences(begun, self._run)}",
                    hint="call that one again to go on with it, choose another folder, or set overwrite=True",
                )
            shutil.rmtree(self.path)
        if begun != self._run or not self._is_ours():
            _require_free(output, overwrite=overwrite)

    @property
    def checkpoint(self) -> Path | None:
        """The last whole checkpoint of this run; None if there is none."""
        return latest_checkpoint(self.path)

    def begin(self) -> None:
        """Make the folder and write down which run it is.

        Raises:
            OutputError: nothing can be written there.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            draft = self.path / f"{_RUN_FILE}.draft"
            draft.write_text(json.dumps(self._run, indent=2) + "\n", encoding="utf-8")
            draft.replace(self.path / _RUN_FILE)
        except OSError as error:
            raise OutputError(
                f"nothing can be written beside {self.output}: {error.strerror}",
                hint="choose a folder where you may write",
            ) from error

    def finish(self, result: Path) -> None:
        """Put the finished model, made in this folder, in the place of the output, and remove all else."""
        if self.output.exists():
            self.output.replace(self._replaced)
        result.replace(self.output)
        shutil.rmtree(self.path)

    def _put_back(self) -> None:
        """Undo an exchange that was interrupted between its two steps."""
        if self._replaced.exists() and not self.output.exists():
            self._replaced.replace(self.output)
        shutil.rmtree(self._replaced, ignore_errors=True)

    def _is_ours(self) -> bool:
        """Tell whether the output is the result of this very run, which was interrupted while it tidied up."""
        report = _read(self.output / REPORT_FILE)
        return report is not None and report.get("run") == self.digest


def _require_free(output: Path, *, overwrite: bool) -> None:
    """See that a folder is new or empty, or holds what a run has made and another may throw away."""
    if not output.exists() or (output.is_dir() and not list(output.iterdir())):
        return
    if "run" not in (_read(output / REPORT_FILE) or {}):
        raise OutputError(
            f"{output} has files that no training has made, must be new or empty",
            hint="choose another folder, or remove them yourself",
        )
    if not overwrite:
        raise OutputError(
            f"{output} has files, must be new or empty", hint="choose another folder, or set overwrite=True"
        )


def _read(file: Path) -> dict[str, object] | None:
    """Read a JSON object that was written whole; None if it is not there."""
    try:
        content: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return content


def _differences(begun: Mapping[str, object], wanted: Mapping[str, object]) -> str:
    return ", ".join(
        sorted(name for name in begun.keys() | wanted.keys() if begun.get(name) != wanted.get(name))
    )
