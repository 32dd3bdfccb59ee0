"""Make the base of an architecture: a folder with its configuration and a tokenizer that was learned from the data."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, replace
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit._version import __version__
from hfkit.errors import HubError
from hfkit.hub.cache import cache_folder
from hfkit.hub.resolve import resolve
from hfkit.values.inputs import Pair

from .families import family_tokens, new_config
from .new_tokenizers import learn_tokenizer, write_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hfkit.data.task import TaskData
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.architecture import Architecture
    from hfkit.values.chat import TokenInput

__all__ = ["is_new", "new_base", "training_texts"]

# Says what the folder is, to us and to whoever looks into the cache.
_MARK = "architecture.json"


def new_base(architecture: Architecture, data: TaskData) -> ModelFolder:
    """Make the folder of a model that is to be trained from nothing, or find it in the cache.

    There are no weights in it: they are drawn when it is opened.

    Args:
        architecture: the dimensions.
        data: what the tokenizer is learned from: the training split alone.

    Raises:
        HubError: the cache cannot be written.
    """
    texts = list(training_texts(data))
    made_of = [repr(architecture), __version__, version("tokenizers"), version("transformers"), *texts]
    digest = hashlib.sha256(json.dumps(made_of).encode())
    path = cache_folder() / "architectures" / digest.hexdigest()
    try:
        if not path.is_dir():
            _write(architecture, texts, path)
    except OSError as error:
        raise HubError(
            f"the cache {cache_folder()} cannot be written: {error}",
            hint="set HFKIT_CACHE to a folder that can",
        ) from error
    return replace(resolve(path, offline=True), name=repr(architecture))


def is_new(folder: ModelFolder) -> bool:
    """Tell whether a folder is that of an architecture: its weights are still to be drawn."""
    return (folder.path / _MARK).is_file()


def training_texts(data: TaskData) -> Iterator[str]:
    """Give every text of the training split that a model reads or writes."""
    for reading in data.readings(data.train):
        yield from chain.from_iterable(map(_texts, reading.inputs))


def _texts(given: TokenInput) -> list[str]:
    if isinstance(given, str):
        return [given]
    if isinstance(given, Pair):
        return [given.first, given.second]
    return [message.content for message in given]


def _write(architecture: Architecture, texts: list[str], target: Path) -> None:
    """Write the folder beside its place and move it in."""
    kind = family_tokens(architecture.family)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".draft-") as temporary:
        draft = Path(temporary) / "base"
        draft.mkdir()
        tokenizer = learn_tokenizer(texts, kind.pieces, kind.layout, most=architecture.vocabulary)
        write_tokenizer(tokenizer, kind.layout, draft, max_tokens=architecture.max_tokens, types=kind.types)
        config = new_config(architecture, vocabulary=tokenizer.get_vocab_size(with_added_tokens=True))
        config.save_pretrained(draft)
        (draft / _MARK).write_text(f"{json.dumps(asdict(architecture), indent=2)}\n", encoding="utf-8")
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was first, with the same content
                raise
