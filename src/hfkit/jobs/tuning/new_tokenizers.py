"""Learn a tokenizer from texts; the same texts give the same tokenizer."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer, WordPieceTrainer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Pieces", "SpecialLayout", "learn_tokenizer", "write_tokenizer"]

Pieces: TypeAlias = Literal["words", "bytes"]
"""What tokens are made of: parts of words, so that a word with an unknown letter is an unknown token; or bytes."""

_UNKNOWN = "[UNK]"


@dataclass(frozen=True, slots=True)
class SpecialLayout:
    """The special tokens of a tokenizer, and where they stand.

    Attributes:
        tokens: in the order of their ids, which begin with 0.
        roles: which of them is what, as transformers names it: ``"pad"``, ``"bos"``, ``"eos"`` and others.
        single: how one text is framed.
        pair: how two are.
    """

    tokens: tuple[str, ...]
    roles: Mapping[str, str]
    single: str
    pair: str

    def id_of(self, role: str) -> int:
        """Give the id of the token with a role."""
        return self.tokens.index(self.roles[role])


def learn_tokenizer(texts: Sequence[str], pieces: Pieces, layout: SpecialLayout, *, most: int) -> Tokenizer:
    """Learn a vocabulary.

    Args:
        texts: to learn from.
        pieces: what tokens are made of.
        layout: the special tokens.
        most: the most tokens that are learned, special ones included.
    """
    numbered = [(token, number) for number, token in enumerate(layout.tokens)]
    frame = processors.TemplateProcessing(single=layout.single, pair=layout.pair, special_tokens=numbered)
    match pieces:
        case "words":
            tokenizer = _learn_words(texts, layout, most)
            tokenizer.post_processor = frame
        case "bytes":
            tokenizer = _learn_bytes(texts, layout, most)
            # A blank that begins a token is none of the characters that the token stands for.
            tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), frame])
        case _:
            assert_never(pieces)
    return tokenizer


def write_tokenizer(
    tokenizer: Tokenizer, layout: SpecialLayout, folder: Path, *, max_tokens: int, types: bool
) -> None:
    """Write a tokenizer where AutoTokenizer opens it.

    Args:
        tokenizer: what was learned.
        layout: its special tokens.
        folder: where to.
        max_tokens: the longest sequence of the model.
        types: whether the model tells two texts apart by types.
    """
    tokenizer.save(str(folder / "tokenizer.json"))
    inputs = ["input_ids", *(["token_type_ids"] if types else []), "attention_mask"]
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",  # reads the file as it is; others put parts of their own in
        "model_max_length": max_tokens,
        "model_input_names": inputs,
        "clean_up_tokenization_spaces": False,
        **{f"{role}_token": token for role, token in layout.roles.items()},
    }
    text = json.dumps(settings, indent=2)
    (folder / "tokenizer_config.json").write_text(f"{text}\n", encoding="utf-8")


def _learn_bytes(texts: Sequence[str], layout: SpecialLayout, most: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=most,
        special_tokens=list(layout.tokens),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _learn_words(texts: Sequence[str], layout: SpecialLayout, most: int) -> Tokenizer:
    """Learn parts of words, those inside of a word with ``##`` before them.

    The trainer numbers letters inside of words in another order each time, and decides by numbers between parts that
    are as frequent. So it is given all of them as tokens that are there already, in an order of ours.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token=_UNKNOWN))
    normalizer = tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(normalizer.normalize_str(text))
    letters = sorted(
        (letter for letter in counts if not letter.isspace()), key=lambda one: (-counts[one], one)
    )
    room = (most - len(layout.tokens)) // 4  # each is there twice, and at least half is left for longer parts
    rare = dict.fromkeys(map(ord, letters[room:]), " ")
    known = sorted(letters[:room])
    given = [*layout.tokens, *known, *(f"##{letter}" for letter in known)]
    trainer = WordPieceTrainer(vocab_size=most, special_tokens=given, show_progress=False)
    tokenizer.train_from_iterator((normalizer.normalize_str(text).translate(rare) for text in texts), trainer)
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    learned = Tokenizer(models.WordPiece(vocabulary, unk_token=_UNKNOWN, max_input_chars_per_word=100))
    learned.normalizer = tokenizer.normalizer
    learned.pre_tokenizer = tokenizer.pre_tokenizer
    learned.decoder = decoders.WordPiece()
    learned.add_special_tokens([AddedToken(token, special=True) for token in layout.tokens])
    return learned
