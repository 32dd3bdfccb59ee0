"""CTranslate2's generator by hand: a folder is converted, and all prompts go in at once."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import torch

from hfkit.backends.torch.quiet import quiet_transformers
from peers.ctranslate2_encoder import convert
from peers.transformers_writer import load_writer, trim

if TYPE_CHECKING:
    from pathlib import Path

    from continuing import Task, Write, Written

__all__ = ["open_ctranslate2_writer"]


def open_ctranslate2_writer(folder: Path, *, compute_type: str) -> Write:
    """Convert a decoder, and open it."""
    import ctranslate2

    loaded = load_writer(folder)
    with tempfile.TemporaryDirectory() as scratch, quiet_transformers():
        convert(folder, scratch, vocabulary=loaded.model.config.vocab_size)
        generator: Any = ctranslate2.Generator(
            scratch, device="cpu", compute_type=compute_type, intra_threads=torch.get_num_threads()
        )

    def run(task: Task) -> Written:
        ids = loaded.tokenizer(list(task.prompts))["input_ids"]
        found = generator.generate_batch(
            [loaded.tokenizer.convert_ids_to_tokens(row) for row in ids],
            max_length=task.most,
            min_length=task.least,
            include_prompt_in_result=False,
            end_token=sorted(loaded.ends),
            return_end_token=True,
        )
        return [trim(result.sequences_ids[0], loaded.ends) for result in found]

    return run
