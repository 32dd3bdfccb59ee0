"""A whole model folder made of a GGUF file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from hfkit.starter.converted import write_converted

from .conftest import WriteGguf


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "README.md").write_text("# A card\n")
    (folder / "hfkit.json").write_text("{}\n")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    return folder


def test_transformers_opens_it_with_every_weight_and_computes_the_same(
    write_gguf: WriteGguf, own: Path, target: Path
) -> None:
    file = write_gguf()
    write_converted(file, own, target)
    opened: Any = AutoModelForCausalLM.from_pretrained(target, dtype=torch.float32, output_loading_info=True)
    model, report = opened
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    reference: Any = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32
    )
    ids = torch.arange(3, 67)[None]
    with torch.inference_mode():
        logits = model(ids).logits
        assert (logits - reference(ids).logits).abs().max() < 0.05  # float16 in place of float32
        for parameter in reference.parameters():
            parameter.copy_(parameter.half())
        assert (logits - reference(ids).logits).abs().max() < 1e-4


def test_the_tokenizer_of_the_folder_writes_chats(write_gguf: WriteGguf, own: Path, target: Path) -> None:
    write_converted(write_gguf(), own, target)
    tokenizer: Any = AutoTokenizer.from_pretrained(target)
    chat = [{"role": "user", "content": "he  2024"}]
    ids = tokenizer.apply_chat_template(chat)["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == ["he", "ĠĠ", "2", "0", "2", "4", "<|im_end|>"]
    assert tokenizer.decode(ids) == "he  2024<|im_end|>"
    assert (tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer.bos_token_id) == (2, 2, 1)


def test_generation_ends_with_the_token_that_ends_a_turn(
    write_gguf: WriteGguf, own: Path, target: Path
) -> None:
    write_converted(write_gguf(), own, target)
    generation = GenerationConfig.from_pretrained(target)
    assert (generation.bos_token_id, generation.eos_token_id, generation.pad_token_id) == (1, 2, 2)
    assert json.loads((target / "config.json").read_text(encoding="utf-8"))["dtype"] == "float16"
    assert (target / "README.md").read_text() == "# A card\n"
    assert (target / "hfkit.json").is_file()


def test_it_needs_neither_torch_nor_transformers(write_gguf: WriteGguf, own: Path, target: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from hfkit.starter.converted import write_converted; "
        "write_converted(*map(Path, sys.argv[1:])); print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, write_gguf(), own, target], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert (target / "model.safetensors").is_file()
