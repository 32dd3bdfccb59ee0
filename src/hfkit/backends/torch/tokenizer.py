"""Open tokenizers through transformers, which knows every kind of file and every override."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from transformers import AutoTokenizer

from hfkit.errors import MissingDependencyError, TokenizerError
from hfkit.hub.tokenizer_files import tokenizer_owner

from .opening_lock import opening_lock
from .quiet import first_line
from .trust import check_code

if TYPE_CHECKING:
    import tokenizers
    from transformers import PretrainedConfig

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["gives_types", "load_tokenizer", "open_transformers"]


def load_tokenizer(folder: ModelFolder, runtime: Runtime) -> tokenizers.Tokenizer:
    """Open the tokenizer of a model, or of an adapter's base if the adapter brings none.

    Raises:
        TokenizerError: there are no files of one, or transformers cannot read them.
    """
    tokenizer = open_transformers(folder, runtime)
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
        names = getattr(open_transformers(folder, runtime), "model_input_names", [])
    return "token_type_ids" in names and types != 1


def open_transformers(folder: ModelFolder, runtime: Runtime) -> object:
    """Open what ``AutoTokenizer`` gives for a model's folder, or for that of an adapter's base.

    Raises:
        TokenizerError: there are no files of one, or transformers cannot read them.
        MissingDependencyError: they are sentencepiece's, and that is not installed.
    """
    owner = tokenizer_owner(folder)
    trusted = check_code(owner, runtime)
    plain = any((owner.path / name).is_file() for name in ("tokenizer.json", "vocab.txt"))
    pieces = any(any(owner.path.glob(pattern)) for pattern in ("*.model", "*.spm"))
    if pieces and not plain and find_spec("sentencepiece") is None:
        raise MissingDependencyError(
            f"the tokenizer of {owner.name} is a sentencepiece model, and sentencepiece is not installed",
            hint="pip install 'hfkit[sentencepiece]'",
        )
    try:
        with opening_lock, warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")  # Marian's class
            opened: object = AutoTokenizer.from_pretrained(
                owner.path, local_files_only=True, trust_remote_code=trusted
            )
    except Exception as error:  # each kind of file fails in its own way
        raise TokenizerError(
            f"transformers cannot open the tokenizer in {owner.path}: {first_line(error)}",
            hint="save the tokenizer again, or install what it needs",
        ) from error
    return opened
