"""Evaluate a model that writes one text to another: translations, summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hfkit.metrics.texts import score_texts
from hfkit.values.text_report import TextReport, WrongText

from .evaluation import Stopwatch, bad_row

if TYPE_CHECKING:
    from hfkit.data.parallel import Parallel
    from hfkit.metrics.texts import BleuWords
    from hfkit.values.provenance import Source

    from .evaluated_models import WritesTexts
    from .evaluation import EvaluationRows

__all__ = ["evaluate_texts"]


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
        notes=(f"{cut:,} texts were cut at their greatest length: raise max_new_tokens",) if cut else (),
        scores=score_texts(said, wanted, words=words, bootstrap=rows.bootstrap),
        mistakes=tuple(
            WrongText(row, one, other)
            for row, (one, other) in enumerate(zip(said, wanted, strict=True))
            if one != other
        ),
    )
