"""Small tokenizers of the families that are kept as sentencepiece models; needs sentencepiece."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from .tokenizers import CORPUS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["trained_pieces", "write_json", "write_marian", "write_t5"]

_PIECES = 160


def write_t5(folder: Path, *, limit: int = 512) -> Path:
    """Write T5's kind: ``spiece.model`` and no ``tokenizer.json``, texts end in ``</s>``; give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(trained_pieces(pad_id=0, eos_id=1, unk_id=2, bos_id=-1))
    write_json(folder / "config.json", {"model_type": "t5"})
    config = {"tokenizer_class": "T5Tokenizer", "extra_ids": 4, "model_max_length": limit}
    write_json(folder / "tokenizer_config.json", config)
    return folder


def write_marian(folder: Path, *, limit: int = 512) -> Path:
    """Write Marian's kind: one model for each language, one vocabulary for both; give the folder."""
    from sentencepiece import SentencePieceProcessor

    folder.mkdir(parents=True, exist_ok=True)
    model = trained_pieces(unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    pieces = SentencePieceProcessor(model_proto=model)
    words = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    words = ["</s>", "<unk>", *(word for word in words if word not in ("<unk>", "<s>", "</s>")), "<pad>"]
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model)
    write_json(folder / "vocab.json", {word: number for number, word in enumerate(words)})
    write_json(folder / "config.json", {"model_type": "marian"})
    config = {
        "tokenizer_class": "MarianTokenizer",
        "source_lang": "en",
        "target_lang": "de",
        "model_max_length": limit,
    }
    write_json(folder / "tokenizer_config.json", config)
    return folder


def trained_pieces(*, unk_id: int, bos_id: int, eos_id: int, pad_id: int) -> bytes:
    """Train a sentencepiece model on a few words, with special tokens at these ids."""
    from sentencepiece import SentencePieceTrainer

    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS),
        model_writer=model,
        vocab_size=_PIECES,
        hard_vocab_limit=False,
        minloglevel=2,
        unk_id=unk_id,
        bos_id=bos_id,
        eos_id=eos_id,
        pad_id=pad_id,
    )
    return model.getvalue()


def write_json(file: Path, content: dict[str, object]) -> None:
    """Write a file of settings."""
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
