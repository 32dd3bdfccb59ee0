"""The contract of a backend that runs models which write text, one token after the other.

A :class:`Writer` is an open model, and a :class:`RunningBatch` is what it is writing: rows of tokens, each with
the keys and values that the model remembers of them. Which token comes next is decided above this line, for all
backends alike: they give logits, and let rows come, grow, fork and leave as quickly as the machine allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from .protocols import ModelCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.runtime import Runtime

__all__ = ["OpensWriters", "RunningBatch", "Writer", "WriterCard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterCard(ModelCard):
    """What a model that writes says of itself.

    Attributes:
        vocabulary: columns of its logits; may be more than the tokenizer has tokens.
        encodes: whether it reads a text apart (encoder-decoder), then writes another; else it goes on with
            what it read (decoder only). ``max_tokens`` holds for each of the two.
        joins: whether rows can be read beside rows that have already been written to; else they are read
            all at once.
        shares: whether what rows have in common at their beginning is read once.
        token_bytes: memory that it takes to remember one token of one row.
    """

    vocabulary: int
    encodes: bool = False
    joins: bool = True
    shares: bool = True
    token_bytes: int = 0


class RunningBatch(Protocol):
    """Rows that are being written, none at first; used by one thread at a time."""

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        """Read rows, and put them behind those that are there.

        Args:
            rows: the ids of each, of any lengths, at least one token long. A model that encodes reads them
                with its encoder.
            shared: so many tokens at the beginning of these rows are the same in all of them, and fewer than
                any has. Only with a card that ``shares``; what was shared last is remembered.
            opening: the tokens that each of the rows is written behind; with a model that encodes, and only
                there.

        Returns:
            Raw logits of what comes next, float32, shape ``[rows, vocabulary]``, of these rows alone, in memory
            of their own.

        Raises:
            OutOfMemoryError: they do not fit beside the others, which stay as they were.
            SessionClosedError: the writer was closed.
        """
        ...

    def write(self, tokens: IntArray, /) -> FloatArray:
        """Write one or more tokens to the end of each row.

        Args:
            tokens: ids, shape ``[rows, tokens]``.

        Returns:
            Raw logits of what comes after each, float32, shape ``[rows, tokens, vocabulary]``, in memory of
            their own.

        Raises:
            OutOfMemoryError: there is no memory for more.
            SessionClosedError: the writer was closed.
        """
        ...

    def keep(self, rows: IntArray, /) -> None:
        """Go on with these rows, in this order; one that is named twice forks, one that is not is forgotten.

        Args:
            rows: positions of rows, shape ``[rows kept]``; none at all empties the batch.
        """
        ...

    def forget(self, tokens: int, /) -> None:
        """Take so many tokens back from the end of every row, as if they had never been written."""
        ...


@runtime_checkable
class Writer(Protocol):
    """An open model that writes text."""

    @property
    def card(self) -> WriterCard:
        """What it says of itself; stays the same while it is open."""
        ...

    def begin(self) -> RunningBatch:
        """Begin an empty batch.

        Must be safe to call from several threads; each batch is used by one at a time.

        Raises:
            SessionClosedError: ``close`` was called.
        """
        ...

    def close(self) -> None:
        """Let go of the model; a second call does nothing."""
        ...


@runtime_checkable
class OpensWriters(Protocol):
    """A backend that runs models which write text, decoder only or encoder-decoder."""

    def open_writer(self, folder: ModelFolder, runtime: Runtime, /) -> Writer:
        """Open a model.

        Raises:
            ModelError: the folder holds no such model, or an unusable one; a subclass says why.
            DeviceError: the device that ``runtime`` asks for is not there.
        """
        ...
