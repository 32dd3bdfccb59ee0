"""An open export of a model that writes: its decoder, and the encoder before it if it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decoding_batch import OnnxDecodingBatch
from .encoded_batch import OnnxEncodedBatch
from .encoding import SourceEncoder
from .export_folder import ENCODER_FILE, MODEL_FILE
from .stepping import Decoder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["WrittenExport"]


class WrittenExport:
    """What batches are written with.

    Args:
        folder: of the export.
        name: what the model is called in a message.
        threads: threads of one forward pass; None for one on each core.

    Attributes:
        vocabulary: columns of logits.
        encodes: whether it reads sources apart.
        token_floats: numbers that are remembered of one token.
        versions: the libraries that run it.

    Raises:
        CorruptModelError: ONNX Runtime cannot read it.
        ModelError: it is no such export.
    """

    def __init__(self, folder: Path, *, name: str, threads: int | None) -> None:
        self._decoder = Decoder(folder / MODEL_FILE, name=name, threads=threads)
        file = folder / ENCODER_FILE
        self.vocabulary: int = self._decoder.vocabulary
        self._encoder: SourceEncoder | None = None
        if file.is_file():
            self._encoder = SourceEncoder(file, name=name, threads=threads, vocabulary=self.vocabulary)
        self.encodes: bool = self._encoder is not None
        self.token_floats: int = sum(heads * size for heads, size in self._decoder.sizes)
        self.versions: tuple[tuple[str, str], ...] = self._decoder.versions

    def begin(self, *, budget: int) -> OnnxDecodingBatch | OnnxEncodedBatch:
        """Begin an empty batch.

        Args:
            budget: the most tokens that are read at a time, padding included.

        Raises:
            SessionClosedError: ``close`` was called.
        """
        self._decoder.require_open()
        if self._encoder is None:
            return OnnxDecodingBatch(self._decoder, budget=budget)
        return OnnxEncodedBatch(self._encoder, self._decoder, budget=budget)

    def close(self) -> None:
        """Let go of the model."""
        self._decoder.close()
        if self._encoder is not None:
            self._encoder.close()
