"""Laws of entities in tags; the reference is seqeval."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import accuracy_score, get_entities, precision_recall_fscore_support
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_figures
from seqeval.scheme import IOB2, Entities

from hfkit.metrics.entities import TagScheme, find_entities, score_entities
from hfkit.values.bootstrap import Bootstrap

QUICK = Bootstrap(resamples=2)
TYPES = ("PER", "LOC", "a-b", "")


def tags(prefixes: str) -> st.SearchStrategy[str]:
    """A tag: outside, or a letter and a type, which may hold a hyphen or be missing, its hyphen too."""
    typed = st.builds(
        lambda letter, kind: f"{letter}-{kind}", st.sampled_from(prefixes), st.sampled_from(TYPES)
    )
    return st.just("O") | typed | st.sampled_from(prefixes)


def rows(prefixes: str) -> st.SearchStrategy[list[list[tuple[str, str]]]]:
    """Rows of words, each with two tags: said and expected."""
    row = st.lists(st.tuples(tags(prefixes), tags(prefixes)), min_size=1, max_size=8)
    return st.lists(row, min_size=1, max_size=5)


@given(st.lists(tags("BIES"), min_size=1, max_size=12))
def test_entities_are_those_of_seqeval(row: list[str]) -> None:
    """Tags in any order make the entities that seqeval finds, its oddities included."""
    expected = [(start, end + 1, kind) for kind, start, end in get_entities(row)]
    assert [(one.start, one.end, one.type) for one in find_entities(row)] == expected


@given(st.lists(tags("BI"), min_size=1, max_size=12))
def test_strict_entities_are_those_of_seqeval(row: list[str]) -> None:
    """Strictly, tags in any order make the entities that seqeval finds by IOB2."""
    expected = [entity.to_tuple() for entity in Entities([row], IOB2).entities[0]]
    found = [(0, one.type, one.start, one.end) for one in find_entities(row, scheme="IOB2")]
    assert [one[1:] for one in found] == [one[-3:] for one in expected]


@pytest.mark.parametrize(("scheme", "prefixes"), [("conll", "BIES"), ("IOB2", "BI")])
def test_figures_are_those_of_seqeval(scheme: TagScheme, prefixes: str) -> None:
    """Precision, recall, F1 and their averages, by type and by tag, are seqeval's."""

    @given(rows(prefixes))
    def holds(cases: list[list[tuple[str, str]]]) -> None:
        said = [[one for one, _ in row] for row in cases]
        expected = [[one for _, one in row] for row in cases]
        scores = score_entities(said, expected, scheme=scheme, bootstrap=QUICK)
        assert scores.accuracy.value == pytest.approx(accuracy_score(expected, said))
        if not scores.types:  # seqeval averages over nothing
            assert scores.averages.macro.f1.value == 0
            return

        def reference(average: str | None) -> Any:
            if scheme == "IOB2":
                return strict_figures(expected, said, average=average, scheme=IOB2, zero_division=0)
            return precision_recall_fscore_support(expected, said, average=average, zero_division=0)

        for one, *by_type in zip(scores.types, *reference(None), strict=True):
            found = (one.precision.value, one.recall.value, one.f1.value, one.support)
            assert found == pytest.approx(tuple(by_type))
        for name, mean in (
            ("micro", scores.averages.micro),
            ("macro", scores.averages.macro),
            ("weighted", scores.averages.weighted),
        ):
            figures = (mean.precision.value, mean.recall.value, mean.f1.value)
            assert figures == pytest.approx(reference(name)[:3])

    holds()
