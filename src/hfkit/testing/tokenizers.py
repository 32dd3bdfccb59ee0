"""Small tokenizers of each family, built in place."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer, UnigramTrainer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "CORPUS",
    "save_tokenizer",
    "train_byte_pairs",
    "train_unigrams",
    "write_added_tokens",
    "write_byte_pairs",
    "write_unigrams",
    "write_word_pieces",
]

_WORDS = """
the a an and or not no it is was are this that very good bad great poor movie film plot actor story funny dull sad
happy love hate like best worst never always money people time day night city house old new in of on to with
""".split()  # noqa: SIM905  # a list of quoted words would be four times as long

CORPUS = [
    " ".join(_WORDS[start:] + _WORDS[:start]) + " ÄÖÜ é ß 世界 привет 👍 1234567890" for start in range(40)
]
"""What tiny tokenizers are trained on."""

_LIMIT = 512


def write_word_pieces(folder: Path, *, limit: int = _LIMIT, cased: bool = False) -> int:
    """Write BERT's kind: lower case or cased, ``[CLS] a [SEP] b [SEP]``; give the size of the vocabulary."""
    letters = (
        (string.ascii_letters if cased else string.ascii_lowercase)
        + string.digits
        + string.punctuation
        + "äöüéß世界привет👍"
    )
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *_WORDS,
        *letters,
        *(f"##{letter}" for letter in letters),
    ]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    specials = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    named: dict[str, object] = {"tokenizer_class": "BertTokenizer", "mask_token": "[MASK]", **specials}
    return save_tokenizer(folder, tokenizer, named | ({"do_lower_case": False} if cased else {}), limit)


def write_added_tokens(folder: Path, *, limit: int = _LIMIT) -> int:
    """Write RoBERTa's kind with tokens that were added later: special, plain, and greedy for blanks."""
    write_byte_pairs(folder, limit=limit)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_special_tokens([AddedToken("<|tool|>", lstrip=True, rstrip=True)])
    tokenizer.add_tokens([AddedToken("film noir", single_word=True), AddedToken("世界", normalized=False)])
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return save_tokenizer(folder, tokenizer, config | {"extra_special_tokens": ["<|tool|>"]}, limit)


def write_byte_pairs(folder: Path, *, limit: int = _LIMIT, family: str = "roberta") -> int:
    """Write RoBERTa's or GPT-2's kind: bytes, cased, with or without special tokens around."""
    roberta = family == "roberta"
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] if roberta else ["<|endoftext|>"]
    tokenizer = train_byte_pairs(specials)
    if roberta:
        tokenizer.post_processor = processors.RobertaProcessing(
            ("</s>", 2), ("<s>", 0), add_prefix_space=False
        )
        named = dict(
            zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), specials, strict=True)
        )
        named |= {"tokenizer_class": "RobertaTokenizer", "cls_token": "<s>", "sep_token": "</s>"}
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
        named = dict.fromkeys(("bos_token", "eos_token", "unk_token"), specials[0])
        named |= {"tokenizer_class": "GPT2Tokenizer"}
    return save_tokenizer(folder, tokenizer, named, limit)


def train_byte_pairs(specials: Sequence[str]) -> Tokenizer:
    """Train a tokenizer that reads and writes any text, byte by byte; the special tokens have the first ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=400,
        special_tokens=list(specials),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def train_unigrams(tokenizer: Tokenizer, specials: list[str]) -> None:
    """Teach a tokenizer unigrams, the special tokens first, ``<unk>`` among them.

    The trainer gives its pieces another order each time, and scores that differ behind some digits; what is made of
    them here is the same.
    """
    trainer = UnigramTrainer(vocab_size=200, special_tokens=specials, unk_token="<unk>", show_progress=False)  # noqa: S106
    tokenizer.train_from_iterator(CORPUS, trainer)
    scores: dict[str, float] = dict(json.loads(tokenizer.to_str())["model"]["vocab"])
    pieces = [*specials, *sorted(scores.keys() - set(specials))]
    settled = [(piece, round(scores[piece], 3)) for piece in pieces]
    tokenizer.model = models.Unigram(settled, unk_id=specials.index("<unk>"))


def write_unigrams(folder: Path, *, limit: int = _LIMIT) -> int:
    """Write XLM-R's kind: sentencepiece's unigrams with ``▁``, ``<s> a </s></s> b </s>``."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("\n", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    train_unigrams(tokenizer, specials)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    named = dict(
        zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), specials, strict=True)
    )
    named |= {"tokenizer_class": "PreTrainedTokenizerFast", "cls_token": "<s>", "sep_token": "</s>"}
    return save_tokenizer(folder, tokenizer, named, limit)


def save_tokenizer(folder: Path, tokenizer: Tokenizer, config: Mapping[str, object], limit: int) -> int:
    """Write a tokenizer and the settings beside it; give the size of the vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    content = {**config, "model_max_length": limit}
    (folder / "tokenizer_config.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
    return tokenizer.get_vocab_size(with_added_tokens=True)
