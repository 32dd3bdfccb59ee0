"""Tokenizers that are learned: the same texts give the same one, and what it cannot read it says."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import pytest

from hfkit.jobs.tuning.families import family_tokens
from hfkit.jobs.tuning.new_tokenizers import Pieces, learn_tokenizer
from hfkit.values.architecture import Family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer

_CHANCE = random.Random(0)  # words, no secrets
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"
_WORDS = ["".join(_CHANCE.choices(_LETTERS, k=_CHANCE.randint(1, 9))) for _ in range(400)]
TEXTS = [" ".join(_CHANCE.choices(_WORDS, k=12)) for _ in range(200)]


def learn(pieces: Pieces, texts: Sequence[str] = TEXTS, *, most: int = 600) -> Tokenizer:
    return learn_tokenizer(
        texts, pieces, family_tokens("bert" if pieces == "words" else "gpt2").layout, most=most
    )


_LEARN = """
import hashlib, runpy, sys
test = runpy.run_path(sys.argv[1])
for pieces in ("words", "bytes"):
    print(hashlib.sha256(test["learn"](pieces).to_str().encode()).hexdigest())
"""


def test_the_same_texts_give_the_same_tokenizer_in_every_process() -> None:
    runs = [
        subprocess.run([sys.executable, "-c", _LEARN, __file__], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    assert len(runs[0].stdout.split()) == 2
    assert {run.stdout for run in runs} == {runs[0].stdout}


@pytest.mark.parametrize("pieces", get_args(Pieces))
def test_a_tokenizer_is_as_large_as_asked_for(pieces: Pieces) -> None:
    tokenizer = learn(pieces)
    assert tokenizer.get_vocab_size(with_added_tokens=True) == 600
    assert sorted(tokenizer.get_vocab(with_added_tokens=True).values()) == list(range(600))
    assert learn(pieces, TEXTS[:1]).get_vocab_size(with_added_tokens=True) < 600


@pytest.mark.parametrize("pieces", get_args(Pieces))
def test_texts_come_back(pieces: Pieces) -> None:
    tokenizer = learn(pieces)
    for text in TEXTS[:20]:
        assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_bytes_read_what_they_have_never_seen() -> None:
    tokenizer = learn("bytes")
    assert tokenizer.decode(tokenizer.encode("世界 👍").ids) == "世界 👍"


def test_rare_letters_make_room_for_parts_of_words() -> None:
    rare = [chr(0x4E00 + number) for number in range(500)]
    tokenizer = learn("words", [*TEXTS, *rare], most=300)
    assert tokenizer.get_vocab_size(with_added_tokens=True) == 300
    longer = [token for token in tokenizer.get_vocab() if len(token.removeprefix("##")) > 1]
    assert len(longer) >= 145
    assert tokenizer.encode(rare[-1]).tokens == ["[CLS]", "[UNK]", "[SEP]"]
    assert "[UNK]" not in tokenizer.encode(TEXTS[0]).tokens


def test_a_word_of_unknown_letters_is_one_unknown_token() -> None:
    assert learn("words").encode("世abc def").tokens[1] == "[UNK]"


def test_nothing_to_learn_from_gives_a_tokenizer_without_words() -> None:
    assert learn("words", []).encode("any").tokens == ["[CLS]", "[UNK]", "[SEP]"]
    assert learn("bytes", []).encode("any").tokens == ["<s>", "a", "n", "y"]


def test_offsets_leave_out_the_blank_before_a_word() -> None:
    text = f"{_WORDS[0]} {_WORDS[1]}"
    for pieces in get_args(Pieces):
        offsets = learn(pieces).encode(text, add_special_tokens=False).offsets
        assert text[offsets[-1][0] : offsets[-1][1]] == text[offsets[-1][0] :].strip()
        assert all(not text[start:stop].startswith(" ") for start, stop in offsets)


@pytest.mark.parametrize(
    ("family", "single", "pair"),
    [
        ("bert", "[CLS] a [SEP]", "[CLS] a [SEP] b [SEP]"),
        ("modernbert", "[CLS] a [SEP]", "[CLS] a [SEP] b [SEP]"),
        ("roberta", "<s> a </s>", "<s> a </s> </s> b </s>"),
        ("gpt2", "<s> a", "<s> a </s> b"),
        ("t5", "a </s>", "a </s> b </s>"),
    ],
)
def test_special_tokens_stand_where_the_family_has_them(family: Family, single: str, pair: str) -> None:
    kind = family_tokens(family)
    tokenizer = learn_tokenizer(["a b a b"], kind.pieces, kind.layout, most=300)
    assert tokenizer.encode("a").tokens == single.split()
    assert tokenizer.encode("a", "b").tokens == pair.split()
    assert tokenizer.encode("a", "b").type_ids == (
        [0, 0, 0, 1, 1] if "[CLS]" in single else [0] * len(pair.split())
    )
