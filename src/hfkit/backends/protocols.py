"""The contracts of a backend.

A backend is an object with a ``name`` that can open one or more kinds of model. It says which by
having the method: capabilities are asked for with ``isinstance``, never stubbed. Everything that
crosses this line is numpy arrays and plain values; tensors stay below it. Whoever writes a backend
proves it with :func:`hfkit.testing.checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tokenizers

    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.text.labels import LabelScheme
    from hfkit.text.templates import Row
    from hfkit.values.runtime import Runtime

__all__ = [
    "Backend",
    "ModelCard",
    "OpensScorers",
    "OpensSpanScorers",
    "OpensTokenizers",
    "Scorer",
    "ScorerCard",
    "SetsThreads",
    "SpanScorer",
    "TellsReadiness",
    "TokenBatch",
]


@dataclass(frozen=True, slots=True, eq=False)
class TokenBatch:
    """Sequences of one forward pass, tokenized, windowed and sized by the scheduler.

    Attributes:
        ids: token ids, shape ``[rows, tokens]``, padded at the right with the card's ``pad_id``.
        mask: 1 for a token and 0 for padding, shape ``[rows, tokens]``.
        types: the text that each token belongs to, shape ``[rows, tokens]``, 0 for padding.
    """

    ids: IntArray
    mask: IntArray
    types: IntArray

    @staticmethod
    def from_rows(rows: Sequence[Row], *, pad_id: int, width: int = 0) -> TokenBatch:
        """Pad rows to the longest of them, or to ``width`` tokens if that is more."""
        shape = len(rows), max([width, *map(len, rows)])
        ids = np.full(shape, pad_id, dtype=np.int64)
        mask, types = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for position, row in enumerate(rows):
            ids[position, : len(row)] = row.ids
            mask[position, : len(row)] = 1
            types[position, : len(row)] = row.types
        return TokenBatch(ids, mask, types)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What an open model says of itself.

    Attributes:
        max_tokens: the longest sequence it takes, special tokens included; None for no limit.
        pad_id: the token id to pad with.
        device: where it runs.
        dtype: the number type that it computes in.
        pads: whether padding leaves its output alone; where it does not (XLNet pools the last column),
            the sequences of one forward pass are given in equal length.
        packs: whether it leaves padding out and computes sequences end to end, so that only the sum of
            their lengths counts.
        versions: pairs of a library's name and its version.
        notes: what a careful reader of its answers should know.
    """

    max_tokens: int | None
    pad_id: int
    device: str
    dtype: str
    pads: bool = True
    packs: bool = False
    versions: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerCard(ModelCard):
    """What a scorer says of itself.

    Attributes:
        labels: the labels, in the order of its columns.
    """

    labels: LabelScheme


@runtime_checkable
class Scorer(Protocol):
    """An open model that gives each sequence a row of logits, one for each label."""

    @property
    def card(self) -> ScorerCard:
        """What it says of itself; stays the same while it is open."""
        ...

    def score(self, batch: TokenBatch, /) -> FloatArray:
        """Run one forward pass.

        Must be safe to call from several threads, and leave ``batch`` as it was.

        Returns:
            Raw logits, float32, shape ``[rows, labels]``, in memory of their own.

        Raises:
            OutOfMemoryError: the batch is too large for the device; a smaller one may do.
            SessionClosedError: ``close`` was called.
        """
        ...

    def close(self) -> None:
        """Let go of the model; a second call does nothing."""
        ...


@runtime_checkable
class SpanScorer(Protocol):
    """An open model that says of each token how well an answer begins there, and how well it ends there."""

    @property
    def card(self) -> ModelCard:
        """What it says of itself; stays the same while it is open."""
        ...

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        """Run one forward pass.

        Must be safe to call from several threads, and leave ``batch`` as it was.

        Returns:
            Raw logits of first and of last tokens, float32, shape ``[rows, tokens, 2]``, in memory of
            their own; what stands at padding is not read.

        Raises:
            OutOfMemoryError: the batch is too large for the device; a smaller one may do.
            SessionClosedError: ``close`` was called.
        """
        ...

    def close(self) -> None:
        """Let go of the model; a second call does nothing."""
        ...


@runtime_checkable
class SetsThreads(Protocol):
    """An open model that runs on the processor with as many threads as it is told.

    Then hfkit finds out whether several forward passes at a time, each with fewer threads, are faster.
    """

    @property
    def changes_threads_at_once(self) -> bool:
        """Whether a change costs next to nothing, so that it is worth it for a single forward pass."""
        ...

    def use_threads(self, threads: int | None, /) -> int:
        """Run forward passes with so many threads from now on.

        Must be safe to call while one runs; that one may go on with what it had.

        Args:
            threads: how many for each forward pass; None for the library's own number.

        Returns:
            How many that are.
        """
        ...


@runtime_checkable
class Backend(Protocol):
    """A way to run models."""

    @property
    def name(self) -> str:
        """The name that ``Runtime(backend=...)`` chooses it by."""
        ...

    def missing(self) -> str | None:
        """Give the ``pip install`` line of what it lacks here, or None if it can run."""
        ...


@runtime_checkable
class TellsReadiness(Protocol):
    """A backend that ``Runtime(backend="auto")`` may choose before torch, where it is ready."""

    def ready(self, folder: ModelFolder, runtime: Runtime, capability: type, /) -> bool:
        """Tell whether a model would open at once here, exactly, as the settings want it.

        Asked before anything is opened, so it must be quick; must not write, export or download.

        Args:
            folder: the model.
            runtime: the settings; a device or number type that is not the backend's is a plain no.
            capability: the protocol that the model is to be opened by, such as :class:`OpensScorers`.

        Returns:
            Whether it would open, and its logits would be those of float32 on torch within 1e-4.
        """
        ...


@runtime_checkable
class OpensScorers(Protocol):
    """A backend that runs sequence classification models."""

    def open_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> Scorer:
        """Open a model.

        Raises:
            ModelError: the folder holds no such model, or an unusable one; a subclass says why.
            DeviceError: the device that ``runtime`` asks for is not there.
        """
        ...


@runtime_checkable
class OpensSpanScorers(Protocol):
    """A backend that runs extractive question answering models."""

    def open_span_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> SpanScorer:
        """Open a model.

        Raises:
            ModelError: the folder holds no such model, or an unusable one; a subclass says why.
            DeviceError: the device that ``runtime`` asks for is not there.
        """
        ...


@runtime_checkable
class OpensTokenizers(Protocol):
    """A backend that knows how to open tokenizers which are no plain ``tokenizer.json``."""

    def open_tokenizer(self, folder: ModelFolder, runtime: Runtime, /) -> tokenizers.Tokenizer:
        """Open the tokenizer that belongs to a model.

        Raises:
            TokenizerError: there is none that the tokenizers library can run.
        """
        ...
