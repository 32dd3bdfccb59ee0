"""Small tokenizers of models that write: the same in transformers, and any text comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import tokenizers
from transformers import AutoTokenizer

from hfkit.testing.writing_tokenizers import (
    write_bloom_pairs,
    write_byte_fallback,
    write_llama_pairs,
    write_opt_pairs,
    write_t5_unigrams,
)

KINDS: dict[str, Callable[[Path], int]] = {
    "llama": write_llama_pairs,
    "opt": write_opt_pairs,
    "bloom": write_bloom_pairs,
    "mistral": write_byte_fallback,
    "t5": write_t5_unigrams,
}
TEXTS = ["the film", "naïve 世界 👍🏽\n\tend", "  two blanks  ", "привет, it's 1234!"]


@pytest.fixture(scope="module", params=list(KINDS))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp(request.param)
    size = KINDS[request.param](made)
    (made / "config.json").write_text(json.dumps({"model_type": request.param, "vocab_size": size}))
    return made


def test_ids_are_those_of_transformers(folder: Path) -> None:
    reference = AutoTokenizer.from_pretrained(folder)
    plain = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    size = json.loads((folder / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    assert len(reference) == plain.get_vocab_size(with_added_tokens=True) == size
    for text in TEXTS:
        assert plain.encode(text).ids == reference(text)["input_ids"]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"t5"}))
def test_any_text_comes_back(kind: str, tmp_path: Path) -> None:
    KINDS[kind](tmp_path)
    plain = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    for text in TEXTS:
        # What begins texts with a blank of its own takes one blank for that.
        expected = text[1:] if kind == "mistral" and text.startswith(" ") else text
        assert plain.decode(plain.encode(text).ids) == expected
