"""What a model's labels mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit.errors import CorruptModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .scores import Activation

__all__ = ["LabelScheme", "Problem"]

Problem: TypeAlias = Literal["single_label_classification", "multi_label_classification", "regression"]
"""The names of transformers' ``problem_type``."""

_GENERIC = re.compile(r"LABEL_\d+")


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """The labels of a model and how they relate.

    Attributes:
        names: the labels, in the order of the logits.
        problem: whether one label holds, any number of them, or the output is a plain number.
    """

    names: tuple[str, ...]
    problem: Problem

    @property
    def generic(self) -> bool:
        """Whether all names are of the form ``LABEL_0``: nobody has said what they mean.

        >>> LabelScheme(("LABEL_0", "LABEL_1"), "single_label_classification").generic
        True
        """
        return all(_GENERIC.fullmatch(name) for name in self.names)

    @property
    def activation(self) -> Activation:
        """The activation that fits the problem."""
        activations: dict[Problem, Activation] = {
            "single_label_classification": "softmax",
            "multi_label_classification": "sigmoid",
            "regression": "none",
        }
        return activations[self.problem]

    @staticmethod
    def from_config(config: Mapping[str, object]) -> LabelScheme:
        """Read the scheme off a model's ``config.json``.

        Unless ``problem_type`` says otherwise, several labels exclude each other; a single one is
        always a probability of its own (or a plain number): the rule of transformers' own pipeline.

        Raises:
            CorruptModelError: ``id2label`` does not number its labels 0, 1, 2, ... or names one twice.

        >>> LabelScheme.from_config({"id2label": {"1": "yes", "0": "no"}}).names
        ('no', 'yes')
        """
        names = _names(config)
        problem: Problem
        match config.get("problem_type"):
            case "regression":
                problem = "regression"
            case "multi_label_classification":
                problem = "multi_label_classification"
            case _:
                problem = "single_label_classification" if len(names) > 1 else "multi_label_classification"
        return LabelScheme(names, problem)


def _names(config: Mapping[str, object]) -> tuple[str, ...]:
    """Give the labels in the order of their numbers; without any, the generic names of transformers."""
    id2label = config.get("id2label")
    if isinstance(id2label, list):
        id2label = dict(enumerate(id2label))
    if not isinstance(id2label, dict) or not id2label:
        count = config.get("num_labels")
        return tuple(f"LABEL_{number}" for number in range(count if isinstance(count, int) else 2))
    by_number = {str(number): str(name) for number, name in id2label.items()}
    numbers = [str(number) for number in range(len(by_number))]
    if set(by_number) != set(numbers):
        raise CorruptModelError(
            f"id2label numbers its labels {', '.join(by_number)}, must be {', '.join(numbers)}",
            hint="correct id2label in config.json",
        )
    names = tuple(by_number[number] for number in numbers)
    if len(set(names)) < len(names):
        raise CorruptModelError(
            f"id2label names a label twice: {', '.join(names)}", hint="correct id2label in config.json"
        )
    return names
