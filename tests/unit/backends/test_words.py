"""What a memory of words keeps, and when it leaves texts to the library."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tokenizers import Encoding, Tokenizer, models, pre_tokenizers

from hfkit.backends import words
from hfkit.backends.blanks import Parting, find_parting
from hfkit.backends.words import WordMemory, open_memory
from hfkit.errors import TokenizerError
from hfkit.testing.tokenizers import write_byte_pairs, write_word_pieces


class Library:
    """A tokenizer that counts what it is asked to read."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        self.read += texts
        encoded: list[Encoding] = self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return encoded


@pytest.fixture
def library(tmp_path: Path) -> Library:
    write_byte_pairs(tmp_path)
    return Library(tmp_path)


@pytest.fixture
def memory(library: Library) -> WordMemory:
    parting = find_parting(library.tokenizer)
    assert parting is not None
    return WordMemory(parting, library.encode)


def test_each_word_is_read_once(memory: WordMemory, library: Library) -> None:
    for _ in range(3):
        assert memory.read(["a dull film", "dull film dull", ""]) is not None
    assert sorted(set(library.read) - {""}) == [" dull", " film", "a", "dull"]
    assert len([text for text in library.read if text]) == 4


@pytest.mark.parametrize(
    "text", ["two  blanks", "a \nb", "a\t b", "end ", " start", "x" * 65 + " y", "\x85 a"]
)
def test_words_that_do_not_stand_alone_are_read_with_their_text(
    text: str, memory: WordMemory, library: Library
) -> None:
    memory.read(["a b"])
    library.read.clear()
    assert memory.read(["a b", text]) is not None
    assert text in library.read


def test_new_words_in_bulk_are_left_to_the_library(
    memory: WordMemory, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_TRIED", 3)
    assert memory.read(["a b c d"]) is None
    assert memory.read(["a b c"]) is not None
    assert set(library.read) == {" b", " c", "a"}
    assert memory.read(["a b c d"]) is not None
    assert memory.read(["a b e"]) is None


def test_a_full_memory_begins_anew(
    memory: WordMemory, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_MOST", 4)
    assert memory.read(["a b c d"]) is not None
    assert memory.read(["a e"]) is None
    read = memory.read(["a e"])
    assert read is not None
    assert read[0].tolist() == library.tokenizer.encode("a e", add_special_tokens=False).ids


@pytest.mark.parametrize("reached", range(3))
def test_what_ends_in_the_middle_leaves_no_wrong_ids(
    reached: int, memory: WordMemory, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.read(["a dull film"])
    concatenate, calls = np.concatenate, iter(range(3))

    def full(arrays: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
        if next(calls) == reached:
            raise MemoryError
        return concatenate(arrays)

    with monkeypatch.context() as patch:
        patch.setattr(np, "concatenate", full)
        with pytest.raises(MemoryError):
            memory.read(["the plot was good"])
    for text in ("an old story", "the plot was good", "a dull film"):
        read = memory.read([text])
        assert read is not None
        assert read[0].tolist() == library.tokenizer.encode(text, add_special_tokens=False).ids


def test_threads_share_a_memory(memory: WordMemory, library: Library) -> None:
    texts = [[f"{left} {right} film" for right in range(50)] for left in range(8)]
    with ThreadPoolExecutor(4) as pool:
        reads = list(pool.map(memory.read, texts))
    for own, read in zip(texts, reads, strict=True):
        assert read is not None
        expected = library.tokenizer.encode_batch_fast(own, add_special_tokens=False)
        assert read[0].tolist() == [id_ for encoding in expected for id_ in encoding.ids]


def test_a_tokenizer_that_reads_words_otherwise_gets_no_memory(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_memory(library.tokenizer, library.encode) is not None
    monkeypatch.setattr(words, "find_parting", lambda _: Parting(leading=False, greedy=frozenset()))
    assert open_memory(library.tokenizer, library.encode) is None


def test_a_tokenizer_that_cannot_be_parted_gets_no_memory(library: Library) -> None:
    library.tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    assert open_memory(library.tokenizer, library.encode) is None
    assert library.read == []


def test_a_tokenizer_without_tokens_for_the_probes_gets_no_memory() -> None:
    tokenizer = Tokenizer(models.WordPiece({"a": 0}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()

    def refuse(_: Sequence[str]) -> list[Encoding]:
        raise TokenizerError("no tokens", hint="")

    assert open_memory(tokenizer, refuse) is None


def test_added_tokens_between_words_are_found(tmp_path: Path) -> None:
    write_word_pieces(tmp_path)
    library = Library(tmp_path)
    memory = open_memory(library.tokenizer, library.encode)
    assert memory is not None
    read = memory.read(["a [SEP] film", "a[SEP]film"])
    assert read is not None
    assert read[0].tolist() == [*library.tokenizer.encode("a [SEP] film", add_special_tokens=False).ids] * 2
