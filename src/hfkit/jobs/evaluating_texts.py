"""Evaluate a model that writes one text to another: translations, summaries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from hfkit.metrics.texts import score_texts
from hfkit.values.layout import counted
from hfkit.values.text_report import TextReport, WrongText

from .evaluation import Stopwatch, bad_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.data.parallel import Parallel
    from hfkit.metrics.texts import BleuWords
    from hfkit.values.provenance import Source

    from .evaluated_models import WritesTexts
    from .evaluation import EvaluationRows

__all__ = ["evaluate_texts"]

_READ_BY_ROUGE = re.compile(r"[a-zA-Z0-9]")

# A text of so many characters without a blank is written in a script that has none between words.
_UNSPACED = 20


def evaluate_texts(
    write: WritesTexts, data: Parallel, rows: EvaluationRows, *, words: BleuWords
) -> TextReport:
    """Evaluate a model on texts and what is to be made of them.

    Args:
        write: the model.
        data: the names of the columns.
        rows: which rows.
        words: how BLEU cuts texts into words.

    Raises:
        InputError: a text cannot be read.
        DataError: a row has no text to compare with.
        MissingDependencyError: sacrebleu or rouge-score is not installed.
    """
    expected = rows.table.column(data.target)
    for row, text in enumerate(expected):
        if not isinstance(text, str):
            raise bad_row(rows, row, f"column {data.target!r} is {text!r}, must be a text")
    wanted = cast("list[str]", expected)
    score_texts(wanted[:1], wanted[:1], words=words)  # whether the libraries are there, before the work
    watch = Stopwatch()
    said: list[str] = []
    cut = 0
    sources: list[Source] = []
    for _, portion in rows.portions():
        results = watch.run(write.batch, cast("list[str]", portion.column(data.source)))
        said += [result.text for result in results]
        cut += sum(result.finish_reason == "length" for result in results)
        sources.append(results[0].source)
    return TextReport(
        source=sources[0],
        data=rows.described,
        speed=watch.speed,
        bootstrap=rows.bootstrap,
        notes=_notes(wanted, cut=cut, words=words),
        scores=score_texts(said, wanted, words=words, bootstrap=rows.bootstrap),
        mistakes=tuple(
            WrongText(row, one, other)
            for row, (one, other) in enumerate(zip(said, wanted, strict=True))
            if one != other
        ),
    )


def _notes(wanted: Sequence[str], *, cut: int, words: BleuWords) -> tuple[str, ...]:
    """Say where figures mislead."""
    notes = []
    if cut:
        notes.append(f"{counted(cut, 'text')} cut at the greatest length: raise max_new_tokens")
    unread = sum(_READ_BY_ROUGE.search(text) is None for text in wanted)
    if unread:
        notes.append(
            f"ROUGE reads letters and digits of ASCII alone: nothing of {counted(unread, 'reference')}"
        )
    unspaced = sum(len(text) >= _UNSPACED and " " not in text for text in wanted)
    if unspaced and words in ("13a", "intl"):
        notes.append(
            f"{counted(unspaced, 'reference')} without blanks, between which BLEU looks for words: "
            "words='zh' or words='char' reads characters"
        )
    return tuple(notes)
