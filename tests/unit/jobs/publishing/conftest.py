"""Reports of every kind, with figures that say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import hfkit
from hfkit.values.answer_report import AnswerReport
from hfkit.values.answer_scores import AnswerScores
from hfkit.values.classification_report import ClassificationReport, MultiLabelReport
from hfkit.values.classification_scores import ClassificationScores, Confusion, MultiLabelScores
from hfkit.values.estimates import Estimate
from hfkit.values.evaluation import EvaluatedData, Speed
from hfkit.values.label_figures import Averages, MeanFigures
from hfkit.values.language_report import LanguageReport
from hfkit.values.language_scores import LanguageScores
from hfkit.values.tag_report import TagReport
from hfkit.values.tag_scores import TagScores
from hfkit.values.text_report import TextReport
from hfkit.values.text_scores import TextScores

if TYPE_CHECKING:
    from hfkit.values.report import Report

FIGURE = Estimate(0.5, 0.25, 0.75)
MEAN = MeanFigures(FIGURE, FIGURE, FIGURE)
AVERAGES = Averages(micro=MEAN, macro=MEAN, weighted=MEAN)
SOURCE = hfkit.Source(
    model="org/model",
    revision="sha256:ef",
    tokenizer="sha256:ab",
    backend="torch",
    device="cpu",
    dtype="float32",
    versions=(),
)
DATA = EvaluatedData("Labelled", "test", rows=4, fingerprint="sha256:cd")
SPEED = Speed(0.5, hfkit.Statistics(inputs=4, tokens=40))
BOOTSTRAP = hfkit.Bootstrap(level=0.9)


@pytest.fixture
def reports() -> dict[str, Report]:
    return {
        "labels": ClassificationReport(
            source=SOURCE,
            data=DATA,
            speed=SPEED,
            bootstrap=BOOTSTRAP,
            scores=ClassificationScores(4, FIGURE, AVERAGES, (), Confusion((), ())),
            calibration=None,
            mistakes=(),
        ),
        "several labels": MultiLabelReport(
            source=SOURCE,
            data=DATA,
            speed=SPEED,
            bootstrap=BOOTSTRAP,
            scores=MultiLabelScores(4, FIGURE, AVERAGES, ()),
            mistakes=(),
        ),
        "answers": AnswerReport(
            source=SOURCE,
            data=DATA,
            speed=SPEED,
            bootstrap=BOOTSTRAP,
            exact_match=FIGURE,
            f1=FIGURE,
            scores=AnswerScores(50.0, 60.0, 4, has_answer=None, no_answer=None),
            threshold=None,
            mistakes=(),
        ),
        "tags": TagReport(
            source=SOURCE,
            data=DATA,
            speed=SPEED,
            bootstrap=BOOTSTRAP,
            scores=TagScores(4, FIGURE, AVERAGES, ()),
            mistakes=(),
        ),
        "texts": TextReport(
            source=SOURCE,
            data=DATA,
            speed=SPEED,
            bootstrap=BOOTSTRAP,
            scores=TextScores(4, FIGURE, FIGURE, FIGURE, FIGURE, FIGURE, FIGURE, ()),
            mistakes=(),
        ),
        "language": LanguageReport(
            source=SOURCE,
            data=DATA,
            speed=SPEED,
            bootstrap=BOOTSTRAP,
            notes=("a note",),
            scores=LanguageScores(4, 40, FIGURE, FIGURE, FIGURE),
            window=8,
            stride=4,
            losses=(None,),
        ),
    }
