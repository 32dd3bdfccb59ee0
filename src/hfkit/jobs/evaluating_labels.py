"""Evaluate a model that labels texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.data.checks.label_classes import classes_of
from hfkit.errors import InputError
from hfkit.metrics.calibration import score_probabilities
from hfkit.metrics.classification import score_labels
from hfkit.metrics.multilabel import score_label_sets
from hfkit.text.label_names import label_name
from hfkit.values.classification_report import ClassificationReport, MultiLabelReport, WrongLabel, WrongLabels
from hfkit.values.inputs import Pair

from .evaluation import Stopwatch, bad_row
from .label_matching import match_labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.data.labelled import Labelled
    from hfkit.data.table import Table
    from hfkit.text.arrays import FloatArray
    from hfkit.text.label_names import LabelValue
    from hfkit.values.classification import Classification
    from hfkit.values.classification_scores import Calibration
    from hfkit.values.inputs import TextInput

    from .evaluated_models import LabelsTexts
    from .evaluation import EvaluationRows

__all__ = ["evaluate_label_sets", "evaluate_labels", "labelled_inputs"]

# Rows of probabilities of float32 add up to 1 no better than this.
_TOLERANCE = 1e-3


def evaluate_labels(
    classify: LabelsTexts,
    data: Labelled,
    rows: EvaluationRows,
    *,
    renamed: Mapping[str, str] | None,
    bins: int,
) -> ClassificationReport:
    """Evaluate a model on rows with one label each.

    Args:
        classify: the model.
        data: the names of the columns.
        rows: which rows.
        renamed: the data's names for labels of the model.
        bins: of the calibration.

    Raises:
        InputError: rows have lists of labels, or a text cannot be read.
        DataError: a row has no label.
        UnknownLabelError: the labels of model and data are not the same.
    """
    if data.multi_label:
        raise InputError(
            f"column {data.label!r} holds lists of labels, must hold one label a row",
            hint="evaluate any number of labels with Evaluate(...).label_sets(data)",
        )
    expected = [labels[0] for labels in _expected(data, rows)]
    classify = classify.with_(top_k=None)
    names = match_labels(classify.labels, sorted(set(expected)), renamed, name=classify.source.model)
    watch = Stopwatch()
    probabilities = np.concatenate(
        [
            _scores(watch.run(classify.batch, labelled_inputs(data, portion)), classify.labels)
            for _, portion in rows.portions()
        ]
    )
    best = probabilities.argmax(axis=1)
    said = [names[place] for place in best.tolist()]
    certain = probabilities[np.arange(len(best)), best].tolist()
    mistakes = tuple(
        WrongLabel(row, one, wanted, score)
        for row, (one, wanted, score) in enumerate(zip(said, expected, certain, strict=True))
        if one != wanted
    )
    return ClassificationReport(
        source=classify.source,
        data=rows.described,
        speed=watch.speed,
        bootstrap=rows.bootstrap,
        notes=_notes(names, expected),
        scores=score_labels(said, expected, labels=names, bootstrap=rows.bootstrap),
        calibration=_calibration(probabilities, [names.index(label) for label in expected], rows, bins=bins),
        mistakes=mistakes,
    )


def evaluate_label_sets(
    classify: LabelsTexts, data: Labelled, rows: EvaluationRows, *, renamed: Mapping[str, str] | None
) -> MultiLabelReport:
    """Evaluate a model on rows with any number of labels each; as :func:`evaluate_labels`."""
    if not data.multi_label:
        raise InputError(
            f"column {data.label!r} holds one label a row, must hold lists of labels",
            hint="evaluate one label a row with Evaluate(...)(data)",
        )
    expected = [tuple(sorted(set(labels))) for labels in _expected(data, rows)]
    classify = classify.with_(top_k=None)
    there = sorted({label for labels in expected for label in labels})
    names = match_labels(classify.labels, there, renamed, name=classify.source.model)
    called = dict(zip(classify.labels, names, strict=True))
    watch = Stopwatch()
    said: list[tuple[str, ...]] = []
    for _, portion in rows.portions():
        results = watch.run(classify.batch, labelled_inputs(data, portion))
        said += [tuple(sorted(called[label] for label in result.labels)) for result in results]
    return MultiLabelReport(
        source=classify.source,
        data=rows.described,
        speed=watch.speed,
        bootstrap=rows.bootstrap,
        notes=_notes(names, [label for labels in expected for label in labels]),
        scores=score_label_sets(said, expected, labels=names, bootstrap=rows.bootstrap),
        mistakes=tuple(
            WrongLabels(row, one, wanted)
            for row, (one, wanted) in enumerate(zip(said, expected, strict=True))
            if one != wanted
        ),
    )


def _expected(data: Labelled, rows: EvaluationRows) -> list[list[str]]:
    """Give the names of each row's labels.

    Raises:
        DataError: a row has none where it must have one, or one that has no name.
    """
    known = classes_of(rows.table.dataset, data.label) or data.names
    found = []
    for row, value in enumerate(rows.table.column(data.label)):
        values = cast("list[LabelValue | None] | None", value if data.multi_label else [value])
        if values is None or None in values:
            raise bad_row(rows, row, f"column {data.label!r} has no label")
        labels = [label_name(cast("LabelValue", one), known) for one in values]
        if None in labels:
            raise bad_row(
                rows, row, f"column {data.label!r} has the label {value!r}, which is none of {known}"
            )
        found.append(cast("list[str]", labels))
    return found


def labelled_inputs(data: Labelled, table: Table) -> list[TextInput]:
    """Give the texts of rows, or their pairs."""
    first = cast("list[str]", table.column(data.text))
    if data.second is None:
        return list(first)
    return list(map(Pair, first, cast("list[str]", table.column(data.second))))


def _scores(results: Sequence[Classification], labels: Sequence[str]) -> FloatArray:
    """Give the score of each label, shape ``[rows, labels]``."""
    places = {label: place for place, label in enumerate(labels)}
    table = np.empty((len(results), len(labels)), dtype=np.float32)
    for row, result in enumerate(results):
        for entry in result.scores:
            table[row, places[entry.label]] = entry.score
    return table


def _calibration(
    probabilities: FloatArray, expected: Sequence[int], rows: EvaluationRows, *, bins: int
) -> Calibration | None:
    """Score probabilities, where that is what the scores are."""
    sums = probabilities.sum(axis=1, dtype=np.float64)
    if not ((probabilities >= 0).all() and (np.abs(sums - 1) <= _TOLERANCE).all()):
        return None
    return score_probabilities(
        probabilities, np.array(expected, dtype=np.int64), bins=bins, bootstrap=rows.bootstrap
    )


def _notes(names: Sequence[str], expected: Sequence[str]) -> tuple[str, ...]:
    never = [name for name in names if name not in set(expected)]
    if not never:
        return ()
    return (f"of the model's labels these never are the right one here: {', '.join(never)}",)
