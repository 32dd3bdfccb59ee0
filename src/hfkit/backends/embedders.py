"""The contract of a backend that runs models which give each token a vector: what texts are embedded with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from .protocols import ModelCard

if TYPE_CHECKING:
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime

    from .protocols import TokenBatch

__all__ = ["Embedder", "EmbedderCard", "OpensEmbedders"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderCard(ModelCard):
    """What an embedder says of itself.

    Attributes:
        size: numbers of a vector.
    """

    size: int


@runtime_checkable
class Embedder(Protocol):
    """An open model that gives each token a vector; how these make one for the text is not its concern."""

    @property
    def card(self) -> EmbedderCard:
        """What it says of itself; stays the same while it is open."""
        ...

    def embed(self, batch: TokenBatch, /) -> FloatArray:
        """Run one forward pass.

        Must be safe to call from several threads, and leave ``batch`` as it was.

        Returns:
            What the last layer gives, float32, shape ``[rows, tokens, size]``, in memory of their own; what stands at
            padding is not read.

        Raises:
            OutOfMemoryError: the batch is too large for the device; a smaller one may do.
            SessionClosedError: ``close`` was called.
        """
        ...

    def close(self) -> None:
        """Let go of the model; a second call does nothing."""
        ...


@runtime_checkable
class OpensEmbedders(Protocol):
    """A backend that runs models without a head."""

    def open_embedder(self, folder: ModelFolder, runtime: Runtime, /) -> Embedder:
        """Open a model.

        Raises:
            ModelError: the folder holds no such model, or an unusable one; a subclass says why.
            DeviceError: the device that ``runtime`` asks for is not there.
        """
        ...
