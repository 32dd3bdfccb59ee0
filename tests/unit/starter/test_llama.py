"""Weights and settings of a GGUF file against those that transformers reads off it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig

from hfkit.starter.gguf_file import read_gguf
from hfkit.starter.llama import llama_config, llama_weights

from .conftest import WriteGguf


@pytest.mark.parametrize("tied", [True, False])
def test_every_weight_is_that_of_transformers_in_float16(write_gguf: WriteGguf, *, tied: bool) -> None:
    file = write_gguf(tied=tied)
    reference: Any = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32
    )
    expected = reference.state_dict()
    weights = llama_weights(read_gguf(file))
    assert set(expected) - set(weights) == ({"lm_head.weight"} if tied else set())
    for name, weight in weights.items():
        assert weight.dtype == np.float16
        assert np.array_equal(weight, expected[name].half().numpy()), name


@pytest.mark.parametrize("tied", [True, False])
def test_the_settings_are_those_of_transformers(write_gguf: WriteGguf, *, tied: bool) -> None:
    file = write_gguf(tied=tied)
    reference = AutoConfig.from_pretrained(file.parent, gguf_file=file.name)
    config = llama_config(read_gguf(file))
    ours = LlamaConfig.from_dict(config).to_dict()
    # transformers takes no number type off a file, and a float32 for the double that it was not.
    assert config["rms_norm_eps"] == 1e-5
    assert config["rope_theta"] == 100000.0
    apart = {"dtype", "rms_norm_eps", "architectures", "quantization_config", "_name_or_path", "unk_token_id"}
    assert {name: value for name, value in ours.items() if name not in apart} == {
        name: value for name, value in reference.to_dict().items() if name not in apart
    }
    assert config["tie_word_embeddings"] is tied
