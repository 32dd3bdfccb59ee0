"""The tokenizer of a GGUF file against the one that transformers makes of it, where that one is right."""

from __future__ import annotations

import json

import pytest
from transformers import AutoTokenizer

from hfkit.errors import CorruptModelError, TokenizerError
from hfkit.starter.byte_pairs import byte_pair_tokenizer, tokenizer_settings
from hfkit.starter.gguf_file import read_gguf

from .conftest import WriteGguf


def test_it_differs_from_that_of_transformers_in_the_digits_alone(write_gguf: WriteGguf) -> None:
    file = write_gguf()
    ours = json.loads(byte_pair_tokenizer(read_gguf(file)).to_str())
    reference = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    theirs = json.loads(reference.backend_tokenizer.to_str())
    digits, *rest = ours["pre_tokenizer"].pop("pretokenizers")
    assert digits == {"type": "Digits", "individual_digits": True}
    assert rest == [theirs.pop("pre_tokenizer")]
    del ours["pre_tokenizer"]
    # A template with nothing in it, and "" for "none": the same ids.
    assert [list(part) for part in theirs["post_processor"]["single"]] == [["Sequence"]]
    for description in (ours, theirs):
        del description["post_processor"]
        for key in ("continuing_subword_prefix", "end_of_word_suffix"):
            description["model"][key] = description["model"][key] or None
    assert ours == theirs


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("he  2024", ["he", "ĠĠ", "2", "0", "2", "4"]),  # GPT-2 alone: Ġ, Ġ
        ("ll\n\n1. he", ["ll", "ĊĊ", "1", ".", "Ġhe"]),  # Ċ, Ċ
        ("<|im_start|>he<|im_end|>\n", ["<|im_start|>", "he", "<|im_end|>", "Ċ"]),
        ("é👍", ["Ã", "©", "ð", "Ł", "ĳ", "į"]),
        ("\U000f0000", ["ó", "°", "Ģ", "Ģ"]),
        ("a\U00040000b", ["a", "Ģ", "Ģ", "Ģ", "b"]),  # its first byte, 0xF1, has no token
    ],
)
def test_texts_are_cut_as_the_original_cuts_them(write_gguf: WriteGguf, text: str, tokens: list[str]) -> None:
    assert byte_pair_tokenizer(read_gguf(write_gguf())).encode(text).tokens == tokens


def test_decoding_undoes_encoding(write_gguf: WriteGguf) -> None:
    tokenizer = byte_pair_tokenizer(read_gguf(write_gguf()))
    text = "  he said: 世界\n\n12 👩‍👩‍👧 <|im_end|> x"
    assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_another_way_to_split_is_refused(write_gguf: WriteGguf) -> None:
    with pytest.raises(TokenizerError, match="is gpt2/qwen2, must be gpt2/smollm") as caught:
        byte_pair_tokenizer(read_gguf(write_gguf(splitting="qwen2")))
    assert caught.value.hint == (
        "save it from the original: AutoTokenizer.from_pretrained(original).save_pretrained(folder)"
    )


def test_the_settings_name_special_tokens_and_template(write_gguf: WriteGguf) -> None:
    settings = tokenizer_settings(read_gguf(write_gguf()))
    assert {name: settings[f"{name}_token"] for name in ("bos", "eos", "pad", "unk")} == {
        "bos": "<|im_start|>",
        "eos": "<|im_end|>",
        "pad": "<|im_end|>",
        "unk": "<|endoftext|>",
    }
    assert settings["model_max_length"] == 128
    assert str(settings["chat_template"]).startswith("{% for message in messages %}")


def test_a_file_without_a_template_is_refused(write_gguf: WriteGguf) -> None:
    with pytest.raises(
        CorruptModelError, match=r"tokenizer\.chat_template of model\.gguf is of type NoneType"
    ):
        tokenizer_settings(read_gguf(write_gguf(chat_template=None)))
