"""A real, small, deterministic backend that needs nothing heavy: a bag of tokens in numpy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import ModelCard, ScorerCard
from hfkit.errors import DeviceError, SessionClosedError, WrongHeadError
from hfkit.text.labels import LabelScheme

from .fake_embedders import FakeEmbedder
from .fake_taggers import FakeTagger
from .fake_writers import FakeWriter
from .tokenizers import write_word_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.backends.protocols import TokenBatch
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.text.labels import Problem
    from hfkit.values.runtime import Runtime

__all__ = ["FakeBackend", "write_fake_model", "write_fake_reader"]

_MAX_TOKENS = 64


def write_fake_model(
    folder: Path,
    *,
    labels: Sequence[str] = ("negative", "neutral", "positive"),
    problem: Problem = "single_label_classification",
    seed: int = 0,
) -> Path:
    """Write a model for :class:`FakeBackend`: a tokenizer, a config and a table of weights.

    Args:
        folder: where; made if need be.
        labels: the labels' names.
        problem: how the labels relate.
        seed: of the weights.

    Returns:
        The folder.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    size = write_word_pieces(folder)
    config = {
        "model_type": "hfkit-fake",
        "id2label": {str(number): name for number, name in enumerate(labels)},
        "problem_type": problem,
        "max_position_embeddings": _MAX_TOKENS,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    table = np.random.default_rng(seed).normal(size=(2, size, len(labels))).astype(np.float32)
    save_file({"table": table}, folder / "model.safetensors")
    return folder


def write_fake_reader(folder: Path, *, seed: int = 0) -> Path:
    """Write a question answering model for :class:`FakeBackend`; as :func:`write_fake_model`."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    size = write_word_pieces(folder)
    config = {
        "model_type": "hfkit-fake",
        "architectures": ["FakeForQuestionAnswering"],
        "max_position_embeddings": _MAX_TOKENS,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    spans = np.random.default_rng(seed).normal(size=(size, 2)).astype(np.float32)
    save_file({"spans": spans}, folder / "model.safetensors")
    return folder


class FakeBackend:
    """Opens models of :func:`write_fake_model` and its likes; what a backend's author may copy from."""

    name = "fake"

    def missing(self) -> str | None:
        """Nothing: numpy is always there."""
        return None

    def open_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> FakeScorer:
        """Open a table of weights; see :class:`hfkit.backends.protocols.OpensScorers`."""
        return FakeScorer(_load("table", folder, runtime), LabelScheme.from_config(folder.config))

    def open_span_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> FakeSpanScorer:
        """Open a table of weights; see :class:`hfkit.backends.protocols.OpensSpanScorers`."""
        return FakeSpanScorer(_load("spans", folder, runtime))

    def open_tagger(self, folder: ModelFolder, runtime: Runtime, /) -> FakeTagger:
        """Open a table of weights; see :class:`hfkit.backends.taggers.OpensTaggers`."""
        return FakeTagger(_load("tags", folder, runtime), LabelScheme.from_config(folder.config))

    def open_embedder(self, folder: ModelFolder, runtime: Runtime, /) -> FakeEmbedder:
        """Open a table of weights; see :class:`hfkit.backends.embedders.OpensEmbedders`."""
        return FakeEmbedder(_load("vectors", folder, runtime))

    def open_writer(self, folder: ModelFolder, runtime: Runtime, /) -> FakeWriter:
        """Open two tables of weights; see :class:`hfkit.backends.writers.OpensWriters`."""
        encodes = bool(folder.config.get("is_encoder_decoder"))
        return FakeWriter(_load("writer", folder, runtime), encodes=encodes)


def _load(name: str, folder: ModelFolder, runtime: Runtime) -> FloatArray:
    from safetensors.numpy import load_file

    if runtime.device not in ("auto", "cpu"):
        raise DeviceError(
            f"device {runtime.device!r} is not one of ['auto', 'cpu']", hint="the fake has no other"
        )
    folder.require_weights()
    tables = load_file(folder.path / "model.safetensors")
    if name not in tables:
        raise WrongHeadError(
            f"{folder.name} holds {sorted(tables)}, must hold {name!r}",
            hint="each of write_fake_model(), _reader(), _tagger(), _embedder() and _writer() writes one kind",
        )
    return tables[name]


class FakeScorer:
    """Adds up a row of weights for each token, by the text that the token belongs to."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        self._table: FloatArray | None = table
        self.card: ScorerCard = ScorerCard(
            labels=labels,
            max_tokens=_MAX_TOKENS,
            pad_id=0,
            device="cpu",
            dtype="float32",
            versions=(("numpy", np.__version__),),
        )

    def score(self, batch: TokenBatch, /) -> FloatArray:
        """Give the mean of the tokens' rows, shape ``[rows, labels]``."""
        if self._table is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        rows = self._table[batch.types, batch.ids] * batch.mask[:, :, None]
        mean: FloatArray = (rows.sum(axis=1) / batch.mask.sum(axis=1, keepdims=True)).astype(np.float32)
        return mean

    def close(self) -> None:
        """Let go of the table."""
        self._table = None


class FakeSpanScorer:
    """Gives each token its row of weights, raised where the question names the token too."""

    def __init__(self, table: FloatArray) -> None:
        self._table: FloatArray | None = table
        self.card: ModelCard = ModelCard(
            max_tokens=_MAX_TOKENS,
            pad_id=0,
            device="cpu",
            dtype="float32",
            versions=(("numpy", np.__version__),),
        )

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        """Give logits of first and last tokens, shape ``[rows, tokens, 2]``."""
        if self._table is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        asked = np.where(batch.mask * (1 - batch.types), batch.ids, -1)
        named = (batch.ids[:, :, None] == asked[:, None, :]).any(axis=2)
        logits: FloatArray = self._table[batch.ids] + named[:, :, None].astype(np.float32)
        return logits

    def close(self) -> None:
        """Let go of the table."""
        self._table = None
