from __future__ import annotations

from dataclasses import replace

import pytest

from hfkit.values.answer_report import AnswerReport
from hfkit.values.answer_scores import AnswerScores, GroupScores, NoAnswerThreshold
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.classification_report import ClassificationReport, WrongLabel
from hfkit.values.classification_scores import ClassificationScores, Confusion
from hfkit.values.estimates import Estimate
from hfkit.values.evaluation import EvaluatedData, Speed
from hfkit.values.label_figures import Averages, LabelFigures, MeanFigures
from hfkit.values.provenance import Source
from hfkit.values.statistics import Statistics
from hfkit.values.tag_report import TagReport, WrongTags
from hfkit.values.tag_scores import Entity, TagScores


def sure(value: float) -> Estimate:
    return Estimate(value, value, value)


def mean(value: float) -> MeanFigures:
    return MeanFigures(sure(value), sure(value), sure(value))


AVERAGES = Averages(micro=mean(0.5), macro=mean(0.5), weighted=mean(0.5))
DATA = EvaluatedData("Labelled", "test", rows=4, fingerprint="sha256:ab")
SPEED = Speed(0.5, Statistics(inputs=4, tokens=40))


def labels(count: int) -> tuple[LabelFigures, ...]:
    return tuple(
        LabelFigures(f"label {n}", sure(n / count), sure(n / count), sure(n / count), support=n)
        for n in range(count)
    )


def report(source: Source, count: int) -> ClassificationReport:
    names = tuple(f"label {n}" for n in range(count))
    counts = tuple(tuple(int(row == 1 and column == 0) for column in range(count)) for row in range(count))
    scores = ClassificationScores(4, sure(0.75), AVERAGES, labels(count), Confusion(names, counts))
    return ClassificationReport(
        source=source,
        data=DATA,
        speed=SPEED,
        bootstrap=Bootstrap(),
        notes=("a note",),
        scores=scores,
        calibration=None,
        mistakes=(WrongLabel(2, "label 0", "label 1", 0.75),),
    )


def test_a_report_says_what_was_evaluated_and_how_good_it_is(source: Source) -> None:
    assert str(report(source, 2)).splitlines() == [
        "org/model (0123abc) on 4 rows of Labelled, test",
        "accuracy  0.750 [0.750, 0.750]",
        "          precision  recall                    F1  rows",
        "label 0       0.000   0.000  0.000 [0.000, 0.000]     0",
        "label 1       0.500   0.500  0.500 [0.500, 0.500]     1",
        "macro         0.500   0.500  0.500 [0.500, 0.500]",
        "micro         0.500   0.500  0.500 [0.500, 0.500]",
        "weighted      0.500   0.500  0.500 [0.500, 0.500]",
        "1 mistake, most often label 1 as label 0 (1)",
        "8.0 rows/s, 80 tokens/s; intervals of 95%",
        "note: a note",
    ]


def test_of_many_labels_the_lowest_that_have_rows_are_shown(source: Source) -> None:
    lines = str(report(source, 77)).splitlines()
    assert len(lines) < 24
    assert lines[3].startswith("label 1 ")
    assert "(the 10 lowest of 77 labels)" in lines


def test_a_report_on_tags(source: Source) -> None:
    scores = TagScores(4, sure(0.9), AVERAGES, labels(2))
    wrong = WrongTags(1, said=(Entity(0, 2, "PER"),), expected=())
    tags = TagReport(
        source=source, data=DATA, speed=SPEED, bootstrap=Bootstrap(), scores=scores, mistakes=(wrong,)
    )
    assert tags.f1 == sure(0.5)
    assert str(tags).splitlines()[1] == "entity F1     0.500 [0.500, 0.500]"
    assert "1 row with mistakes" in str(tags)
    assert tags.to_dict()["mistakes"] == [
        {"row": 1, "said": [{"start": 0, "end": 2, "type": "PER"}], "expected": []}
    ]


@pytest.mark.parametrize("seconds", [0.0])
def test_what_took_no_time_has_no_speed(seconds: float) -> None:
    speed = Speed(seconds, Statistics(inputs=4, tokens=40))
    assert (speed.rows_per_second, speed.tokens_per_second) == (0.0, 0.0)


def test_a_report_of_answers_says_what_it_has(source: Source) -> None:
    group = GroupScores(50.0, 60.0, 4)
    plain = AnswerReport(
        source=source,
        data=DATA,
        speed=SPEED,
        bootstrap=Bootstrap(),
        exact_match=sure(0.5),
        f1=sure(0.6),
        scores=AnswerScores(50.0, 60.0, 4, has_answer=group, no_answer=None),
        threshold=None,
        mistakes=(),
    )
    assert "null_threshold" not in str(plain)
    assert "without" not in str(plain)
    both = replace(
        plain,
        scores=AnswerScores(50.0, 60.0, 4, has_answer=None, no_answer=group),
        threshold=NoAnswerThreshold(0.5, 50.0, 60.0),
    )
    assert "without: 4 questions, exact match 50.0, F1 60.0" in str(both)
    assert "with an answer" not in str(both)
    assert "null_threshold=0.5" in str(both)
