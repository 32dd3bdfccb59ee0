"""Where a smaller model is made, beside its place: killed at any moment, it leaves the old state or the new one."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from hfkit.errors import OutputError
from hfkit.hub.folder import QUANTIZE_FILE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

__all__ = ["WorkFolder"]


class WorkFolder:
    """A folder ``.NAME.quantizing`` beside ``NAME``; what a killed run has left there is removed.

    Args:
        output: the folder to fill.
        overwrite: whether another result of Quantize may be replaced; nothing else is.

    Attributes:
        output: the folder to fill.
        path: where the work lies, while it is entered.
        draft: where the result is made.

    Raises:
        OutputError: the output folder has files.
    """

    def __init__(self, output: Path, *, overwrite: bool) -> None:
        self.output = output
        self.path: Path = output.with_name(f".{output.name}.quantizing")
        self.draft: Path = self.path / "model"
        self._replaced = self.path / "replaced"
        self._put_back()
        _require_free(output, overwrite=overwrite)

    def __enter__(self) -> Self:
        """Make the folder.

        Raises:
            OutputError: nothing can be written there.
        """
        shutil.rmtree(self.path, ignore_errors=True)
        try:
            self.path.mkdir(parents=True)
        except OSError as error:
            raise OutputError(
                f"nothing can be written beside {self.output}: {error.strerror}",
                hint="choose a folder where you may write",
            ) from error
        return self

    def finish(self) -> None:
        """Put the draft in the place of the output."""
        if self.output.exists():
            self.output.replace(self._replaced)
        self.draft.replace(self.output)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._put_back()
        shutil.rmtree(self.path, ignore_errors=True)

    def _put_back(self) -> None:
        """Undo an exchange that was interrupted between its two steps."""
        if self._replaced.exists() and not self.output.exists():
            self._replaced.replace(self.output)


def _require_free(output: Path, *, overwrite: bool) -> None:
    """See that a folder is new or empty, or holds what Quantize has made and may replace."""
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not _is_ours(output):
        raise OutputError(
            f"{output} has files that Quantize has not made, must be new or empty",
            hint="choose another folder, or remove them yourself",
        )
    if not overwrite:
        raise OutputError(
            f"{output} has files, must be new or empty", hint="choose another folder, or set overwrite=True"
        )


def _is_ours(output: Path) -> bool:
    try:
        report = json.loads((output / QUANTIZE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and {"plan", "result"} <= report.keys()
