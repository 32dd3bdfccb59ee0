"""CTranslate2 by hand: its encoder on batches planned here, the head in numpy."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from hfkit.backends.torch.quiet import quiet_transformers
from peers.batches import sorted_batches
from peers.head import head_of
from peers.transformers_model import load
from variants import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from variants import Run

__all__ = ["convert", "open_ctranslate2"]

# Of 256, 512, 1,024, 2,048 and 4,096 the fastest for DistilBERT's dimensions: 5.7, 5.3, 4.3, 5.7 and 8.5 s.
_BUDGET = 1024


def open_ctranslate2(folder: Path) -> Run:
    """Convert the encoder of a model, and open it."""
    import ctranslate2

    model, tokenizer, _ = load(folder)
    head = head_of(model)
    with tempfile.TemporaryDirectory() as scratch:
        convert(folder, scratch, vocabulary=model.config.vocab_size)
        encoder = ctranslate2.Encoder(
            scratch, device="cpu", compute_type="float32", intra_threads=torch.get_num_threads()
        )

    def run(texts: Sequence[str]) -> Outcome:
        ids = tokenizer(list(texts))["input_ids"]
        lengths = list(map(len, ids))
        probabilities, computed = np.empty((len(ids), model.config.num_labels)), 0
        for batch in sorted_batches(lengths, budget=_BUDGET):
            computed += len(batch) * lengths[batch[0]]
            hidden = encoder.forward_batch([ids[position] for position in batch]).last_hidden_state
            probabilities[batch] = head(np.array(hidden)[:, 0])
        return Outcome(probabilities, computed)

    return run


def convert(folder: Path, target: str, *, vocabulary: int) -> None:
    """Write a model as CTranslate2 reads it, in float32."""
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]  # untyped
        """Fills the vocabulary up: a model may have more rows than its tokenizer has tokens."""

        def load_tokenizer(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # as in the library
            tokenizer = super().load_tokenizer(*args, **kwargs)
            tokenizer.add_tokens([f"[unused-{number}]" for number in range(vocabulary - len(tokenizer))])
            return tokenizer

    with quiet_transformers():  # it tells of the head that it leaves out
        Converter(str(folder)).convert(target, force=True)
