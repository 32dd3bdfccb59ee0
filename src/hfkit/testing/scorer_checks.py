"""The promises of a backend that opens scorers. Each function is one; its first line is the sentence."""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import Scorer, ScorerCard, TokenBatch
from hfkit.engines.tokens import open_tokenizer
from hfkit.errors import (
    CorruptModelError,
    ModelError,
    SessionClosedError,
    UnsafeWeightsError,
    WeightsNotFoundError,
)
from hfkit.hub.resolve import resolve
from hfkit.text.labels import LabelScheme
from hfkit.text.templates import Row
from hfkit.values.runtime import Runtime

from .promise import require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hfkit.backends.protocols import OpensScorers
    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["ALL"]

_TOLERANCE = 1e-4
_LONG = 1024  # long enough to tell; no need to fill a window of 100,000 tokens
_TEXTS = (
    "good",
    "a bad movie",
    "it was a very good story and never dull",
    "no",
    "the best film of the old city house",
)


@contextmanager
def _open(backend: OpensScorers, model_dir: Path) -> Iterator[tuple[Scorer, list[Row]]]:
    """Open a scorer and tokenize sample texts for it."""
    folder = resolve(model_dir, offline=True)
    runtime = Runtime(device="cpu", offline=True)
    tokenizer = open_tokenizer(backend, folder, runtime)
    rows = [tokenizer.single.assemble([ids]) for ids in tokenizer.encode(_TEXTS)]
    scorer = backend.open_scorer(folder, runtime)
    try:
        yield scorer, rows if scorer.card.pads else _equally_long(rows)
    finally:
        scorer.close()


def _batch(rows: list[Row], scorer: Scorer, *, width: int = 0) -> TokenBatch:
    return TokenBatch.from_rows(rows, pad_id=scorer.card.pad_id, width=width)


def _equally_long(rows: list[Row]) -> list[Row]:
    """Repeat each row's tokens to the length of the longest, for models that cannot be padded."""
    width = max(map(len, rows))
    return [Row(np.resize(row.ids, width), np.resize(row.types, width)) for row in rows]


def _require_same(one: FloatArray, other: FloatArray, otherwise: str) -> None:
    difference = float(np.abs(one - other).max())
    require(difference < _TOLERANCE, f"{otherwise}, by {difference:.2g}")


def describes_itself(backend: OpensScorers, model_dir: Path) -> None:
    """An open model has a card: labels, a positive limit or none, a device and a number type."""
    with _open(backend, model_dir) as (scorer, _):
        require(isinstance(scorer, Scorer), f"{type(scorer).__name__} has no card, score or close")
        card = scorer.card
        require(isinstance(card, ScorerCard), f"card is a {type(card).__name__}")
        require(
            len(set(card.labels.names)) == len(card.labels.names) > 0, f"its labels are {card.labels.names}"
        )
        require(card.max_tokens is None or card.max_tokens > 0, f"max_tokens is {card.max_tokens}")
        require(bool(card.device and card.dtype), f"device is {card.device!r}, dtype {card.dtype!r}")


def knows_its_labels(backend: OpensScorers, model_dir: Path) -> None:
    """Its labels are those that the model's config.json names, in their order."""
    with _open(backend, model_dir) as (scorer, _):
        named = LabelScheme.from_config(resolve(model_dir, offline=True).config)
        require(scorer.card.labels == named, f"its labels are {scorer.card.labels}, config.json says {named}")


def takes_its_longest_sequence(backend: OpensScorers, model_dir: Path) -> None:
    """A sequence of as many tokens as its card names is taken."""
    with _open(backend, model_dir) as (scorer, rows):
        most = min(scorer.card.max_tokens or _LONG, _LONG)
        ids, types = (np.resize(array, most) for array in (rows[-1].ids, rows[-1].types))
        try:
            scorer.score(_batch([Row(ids, types)], scorer))
        except Exception as error:  # noqa: BLE001  # whatever it is, the card promised otherwise
            require(kept=False, otherwise=f"{most} tokens raise {type(error).__name__}: {error}")


def gives_logits(backend: OpensScorers, model_dir: Path) -> None:
    """Scores are finite float32 numpy arrays with a row for each sequence and a column for each label."""
    with _open(backend, model_dir) as (scorer, rows):
        logits = scorer.score(_batch(rows, scorer))
        require(isinstance(logits, np.ndarray), f"score gives a {type(logits).__name__}")
        require(logits.dtype == np.float32, f"score gives {logits.dtype}")
        expected = (len(rows), len(scorer.card.labels.names))
        require(logits.shape == expected, f"score gives shape {logits.shape}, must be {expected}")
        require(bool(np.isfinite(logits).all()), "score gives numbers that are not finite")


def ignores_padding(backend: OpensScorers, model_dir: Path) -> None:
    """A sequence scores the same however many columns of padding stand behind it, or the card says otherwise."""
    with _open(backend, model_dir) as (scorer, rows):
        if not scorer.card.pads:
            return
        tight, wide = (scorer.score(_batch(rows[:1], scorer, width=len(rows[0]) + extra)) for extra in (0, 7))
        _require_same(tight, wide, "padding changes scores")


def ignores_neighbors(backend: OpensScorers, model_dir: Path) -> None:
    """A sequence scores the same alone and in a batch."""
    with _open(backend, model_dir) as (scorer, rows):
        width = max(map(len, rows))
        together = scorer.score(_batch(rows, scorer))
        alone = np.concatenate([scorer.score(_batch([row], scorer, width=width)) for row in rows])
        _require_same(together, alone, "neighbors change scores")


def keeps_order(backend: OpensScorers, model_dir: Path) -> None:
    """Scores come in the order of the sequences."""
    with _open(backend, model_dir) as (scorer, rows):
        forth = scorer.score(_batch(rows, scorer)).copy()
        back = scorer.score(_batch(rows[::-1], scorer))[::-1]
        _require_same(forth, back, "another order changes scores")


def reads_the_text(backend: OpensScorers, model_dir: Path) -> None:
    """Different sequences score differently."""
    with _open(backend, model_dir) as (scorer, rows):
        logits = scorer.score(_batch(rows, scorer))
        require(float(np.ptp(logits, axis=0).max()) > 0, "all sequences score the same")


def repeats_itself(backend: OpensScorers, model_dir: Path) -> None:
    """The same batch scores the same again, bit for bit."""
    with _open(backend, model_dir) as (scorer, rows):
        batch = _batch(rows, scorer)
        require(
            np.array_equal(scorer.score(batch).copy(), scorer.score(batch)),
            "the same batch scores differently",
        )


def leaves_the_batch(backend: OpensScorers, model_dir: Path) -> None:
    """The arrays of a batch are left as they were."""
    with _open(backend, model_dir) as (scorer, rows):
        batch, untouched = (_batch(rows, scorer) for _ in range(2))
        scorer.score(batch)
        for name in ("ids", "mask", "types"):
            before: IntArray = getattr(untouched, name)
            require(np.array_equal(before, getattr(batch, name)), f"score writes to the batch's {name}")


def gives_its_own_memory(backend: OpensScorers, model_dir: Path) -> None:
    """Scores stay what they are while the model goes on."""
    with _open(backend, model_dir) as (scorer, rows):
        logits = scorer.score(_batch(rows, scorer))
        kept = logits.copy()
        scorer.score(_batch(rows[::-1], scorer))
        require(np.array_equal(logits, kept), "an earlier result changes with a later call")


def serves_threads(backend: OpensScorers, model_dir: Path) -> None:
    """Several threads may score at once."""
    with _open(backend, model_dir) as (scorer, rows):
        batches = [_batch([row], scorer) for row in rows] * 4
        expected = [scorer.score(batch) for batch in batches]
        found: list[FloatArray | None] = [None] * len(batches)

        def score(position: int) -> None:
            found[position] = scorer.score(batches[position])

        threads = [threading.Thread(target=score, args=(position,)) for position in range(len(batches))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one, other in zip(expected, found, strict=True):
            require(other is not None, "a thread got no scores")
            _require_same(one, np.asarray(other), "a thread got other scores")


def closes(backend: OpensScorers, model_dir: Path) -> None:
    """A closed model says so when it is asked to score, and may be closed again."""
    with _open(backend, model_dir) as (scorer, rows):
        batch = _batch(rows, scorer)
        scorer.close()
        scorer.close()
        try:
            scorer.score(batch)
        except SessionClosedError:
            return
        require(kept=False, otherwise="a closed model still scores")


def refuses_a_folder_without_weights(backend: OpensScorers, model_dir: Path) -> None:
    """A folder without weights is a WeightsNotFoundError."""
    with _damaged(model_dir) as copy:
        for file in copy.glob("*.safetensors"):
            file.unlink()
        _refuses(backend, copy, WeightsNotFoundError)


def refuses_pickled_weights(backend: OpensScorers, model_dir: Path) -> None:
    """A folder with pickled weights only is an UnsafeWeightsError."""
    with _damaged(model_dir) as copy:
        for file in copy.glob("*.safetensors"):
            file.unlink()
        (copy / "pytorch_model.bin").write_bytes(b"\x80\x04N.")
        _refuses(backend, copy, UnsafeWeightsError)


def refuses_truncated_weights(backend: OpensScorers, model_dir: Path) -> None:
    """A truncated weights file is a CorruptModelError."""
    with _damaged(model_dir) as copy:
        for file in copy.glob("*.safetensors"):
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        _refuses(backend, copy, CorruptModelError)


@contextmanager
def _damaged(model_dir: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "model"
        shutil.copytree(model_dir, copy)
        yield copy


def _refuses(backend: OpensScorers, folder: Path, kind: type[ModelError]) -> None:
    try:
        backend.open_scorer(resolve(folder, offline=True), Runtime(device="cpu", offline=True))
    except kind:
        return
    except Exception as error:  # noqa: BLE001  # whatever else it is, it is the wrong one
        require(kept=False, otherwise=f"it raises {type(error).__name__}, must be {kind.__name__}: {error}")
    require(kept=False, otherwise="it opens all the same")


ALL = (
    describes_itself,
    knows_its_labels,
    takes_its_longest_sequence,
    gives_logits,
    ignores_padding,
    ignores_neighbors,
    keeps_order,
    reads_the_text,
    repeats_itself,
    leaves_the_batch,
    gives_its_own_memory,
    serves_threads,
    closes,
    refuses_a_folder_without_weights,
    refuses_pickled_weights,
    refuses_truncated_weights,
)
"""Every promise of a scorer, in the order of the contract."""
