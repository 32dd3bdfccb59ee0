"""A folder that holds an ONNX export: one of hfkit's own, or one that somebody else made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hfkit.errors import CorruptModelError
from hfkit.hub.digests import file_digest
from hfkit.hub.folder import EXPORT_CARD, read_json_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "ENCODER_FILE",
    "MODEL_FILE",
    "ExportBits",
    "ExportCard",
    "ExportFolder",
    "find_export",
    "holds_export",
]

ExportBits: TypeAlias = Literal["float32", "int8", "int8_static", "int4"]
"""What the weights of hfkit's own exports are."""

MODEL_FILE = "model.onnx"
"""The export; weights may lie in further files beside it whose names begin with this."""

ENCODER_FILE = "encoder.onnx"
"""What reads sources, of a model that encodes; the export itself is then its decoder. Weights lie as there."""

_CONFIG, _TOKENIZER = "config.json", "tokenizer.json"

_NEEDED = frozenset({MODEL_FILE, _CONFIG})

# What the fields of a card are in JSON.
_KINDS: dict[str, tuple[type, ...]] = {
    "max_tokens": (int, NoneType),
    "pad_id": (int,),
    "pads": (bool,),
    "dtype": (str,),
    "reads_specials": (bool,),
    "origin": (str,),
    "files": (list,),
    "versions": (list,),
    "notes": (list,),
}

_PLACES = (MODEL_FILE, f"onnx/{MODEL_FILE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCard:
    """What an export cannot say of itself.

    Attributes:
        max_tokens: the longest sequence that the model takes; None for no limit.
        pad_id: the token id to pad with.
        pads: whether padding leaves the model's output alone.
        dtype: the number type that it computes in.
        reads_specials: whether special tokens written in a text are read as text.
        origin: what was exported, in the words of the cache; empty in a card of an export of others.
        files: pairs of a file's name and the SHA-256 of its content.
        versions: pairs of a library's name and its version: those that made the export.
        notes: what a careful reader of the model's answers should know.
    """

    max_tokens: int | None
    pad_id: int
    pads: bool
    dtype: str
    reads_specials: bool = False
    origin: str = ""
    files: tuple[tuple[str, str], ...] = ()
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
        for name, kinds in _KINDS.items():
            if not isinstance(plain.get(name), kinds):
                raise TypeError(
                    f"{name} is {plain.get(name)!r}, must be {' or '.join(k.__name__ for k in kinds)}"
                )
        given: dict[str, Any] = dict(plain)
        pairs = {
            name: tuple((str(key), str(value)) for key, value in given[name])
            for name in ("files", "versions")
        }
        return ExportCard(**{**given, **pairs, "notes": tuple(map(str, given["notes"]))})


@dataclass(frozen=True, slots=True, eq=False)
class ExportFolder:
    """A folder with an export, its ``config.json`` and its ``tokenizer.json``.

    Attributes:
        path: the folder.
        model: the ONNX file, in the folder or in ``onnx/`` there.
        card: what hfkit wrote beside it; None if somebody else made the export.
    """

    path: Path
    model: Path
    card: ExportCard | None


def holds_export(path: Path) -> bool:
    """Tell whether an export lies in a folder, whole or not."""
    return any((path / place).is_file() for place in (*_PLACES, EXPORT_CARD))


def find_export(path: Path) -> ExportFolder | None:
    """Find the export that a folder holds; None if there is none with its config and tokenizer.

    Raises:
        CorruptModelError: hfkit exported it, and its files are no longer those that it wrote.
    """
    model = next((path / place for place in _PLACES if (path / place).is_file()), None)
    if model is None or not (path / _CONFIG).is_file():
        return None
    if not (path / EXPORT_CARD).is_file():
        return ExportFolder(path, model, card=None) if (path / _TOKENIZER).is_file() else None
    try:
        card = ExportCard.from_dict(read_json_object(path / EXPORT_CARD))
        known = dict(card.files)
        changed = [
            name for name in sorted(known.keys() | _NEEDED) if file_digest(path / name) != known.get(name)
        ]
    except (OSError, TypeError, ValueError) as error:
        raise CorruptModelError(
            f"the export in {path} cannot be read: {error}", hint="export the model again"
        ) from error
    if changed:
        raise CorruptModelError(
            f"the export in {path} is damaged: {', '.join(changed)} is not what hfkit wrote",
            hint="export the model again",
        )
    return ExportFolder(path, model, card)
