from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from llguidance import LLTokenizer
from tokenizers import AddedToken, Tokenizer

from hfkit.errors import TokenizerError
from hfkit.testing.tokenizers import write_added_tokens, write_byte_pairs, write_unigrams, write_word_pieces
from hfkit.text.spelling import token_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def opened(folder: Path, write: Callable[[Path], int]) -> Tokenizer:
    write(folder)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def with_decoder(tokenizer: Tokenizer, decoder: Any, *more: str) -> Tokenizer:
    """Give the same pieces another decoder, and more pieces."""
    description = json.loads(tokenizer.to_str())
    description["decoder"] = decoder
    description["model"]["vocab"] += [[piece, -9.0] for piece in more]
    return Tokenizer.from_str(json.dumps(description))


def test_letters_of_bytes_spell_as_the_engine_has_it(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, write_added_tokens)
    tokenizer.add_tokens([AddedToken("größer"), AddedToken("日本")])  # the first is of letters of bytes
    theirs = LLTokenizer(tokenizer.to_str(), eos_token=2)
    spelled = token_bytes(tokenizer, vocabulary=tokenizer.get_vocab_size())
    special = {id_ for id_, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    for id_, piece in enumerate(spelled):
        assert piece == (
            b"" if id_ in special else theirs.decode_bytes([id_])
        )  # which has nothing for the byte 0xFF
    assert "日本".encode() in spelled


def test_tokens_spell_their_text(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, write_byte_pairs)
    spelled = token_bytes(tokenizer, vocabulary=tokenizer.get_vocab_size())
    text = "héllo 世界 😀\n\t{}"
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    assert b"".join(spelled[id_] for id_ in ids).decode() == text


def test_a_model_may_have_more_ids_than_the_tokenizer_or_fewer(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, write_byte_pairs)
    tokenizer.add_tokens(["<more>"])
    size = tokenizer.get_vocab_size()
    spelled = token_bytes(tokenizer, vocabulary=size + 3)
    assert spelled[size - 1 :] == [b"<more>", b"", b"", b""]
    assert token_bytes(tokenizer, vocabulary=size - 5) == spelled[: size - 5]


def test_marks_of_blanks_are_blanks_everywhere(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, write_unigrams)
    spelled = token_bytes(tokenizer, vocabulary=tokenizer.get_vocab_size())
    assert spelled[tokenizer.get_vocab()["▁"]] == b" "
    ids = tokenizer.encode("a story", add_special_tokens=False).ids
    assert b"".join(spelled[id_] for id_ in ids) == b" a story"


def test_bytes_beside_pieces_are_bytes(tmp_path: Path) -> None:
    """Llama 2's decoder: marks to blanks, bytes together, one blank off the front."""
    parts = [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    ]
    decoder = {"type": "Sequence", "decoders": parts}
    tokenizer = with_decoder(
        opened(tmp_path, write_unigrams), decoder, "<0xF0>", "<0x0A>", "▁<0x0A>", "<0xFF>"
    )
    spelled = token_bytes(tokenizer, vocabulary=tokenizer.get_vocab_size())
    assert spelled[-4:] == [b"\xf0", b"\n", b" <0x0A>", b""]


@pytest.mark.parametrize(
    ("write", "model"), [(write_unigrams, {"unk_id": 4}), (write_byte_pairs, {"unk_token": "!"})]
)
def test_what_stands_for_the_unknown_spells_nothing(
    tmp_path: Path, write: Callable[[Path], int], model: dict[str, object]
) -> None:
    description = json.loads(opened(tmp_path, write).to_str())
    description["model"] |= model
    description["added_tokens"] = []
    tokenizer = Tokenizer.from_str(json.dumps(description))
    unknown = 4 if "unk_id" in model else tokenizer.get_vocab()["!"]
    spelled = token_bytes(tokenizer, vocabulary=tokenizer.get_vocab_size())
    assert spelled[unknown] == b""
    assert spelled[unknown - 1]


def test_a_letter_that_is_no_byte_stands_for_itself(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, write_byte_pairs)
    description = json.loads(tokenizer.to_str())
    description["model"]["vocab"]["世"] = tokenizer.get_vocab_size()
    spelled = token_bytes(
        Tokenizer.from_str(json.dumps(description)), vocabulary=tokenizer.get_vocab_size() + 1
    )
    assert spelled[-1] == "世".encode()


def test_word_pieces_do_not_tell_where_blanks_are(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, write_word_pieces)
    with pytest.raises(
        TokenizerError, match=r"decoder, \['WordPiece'\], does not tell what its tokens spell"
    ):
        token_bytes(tokenizer, vocabulary=10)
    tokenizer.decoder = None
    with pytest.raises(TokenizerError, match="decoder, none, does not tell"):
        token_bytes(tokenizer, vocabulary=10)
