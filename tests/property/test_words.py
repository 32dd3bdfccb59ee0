from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Encoding, Regex, Tokenizer, normalizers, pre_tokenizers

from hfkit.backends.blanks import find_parting
from hfkit.backends.encoding import Flat
from hfkit.backends.flats import shorten, surround
from hfkit.backends.words import WordMemory
from hfkit.testing.strategies import texts
from hfkit.testing.tokenizers import write_byte_pairs, write_word_pieces

QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GREEDY = AddedToken("<|tool|>", lstrip=True, rstrip=True)
ADDED = [
    AddedToken("dull", single_word=True),
    AddedToken("世界", normalized=False),
    AddedToken("é"),
    AddedToken("\u0130x"),
]
WORDS = [
    *(
        "the",
        "film's",
        "dull",
        "世界",
        "e\u0301",
        "\u0130x",
        "<|tool|>",
        "a\nb",
        "12345",
        "don't",
        "x" * 70,
        "'s",
    ),
    *("\u0301", "İx", "[SEP]", "</s>", "a\u00a0b", "\x1c", "\t's", "!?", "（注）", "", "", "\n"),
]
TEXTS = texts(max_size=12) | st.lists(st.sampled_from(WORDS) | texts(max_size=3), max_size=12).map(" ".join)


def word_pieces(folder: Path) -> Tokenizer:
    write_word_pieces(folder)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def byte_pairs(folder: Path) -> Tokenizer:
    write_byte_pairs(folder)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def with_added(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.add_special_tokens([GREEDY])
    tokenizer.add_tokens(ADDED)
    return tokenizer


def in_steps(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.NFKC()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits()]
    )
    return tokenizer


def split_by(regex: str, tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(regex), behavior="isolated", invert=False)
    bytewise = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, bytewise])
    return tokenizer


def with_prefix(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return tokenizer


def with_digits(tokenizer: Tokenizer) -> Tokenizer:
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [digits, pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return tokenizer


KINDS: dict[str, Callable[[Path], Tokenizer]] = {
    "word pieces": word_pieces,
    "word pieces, added tokens": lambda folder: with_added(word_pieces(folder)),
    "word pieces, many steps": lambda folder: in_steps(word_pieces(folder)),
    "byte pairs": byte_pairs,
    "byte pairs, added tokens": lambda folder: with_added(byte_pairs(folder)),
    "byte pairs, a blank put before": lambda folder: with_prefix(with_added(byte_pairs(folder))),
    "byte pairs, digits": lambda folder: with_digits(byte_pairs(folder)),
    "byte pairs, Qwen": lambda folder: split_by(QWEN, byte_pairs(folder)),
    "byte pairs, Llama 3": lambda folder: split_by(
        QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|"), byte_pairs(folder)
    ),
}


@pytest.fixture(scope="module", params=list(KINDS))
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return KINDS[request.param](tmp_path_factory.mktemp("words"))


@pytest.fixture(scope="module")
def memory(library: Tokenizer) -> WordMemory:
    def encode(given_: Sequence[str]) -> list[Encoding]:
        encoded: list[Encoding] = library.encode_batch_fast(given_, add_special_tokens=False)
        return encoded

    parting = find_parting(library)
    assert parting is not None
    return WordMemory(parting, encode)


@given(drawn=st.lists(TEXTS, min_size=1, max_size=5))
def test_ids_by_words_are_those_of_whole_texts(
    library: Tokenizer, memory: WordMemory, drawn: list[str]
) -> None:
    """However much of a text is known, its ids are the library's, each time it is read."""
    expected = [encoding.ids for encoding in library.encode_batch(drawn, add_special_tokens=False)]
    for _ in range(2):
        read = memory.read(drawn)
        assert read is not None
        ids, lengths = read
        assert [part.tolist() for part in np.split(ids, lengths.cumsum()[:-1])] == expected


@given(
    rows=st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=5),
    most=st.integers(0, 7),
    left=st.booleans(),
    around=st.tuples(st.lists(st.just(11), max_size=2), st.lists(st.just(12), max_size=2)),
)
def test_cutting_all_at_once_is_slicing_each(
    rows: list[list[int]],
    most: int,
    left: bool,  # noqa: FBT001
    around: tuple[list[int], list[int]],
) -> None:
    """Each row keeps its last tokens or its first, then stands between its special ids; what lost some is named."""
    before, after = around
    lengths = np.array(list(map(len, rows)), dtype=np.int64)
    flat = Flat(
        np.array(list(chain.from_iterable(rows)), dtype=np.int32), 0, lengths, np.ones_like(lengths), ()
    )
    cut = surround(shorten(flat, most, left=left), before, after)
    kept = [row[max(len(row) - most, 0) :] if left else row[:most] for row in rows]
    expected = [[*before, *row, *after] for row in kept]
    assert [part.tolist() for part in np.split(cut.ids, cut.lengths.cumsum()[:-1])] == expected
    assert cut.cut == tuple(place for place, row in enumerate(rows) if len(row) > most)
