from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

import hfkit
from hfkit.engines.tokens import TextTokenizer
from hfkit.testing.tokenizers import write_byte_pairs, write_unigrams, write_word_pieces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAMILIES: dict[str, Callable[[Path], int]] = {
    "word pieces": write_word_pieces,
    "byte pairs with special tokens": write_byte_pairs,
    "byte pairs alone": lambda folder: write_byte_pairs(folder, family="gpt2"),
    "unigrams": write_unigrams,
}


@pytest.fixture(scope="session", params=list(FAMILIES))
def tokenizer_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``tokenizer.json`` of each family in turn."""
    folder = tmp_path_factory.mktemp("tokenizer")
    FAMILIES[request.param](folder)
    return folder / "tokenizer.json"


@pytest.fixture(scope="session")
def library(tokenizer_file: Path) -> Tokenizer:
    """A tokenizer as its own library runs it, to compare with."""
    return Tokenizer.from_file(str(tokenizer_file))


@pytest.fixture(scope="session")
def tokenizer(tokenizer_file: Path) -> TextTokenizer:
    """The same tokenizer as hfkit runs it."""
    return TextTokenizer(Tokenizer.from_file(str(tokenizer_file)), name="the test's")


@pytest.fixture(scope="session")
def numbered() -> TextTokenizer:
    """A tokenizer that gives each number an id of its own, so that a token tells where it stood."""
    words = ["[UNK]", "[CLS]", "[SEP]", *map(str, range(1000))]
    plain = Tokenizer(models.WordLevel({word: id_ for id_, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    plain.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    return TextTokenizer(plain, name="the test's")


@pytest.fixture(scope="session")
def classify(fake_model: Path) -> hfkit.Classify:
    """A facade over the fake backend, its model open."""
    return hfkit.Classify(fake_model, runtime=hfkit.Runtime(backend="fake", progress="never")).load()
