"""Tiny models that write: transformers opens them, and what they write is worth comparing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig

from hfkit.testing import TinyWriterFamily, write_tiny_writer

ENCODING = ("t5", "bart", "marian")
PROMPTS = ["a good movie", "it was never dull", "no", "the old city 世界 👍", "we like time", "12 34"]


@pytest.fixture(scope="module", params=get_args(TinyWriterFamily))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_writer(tmp_path_factory.mktemp("model") / request.param, family=request.param)


@pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
def test_greedy_texts_are_worth_comparing(folder: Path) -> None:
    kind = AutoModelForSeq2SeqLM if folder.name in ENCODING else AutoModelForCausalLM
    model, tokenizer = kind.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    texts, margins = [], []
    for prompt in PROMPTS:
        inputs = tokenizer(prompt, return_tensors="pt")
        inputs.pop("token_type_ids", None)
        made = model.generate(
            **inputs, max_new_tokens=24, do_sample=False, output_logits=True, return_dict_in_generate=True
        )
        texts.append(made.sequences[0, -len(made.logits) :].tolist())
        best = torch.stack([row[0].topk(2).values for row in made.logits])
        margins += (best[:, 0] - best[:, 1]).tolist()
    assert len({tuple(text) for text in texts}) >= len(PROMPTS) - 1
    assert max(len(set(text)) for text in texts) > 5
    assert all(len(set(text)) > 1 for text in texts if len(text) > 1)
    assert np.quantile(margins, 0.05) > 1e-3  # next to none is a matter of rounding


def test_its_files_say_where_texts_begin_and_end(folder: Path) -> None:
    generation = GenerationConfig.from_pretrained(folder)
    ends = {
        "gpt2": 0,
        "llama": [1, 2],
        "mistral": 2,
        "opt": 2,
        "bloom": 2,
        "t5": 1,
        "bart": 2,
        "marian": 0,
    }
    assert generation.eos_token_id == ends[folder.name]
    assert (generation.decoder_start_token_id is not None) == (folder.name in ENCODING)
    assert (
        json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))["model_max_length"] == 64
    )


def test_the_seed_decides_on_the_weights(tmp_path: Path) -> None:
    state = torch.random.get_rng_state()
    one, same, other = (
        write_tiny_writer(tmp_path / str(number), seed=seed) / "model.safetensors"
        for number, seed in enumerate((0, 0, 1))
    )
    assert one.read_bytes() == same.read_bytes() != other.read_bytes()
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_chat_template_is_written_where_transformers_looks(tmp_path: Path) -> None:
    template = "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}"
    write_tiny_writer(tmp_path, family="llama", chat_template=template)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    chat = [{"role": "user", "content": "Hi"}]
    assert tokenizer.apply_chat_template(chat, tokenize=False) == "<user>Hi"
