"""Say how transformers puts a tokenizer together; also a command, for processes that are to stay light.

    python -m hfkit.backends.torch.describe NAME FOLDER REVISION OUTPUT

transformers often builds a tokenizer anew from the vocabulary of ``tokenizer.json``, with the
normalizer that its class has: what lies in the file is not always what it runs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenizers
from transformers import TokenizersBackend

from hfkit.backends.recipe import Recipe
from hfkit.errors import HfkitError
from hfkit.hub.folder import ModelFolder
from hfkit.values.runtime import Runtime

from .quiet import quiet_transformers
from .tokenizer import open_transformers

if TYPE_CHECKING:
    from hfkit.backends.recipe import NamedToken

__all__ = ["describe_tokenizer", "main"]

# A class that has one of these of its own does more than its backend says.
_OWN_WAYS = (
    "__call__",
    "_convert_encoding",
    "_decode",
    "_encode_plus",
    "clean_up_tokenization",
    "decode",
    "set_truncation_and_padding",
)

# From this on a model_max_length says that there is none; the figure is transformers' own.
_UNLIMITED = int(1e20)

_SAMPLES = ("The Quick brown fox, naïve ﬁancés: Привет 世界 👩‍👩‍👧 don't", " two  blanks\n<s> [SEP]</s>", "")


def describe_tokenizer(folder: ModelFolder, runtime: Runtime) -> Recipe:
    """Open a tokenizer with transformers and say what it is made of.

    Raises:
        TokenizerError: transformers cannot open it.
        MissingDependencyError: it needs a package that is not installed.
    """
    with quiet_transformers():
        opened: Any = open_transformers(folder, runtime)
        _ids(opened, _SAMPLES[0])  # some classes set their special tokens right at the first call
        definition = _definition(opened)
        file = folder.path / "tokenizer.json"
        if (
            definition is not None
            and file.is_file()
            and _plain(file.read_text(encoding="utf-8")) == _plain(definition)
        ):
            same, definition = True, None
        else:
            same = False
    limit = opened.model_max_length
    return Recipe(
        runs_in="tokenizers" if same or definition is not None else "transformers",
        definition=definition,
        kind=type(opened).__name__,
        named=_named(opened),
        extra=tuple((str(token), _id(opened, token)) for token in opened.extra_special_tokens or ()),
        pad_type_id=opened.pad_token_type_id,
        padding_side=opened.padding_side,
        truncation_side=opened.truncation_side,
        input_names=tuple(opened.model_input_names),
        max_tokens=int(limit) if limit < _UNLIMITED else None,
        cleans_spaces=_cleans_spaces(opened),
        splits_specials=bool(opened.split_special_tokens),
        notes=() if same or definition is None else _note(opened, file),
    )


def _definition(opened: Any) -> str | None:  # noqa: ANN401  # transformers' classes differ
    """Give the backend's definition if it alone decides on ids and text, else None."""
    if not isinstance(opened, TokenizersBackend):
        return None
    kind = type(opened)
    if any(getattr(kind, name) is not getattr(TokenizersBackend, name) for name in _OWN_WAYS):
        return None
    try:
        definition: str = opened.backend_tokenizer.to_str()
        again = tokenizers.Tokenizer.from_str(definition)
    except Exception:  # noqa: BLE001  # parts written in Python have no definition
        return None
    again.no_truncation()
    again.no_padding()
    again.encode_special_tokens = opened.split_special_tokens
    if any(_ids(again.encode, text) != _ids(opened, text) for text in _SAMPLES):
        return None
    return again.to_str()


def _ids(encode: Any, text: str) -> list[int] | None:  # noqa: ANN401
    """Give the ids of a text; None where it has none: a vocabulary may lack a token for what it does not know."""
    try:
        encoded = encode(text)
    except Exception:  # noqa: BLE001  # each kind fails in its own way
        return None
    return list(encoded.ids if isinstance(encoded, tokenizers.Encoding) else encoded["input_ids"])


def _plain(definition: str) -> object:
    """Read a definition without what truncates and pads, as the installed library would write it."""
    tokenizer = tokenizers.Tokenizer.from_str(definition)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return json.loads(tokenizer.to_str())


def _named(opened: Any) -> tuple[NamedToken, ...]:  # noqa: ANN401
    return tuple((name, text, _id(opened, text)) for name, text in opened.special_tokens_map.items())


def _id(opened: Any, token: object) -> int:  # noqa: ANN401
    return int(opened.convert_tokens_to_ids(str(token)))


def _cleans_spaces(opened: Any) -> bool:  # noqa: ANN401
    """Tell whether decoding cleans up: transformers ignores the setting for byte pairs, which it would harm."""
    if not opened.clean_up_tokenization_spaces or not isinstance(opened, TokenizersBackend):
        return False
    forced = opened.clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output
    return bool(forced) or type(opened.backend_tokenizer.model).__name__ != "BPE"


def _note(opened: Any, file: Path) -> tuple[str, ...]:  # noqa: ANN401
    made = f"built as transformers' {type(opened).__name__} builds it"
    return (f"{made}, which is not what tokenizer.json says",) if file.is_file() else (made,)


def main(name: str, path: str, revision: str, output: str) -> None:
    """Describe one tokenizer and write the outcome, an error of hfkit's included, as JSON."""
    try:
        recipe = describe_tokenizer(ModelFolder(name, Path(path), revision, stamp=()), Runtime(offline=True))
        outcome: dict[str, object] = {"recipe": recipe.to_dict()}
    except HfkitError as error:
        outcome = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    Path(output).write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
