"""Tiny models that write text, of real architectures with random weights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never, cast

from .models import save_model
from .sentencepieces import write_marian
from .tokenizers import write_byte_pairs
from .writing_tokenizers import (
    write_bloom_pairs,
    write_byte_fallback,
    write_llama_pairs,
    write_opt_pairs,
    write_t5_unigrams,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from transformers import PreTrainedModel

__all__ = ["TinyWriterFamily", "draw_writer", "write_tiny_writer"]

TinyWriterFamily: TypeAlias = Literal["gpt2", "llama", "opt", "mistral", "bloom", "t5", "bart", "marian"]
"""The architectures; the last three encode one text and write another."""

_TWICE = {
    "d_model": 32,
    **{
        f"{side}_{name}": number
        for side in ("encoder", "decoder")
        for name, number in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 64))
    },
}


def write_tiny_writer(
    folder: Path,
    *,
    family: TinyWriterFamily = "gpt2",
    limit: int = 64,
    seed: int = 0,
    chat_template: str | None = None,
) -> Path:
    """Write a model that writes text, which transformers opens like any other.

    Greedy texts differ, seldom stand still on one token, and end after a few tokens or after many.

    Args:
        folder: where; made if need be.
        family: the architecture, with its kind of tokenizer and of positions.
        limit: the longest sequence, special tokens included; T5 and BLOOM have no limit of their own.
        seed: of the weights.
        chat_template: the template that its chats are written with; there is none unless given.

    Returns:
        The folder.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

    config = AutoConfig.for_model(family, **_settings(family, folder, limit))
    kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = cast("PreTrainedModel", kind.from_config(config))  # type: ignore[no-untyped-call]
        draw_writer(model)
    if family == "marian":  # as every Marian on the hub: the decoder begins with padding, and writes none
        model.generation_config.bad_words_ids = [[config.pad_token_id]]
    save_model(model, folder)
    if chat_template is not None:
        _add(folder / "tokenizer_config.json", "chat_template", chat_template)
    return folder


def draw_writer(model: PreTrainedModel) -> None:
    """Draw weights so that each token depends on those before it more than on any bias of the model's own."""
    import torch

    # These two normalize behind each sum, so that what was encoded, the same at each step, would drown the rest.
    attention = 0.1 if model.config.model_type in ("bart", "marian") else 0.4
    tables = [model.get_input_embeddings().weight, model.get_output_embeddings().weight]  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1 and weight.requires_grad:  # Marian's table of positions is computed
                torch.nn.init.normal_(weight, std=attention if "att" in name.lower() else 0.4)
        for table in tables:  # of equal length, or the longest rows win everywhere
            table.copy_(0.4 * table.shape[1] ** 0.5 * table / table.norm(dim=1, keepdim=True))
        ends = model.config.eos_token_id
        tables[1][ends[0] if isinstance(ends, list) else ends] *= 1.75


def _settings(family: TinyWriterFamily, folder: Path, limit: int) -> Mapping[str, object]:
    """Write the family's kind of tokenizer and give the settings of its configuration."""
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    match family:
        case "gpt2":
            return {
                "n_embd": 32,
                "n_layer": 2,
                "n_head": 4,
                "n_positions": limit,
                "bos_token_id": 0,
                "eos_token_id": 0,
                "vocab_size": write_byte_pairs(folder, limit=limit, family=family),
            }
        case "llama":  # four heads ask, two answer
            return {
                **sizes,
                "intermediate_size": 64,
                "num_key_value_heads": 2,
                "max_position_embeddings": limit,
                "bos_token_id": 0,
                "eos_token_id": [1, 2],
                "vocab_size": write_llama_pairs(folder, limit=limit),
            }
        case "mistral":  # each token sees the last eight
            return {
                **sizes,
                "intermediate_size": 64,
                "num_key_value_heads": 2,
                "max_position_embeddings": limit,
                "sliding_window": 8,
                "head_dim": 8,
                "vocab_size": write_byte_fallback(folder, limit=limit),
            }
        case "opt":
            return {
                **sizes,
                "ffn_dim": 64,
                "word_embed_proj_dim": 32,
                "max_position_embeddings": limit,
                "vocab_size": write_opt_pairs(folder, limit=limit),
            }
        case "bloom":  # positions by ALiBi
            return {
                "hidden_size": 32,
                "n_layer": 2,
                "n_head": 4,
                "pad_token_id": 3,
                "vocab_size": write_bloom_pairs(folder, limit=limit),
            }
        case "t5":
            return {
                "d_model": 32,
                "d_kv": 8,
                "d_ff": 64,
                "num_layers": 2,
                "num_decoder_layers": 2,
                "num_heads": 4,
                "decoder_start_token_id": 0,
                "tie_word_embeddings": False,
                "vocab_size": write_t5_unigrams(folder, limit=limit),
            }
        case "bart":
            size = write_byte_pairs(folder, limit=limit)
            return {**_TWICE, "max_position_embeddings": limit, "vocab_size": size}
        case "marian":
            write_marian(folder, limit=limit)
            size = len(json.loads((folder / "vocab.json").read_text(encoding="utf-8")))
            last = {"pad_token_id": size - 1, "decoder_start_token_id": size - 1, "scale_embedding": True}
            return {**_TWICE, **last, "max_position_embeddings": limit, "vocab_size": size}
        case _ as unreachable:
            assert_never(unreachable)


def _add(file: Path, name: str, value: object) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, name: value}, indent=1), encoding="utf-8")
