"""A folder that holds an ONNX export: one of hfkit's own, or one that somebody else made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CARD_FILE", "ExportCard", "find_export"]

CARD_FILE = "hfkit-export.json"
"""What hfkit knew of a model when it exported it, beside the export."""

_PLACES = ("model.onnx", "onnx/model.onnx")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCard:
    """What an export cannot say of itself.

    Attributes:
        max_tokens: the longest sequence that the model takes; None for no limit.
        pad_id: the token id to pad with.
        pads: whether padding leaves the model's output alone.
        row_by_row: whether each sequence has to run alone, because the model mixes the rows of a batch up.
        reads_specials: whether special tokens written in a text are read as text.
        versions: pairs of a library's name and its version: those that made the export.
        notes: what a careful reader of the model's answers should know.
    """

    max_tokens: int | None
    pad_id: int
    pads: bool
    row_by_row: bool = False
    reads_specials: bool = False
    versions: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the card as a dict of JSON values."""
        return asdict(self)

    @staticmethod
    def from_dict(plain: Mapping[str, object]) -> ExportCard:
        """Read what :meth:`to_dict` gave, through JSON or not.

        Raises:
            TypeError: it is something else.
            ValueError: the same.
        """
        versions, notes = plain.get("versions"), plain.get("notes")
        if not isinstance(versions, list | tuple) or not isinstance(notes, list | tuple):
            raise TypeError(f"versions are {versions!r} and notes {notes!r}, must be lists")
        lists = {"versions": tuple((str(name), str(version)) for name, version in versions)}
        return ExportCard(**{**plain, **lists, "notes": tuple(map(str, notes))})  # type: ignore[arg-type]  # written by to_dict


def find_export(folder: Path) -> Path | None:
    """Give the ONNX file of a folder that holds a whole export, its config and tokenizer included."""
    if not all((folder / name).is_file() for name in ("config.json", "tokenizer.json")):
        return None
    return next((folder / place for place in _PLACES if (folder / place).is_file()), None)
