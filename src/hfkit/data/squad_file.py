"""Read a JSON file of SQuAD's form into a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import CorruptDataError, DataNotFoundError, InputTypeError
from hfkit.text.squad_files import squad_rows

from .table import Table

if TYPE_CHECKING:
    import os

__all__ = ["load_squad_file"]


def load_squad_file(path: str | os.PathLike[str]) -> Table:
    """Give a row for each question of a file: ``id``, ``title``, ``context``, ``question``, ``answers``.

    Raises:
        DataNotFoundError: there is no such file.
        CorruptDataError: the file is no JSON, or not of SQuAD's form.
    """
    file = Path(path)
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
        rows = list(squad_rows(document))
    except FileNotFoundError as error:
        raise DataNotFoundError(f"there is no file {file}", hint="check the path") from error
    except json.JSONDecodeError as error:
        raise _corrupt(file, f"{error.msg} in column {error.colno}", line=error.lineno) from error
    except UnicodeDecodeError as error:
        raise _corrupt(file, f"byte {error.start} is no UTF-8") from error
    except InputTypeError as error:
        raise _corrupt(file, error.message) from error
    return Table.from_records(rows)


def _corrupt(file: Path, cause: str, *, line: int | None = None) -> CorruptDataError:
    where = str(file) if line is None else f"{file}, line {line}"
    error = CorruptDataError(
        f"{where}: {cause}",
        hint="a file of SQuAD holds data, paragraphs, qas, answers; one of rows is read with hfkit.Table.load",
    )
    error.file, error.line = str(file), line
    error.lines, error.count = (() if line is None else (line,)), 1
    return error
