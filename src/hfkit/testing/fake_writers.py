"""A language model in numpy for the fake backend: a memory that fades, a row of numbers for each token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.writers import WriterCard
from hfkit.errors import BackendError, SessionClosedError

from .writing_tokenizers import write_bloom_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["FakeRunningBatch", "FakeWriter", "write_fake_writer"]

_MAX_TOKENS = 64
_WIDTH = 8
_FADES = np.float32(0.75)
_UNKNOWN, _BEGIN, _END, _PAD = range(4)  # as the tokenizer has them


def write_fake_writer(folder: Path, *, encodes: bool = False, seed: int = 0) -> Path:
    """Write a model that writes text for :class:`~hfkit.testing.FakeBackend`; it knows every character.

    Args:
        folder: where; made if need be.
        encodes: whether it reads a text apart and writes another, or goes on with what it reads.
        seed: of the weights.

    Returns:
        The folder.
    """
    from safetensors.numpy import save_file

    size = write_bloom_pairs(folder, limit=_MAX_TOKENS)
    generation: dict[str, object] = {
        "bos_token_id": _BEGIN,
        "eos_token_id": _END,
        "pad_token_id": _PAD,
        **({"decoder_start_token_id": _BEGIN} if encodes else {}),
    }
    config = {
        "model_type": "hfkit-fake",
        "architectures": ["FakeForConditionalGeneration" if encodes else "FakeForCausalLM"],
        "is_encoder_decoder": encodes,
        "max_position_embeddings": _MAX_TOKENS,
        "vocab_size": size,
        **generation,
    }
    for file, content in (("config.json", config), ("generation_config.json", generation)):
        (folder / file).write_text(json.dumps(content, indent=1), encoding="utf-8")
    tables = np.random.default_rng(seed).normal(size=(2, size, _WIDTH))
    said = tables[1]
    said *= 2 / np.linalg.norm(said, axis=1, keepdims=True)  # or the longest rows were always said
    said[[_UNKNOWN, _BEGIN, _PAD]] = 0
    said[_END] *= 1.75  # texts end, after few tokens or many
    save_file({"writer": tables.astype(np.float32)}, folder / "model.safetensors")
    return folder


class FakeWriter:
    """Adds each token's row to a memory that fades, and says what lies near to it.

    Attributes:
        card: what it says of itself.

    Args:
        tables: a row for each token that is read and one for each that may be written, shape
            ``[2, vocabulary, width]``.
        encodes: whether it reads a text apart and writes another.
    """

    def __init__(self, tables: FloatArray, *, encodes: bool) -> None:
        self._tables: FloatArray | None = tables
        self.card: WriterCard = WriterCard(
            vocabulary=tables.shape[1],
            encodes=encodes,
            shares=not encodes,
            token_bytes=tables.shape[2] * tables.itemsize,
            max_tokens=_MAX_TOKENS,
            pad_id=_PAD,
            device="cpu",
            dtype="float32",
            versions=(("numpy", np.__version__),),
        )

    def begin(self) -> FakeRunningBatch:
        """Begin an empty batch."""
        return FakeRunningBatch(self, self.tables.shape[2])

    @property
    def tables(self) -> FloatArray:
        """The tables, while it is open."""
        if self._tables is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        return self._tables

    def close(self) -> None:
        """Let go of the tables."""
        self._tables = None


class FakeRunningBatch:
    """Rows with every state that their memories were in; see :class:`hfkit.backends.writers.RunningBatch`.

    Args:
        writer: the model.
        width: numbers of one state.
    """

    def __init__(self, writer: FakeWriter, width: int) -> None:
        self._writer = writer
        self._rows: list[FloatArray] = []  # shape [tokens + 1, width] each
        self._sources: list[FloatArray] = []  # shape [width] each: what was read apart
        self._empty: FloatArray = np.zeros((1, width), dtype=np.float32)
        self._shared = b"", self._empty

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        """Read rows, what they share once, and put them behind those that are there."""
        _ = self._writer.tables
        shortest = min(map(len, rows))
        if (opening is not None) != self._writer.card.encodes or not 0 <= shared < shortest:
            raise BackendError(
                f"opening is {opening}, and {shared} tokens are shared by rows of {shortest}",
                hint="a model that encodes is given an opening, others none; each row goes on behind what is shared",
            )
        if opening is None:
            begun = self._begin_with(rows[0][:shared])
            states = [self._follow(begun, row[shared:]) for row in rows]
            sources = [self._empty[0]] * len(rows)
        else:
            sources = [self._follow(self._empty, row)[-1] for row in rows]
            states = [self._follow(self._empty, opening) for _ in rows]
        self._rows += states
        self._sources += sources
        return self._say(np.stack([row[-1] for row in states]) + np.stack(sources))

    def write(self, tokens: IntArray, /) -> FloatArray:
        """Write one or more tokens to the end of each row."""
        _ = self._writer.tables
        self._rows = [self._follow(row, ids) for row, ids in zip(self._rows, tokens, strict=True)]
        written = np.stack([row[-tokens.shape[1] :] for row in self._rows])
        return self._say(written + np.stack(self._sources)[:, None])

    def keep(self, rows: IntArray, /) -> None:
        """Go on with these rows, in this order."""
        self._rows = [self._rows[row] for row in rows]
        self._sources = [self._sources[row] for row in rows]

    def forget(self, tokens: int, /) -> None:
        """Take so many tokens back from the end of every row."""
        self._rows = [row[: len(row) - tokens] for row in self._rows]

    def _begin_with(self, ids: IntArray) -> FloatArray:
        """Give the states behind what rows share, without reading it a second time."""
        if self._shared[0] != ids.tobytes():
            self._shared = ids.tobytes(), self._follow(self._empty, ids)
        return self._shared[1]

    def _follow(self, states: FloatArray, ids: IntArray) -> FloatArray:
        """Give the states of a row that goes on with some tokens."""
        if len(states) - 1 + len(ids) > _MAX_TOKENS:
            raise BackendError(
                f"a row has {len(states) - 1 + len(ids)} tokens, must have at most {_MAX_TOKENS}",
                hint="the card says how many it takes",
            )
        read, state, found = self._writer.tables[0], states[-1], list(states)
        for token in ids:
            state = _FADES * state + read[token]
            found.append(state)
        return np.stack(found)

    def _say(self, states: FloatArray) -> FloatArray:
        """Give logits, added up in the same order whatever stands beside a row: equal to the last bit."""
        said = self._writer.tables[1].T
        logits = np.zeros((*states.shape[:-1], said.shape[1]), dtype=np.float32)
        for number, weights in enumerate(said):
            logits += states[..., number, None] * weights
        return logits
