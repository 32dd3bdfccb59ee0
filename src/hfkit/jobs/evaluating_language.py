"""Evaluate a model that goes on from texts by how well it foresees them."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, cast

from hfkit.engines.foreseeing import foresee, plan_sight
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_writing
from hfkit.errors import EmptyInputError
from hfkit.metrics.perplexity import score_logprobs
from hfkit.starter import starter_folder
from hfkit.values.language_report import LanguageReport
from hfkit.values.layout import counted

from .evaluation import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.data.texts import Texts
    from hfkit.engines.foreseeing import ForeseenText, Sight
    from hfkit.engines.writing import WritingSession
    from hfkit.hub.folder import ModelFolder

    from .evaluated_models import GoesOn
    from .evaluation import EvaluationRows

__all__ = ["evaluate_language", "foresee_texts"]


def evaluate_language(
    generate: GoesOn,
    data: Texts,
    rows: EvaluationRows,
    *,
    window: int | None,
    stride: int | None,
) -> LanguageReport:
    """Evaluate a model on texts.

    Args:
        generate: the model; of its settings only where and how it runs count.
        data: the name of the column.
        rows: which rows.
        window: tokens that it reads at a time; None for its limit.
        stride: by how many tokens the window moves on; None for half of it.

    Raises:
        SettingError: the model foresees no texts, or window and stride do not fit it.
        InputError: a text cannot be read, or no text has more than one token.
    """
    watch = Stopwatch()
    session, sight, found = _foresee_rows(generate, data, rows, window=window, stride=stride, watch=watch)
    foreseen = [one for one in found if one.tokens]
    if not foreseen:
        raise EmptyInputError(
            "no text has more than one token, of which all but the first are foreseen",
            hint="give longer texts",
        )
    short = len(found) - len(foreseen)
    return LanguageReport(
        source=session.source,
        data=rows.described,
        speed=watch.speed,
        bootstrap=rows.bootstrap,
        notes=(f"{counted(short, 'text')} of one token not counted: nothing stands before it",)
        if short
        else (),
        scores=score_logprobs(
            [one.logprob for one in foreseen],
            [one.tokens for one in foreseen],
            [one.bytes for one in foreseen],
            bootstrap=rows.bootstrap,
        ),
        window=sight.window,
        stride=sight.stride,
        losses=tuple(-one.logprob / one.tokens if one.tokens else None for one in found),
    )


def _foresee_rows(
    generate: GoesOn,
    data: Texts,
    rows: EvaluationRows,
    *,
    window: int | None,
    stride: int | None,
    watch: Stopwatch,
) -> tuple[WritingSession, Sight, list[ForeseenText]]:
    """Foresee the texts of rows, as :func:`evaluate_language`; give the open model and how it reads them too."""
    session = open_writing(lambda: _locate(generate), generate.runtime)
    sight = plan_sight(session, window=window, stride=stride)
    found: list[ForeseenText] = []
    for start, portion in rows.portions():
        texts = cast("list[str]", portion.column(data.text))
        started = perf_counter()
        part, statistics = foresee(
            session, texts, sight, budget=generate.runtime.batch_tokens, first_index=start
        )
        watch.count(perf_counter() - started, statistics)
        found += part
    return session, sight, found


def foresee_texts(generate: GoesOn, texts: Sequence[str]) -> list[ForeseenText]:
    """Foresee texts, with the window and the stride that :class:`hfkit.Evaluate` chooses."""
    session = open_writing(lambda: _locate(generate), generate.runtime)
    sight = plan_sight(session, window=None, stride=None)
    return foresee(session, texts, sight, budget=generate.runtime.batch_tokens, first_index=0)[0]


def _locate(generate: GoesOn) -> ModelFolder:
    """Find the files of a facade's model, as the facade does: an open one is shared."""
    runtime = generate.runtime
    if generate.model is None:
        return starter_folder("writer", offline=runtime.offline)
    return locate_model(generate.model, runtime, writes=True)
