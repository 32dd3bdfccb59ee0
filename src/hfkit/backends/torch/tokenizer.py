"""Open tokenizers through transformers, which knows every kind of file and every override."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from transformers import AutoTokenizer

from hfkit.errors import TokenizerError

from .quiet import first_line
from .trust import check_code

if TYPE_CHECKING:
    import tokenizers
    from transformers import PretrainedConfig

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["gives_types", "load_tokenizer"]

_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model", "*.tiktoken")


def load_tokenizer(folder: ModelFolder, runtime: Runtime) -> tokenizers.Tokenizer:
    """Open the tokenizer of a model, or of an adapter's base if the adapter brings none.

    Raises:
        TokenizerError: there are no files of one, or transformers cannot read them.
    """
    tokenizer = _open(folder, runtime)
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise TokenizerError(
            f"the tokenizer of {folder.name} ({type(tokenizer).__name__}) cannot run in the tokenizers library",
            hint="save it as a fast tokenizer (tokenizer.json)",
        )
    return cast("tokenizers.Tokenizer", fast)


def gives_types(folder: ModelFolder, config: PretrainedConfig, runtime: Runtime) -> bool:
    """Tell whether transformers would give the model ``token_type_ids``.

    The settings beside the tokenizer decide, else the model's table of types, else (XLNet has no
    table, GPT-2 would misread them) the tokenizer's class.
    """
    owner = folder if (folder.path / "tokenizer_config.json").is_file() else folder.base or folder
    names = owner.read_json("tokenizer_config.json").get("model_input_names")
    types = getattr(config, "type_vocab_size", None)
    if not isinstance(names, list) and types is not None:
        return bool(types > 1)
    if not isinstance(names, list):
        names = getattr(_open(folder, runtime), "model_input_names", [])
    return "token_type_ids" in names and types != 1


def _open(folder: ModelFolder, runtime: Runtime) -> object:
    owner = next((place for place in (folder, folder.base) if place and _has_tokenizer(place)), None)
    if owner is None:
        raise TokenizerError(
            f"{folder.path} holds no tokenizer (none of {', '.join(_FILES)})",
            hint="save the tokenizer beside the model: tokenizer.save_pretrained(folder)",
        )
    trusted = check_code(owner, runtime)
    try:
        opened: object = AutoTokenizer.from_pretrained(
            owner.path, local_files_only=True, trust_remote_code=trusted
        )
    except Exception as error:  # each kind of file fails in its own way
        raise TokenizerError(
            f"transformers cannot open the tokenizer in {owner.path}: {first_line(error)}",
            hint="save the tokenizer again, or install what it needs",
        ) from error
    return opened


def _has_tokenizer(folder: ModelFolder) -> bool:
    return any(any(folder.path.glob(pattern)) for pattern in _FILES)
