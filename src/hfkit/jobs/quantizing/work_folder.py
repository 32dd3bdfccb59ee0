"""Where a smaller model is made, beside its place: killed at any moment, it leaves the old state or the new one."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import OutputError
from hfkit.hub.folder import QUANTIZE_FILE

from .held_folder import HeldFolder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

__all__ = ["WorkFolder"]


class WorkFolder:
    """A folder ``.NAME.quantizing`` beside ``NAME``; what a killed run has left there is removed.

    Args:
        output: the folder to fill; where it is a link, what that leads to is filled.
        overwrite: whether another result of Quantize may be replaced; nothing else is.
        models: folders that must not be replaced, whoever made them.

    Attributes:
        output: the folder to fill, as it was given.
        path: where the work lies, while it is entered.
        draft: where the result is made.
    """

    def __init__(self, output: Path, *, overwrite: bool, models: Sequence[Path] = ()) -> None:
        self.output = output
        self._overwrite = overwrite
        self._models = models
        self._place = Path(os.path.realpath(output))
        self.path: Path = self._place.parent / f".{self._place.name}.quantizing"
        self.draft: Path = self.path / "model"
        self._replaced = self.path / "replaced"

    def __enter__(self) -> Self:
        """Make the folder.

        Raises:
            OutputError: the output folder has files or cannot be replaced, another call is filling it, or nothing can
                be written there.
        """
        try:
            self._held = HeldFolder(self.path)
        except BlockingIOError as error:
            raise OutputError(
                f"another call is filling {self.output}", hint="wait for it, or choose another folder"
            ) from error
        except OSError as error:
            raise OutputError(
                f"nothing can be written beside {self.output}: {error.strerror}",
                hint="choose a folder where you may write",
            ) from error
        try:
            self._put_back()
            self._require_free()
            self._clear()
        except BaseException:
            self._leave()
            raise
        return self

    def finish(self) -> None:
        """Put the draft in the place of the output.

        Raises:
            OutputError: it cannot be put there, or somebody else has written there meanwhile.
        """
        self._require_free()
        try:
            if self._place.exists():
                self._place.replace(self._replaced)
            self.draft.replace(self._place)
        except OSError as error:
            raise OutputError(
                f"the result cannot be put into {self.output}: {error.strerror}", hint="choose another folder"
            ) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._put_back()
        self._leave()

    def _leave(self) -> None:
        self._clear()
        self._held.release()

    def _clear(self) -> None:
        """Remove what lies in the folder; it is held, so it stays itself."""
        for found in list(self.path.iterdir()) if self.path.is_dir() else []:
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found, ignore_errors=True)
            else:
                found.unlink(missing_ok=True)

    def _put_back(self) -> None:
        """Undo an exchange that was interrupted between its two steps."""
        if self._replaced.exists() and not self._place.exists():
            self._replaced.replace(self._place)

    def _require_free(self) -> None:
        """See that a folder is new or empty, or holds what Quantize has made and may replace."""
        place = self._place
        if not place.exists():
            return
        holds = not place.is_dir() or any(place.iterdir())
        if holds and not _is_ours(place):
            raise OutputError(
                f"{self.output} has files that Quantize has not made, must be new or empty",
                hint="choose another folder, or remove them yourself",
            )
        if holds and not self._overwrite:
            raise OutputError(
                f"{self.output} has files, must be new or empty",
                hint="choose another folder, or set overwrite=True",
            )
        self._require_movable()

    def _require_movable(self) -> None:
        """See that a folder is none that cannot be put aside."""
        if self._place.is_mount():
            reason = "is a file system of its own"
        elif Path.cwd().is_relative_to(self._place):
            reason = "is the folder that this process works in, or holds it"
        elif any(one.resolve().is_relative_to(self._place) for one in self._models):
            reason = "is the folder of the model, or holds it"
        else:
            return
        raise OutputError(
            f"{self.output} {reason}, and cannot be replaced", hint="choose another folder, such as one in it"
        )


def _is_ours(output: Path) -> bool:
    try:
        report = json.loads((output / QUANTIZE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and {"plan", "result"} <= report.keys()
