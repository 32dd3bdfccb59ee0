"""A tokenizer's fingerprint beside a model, and the check that the model is opened with no other."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError, ModelNotFoundError, TokenizerError, TokenizerMismatchError
from hfkit.hub.folder import PIN_FILE
from hfkit.hub.tokenizer_files import tokenizer_owner

if TYPE_CHECKING:
    import os

    from hfkit.hub.folder import ModelFolder

__all__ = ["check_pin", "write_pin"]

_KEY = "tokenizer"


def check_pin(folder: ModelFolder, fingerprint: str) -> None:
    """Refuse a tokenizer that is not the one named beside the model; no name allows any.

    Of an adapter its own folder decides; its base's does if the tokenizer comes from there.

    Raises:
        TokenizerMismatchError: another one was pinned.
        CorruptModelError: the file that pins it cannot be read.
    """
    try:
        places = {folder.path: folder, (owner := tokenizer_owner(folder)).path: owner}.values()
    except TokenizerError:  # a backend that needs no files of one
        places = {folder.path: folder}.values()
    for place in places:
        pinned = place.read_json(PIN_FILE).get(_KEY)
        if pinned is not None and pinned != fingerprint:
            raise TokenizerMismatchError(
                f"the tokenizer of {folder.name} has the fingerprint {fingerprint}, "
                f"{place.path / PIN_FILE} names {pinned}",
                hint="restore the tokenizer the model was made with; if the new one is meant, pin it: "
                "hfkit.Tokenize(model).pin(folder)",
            )


def write_pin(path: str | os.PathLike[str], fingerprint: str) -> Path:
    """Write a fingerprint beside a model, into place in one step, and keep what else the file says.

    Returns:
        The file.

    Raises:
        ModelNotFoundError: there is no such folder.
        CorruptModelError: the file is there and no JSON object.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ModelNotFoundError(f"{str(path)!r} is no folder", hint="give the folder that the model lies in")
    file = folder / PIN_FILE
    try:
        content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError as error:
        raise CorruptModelError(f"{file} is no JSON: {error}", hint="mend it or remove it") from error
    if not isinstance(content, dict):
        raise CorruptModelError(
            f"{file} holds a {type(content).__name__}, must be a JSON object", hint="mend it or remove it"
        )
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pin-") as temporary:
        draft = Path(temporary) / file.name
        draft.write_text(json.dumps(content | {_KEY: fingerprint}, indent=2) + "\n", encoding="utf-8")
        draft.replace(file)
    return file
