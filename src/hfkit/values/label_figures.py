"""Precision, recall and F1: of one label, and over all of them."""

from __future__ import annotations

from dataclasses import dataclass

from .estimates import Estimate

__all__ = ["Averages", "LabelFigures", "MeanFigures"]


@dataclass(frozen=True, slots=True)
class MeanFigures:
    """Figures over all labels.

    Attributes:
        precision: how often what was said is right, from 0 to 1.
        recall: how often what was expected was said, from 0 to 1.
        f1: both in one: their harmonic mean for each label, then the mean over labels.
    """

    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Averages:
    """The three ways to average over labels.

    Attributes:
        micro: of all labels' counts added up; where each row has one label, all three are the accuracy.
        macro: the mean over labels that occur, each counting the same.
        weighted: the mean over labels, each counting as often as it was expected.
    """

    micro: MeanFigures
    macro: MeanFigures
    weighted: MeanFigures


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """Figures of one label, or of entities of one type.

    Attributes:
        label: its name.
        precision: how often it is right where it was said, from 0 to 1; 0 if it never was.
        recall: how often it was said where it was expected, from 0 to 1; 0 if it never was.
        f1: the harmonic mean of both; 0 where there is none.
        support: how often it was expected.
    """

    label: str
    precision: Estimate
    recall: Estimate
    f1: Estimate
    support: int
