"""The contract of a backend that runs models which give each token a label: names in texts, parts of speech."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime

    from .protocols import ScorerCard, TokenBatch

__all__ = ["OpensTaggers", "Tagger"]


@runtime_checkable
class Tagger(Protocol):
    """An open model that gives each token a row of logits, one for each label."""

    @property
    def card(self) -> ScorerCard:
        """What it says of itself; stays the same while it is open."""
        ...

    def tag(self, batch: TokenBatch, /) -> FloatArray:
        """Run one forward pass.

        Must be safe to call from several threads, and leave ``batch`` as it was.

        Returns:
            Raw logits, float32, shape ``[rows, tokens, labels]``, in memory of their own; what stands at padding is
            not read.

        Raises:
            OutOfMemoryError: the batch is too large for the device; a smaller one may do.
            SessionClosedError: ``close`` was called.
        """
        ...

    def close(self) -> None:
        """Let go of the model; a second call does nothing."""
        ...


@runtime_checkable
class OpensTaggers(Protocol):
    """A backend that runs token classification models."""

    def open_tagger(self, folder: ModelFolder, runtime: Runtime, /) -> Tagger:
        """Open a model.

        Raises:
            ModelError: the folder holds no such model, or an unusable one; a subclass says why.
            DeviceError: the device that ``runtime`` asks for is not there.
        """
        ...
