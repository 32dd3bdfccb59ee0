"""Whether two models give the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hfkit.jobs.publishing.outputs import Outputs

Scores = tuple[Mapping[object, float], ...]

SCORES: Scores = ({"a": 0.5, "b": 0.25}, {"a": 1.0})
OUTPUTS = Outputs("Classify", ("a", "b"), SCORES)


def test_the_same_is_the_same() -> None:
    assert OUTPUTS.differs_at(Outputs("Classify", ("a", "b"), SCORES)) is None
    near: Scores = ({"a": 0.5 + 1e-5, "b": 0.25}, {"a": 1.0, "c": 0.1})
    assert OUTPUTS.differs_at(Outputs("Classify", ("a", "b"), near)) is None


@pytest.mark.parametrize(
    ("decisions", "scores", "place"),
    [
        (("a", "c"), SCORES, 1),
        (("a", "b"), ({"a": 0.6, "b": 0.25}, {"a": 1.0}), 0),
        (("a", "b"), ({"a": 0.5, "b": 0.25}, {"other": 1.0}), 1),
    ],
)
def test_what_differs_is_told_by_its_place(decisions: tuple[object, ...], scores: Scores, place: int) -> None:
    assert OUTPUTS.differs_at(Outputs("Classify", decisions, scores)) == place
