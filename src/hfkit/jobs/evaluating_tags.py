"""Evaluate a model that tags words."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hfkit.data.checks.label_classes import classes_of
from hfkit.errors import SettingError
from hfkit.metrics.entities import find_entities, score_entities, tag_scheme
from hfkit.text.label_names import label_name
from hfkit.values.inputs import Words
from hfkit.values.tag_report import TagReport, WrongTags

from .evaluation import Stopwatch, bad_row
from .label_matching import match_labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.data.table import Table
    from hfkit.data.tagged import Tagged
    from hfkit.text.label_names import LabelValue

    from .evaluated_models import TagsWords
    from .evaluation import EvaluationRows

__all__ = ["evaluate_tags", "read_tags", "tagged_inputs"]


def evaluate_tags(
    tag: TagsWords,
    data: Tagged,
    rows: EvaluationRows,
    expected: Sequence[tuple[str, ...]],
    *,
    renamed: Mapping[str, str] | None,
) -> TagReport:
    """Evaluate a model on words with tags.

    Args:
        tag: the model.
        data: the names of the columns.
        rows: which rows.
        expected: the tags of each row, from :func:`read_tags`.
        renamed: the data's names for labels of the model.

    Raises:
        SettingError: the model is set up to leave out the end of a long text.
        InputError: words cannot be read.
        UnknownLabelError: the labels of model and data are not the same.
    """
    if tag.overflow == "truncate":
        raise SettingError(
            "overflow is 'truncate', must be 'window' or 'error': each word needs a tag",
            hint="evaluate tag.with_(overflow='window')",
        )
    there = sorted({name for tags in expected for name in tags})
    names = match_labels(tag.labels, there, renamed, name=tag.source.model)
    called = dict(zip(tag.labels, names, strict=True))
    watch = Stopwatch()
    said: list[tuple[str, ...]] = []
    for _, portion in rows.portions():
        results = watch.run(tag.batch, tagged_inputs(data, portion))
        said += [tuple(called[label] for label in result.labels) for result in results]
    scheme = tag_scheme(names)
    scores = score_entities(said, expected, scheme=scheme, bootstrap=rows.bootstrap)
    both = (
        [find_entities(tags, scheme=scheme) for tags in pair] for pair in zip(said, expected, strict=True)
    )
    return TagReport(
        source=tag.source,
        data=rows.described,
        speed=watch.speed,
        bootstrap=rows.bootstrap,
        notes=()
        if scheme == "conll"
        else ("the tags mark no entities: each word counts as one, of its tag",),
        scores=scores,
        mistakes=tuple(WrongTags(row, one, other) for row, (one, other) in enumerate(both) if one != other),
    )


def tagged_inputs(data: Tagged, table: Table) -> list[Words]:
    """Give the words of each row."""
    return [Words(words) for words in cast("list[list[str]]", table.column(data.words))]


def read_tags(data: Tagged, rows: EvaluationRows) -> list[tuple[str, ...]]:
    """Give the tags of each row by name.

    Raises:
        DataError: a row has not as many tags as words, or one without a name.
    """
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
