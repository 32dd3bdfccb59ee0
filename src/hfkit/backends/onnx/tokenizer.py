"""The tokenizer beside an export."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import tokenizers

from hfkit.errors import TokenizerError

from .readiness import find_ready

if TYPE_CHECKING:
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["open_exported_tokenizer"]


def open_exported_tokenizer(folder: ModelFolder, runtime: Runtime) -> tokenizers.Tokenizer:
    """Open the tokenizer that was written with an export; before there is one, as transformers puts it together.

    Raises:
        TokenizerError: there is none, or it cannot be read.
    """
    export = find_ready(folder, None, runtime.dtype)
    if export is None and find_spec("transformers"):
        from hfkit.backends.torch.tokenizer import load_tokenizer

        return load_tokenizer(folder, runtime)
    file = (export.path if export else folder.path) / "tokenizer.json"
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exception for a malformed file
        raise TokenizerError(f"{file} cannot be read: {error}", hint="save the tokenizer again") from error
    if export and export.card:
        tokenizer.encode_special_tokens = export.card.reads_specials
    return tokenizer
