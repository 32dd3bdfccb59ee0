"""Which tokenizers are parted at blanks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tokenizers import AddedToken, Encoding, Regex, Tokenizer, models, normalizers, pre_tokenizers

from hfkit.backends.blanks import Parting, find_parting
from hfkit.backends.words import open_memory
from hfkit.testing.tokenizers import write_added_tokens, write_byte_pairs, write_unigrams, write_word_pieces

BYTES = pre_tokenizers.ByteLevel(add_prefix_space=False)
NO_REGEX = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)


def bare(pre_tokenizer: Any = None, normalizer: Any = None) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    return tokenizer


def written(write: Callable[[Path], object], folder: Path) -> Tokenizer:
    write(folder)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def test_word_pieces_drop_blanks(tmp_path: Path) -> None:
    assert find_parting(written(write_word_pieces, tmp_path)) == Parting(leading=False, greedy=frozenset())


def test_byte_pairs_read_a_blank_with_the_word_behind_it(tmp_path: Path) -> None:
    assert find_parting(written(write_byte_pairs, tmp_path)) == Parting(leading=True, greedy=frozenset())


def test_tokens_that_take_blanks_are_named_where_blanks_matter(tmp_path: Path) -> None:
    greedy = AddedToken("<|tool|>", rstrip=True)
    bytewise, pieces = (
        written(write_byte_pairs, tmp_path / "b"),
        written(write_word_pieces, tmp_path / "w"),
    )
    for tokenizer in (bytewise, pieces):
        tokenizer.add_special_tokens([greedy])
    id_ = bytewise.token_to_id("<|tool|>")
    assert id_ is not None
    assert find_parting(bytewise) == Parting(leading=True, greedy=frozenset({id_}))
    assert find_parting(pieces) == Parting(leading=False, greedy=frozenset())


@pytest.mark.parametrize("write", [write_unigrams, write_added_tokens])
def test_what_is_not_proven_stays_whole(write: Callable[[Path], object], tmp_path: Path) -> None:
    assert find_parting(written(write, tmp_path)) is None


@pytest.mark.parametrize(
    "tokenizer",
    [
        bare(),
        bare(pre_tokenizers.Metaspace()),
        bare(pre_tokenizers.Sequence([])),
        bare(BYTES, normalizers.Replace("a b", "c")),
        bare(BYTES, normalizers.Prepend("x")),
        bare(BYTES, normalizers.StripAccents()),
        bare(BYTES, normalizers.BertNormalizer()),
        bare(BYTES, normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents()])),
        bare(NO_REGEX),
        bare(
            pre_tokenizers.Sequence(
                [pre_tokenizers.Digits(), pre_tokenizers.ByteLevel(add_prefix_space=True)]
            )
        ),
        bare(pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(r"\w+ \w+"), "isolated"), NO_REGEX])),
        bare(pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])),
        bare(pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), pre_tokenizers.WhitespaceSplit()])),
    ],
    ids=lambda tokenizer: f"{tokenizer.normalizer} {tokenizer.pre_tokenizer}"[:60],
)
def test_parts_that_look_beyond_a_blank_stay_whole(tokenizer: Tokenizer) -> None:
    assert find_parting(tokenizer) is None


@pytest.mark.parametrize("normalizer", [normalizers.StripAccents(), normalizers.BertNormalizer()])
@pytest.mark.parametrize("text", ["a \u0301 \u0301 b", "世 \ufffd 世", "b\u00b4 \u0301 c"])
def test_blanks_that_meet_are_one_token(text: str, normalizer: Any) -> None:
    tokenizer = Tokenizer(models.BPE({"Ġ": 0, "ĠĠ": 1, "[UNK]": 2}, [("Ġ", "Ġ")], unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = BYTES

    def encode(texts: Sequence[str]) -> list[Encoding]:
        encoded: list[Encoding] = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return encoded

    memory = open_memory(tokenizer, encode)
    if memory is not None:
        read = memory.read([text])
        assert read is not None
        assert read[0].tolist() == tokenizer.encode(text, add_special_tokens=False).ids


def test_a_model_that_throws_dice_stays_whole() -> None:
    tokenizer = Tokenizer(models.BPE(dropout=0.1))
    tokenizer.pre_tokenizer = BYTES
    assert find_parting(tokenizer) is None


def test_a_token_that_spans_words_keeps_texts_whole(tmp_path: Path) -> None:
    tokenizer = written(write_word_pieces, tmp_path)
    tokenizer.add_tokens([AddedToken("世界", normalized=False)])
    assert find_parting(tokenizer) is not None
    tokenizer.add_tokens([AddedToken("世", normalized=True)])  # BERT puts blanks around it
    assert find_parting(tokenizer) is None
