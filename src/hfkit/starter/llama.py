"""A Llama model of a GGUF file under the names, and in the order, that transformers gives its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .gguf_file import GgufFile

__all__ = ["llama_config", "llama_weights"]

_NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def llama_config(file: GgufFile) -> dict[str, object]:
    """Write ``config.json`` from what the file says; what it does not say is the same in every Llama."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": file.value("tokenizer.ggml.bos_token_id", int),
        "dtype": "float16",
        "eos_token_id": file.value("tokenizer.ggml.eos_token_id", int),
        "hidden_act": "silu",
        "hidden_size": file.value("llama.embedding_length", int),
        "intermediate_size": file.value("llama.feed_forward_length", int),
        "max_position_embeddings": file.value("llama.context_length", int),
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": file.value("llama.attention.head_count", int),
        "num_hidden_layers": file.value("llama.block_count", int),
        "num_key_value_heads": file.value("llama.attention.head_count_kv", int),
        "pad_token_id": file.value("tokenizer.ggml.padding_token_id", int),
        "rms_norm_eps": _shortest(file.value("llama.attention.layer_norm_rms_epsilon", float)),
        "rope_theta": _shortest(file.value("llama.rope.freq_base", float)),
        "tie_word_embeddings": all(tensor.name != "output.weight" for tensor in file.packed),
        "vocab_size": file.value("llama.vocab_size", int),
    }


def llama_weights(file: GgufFile) -> dict[str, npt.NDArray[np.float16]]:
    """Read the weights in float16.

    A quantized weight is a product and a sum of float16 numbers and small integers, so float32 holds
    more of it than float16 does. The rest is a 4096th of the weight at most, where four bits were off by
    up to a thirtieth of the range of a block.
    """
    heads = {
        "attn_q": file.value("llama.attention.head_count", int),
        "attn_k": file.value("llama.attention.head_count_kv", int),
    }
    weights = {}
    for name, value in file.tensors():
        *block, part, kind = name.split(".")  # blk.0.attn_q.weight, output_norm.weight
        place = f"model.layers.{block[1]}." if block else ""
        rows = _in_halves(value, heads[part]) if part in heads else value
        weights[f"{place}{_NAMES[part]}.{kind}"] = np.ascontiguousarray(rows, dtype=np.float16)
    return weights


def _in_halves(rows: npt.NDArray[np.float32], heads: int) -> npt.NDArray[np.float32]:
    """Put the rows of each head in the order of transformers.

    Rotary embeddings turn pairs of rows: neighbours in llama.cpp, row i and row i + half in transformers.

    Source: the inverse of ``LlamaModel.permute`` of llama.cpp's convert_hf_to_gguf.py.
    """
    size = rows.shape[0] // heads
    return rows.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape)


def _shortest(number: float) -> float:
    """Give the shortest decimal that is this float32: 1e-05, which was 9.999999747378752e-06 on the way."""
    return float(str(np.float32(number)))
