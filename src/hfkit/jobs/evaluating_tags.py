"""Evaluate a model that tags words."""

from __future__ import annotations

import os
from time import perf_counter
from typing import TYPE_CHECKING, cast

from hfkit.data.checks.label_classes import classes_of
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_tagging
from hfkit.engines.progress import ignore_progress
from hfkit.errors import SettingError
from hfkit.metrics.entities import find_entities, score_entities, tag_scheme
from hfkit.text.label_names import label_name
from hfkit.values.tag_report import TagReport, WrongTags

from .evaluation import Stopwatch, bad_row
from .label_matching import match_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.data.tagged import Tagged
    from hfkit.text.label_names import LabelValue
    from hfkit.values.runtime import Runtime

    from .evaluated_models import Model
    from .evaluation import EvaluationRows

__all__ = ["evaluate_tags"]


def evaluate_tags(
    model: Model, data: Tagged, rows: EvaluationRows, *, renamed: Mapping[str, str] | None, runtime: Runtime
) -> TagReport:
    """Evaluate a model on words with tags.

    Args:
        model: its folder, or name.
        data: the names of the columns.
        rows: which rows.
        renamed: the data's names for labels of the model.
        runtime: where and how it runs.

    Raises:
        SettingError: the model is no folder and no name.
        InputError: words cannot be read.
        DataError: a row has not as many tags as words, or one without a name.
        UnknownLabelError: the labels of model and data are not the same.
    """
    if not isinstance(model, str | os.PathLike):
        raise SettingError(
            f"model is {model!r}, must be a folder or a name for Tagged data",
            hint="no facade tags words yet: give the model's folder",
        )
    expected = _expected(data, rows)
    session = open_tagging(lambda: locate_model(model, runtime), runtime)
    there = sorted({tag for tags in expected for tag in tags})
    names = match_labels(session.card.labels.names, there, renamed, name=session.source.model)
    called = dict(zip(session.card.labels.names, names, strict=True))
    watch = Stopwatch()
    said: list[tuple[str, ...]] = []
    for start, portion in rows.portions():
        started = perf_counter()
        found, statistics = session.tag(
            cast("list[list[str]]", portion.column(data.words)),
            budget=runtime.batch_tokens,
            advance=ignore_progress,
            first_index=start,
        )
        watch.count(perf_counter() - started, statistics)
        said += [tuple(called[tag] for tag in tags) for tags in found]
    scheme = tag_scheme(names)
    scores = score_entities(said, expected, scheme=scheme, bootstrap=rows.bootstrap)
    both = (
        [find_entities(tags, scheme=scheme) for tags in pair] for pair in zip(said, expected, strict=True)
    )
    return TagReport(
        source=session.source,
        data=rows.described,
        speed=watch.speed,
        bootstrap=rows.bootstrap,
        notes=()
        if scheme == "conll"
        else ("the tags mark no entities: each word counts as one, of its tag",),
        scores=scores,
        mistakes=tuple(WrongTags(row, one, other) for row, (one, other) in enumerate(both) if one != other),
    )


def _expected(data: Tagged, rows: EvaluationRows) -> list[tuple[str, ...]]:
    """Give the tags of each row by name."""
    known = classes_of(rows.table.dataset, data.tags) or data.names
    found = []
    columns = zip(rows.table.column(data.words), rows.table.column(data.tags), strict=True)
    for row, (words, tags) in enumerate(columns):
        if not isinstance(words, list) or not isinstance(tags, list) or None in words or None in tags:
            raise bad_row(rows, row, "a word or a tag is missing")
        if len(words) != len(tags):
            raise bad_row(rows, row, f"there are {len(words)} words and {len(tags)} tags")
        names = [label_name(cast("LabelValue", tag), known) for tag in tags]
        if None in names:
            raise bad_row(rows, row, f"tag {tags[names.index(None)]!r} is none of {known}")
        found.append(tuple(cast("list[str]", names)))
    return found
