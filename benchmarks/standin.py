"""A stand-in for a downloaded model: DistilBERT's dimensions, random weights, a real WordPiece tokenizer.

What a forward pass costs depends on the dimensions, not on what the weights have learned.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import DistilBertConfig, DistilBertForSequenceClassification
from transformers.utils.logging import disable_progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["write_standin"]

_WINDOW = 512
_LEARNED_PIECES = 8_192  # what a few thousand sentences can teach
_VOCABULARY = 30_522  # rows of DistilBERT's embedding; those beyond the learned pieces stay unused
_SEED = 4  # one of those whose answers fall on both labels
_SPECIALS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def write_standin(folder: Path, sentences: Iterable[str]) -> Path:
    """Write a classifier of 67 million parameters that transformers opens like any other.

    Args:
        folder: where; made if need be.
        sentences: what the tokenizer learns its pieces from.

    Returns:
        The folder.
    """
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(folder, sentences)
    config = DistilBertConfig(
        vocab_size=_VOCABULARY,
        max_position_embeddings=_WINDOW,
        id2label={0: "negative", 1: "positive"},
        label2id={"negative": 0, "positive": 1},
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        model = DistilBertForSequenceClassification(config)
        # A model as it starts says much the same of every text, which would hide a wrong answer.
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.04)
        torch.nn.init.normal_(model.classifier.weight, std=0.5)
    model.save_pretrained(folder)
    return folder


def _write_tokenizer(folder: Path, sentences: Iterable[str]) -> None:
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(
        sentences, vocab_size=_LEARNED_PIECES, special_tokens=list(_SPECIALS.values()), show_progress=False
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    content = {
        **_SPECIALS,
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": True,
        "model_max_length": _WINDOW,
        "model_input_names": ["input_ids", "attention_mask"],
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
