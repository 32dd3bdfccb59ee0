"""How files are to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import SettingError
from hfkit.values.constraints import require_kind, require_lock, require_texts

if TYPE_CHECKING:
    import os

    from .sources import DataFile

__all__ = ["LoadSettings"]


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """How files are to be read.

    Attributes:
        config: the name of one of a repository's parts.
        delimiter: what stands between two fields; None for what the file's name says.
        columns: the names of the columns, where the first line of a file does not give them.
        skip_unreadable: whether lines that cannot be read are left out, and noted.
        offline: never ask the network; None for what the environment says.
        lock: the file of the lock that says which commit and bytes a repository is; None for the environment's.
    """

    config: str | None = None
    delimiter: str | None = None
    columns: tuple[str, ...] | None = None
    skip_unreadable: bool = False
    offline: bool | None = None
    lock: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        require_kind("config", self.config, (str, type(None)))
        require_kind("offline", self.offline, (bool, type(None)))
        require_lock(self.lock)
        require_kind("delimiter", self.delimiter, (str, type(None)))
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise SettingError(
                f"delimiter is {self.delimiter!r}, must be one character, no quotation mark or line break",
                hint="for example delimiter=';'",
            )
        if self.columns is not None:
            require_texts("columns", self.columns)
            if not self.columns or len(set(self.columns)) < len(self.columns):
                raise SettingError(
                    f"columns are {self.columns!r}, must be different and at least one",
                    hint="name each column once",
                )

    def require_use(self, file: DataFile) -> None:
        """Refuse what would have no effect on a file: whoever wrote it expected one.

        Raises:
            SettingError: there is such a setting.
        """
        fields = file.format in ("csv", "tsv")
        for name, value, where in (
            ("config", self.config, "for a dataset on the hub"),
            ("delimiter", None if fields else self.delimiter, "for csv or tsv files"),
            ("columns", None if fields else self.columns, "for csv or tsv files"),
        ):
            if value is not None:
                raise SettingError(
                    f"{name} is {value!r} for {str(file.path)!r}, must be left out but {where}",
                    hint="choose columns with table.select_columns(...)"
                    if name == "columns"
                    else "leave it out",
                )
