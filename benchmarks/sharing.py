"""A common beginning of prompts, read once against read with each of them: the same model, the same tokens."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hfkit.backends.registry import register_backend
from hfkit.backends.torch import TorchBackend
from variants import Variant
from writers import open_generate, write_all
from writing_contests import compare_writers

if TYPE_CHECKING:
    from pathlib import Path

    from continuing import Task, Write
    from hfkit.backends.writers import RunningBatch, Writer, WriterCard
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime
    from writing_contests import WritingContest

__all__ = ["APART", "SHARED", "compare_sharing"]

SHARED = "Generate.batch, the beginning read once"
APART = "Generate.batch, the beginning read with each"

_NAME = "torch-apart"


def compare_sharing(folder: Path, task: Task, *, rounds: int) -> WritingContest:
    """Write to prompts with one beginning, with and without reading it once."""
    register_backend(_NAME, _ReadingApart)
    opened: list[Variant[Write]] = [
        Variant(name, partial(write_all, open_generate(folder, backend=backend)))
        for name, backend in ((SHARED, "torch"), (APART, _NAME))
    ]
    return compare_writers("a common beginning", opened, task, rounds=rounds, baseline=APART, reference=APART)


class _ReadingApart:
    """torch, but that each prompt is read from its beginning."""

    name = _NAME

    def missing(self) -> str | None:
        return TorchBackend().missing()

    def open_writer(self, folder: ModelFolder, runtime: Runtime, /) -> Writer:
        return _Apart(TorchBackend().open_writer(folder, runtime))


class _Apart:
    """A writer that says that it shares nothing, so nobody asks it to."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.card: WriterCard = replace(writer.card, shares=False)

    def begin(self) -> RunningBatch:
        return self._writer.begin()

    def close(self) -> None:
        self._writer.close()
