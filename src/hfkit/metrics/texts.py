"""How near texts come to their references, by the reference implementations: sacrebleu and rouge-score.

Both are imported when a text is scored, and come with ``hfkit[evaluate]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

import numpy as np

from hfkit.errors import InputTypeError, MissingDependencyError
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.constraints import require_choice
from hfkit.values.text_scores import TextScores

from .bootstrap import intervals_of_sums
from .labels import require_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sacrebleu.metrics.base import Metric

    from hfkit.text.arrays import DoubleArray
    from hfkit.values.estimates import Estimate

__all__ = ["BleuWords", "score_texts"]

BleuWords: TypeAlias = Literal["13a", "intl", "zh", "char"]
"""How BLEU cuts texts into words: as WMT did, by all of Unicode's punctuation and symbols, Chinese by characters, or
any text by characters, as for Japanese, Korean or Thai."""

_ROUGE = ("rouge1", "rouge2", "rougeL", "rougeLsum")


def score_texts(
    predictions: Sequence[str],
    references: Sequence[str],
    *,
    words: BleuWords = "13a",
    bootstrap: Bootstrap | None = None,
) -> TextScores:
    """Score texts against one reference each: BLEU, chrF and ROUGE.

    ROUGE, as its authors' implementation has it, reads letters and digits of ASCII alone and stems English words: for
    other scripts it says nothing.

    Args:
        predictions: the texts that were written.
        references: for each the text that was expected.
        words: how BLEU cuts texts into words.
        bootstrap: how intervals are drawn, over texts; None for the usual way.

    Raises:
        InputError: there are not as many of both, or none, or one is no text; a subclass says which.
        MissingDependencyError: sacrebleu or rouge-score is not installed.
        SettingError: there is no such way to cut texts.

    Source: Papineni et al. 2002, "BLEU"; Popović 2015, "chrF"; Lin 2004, "ROUGE"; Post 2018, arXiv:1804.08771, for
    signatures.
    """
    require_choice("words", words, get_args(BleuWords))
    require_rows(predictions, references, of="a text")
    for name, texts in (("predictions", predictions), ("references", references)):
        for row, text in enumerate(texts):
            if not isinstance(text, str):
                raise InputTypeError(
                    f"{name}[{row}] is {text!r}, must be a text", hint="give '' where nothing was written"
                )
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ImportError as error:
        raise _missing("sacrebleu") from error
    drawn = bootstrap or Bootstrap()
    bleu, chrf = BLEU(tokenize=words), CHRF()
    bleu_figure, bleu_signature = _corpus_figure(bleu, predictions, references, drawn)
    chrf_figure, chrf_signature = _corpus_figure(chrf, predictions, references, drawn)
    rouge, rouge_signature = _rouge(predictions, references, drawn)
    return TextScores(
        len(references),
        bleu_figure,
        chrf_figure,
        *rouge,
        signatures=(("bleu", bleu_signature), ("chrf", chrf_signature), ("rouge", rouge_signature)),
    )


def _corpus_figure(
    metric: Metric, predictions: Sequence[str], references: Sequence[str], bootstrap: Bootstrap
) -> tuple[Estimate, str]:
    """Score all texts together, and say how; each draw from the sums of its own texts' counts."""
    # What corpus_score adds up: without it, each draw would count all words anew.
    rows: list[list[int]] = metric._extract_corpus_statistics(list(predictions), [list(references)])  # noqa: SLF001

    def figure(sums: DoubleArray) -> DoubleArray:
        counts = sums.astype(np.int64).tolist()
        return np.array([metric._compute_score_from_stats(one).score for one in counts])  # noqa: SLF001

    (estimate,) = intervals_of_sums(rows, figure, bootstrap)
    return estimate, str(metric.get_signature())


def _rouge(
    predictions: Sequence[str], references: Sequence[str], bootstrap: Bootstrap
) -> tuple[tuple[Estimate, Estimate, Estimate, Estimate], str]:
    try:
        from importlib.metadata import version

        from rouge_score.rouge_scorer import RougeScorer
    except ImportError as error:
        raise _missing("rouge-score") from error
    scorer = RougeScorer(list(_ROUGE), use_stemmer=True)
    rows = []
    for text, wanted in zip(predictions, references, strict=True):
        scores = scorer.score(wanted, text)
        rows.append([cast("float", scores[kind].fmeasure) for kind in _ROUGE])
    one, two, longest, by_line = intervals_of_sums(rows, lambda sums: sums / len(rows), bootstrap)
    return (one, two, longest, by_line), f"F1|stemmer:porter|version:{version('rouge-score')}"


def _missing(package: str) -> MissingDependencyError:
    return MissingDependencyError(f"{package} is not installed", hint="pip install 'hfkit[evaluate]'")
