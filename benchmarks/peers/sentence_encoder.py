"""sentence-transformers: its encoder pools the first token, the head is by hand.

It has no text classification: ``CrossEncoder`` scores pairs and refuses a single text (6.2). What it does
have sorts texts by length and runs the same encoder, so the rest of the work can be laid upon it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.backends.torch.quiet import quiet_transformers
from peers.head import head_of
from peers.meter import TokenMeter
from peers.transformers_model import ROWS, load
from variants import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from variants import Run

__all__ = ["open_sentence_encoder"]


def open_sentence_encoder(folder: Path) -> Run:
    """Open the encoder of a model; its batches have 32 texts, the default."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    head = head_of(load(folder).model)
    with quiet_transformers():  # it tells of the head that it leaves out
        encoder = Transformer(str(folder))
    pooling = Pooling(encoder.get_embedding_dimension(), pooling_mode="cls")
    model = SentenceTransformer(modules=[encoder, pooling], device="cpu")
    meter = TokenMeter(encoder.model)

    def run(texts: Sequence[str]) -> Outcome:
        pooled = model.encode(list(texts), batch_size=ROWS, show_progress_bar=False)
        return Outcome(head(pooled), meter.take())

    return run
