"""Write a GGUF file as a model folder: weights, settings and tokenizer, without torch."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from hfkit.hub.folder import PIN_FILE

from .byte_pairs import byte_pair_tokenizer, tokenizer_settings
from .gguf_file import read_gguf
from .llama import llama_config, llama_weights

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CONVERSION", "write_converted"]

CONVERSION = 1
"""Raised with every change of what is written: a folder in the cache is then made again."""

_GENERATION = ("bos_token_id", "eos_token_id", "pad_token_id")


def write_converted(gguf: Path, own: Path, folder: Path) -> None:
    """Write the model folder of a GGUF file.

    Args:
        gguf: the file, of a Llama with a byte-pair tokenizer.
        own: where the model's card and the fingerprint of its tokenizer lie.
        folder: an empty folder.

    Raises:
        MissingDependencyError: the package that reads GGUF files is not installed.
        ModelError: the file holds another kind of model.
    """
    from safetensors.numpy import save_file

    file = read_gguf(gguf)
    config = llama_config(file)
    save_file(llama_weights(file), folder / "model.safetensors", metadata={"format": "pt"})
    _write_json(folder / "config.json", config)
    _write_json(folder / "generation_config.json", {name: config[name] for name in _GENERATION})
    _write_json(folder / "tokenizer_config.json", tokenizer_settings(file))
    byte_pair_tokenizer(file).save(str(folder / "tokenizer.json"))
    for name in (PIN_FILE, "README.md"):
        shutil.copyfile(own / name, folder / name)


def _write_json(file: Path, content: Mapping[str, object]) -> None:
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
