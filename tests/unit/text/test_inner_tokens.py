from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer, normalizers

from hfkit.testing.tokenizers import write_byte_pairs, write_unigrams
from hfkit.text.inner_tokens import InnerTokens
from hfkit.text.spelling import token_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def cut(tokenizer: Tokenizer, text: str, *, vocabulary: int | None = None) -> list[bytes]:
    spelled = token_bytes(tokenizer, vocabulary=vocabulary or tokenizer.get_vocab_size())
    return [spelled[id_] for id_ in InnerTokens(tokenizer, spelled).cut(text)]


@pytest.fixture(params=[write_byte_pairs, write_unigrams])
def tokenizer(request: pytest.FixtureRequest, tmp_path: Path) -> Tokenizer:
    write: Callable[[Path], int] = request.param
    write(tmp_path)
    return Tokenizer.from_file(str(tmp_path / "tokenizer.json"))


@pytest.mark.parametrize("text", ["story", " story", "a story", "", "a</s>o"])
def test_tokens_spell_the_text_alone(tokenizer: Tokenizer, text: str) -> None:
    tokenizer.add_tokens(["<", ">", "/"])
    assert b"".join(cut(tokenizer, text)).decode() == text


def test_no_blank_is_put_before_it(tokenizer: Tokenizer) -> None:
    description = json.loads(tokenizer.to_str())
    if description["pre_tokenizer"]["type"] == "ByteLevel":
        description["pre_tokenizer"]["add_prefix_space"] = True
    prefixing = Tokenizer.from_str(json.dumps(description))
    assert prefixing.encode("story", add_special_tokens=False).tokens[0][0] in "▁Ġ"
    assert b"".join(cut(prefixing, "story")) == b"story"


def test_a_normalizer_may_write_the_blanks(tokenizer: Tokenizer) -> None:
    """As Llama 2's does, which puts one before every text too."""
    mark = "Ġ" if "Ġ" in tokenizer.get_vocab() else "▁"
    if mark == "▁":
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Prepend(mark), normalizers.Replace(" ", mark)]
        )
        description = json.loads(tokenizer.to_str())
        description["pre_tokenizer"] = None
        tokenizer = Tokenizer.from_str(json.dumps(description))
    assert b"".join(cut(tokenizer, "a story")) == b"a story"


def test_characters_are_not_changed(tokenizer: Tokenizer) -> None:
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.add_tokens(
        ["STO"],
    )
    assert b"".join(cut(tokenizer, "STOry")) == b"STOry"


def test_ids_that_the_model_lacks_are_not_taken(tokenizer: Tokenizer) -> None:
    tokenizer.add_tokens(["story"])
    assert b"".join(cut(tokenizer, "story", vocabulary=tokenizer.get_vocab_size() - 1)) == b"story"


def test_what_has_no_tokens_gets_none(tmp_path: Path) -> None:
    write_unigrams(tmp_path)
    assert cut(Tokenizer.from_file(str(tmp_path / "tokenizer.json")), "a٣") == []
