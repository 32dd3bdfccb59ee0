"""The tokenizer of a GGUF file, as the files that tokenizers and transformers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from hfkit.errors import TokenizerError

if TYPE_CHECKING:
    from .gguf_file import GgufFile

__all__ = ["byte_pair_tokenizer", "tokenizer_settings"]

_CONTROL = 3  # llama.cpp's LLAMA_TOKEN_TYPE_CONTROL: a special token


def byte_pair_tokenizer(file: GgufFile) -> Tokenizer:
    """Build the byte-pair tokenizer that a file was made from.

    A file names its way to split a text before merging and does not spell it out. ``smollm`` is each digit
    alone, then the pattern of GPT-2. transformers 5.24 takes the pattern alone, which cuts white space
    before a digit in two: it reads the blank line of a numbered list as other tokens than the model has
    learned. Bytes without a token are left out, as they are in the original.

    Raises:
        TokenizerError: the file asks for another way to split.
        CorruptModelError: a part of the tokenizer is missing.

    Source: ``LLAMA_VOCAB_PRE_TYPE_SMOLLM`` of llama.cpp; the original's tokenizer.json says the same.
    """
    kind = (file.value("tokenizer.ggml.model", str), file.value("tokenizer.ggml.pre", str))
    if kind != ("gpt2", "smollm"):
        raise TokenizerError(
            f"the tokenizer of {file.path.name} is {'/'.join(kind)}, must be gpt2/smollm",
            hint="save it from the original: AutoTokenizer.from_pretrained(original).save_pretrained(folder)",
        )
    tokens: list[str] = file.value("tokenizer.ggml.tokens", list)
    merges: list[str] = file.value("tokenizer.ggml.merges", list)
    kinds: list[int] = file.value("tokenizer.ggml.token_type", list)
    vocabulary = {token: position for position, token in enumerate(tokens)}
    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token, type_ in zip(tokens, kinds, strict=True)
            if type_ == _CONTROL
        ]
    )
    return tokenizer


def tokenizer_settings(file: GgufFile) -> dict[str, object]:
    """Write ``tokenizer_config.json``: the special tokens by their parts, and the chat template."""
    tokens: list[str] = file.value("tokenizer.ggml.tokens", list)
    parts = {"bos": "bos", "eos": "eos", "pad": "padding", "unk": "unknown"}
    special = {
        f"{part}_token": tokens[file.value(f"tokenizer.ggml.{word}_token_id", int)]
        for part, word in parts.items()
    }
    return special | {
        "chat_template": file.value("tokenizer.chat_template", str),
        "clean_up_tokenization_spaces": False,
        "model_max_length": file.value("llama.context_length", int),
        # As tokenizer.json is: transformers' GPT2Tokenizer would split a text in a way of its own.
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
