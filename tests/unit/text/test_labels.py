from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hfkit.errors import CorruptModelError
from hfkit.text.labels import LabelScheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.text.labels import Problem
    from hfkit.text.scores import Activation


@pytest.mark.parametrize(
    ("config", "names"),
    [
        pytest.param({"id2label": {"1": "yes", "0": "no"}}, ("no", "yes"), id="as JSON has it"),
        pytest.param({"id2label": {1: "yes", 0: "no"}}, ("no", "yes"), id="as transformers has it"),
        pytest.param({"id2label": {"0": 7, "1": None}}, ("7", "None"), id="names that are no text"),
        pytest.param({"id2label": {}, "num_labels": 3}, ("LABEL_0", "LABEL_1", "LABEL_2"), id="a count"),
        pytest.param({"id2label": None, "num_labels": "3"}, ("LABEL_0", "LABEL_1"), id="no count at all"),
        pytest.param({}, ("LABEL_0", "LABEL_1"), id="nothing"),
    ],
)
def test_names(config: Mapping[str, object], names: tuple[str, ...]) -> None:
    assert LabelScheme.from_config(config).names == names


@pytest.mark.parametrize(
    ("numbers", "shown", "allowed"),
    [(["0", "2", "3"], "0, 2, 3", "0, 1, 2"), (["1"], "1", "0"), (["a", "b"], "a, b", "0, 1")],
)
def test_labels_must_be_numbered_from_zero(numbers: list[str], shown: str, allowed: str) -> None:
    with pytest.raises(CorruptModelError) as caught:
        LabelScheme.from_config({"id2label": dict.fromkeys(numbers, "label")})
    assert caught.value.message == f"id2label numbers its labels {shown}, must be {allowed}"
    assert caught.value.hint == "correct id2label in config.json"


@pytest.mark.parametrize(
    ("stated", "labels", "problem"),
    [
        (None, 3, "single_label_classification"),
        (None, 1, "multi_label_classification"),
        ("single_label_classification", 3, "single_label_classification"),
        ("single_label_classification", 1, "multi_label_classification"),
        ("multi_label_classification", 3, "multi_label_classification"),
        ("regression", 1, "regression"),
        ("something else", 3, "single_label_classification"),
        (["regression"], 3, "single_label_classification"),
    ],
)
def test_problem(stated: object, labels: int, problem: Problem) -> None:
    config = {"problem_type": stated, "num_labels": labels}
    assert LabelScheme.from_config(config).problem == problem


@pytest.mark.parametrize(
    ("problem", "activation"),
    [
        ("single_label_classification", "softmax"),
        ("multi_label_classification", "sigmoid"),
        ("regression", "none"),
    ],
)
def test_activation(problem: Problem, activation: Activation) -> None:
    assert LabelScheme(("a", "b"), problem).activation == activation


@pytest.mark.parametrize(
    ("names", "generic"),
    [
        (("LABEL_0", "LABEL_1"), True),
        (("LABEL_10",), True),
        (("LABEL_0", "spam"), False),
        (("LABEL_", "label_0", "LABEL_0x"), False),
    ],
)
def test_generic(names: tuple[str, ...], generic: bool) -> None:  # noqa: FBT001
    assert LabelScheme(names, "single_label_classification").generic is generic


def test_a_label_is_named_once() -> None:
    with pytest.raises(CorruptModelError, match="id2label names a label twice: a, b, a"):
        LabelScheme.from_config({"id2label": ["a", "b", "a"]})
