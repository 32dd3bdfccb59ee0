"""What cannot be read of a file: which lines, why, and the same file without them."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import re
from collections import Counter
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO, cast

from hfkit.errors import CorruptDataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "COMPRESSIONS",
    "BadLine",
    "damaged",
    "left_out",
    "open_bytes",
    "open_text",
    "require_text_file",
    "require_utf8",
    "undecodable",
    "unreadable",
    "without_lines",
]

COMPRESSIONS = (".gz", ".bz2", ".xz")
"""Endings of compressed files that are read as they are."""

_LISTED = 1000
_NOTED = 10

# Bytes that are no UTF-8 are read as these characters, each of which stands for one of them.
_BYTE = re.compile("[\udc80-\udcff]")

# What differs between two causes of one kind.
_KIND = re.compile(r"\d+|0x\w+|fields?|:.*|\(.*")

_FOREIGN = {
    b"PK\x03\x04": "a zip archive, as Excel's workbooks are",
    b"PAR1": "Parquet",
    b"\x1f\x8b": "compressed with gzip",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}


@dataclass(frozen=True, slots=True)
class BadLine:
    """One row of a file that cannot be read.

    Attributes:
        first: its line, from 1.
        last: the last line that it runs over, more than the first if a quoted field holds line breaks.
        cause: why, as the words behind "line 17".
    """

    first: int
    last: int
    cause: str


def open_bytes(file: Path) -> BinaryIO:
    """Open a file to read its bytes, uncompressed."""
    match file.suffix.lower():
        case ".gz":
            return cast("BinaryIO", gzip.open(file, "rb"))
        case ".bz2":
            return cast("BinaryIO", bz2.open(file, "rb"))
        case ".xz":
            return cast("BinaryIO", lzma.open(file, "rb"))
        case _:
            return file.open("rb")


def open_text(file: Path, *, newline: str | None) -> TextIOWrapper:
    """Open a file as text in which bytes that are no UTF-8 can be told: see :func:`undecodable`."""
    return TextIOWrapper(open_bytes(file), "utf-8-sig", errors="surrogateescape", newline=newline)


def undecodable(line: str) -> str | None:
    r"""Name the first byte of a line that is no valid UTF-8, and where it is; None if there is none.

    >>> undecodable(b"caf\xe9".decode(errors="surrogateescape"))
    'is no UTF-8: byte 4 is 0xe9'
    """
    found = _BYTE.search(line)
    if found is None:
        return None
    before = len(line[: found.start()].encode("utf-8", "surrogateescape"))
    return f"is no UTF-8: byte {before + 1} is {ord(found[0]) - 0xDC00:#04x}"


def damaged(file: Path, bad: Sequence[BadLine]) -> CorruptDataError:
    """Make the error for lines that cannot be read: the first with its cause, the rest counted."""
    first = bad[0]
    kinds = Counter(_KIND.sub("", line.cause) for line in bad)
    more = len(bad) - 1
    rest = ""
    if more:
        such = "such" if len(kinds) == 1 else "unreadable"
        rest = f"; and {more:,} more {such} line{'' if more == 1 else 's'}"
    error = CorruptDataError(f"{file} line {first.first} {first.cause}{rest}", hint=_cure(first.cause))
    error.file, error.line, error.count = str(file), first.first, len(bad)
    error.lines = tuple(line.first for line in bad[:_LISTED])
    return error


def _cure(cause: str) -> str:
    if "UTF-8" in cause:
        return "save the file as UTF-8, or load what can be read: Table.load(..., skip_unreadable=True)"
    return "mend the file, or load what can be read: Table.load(..., skip_unreadable=True)"


def unreadable(file: Path, cause: str, *, hint: str) -> CorruptDataError:
    """Make the error for a file that as a whole cannot be read."""
    error = CorruptDataError(f"{file} {cause}", hint=hint)
    error.file = str(file)
    return error


def require_text_file(file: Path) -> None:
    """Refuse an empty file, and one that is another kind of file than its name says.

    Raises:
        CorruptDataError: it is.
    """
    try:
        with open_bytes(file) as stream:
            start = stream.read(4096)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise unreadable(file, f"cannot be read: {error}", hint="fetch or write the file again") from error
    if not start:
        raise unreadable(file, "is empty", hint="write the file again, or name another")
    if b"\0" in start and not start.startswith(tuple(_FOREIGN)):
        raise unreadable(file, "holds zero bytes, so no text", hint="name a file of text in UTF-8")
    for mark, kind in _FOREIGN.items():
        if start.startswith(mark):
            raise unreadable(
                file, f"is {kind}, must be text in UTF-8", hint="save it as UTF-8 text in its format"
            )


def require_utf8(file: Path) -> None:
    """Read a file's bytes to see that they are text.

    Raises:
        UnicodeDecodeError: they are not.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_bytes(file) as stream:
        while block := stream.read(1 << 20):
            decoder.decode(block)
        decoder.decode(b"", final=True)


def without_lines(file: Path, bad: Sequence[BadLine], folder: Path) -> Path:
    """Copy a file, uncompressed, without the lines that cannot be read."""
    name = file.stem if file.suffix.lower() in COMPRESSIONS else file.name
    copy = folder / name
    skipped = {line for each in bad for line in range(each.first, each.last + 1)}
    with open_text(file, newline="") as source, copy.open("w", encoding="utf-8", newline="") as kept:
        for number, line in enumerate(source, start=1):
            if number not in skipped:
                kept.write(line)
    return copy


def left_out(file: Path, bad: Sequence[BadLine]) -> str:
    """Say in a note which lines were left out."""
    numbers = ", ".join(str(line.first) for line in bad[:_NOTED])
    more = f" and {len(bad) - _NOTED:,} more" if len(bad) > _NOTED else ""
    lines = "1 line" if len(bad) == 1 else f"{len(bad):,} lines"
    return f"{lines} of {file.name} could not be read and {'is' if len(bad) == 1 else 'are'} left out: {numbers}{more}"
