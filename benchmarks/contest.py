"""Run ways to answer in turns over the same questions, and compare what they find."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readers import (
    BY_HAND,
    EXPORTED,
    HAYSTACK,
    ONE_BY_ONE,
    ROUNDED,
    SUBJECT,
    find,
    open_answer,
    open_readers,
    without_types,
)
from turns import take_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from questions import Query
    from readers import Found
    from turns import Timing

__all__ = ["LONGER", "Arena", "Contest"]

LONGER = 128
"""The longest answer, in tokens, where answers are compared without the usual limit."""

_WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Contest:
    """What was measured on one set of questions.

    Attributes:
        title: what was asked.
        questions: how many.
        rounds: how often each way answered them.
        timings: one for each way.
        equal: questions whose best answer is Haystack's: hfkit as it is, without token types, and without
            its limit on the length of an answer too.
        rounded: questions whose best answer in 8 bits is that of float32.
    """

    title: str
    questions: int
    rounds: int
    timings: tuple[Timing, ...]
    equal: tuple[int, int, int]
    rounded: int


class Arena:
    """A model, open in each library."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._readers = open_readers(folder)

    def compare(self, title: str, queries: Sequence[Query], *, rounds: int, single: bool) -> Contest:
        """Time the ways in turns, after a warm-up, then compare their answers.

        Args:
            title: what is asked.
            queries: the questions with their texts.
            rounds: how often each way answers them.
            single: whether hfkit also answers them one by one.

        Raises:
            SystemExit: a way changes its answers between rounds, or hfkit's ways differ.
        """
        readers = [reader for reader in self._readers if single or reader.name != ONE_BY_ONE]
        for reader in readers:
            reader.prepare(queries[:_WARM_UP])()
        works = {reader.name: reader.prepare(queries) for reader in readers}
        timings, found = take_turns(works, rounds=rounds, baseline=HAYSTACK)
        if single and found[ONE_BY_ONE] != found[SUBJECT]:
            raise SystemExit("hfkit gives other answers in a batch than one by one")
        if found[EXPORTED] != found[SUBJECT]:
            raise SystemExit("hfkit gives other answers on onnx than on torch")
        by_hand = [_trim(query, *best) for query, best in zip(queries, found[BY_HAND], strict=True)]
        if by_hand != found[SUBJECT]:
            raise SystemExit("hfkit gives other answers than a loop over windows")
        rounded = _same(found[ROUNDED], found[SUBJECT])
        return Contest(title, len(queries), rounds, tuple(timings), self._equal(queries, found), rounded)

    def _equal(self, queries: Sequence[Query], found: dict[str, Found]) -> tuple[int, int, int]:
        """Count the best answers that are Haystack's; tell on standard error which stay different."""
        reference = [_trim(query, *best) for query, best in zip(queries, found[HAYSTACK], strict=True)]
        with tempfile.TemporaryDirectory() as scratch:
            answer = open_answer(without_types(self._folder, Path(scratch) / "model"), backend="torch")
            typeless = find(answer, queries)
            longer = find(answer.with_(max_answer_tokens=LONGER), queries)
        for query, theirs, ours in zip(queries, reference, longer, strict=True):
            if theirs != ours:
                texts = [query.texts[text][start:end] for text, start, end in (theirs, ours)]
                sys.stderr.write(f"differs: {query.question!r}: Haystack {texts[0]!r}, hfkit {texts[1]!r}\n")
        return _same(found[SUBJECT], reference), _same(typeless, reference), _same(longer, reference)


def _same(found: Found, reference: Found) -> int:
    return sum(ours == theirs for ours, theirs in zip(found, reference, strict=True))


def _trim(query: Query, text: int, start: int, end: int) -> tuple[int, int, int]:
    """Leave out blanks at both ends, as hfkit does: byte-level tokens may begin with one."""
    answer = query.texts[text][start:end]
    return text, end - len(answer.lstrip()), start + len(answer.rstrip())
