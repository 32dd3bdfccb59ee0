"""Tiny models that translate among many languages, with random weights and tokenizers of the real kinds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never, cast

from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.trainers import BpeTrainer

from .models import save_model
from .sentencepieces import trained_pieces, write_json
from .tiny_writers import draw_writer
from .tokenizers import CORPUS

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["TinyTranslatorFamily", "write_language_tokenizer", "write_tiny_translator"]

TinyTranslatorFamily: TypeAlias = Literal["nllb", "m2m100", "mbart50", "mbart"]
"""The kinds; they differ in how languages are named and marked."""

_LIMIT = 64


def write_tiny_translator(
    folder: Path, *, family: TinyTranslatorFamily = "nllb", limit: int = _LIMIT, seed: int = 0
) -> Path:
    """Write a model that translates, which transformers opens like any other.

    Args:
        folder: where; made if need be.
        family: the kind.
        limit: the longest sequence, special tokens included.
        seed: of the weights.

    Returns:
        The folder.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSeq2SeqLM

    size = write_language_tokenizer(folder, family=family, limit=limit)
    config = AutoConfig.for_model(
        "mbart" if family.startswith("mbart") else "m2m_100",
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=limit,
        vocab_size=size,
        decoder_start_token_id=2,
        forced_eos_token_id=None,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = cast("PreTrainedModel", AutoModelForSeq2SeqLM.from_config(config))  # type: ignore[no-untyped-call]
        draw_writer(model)
    return save_model(model, folder)


def write_language_tokenizer(
    folder: Path, *, family: TinyTranslatorFamily = "nllb", limit: int = _LIMIT
) -> int:
    """Write a tokenizer of one of the kinds, with all of its languages, and a ``config.json``; give its size."""
    from sentencepiece import SentencePieceProcessor

    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", {"model_type": "mbart" if family.startswith("mbart") else "m2m_100"})
    model = trained_pieces(unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    read = SentencePieceProcessor(model_proto=model)
    scores = {read.id_to_piece(number): read.get_score(number) for number in range(3, read.get_piece_size())}
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    match family:
        case "m2m100":
            return _write_m2m100(folder, model, [*specials, *scores], limit)
        case "nllb":
            from transformers import NllbTokenizer

            trained = Tokenizer(models.BPE())
            trained.pre_tokenizer = pre_tokenizers.Metaspace()
            trainer = BpeTrainer(vocab_size=400, special_tokens=specials, show_progress=False)
            trained.train_from_iterator(CORPUS, trainer)
            learned = json.loads(trained.to_str())["model"]
            return _save(
                NllbTokenizer(
                    vocab=learned["vocab"],
                    merges=cast("list[str]", list(map(tuple, learned["merges"]))),  # it takes pairs
                    model_max_length=limit,
                ),
                folder,
            )
        case "mbart50" | "mbart":
            from transformers import MBart50Tokenizer, MBartTokenizer

            pieces = [*((name, 0.0) for name in specials), *scores.items()]
            if family == "mbart":
                return _save(MBartTokenizer(vocab=pieces, model_max_length=limit), folder)
            # Its class expects the order of sentencepiece.
            pieces = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), *scores.items()]
            return _save(MBart50Tokenizer(vocab=pieces, model_max_length=limit), folder)
        case _ as unreachable:
            assert_never(unreachable)


def _write_m2m100(folder: Path, model: bytes, words: list[str], limit: int) -> int:
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

    (folder / "sentencepiece.bpe.model").write_bytes(model)
    write_json(folder / "vocab.json", {word: number for number, word in enumerate(words)})
    marks = [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    write_json(folder / "special_tokens_map.json", {"additional_special_tokens": marks})
    config = {"tokenizer_class": "M2M100Tokenizer", "language_codes": "m2m100", "model_max_length": limit}
    write_json(folder / "tokenizer_config.json", config)
    return len(words) + len(marks)


def _save(tokenizer: PreTrainedTokenizerBase, folder: Path) -> int:
    tokenizer.save_pretrained(folder)
    return len(tokenizer)
