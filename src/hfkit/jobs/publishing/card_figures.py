"""Figures of an evaluation as a card tells them: each with its interval, its rows, and the hash of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.values.answer_report import AnswerReport
from hfkit.values.classification_report import ClassificationReport, MultiLabelReport
from hfkit.values.language_report import LanguageReport
from hfkit.values.tag_report import TagReport
from hfkit.values.text_report import TextReport

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

    from hfkit.values.estimates import Estimate
    from hfkit.values.report import Report

__all__ = ["CardFigure", "figures_of", "metadata_of"]


@dataclass(frozen=True, slots=True)
class CardFigure:
    """One figure.

    Attributes:
        metric: what the hub calls it.
        name: what people call it.
        estimate: the figure, in the unit that is usual for it.
    """

    metric: str
    name: str
    estimate: Estimate


def figures_of(report: Report) -> tuple[str, tuple[CardFigure, ...]]:
    """Give the task as the hub calls it, and the figures that matter there."""
    match report:
        case ClassificationReport():
            return "text-classification", (
                CardFigure("accuracy", "accuracy", report.accuracy),
                CardFigure("f1", "macro F1", report.macro_f1),
            )
        case MultiLabelReport():
            return "text-classification", (
                CardFigure("accuracy", "subset accuracy", report.subset_accuracy),
                CardFigure("f1", "macro F1", report.macro_f1),
            )
        case AnswerReport():
            return "question-answering", (
                CardFigure("exact_match", "exact match", report.exact_match),
                CardFigure("f1", "F1", report.f1),
            )
        case TagReport():
            return "token-classification", (
                CardFigure("f1", "entity F1", report.f1),
                CardFigure("accuracy", "tag accuracy", report.scores.accuracy),
            )
        case TextReport():
            return "text-generation", (
                CardFigure("bleu", "BLEU", report.bleu),
                CardFigure("chrf", "chrF2", report.chrf),
                CardFigure("rouge", "ROUGE-L", report.scores.rouge_l),
            )
        case LanguageReport():
            return "text-generation", (
                CardFigure("perplexity", "perplexity", report.perplexity),
                CardFigure("loss", "loss", report.scores.loss),
            )
        case _:
            return "other", ()


def metadata_of(report: Report) -> list[EvalResult]:
    """Give the figures as the hub's metadata has them."""
    from huggingface_hub import EvalResult

    task, figures = figures_of(report)
    data, level = report.data, report.bootstrap.level
    return [
        EvalResult(
            task_type=task,
            dataset_type=data.task.lower(),
            dataset_name=f"{data.task}, {data.split}",
            dataset_split=data.split,
            dataset_revision=data.fingerprint,
            metric_type=figure.metric,
            metric_name=figure.name,
            metric_value=figure.estimate.value,
            metric_args={
                "interval": [figure.estimate.low, figure.estimate.high],
                "level": level,
                "rows": data.rows,
            },
        )
        for figure in figures
    ]
