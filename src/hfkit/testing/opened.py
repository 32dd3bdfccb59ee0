"""Open a model of any kind for the checks; those that score sequences are treated alike."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.embedders import Embedder, OpensEmbedders
from hfkit.backends.protocols import OpensScorers, OpensSpanScorers, Scorer, TokenBatch
from hfkit.backends.taggers import OpensTaggers, Tagger
from hfkit.backends.writers import OpensWriters
from hfkit.engines.tokens import open_tokenizer
from hfkit.hub.resolve import resolve
from hfkit.text.templates import Row
from hfkit.values.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hfkit.backends.protocols import ModelCard, SpanScorer
    from hfkit.backends.writers import Writer
    from hfkit.text.arrays import FloatArray

__all__ = ["Capability", "OpenedModel", "capability_for", "equally_long", "open_model", "open_with"]

Capability = (
    type[OpensScorers]
    | type[OpensSpanScorers]
    | type[OpensTaggers]
    | type[OpensEmbedders]
    | type[OpensWriters]
)

_WRITES = re.compile(r"(ForCausalLM|LMHeadModel|ForConditionalGeneration|MTModel)\b")

# Without a head: BertModel. What writes has a name of the same ending.
_EMBEDS = re.compile(r"(?<!LMHead)(?<!MT)Model\b")

_TEXTS = (
    "good",
    "a bad movie",
    "it was a very good story and never dull",
    "no",
    "the best film of the old city house",
)


@dataclass(frozen=True, slots=True, eq=False)
class OpenedModel:
    """An open model and sequences for it.

    Attributes:
        model: what the backend opened.
        rows: sequences of several lengths; of one length for a model that cannot be padded.
    """

    model: Scorer | SpanScorer | Tagger | Embedder
    rows: list[Row]

    @property
    def card(self) -> ModelCard:
        """What the model says of itself."""
        return self.model.card

    def batch(self, rows: list[Row], *, width: int = 0) -> TokenBatch:
        """Pad rows as the model wants it."""
        return TokenBatch.from_rows(rows, pad_id=self.card.pad_id, width=width)

    def raw(self, batch: TokenBatch) -> FloatArray:
        """Give what the model gives."""
        if isinstance(self.model, Scorer):
            return self.model.score(batch)
        if isinstance(self.model, Tagger):
            return self.model.tag(batch)
        return self.model.embed(batch) if isinstance(self.model, Embedder) else self.model.score_spans(batch)

    def score(self, batch: TokenBatch) -> FloatArray:
        """Give what the model gives, 0 for the columns of padding, which nobody reads."""
        scores = self.raw(batch)
        return scores if isinstance(self.model, Scorer) else scores * batch.mask[:, :, None].astype("f4")


def capability_for(model_dir: Path) -> Capability:
    """Say what opens a model, by the architectures that its config.json names."""
    named = str(resolve(model_dir, offline=True).config.get("architectures"))
    if "ForQuestionAnswering" in named:
        return OpensSpanScorers
    if "ForTokenClassification" in named:
        return OpensTaggers
    if _WRITES.search(named):
        return OpensWriters
    return OpensEmbedders if _EMBEDS.search(named) else OpensScorers


def open_with(backend: object, model_dir: Path) -> Scorer | SpanScorer | Tagger | Embedder | Writer:
    """Open a model with the method for its kind, which the backend must have."""
    folder, runtime = resolve(model_dir, offline=True), Runtime(device="cpu", offline=True)
    capability = capability_for(model_dir)
    if capability is OpensWriters:
        return cast("OpensWriters", backend).open_writer(folder, runtime)
    if capability is OpensSpanScorers:
        return cast("OpensSpanScorers", backend).open_span_scorer(folder, runtime)
    if capability is OpensTaggers:
        return cast("OpensTaggers", backend).open_tagger(folder, runtime)
    if capability is OpensEmbedders:
        return cast("OpensEmbedders", backend).open_embedder(folder, runtime)
    return cast("OpensScorers", backend).open_scorer(folder, runtime)


@contextmanager
def open_model(backend: object, model_dir: Path) -> Iterator[OpenedModel]:
    """Open a model that scores sequences and tokenize sample texts for it; close it in the end."""
    folder, runtime = resolve(model_dir, offline=True), Runtime(device="cpu", offline=True)
    tokenizer = open_tokenizer(backend, folder, runtime)
    rows = [tokenizer.single.assemble([ids]) for ids in tokenizer.encode(_TEXTS)]
    model = cast("Scorer | SpanScorer | Tagger | Embedder", open_with(backend, model_dir))
    try:
        yield OpenedModel(model, rows if model.card.pads else equally_long(rows))
    finally:
        model.close()


def equally_long(rows: list[Row]) -> list[Row]:
    """Repeat each row's tokens to the length of the longest, so that none needs padding."""
    width = max(map(len, rows))
    return [Row(np.resize(row.ids, width), np.resize(row.types, width)) for row in rows]
