"""Small tokenizers of families that write text, built in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer

from .tokenizers import CORPUS, save_tokenizer, train_byte_pairs, train_unigrams

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "write_bloom_pairs",
    "write_byte_fallback",
    "write_llama_pairs",
    "write_opt_pairs",
    "write_t5_unigrams",
]

_LIMIT = 512


def write_llama_pairs(folder: Path, *, limit: int = _LIMIT) -> int:
    """Write Llama 3's kind: bytes behind a first token, two tokens that end, none to pad with."""
    begin, end, turn = "<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"
    tokenizer = train_byte_pairs([begin, end, turn])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1", special_tokens=[(begin, 0)]
    )
    named: dict[str, object] = {"bos_token": begin, "eos_token": end}
    return save_tokenizer(folder, tokenizer, named | {"tokenizer_class": "PreTrainedTokenizerFast"}, limit)


def write_opt_pairs(folder: Path, *, limit: int = _LIMIT) -> int:
    """Write OPT's kind: GPT-2's bytes, begun with the token that ends a text too."""
    tokenizer = train_byte_pairs(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="</s> $A", pair="</s> $A </s>:1 $B:1", special_tokens=[("</s>", 2)]
    )
    named: dict[str, object] = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "</s>")
    named |= {"pad_token": "<pad>", "tokenizer_class": "GPT2Tokenizer", "add_bos_token": True}
    return save_tokenizer(folder, tokenizer, named, limit)


def write_bloom_pairs(folder: Path, *, limit: int = _LIMIT) -> int:
    """Write BLOOM's kind: bytes, nothing around them, and a token for each purpose."""
    specials = ["<unk>", "<s>", "</s>", "<pad>"]
    tokenizer = train_byte_pairs(specials)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    named: dict[str, object] = dict(
        zip(("unk_token", "bos_token", "eos_token", "pad_token"), specials, strict=True)
    )
    return save_tokenizer(folder, tokenizer, named | {"tokenizer_class": "BloomTokenizerFast"}, limit)


def write_byte_fallback(folder: Path, *, limit: int = _LIMIT) -> int:
    """Write Llama 2's kind, which Mistral has too: ``▁`` for blanks, and rare letters byte by byte."""
    specials = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = BpeTrainer(vocab_size=400, special_tokens=specials, show_progress=False)
    trained.train_from_iterator([text.partition(" ÄÖÜ")[0] for text in CORPUS], trainer)
    learned = json.loads(trained.to_str())["model"]
    tokenizer = Tokenizer(
        models.BPE(
            learned["vocab"],
            [(left, right) for left, right in learned["merges"]],
            unk_token="<unk>",  # noqa: S106
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)]
    )
    tokenizer.add_special_tokens(specials[:3])
    named: dict[str, object] = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    return save_tokenizer(folder, tokenizer, named | {"tokenizer_class": "LlamaTokenizer"}, limit)


def write_t5_unigrams(folder: Path, *, limit: int = _LIMIT) -> int:
    """Write T5's kind as a ``tokenizer.json``: unigrams with ``▁``, texts end in ``</s>``."""
    specials = ["<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    train_unigrams(tokenizer, specials)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    named: dict[str, object] = dict(zip(("pad_token", "eos_token", "unk_token"), specials, strict=True))
    return save_tokenizer(
        folder, tokenizer, named | {"tokenizer_class": "T5Tokenizer", "extra_ids": 0}, limit
    )
