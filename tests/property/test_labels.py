from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.labels import LabelScheme, Problem

if TYPE_CHECKING:
    from random import Random

    from hfkit.text.scores import Activation

NAMES = st.lists(st.text(max_size=8), min_size=1, max_size=8, unique=True)
PROBLEMS = st.sampled_from(get_args(Problem))


def rule_of_transformers(problem: str | None, labels: int) -> Activation:
    """``TextClassificationPipeline.postprocess`` of transformers 5: which function it applies."""
    if problem == "regression":
        return "none"
    if problem == "multi_label_classification" or labels == 1:
        return "sigmoid"
    return "softmax"


@given(NAMES, st.randoms(use_true_random=False), st.sampled_from((str, int)))
def test_names_come_in_the_order_of_their_numbers(
    names: list[str], random: Random, number_type: type[str | int]
) -> None:
    """However a config orders its labels, and whether it numbers them in digits or integers."""
    items = [(number_type(number), name) for number, name in enumerate(names)]
    random.shuffle(items)
    assert LabelScheme.from_config({"id2label": dict(items)}).names == tuple(names)


@given(
    st.lists(st.text(max_size=3), min_size=1, max_size=3, unique=True),
    st.sampled_from((None, *get_args(Problem))),
)
def test_activation_is_that_of_the_transformers_pipeline(names: list[str], problem: Problem | None) -> None:
    """A model's logits become scores by the same function as in transformers' own pipeline."""
    scheme = LabelScheme.from_config({"id2label": dict(enumerate(names)), "problem_type": problem})
    assert scheme.activation == rule_of_transformers(problem, len(names))


@given(st.integers(1, 30))
def test_labels_that_only_have_numbers_are_generic(count: int) -> None:
    """A config that only counts its labels gives them the names of transformers, which are generic."""
    scheme = LabelScheme.from_config({"num_labels": count})
    assert scheme.names == tuple(f"LABEL_{number}" for number in range(count))
    assert scheme.generic


@given(NAMES, PROBLEMS, st.text(min_size=1).filter(lambda name: not name.startswith("LABEL_")))
def test_one_real_name_is_enough(names: list[str], problem: Problem, real: str) -> None:
    """Labels are not generic once a single one of them says something."""
    assert not LabelScheme((*names, real), problem).generic
