"""Small GGUF files, as llama.cpp's converter writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import gguf
import numpy as np
import pytest
from tokenizers import pre_tokenizers

WriteGguf: TypeAlias = Callable[..., Path]

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["Ġ Ġ", "Ċ Ċ", "h e", "Ġ he", "l l"]
LEFT_OUT = {"ñ"}  # byte 0xF1, which SmolLM2 has no token for either
TEMPLATE = "{% for message in messages %}{{ message['content'] }}<|im_end|>{% endfor %}"

_LAYERS, _HIDDEN, _HEADS, _KEY_HEADS, _INNER = 2, 64, 4, 2, 96
_Q4, _Q8 = gguf.GGMLQuantizationType.Q4_1, gguf.GGMLQuantizationType.Q8_0


def _tokens() -> list[str]:
    alphabet = sorted(set(pre_tokenizers.ByteLevel.alphabet()) - LEFT_OUT)
    return [*SPECIAL, *alphabet, *(merge.replace(" ", "") for merge in MERGES)]


@pytest.fixture
def write_gguf(tmp_path: Path) -> WriteGguf:
    """Write a Llama of two layers, in 4 bits, with random weights."""

    def write(*, splitting: str = "smollm", tied: bool = True, chat_template: str | None = TEMPLATE) -> Path:
        file = tmp_path / "model.gguf"
        writer = gguf.GGUFWriter(file, "llama")
        tokens = _tokens()
        writer.add_block_count(_LAYERS)
        writer.add_context_length(128)
        writer.add_embedding_length(_HIDDEN)
        writer.add_feed_forward_length(_INNER)
        writer.add_head_count(_HEADS)
        writer.add_head_count_kv(_KEY_HEADS)
        writer.add_rope_freq_base(100000.0)
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_vocab_size(len(tokens))
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(splitting)
        writer.add_token_list(tokens)
        writer.add_token_types([3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL)))
        writer.add_token_merges(MERGES)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_pad_token_id(2)
        if chat_template is not None:
            writer.add_chat_template(chat_template)
        _add_weights(writer, len(tokens), tied=tied)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return file

    return write


def _add_weights(writer: gguf.GGUFWriter, vocabulary: int, *, tied: bool) -> None:
    chance = np.random.default_rng(0)

    def add(name: str, *shape: int, kind: gguf.GGMLQuantizationType | None = None) -> None:
        value = chance.normal(0, 0.2, shape).astype(np.float32)
        if kind is None:
            writer.add_tensor(f"{name}.weight", 1 + value)
        else:
            writer.add_tensor(f"{name}.weight", gguf.quantize(value, kind), raw_dtype=kind)

    keys = _HIDDEN * _KEY_HEADS // _HEADS
    add("token_embd", vocabulary, _HIDDEN, kind=_Q8)
    add("output_norm", _HIDDEN)
    if not tied:
        add("output", vocabulary, _HIDDEN, kind=_Q8)
    for layer in range(_LAYERS):
        block = f"blk.{layer}."
        add(f"{block}attn_norm", _HIDDEN)
        add(f"{block}ffn_norm", _HIDDEN)
        add(f"{block}attn_q", _HIDDEN, _HIDDEN, kind=_Q4)
        add(f"{block}attn_k", keys, _HIDDEN, kind=_Q4)
        add(f"{block}attn_v", keys, _HIDDEN, kind=_Q4)
        add(f"{block}attn_output", _HIDDEN, _HIDDEN, kind=_Q4)
        add(f"{block}ffn_gate", _INNER, _HIDDEN, kind=_Q4)
        add(f"{block}ffn_up", _INNER, _HIDDEN, kind=_Q4)
        add(f"{block}ffn_down", _HIDDEN, _INNER, kind=_Q4)
