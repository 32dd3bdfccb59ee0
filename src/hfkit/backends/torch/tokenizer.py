"""Open tokenizers through transformers, which knows every kind of file and every override."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from transformers import AutoTokenizer

from hfkit.errors import TokenizerError

from .trust import check_code

if TYPE_CHECKING:
    import tokenizers

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["load_tokenizer"]

_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model", "*.tiktoken")


def load_tokenizer(folder: ModelFolder, runtime: Runtime) -> tokenizers.Tokenizer:
    """Open the tokenizer of a model, or of an adapter's base if the adapter brings none.

    Raises:
        TokenizerError: there are no files of one, or transformers cannot read them.
    """
    owner = next((place for place in (folder, folder.base) if place and _has_tokenizer(place)), None)
    if owner is None:
        raise TokenizerError(
            f"{folder.path} holds no tokenizer (none of {', '.join(_FILES)})",
            hint="save the tokenizer beside the model: tokenizer.save_pretrained(folder)",
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            owner.path, local_files_only=True, trust_remote_code=check_code(owner, runtime)
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise TokenizerError(
            f"transformers cannot open the tokenizer in {owner.path}: {str(error).strip().splitlines()[0]}",
            hint="save the tokenizer again, or install what it needs",
        ) from error
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise TokenizerError(
            f"the tokenizer in {owner.path} ({type(tokenizer).__name__}) cannot run in the tokenizers library",
            hint="save it as a fast tokenizer (tokenizer.json)",
        )
    return cast("tokenizers.Tokenizer", fast)


def _has_tokenizer(folder: ModelFolder) -> bool:
    return any(any(folder.path.glob(pattern)) for pattern in _FILES)
