"""Answer against a search through every span that shares no code with hfkit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

import hfkit
from brute_force import BruteForce, Overlapping, Search
from hfkit.testing import TinyFamily, write_tiny_reader

FAMILIES: tuple[TinyFamily, ...] = (
    "bert",
    "distilbert",
    "roberta",
    "xlm-roberta",
    "electra",
    "gpt2",
    "xlnet",
)
WINDOW, OVERLAP, LONGEST, COUNT = 64, 16, 12, 5
TOLERANCE = 1e-4

STRANGE = "  naïve ﬁancés:\tПривет,  世界！👩‍👩‍👧 \u05e9\u05dc\u05d5\u05dd  [SEP] </s>\r\n\u00a0café  "
QUESTIONS = {
    "short": ("who is good?", "A good movie by an old director."),
    "one word": ("what?", "plot"),
    "blanks and scripts": ("who said so?", STRANGE),
    "long": ("was the plot dull?", "It was not a good film; the old story had a dull plot, they said. " * 6),
    "long and strange": ("what is in there?", STRANGE * 4),
}
"""A question and its context, by what is special about it."""


@pytest.fixture(scope="module", params=FAMILIES)
def readers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[hfkit.Answer, BruteForce]]:
    folder = write_tiny_reader(tmp_path_factory.mktemp("reader"), family=request.param, limit=WINDOW)
    answer = hfkit.Answer(folder, top_k=COUNT, max_answer_tokens=LONGEST, window=WINDOW, overlap=OVERLAP)
    with answer:
        yield answer, BruteForce(folder, window=WINDOW, overlap=OVERLAP, longest=LONGEST)


@pytest.mark.parametrize("overlapping", get_args(Overlapping))
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_best_spans_are_those_of_a_search_through_all(
    readers: tuple[hfkit.Answer, BruteForce], question: str, overlapping: Overlapping
) -> None:
    text, context = QUESTIONS[question]
    answer, reference = readers
    answers = answer.with_(overlapping=overlapping)(hfkit.Question(text, context))
    search = reference.search(text, context)
    spans = [(span.start, span.end) for span in answers.spans]
    assert search.allows(spans, COUNT, overlapping=overlapping, tolerance=TOLERANCE)
    assert [span.logit for span in answers.spans] == pytest.approx(
        [search.logits[span] for span in spans], abs=TOLERANCE
    )
    assert answers.null_score + answers.spans[0].logit == pytest.approx(search.null, abs=TOLERANCE)
    assert answers.coverage.windows == search.windows
    assert [context[start:end] for start, end in spans] == [span.text for span in answers.spans]


def test_a_long_context_is_read_in_several_windows(readers: tuple[hfkit.Answer, BruteForce]) -> None:
    assert readers[1].search(*QUESTIONS["long"]).windows > 2


@pytest.mark.parametrize(
    ("spans", "allowed"),
    [
        ([(0, 3), (4, 6)], True),
        ([(0, 2), (4, 6)], True),  # as good as equal to the best
        ([(4, 6), (0, 3)], False),  # the better one comes second
        ([(0, 3), (0, 2)], False),  # shares characters with the first
        ([(0, 3)], False),  # leaves one out
        ([(0, 3), (5, 9)], False),  # no such span
    ],
)
def test_a_ranking_is_right_up_to_ties(*, spans: list[tuple[int, int]], allowed: bool) -> None:
    search = Search({(0, 3): 2.0, (0, 2): 2.0 - 1e-6, (4, 6): 1.0}, null=0.0, windows=1)
    assert search.allows(spans, 2, overlapping="merge", tolerance=TOLERANCE) is allowed
