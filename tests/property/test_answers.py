from __future__ import annotations

import math
import unicodedata
from itertools import combinations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hfkit.metrics.answers import AnswerStyle, exact_match, f1, has_answer
from hfkit.metrics.cmrc import segments
from hfkit.metrics.scores import score_answers
from hfkit.metrics.squad import normalize_answer
from hfkit.metrics.threshold import AnswerMetric, best_threshold, between_scores
from hfkit.testing.strategies import texts

ODD = (
    "",
    " ",
    "the",
    "a an the",
    "...",
    "The.",
    "。",
    "cat",
    "the cat",
    "cat, dog",
    "猫",
    "黑猫",
    "cat 猫",
)
ANSWERS = st.sampled_from(ODD) | texts(max_size=8) | st.text("ab cThe.,'猫狗。", max_size=12)
REFERENCES = st.lists(ANSWERS, max_size=4)
STYLES: st.SearchStrategy[AnswerStyle] = st.sampled_from(["squad", "cmrc"])
METRICS: st.SearchStrategy[AnswerMetric] = st.sampled_from(["exact_match", "f1"])
# Few values, so that scores tie; both signs, and positive ones alone.
NULL_SCORES = st.sampled_from([-2.5, -1.0, 0.0, 0.5, 3.0]) | st.floats(-1e6, 1e6) | st.floats(0.1, 0.9)
QUESTIONS = st.lists(st.tuples(ANSWERS, REFERENCES, NULL_SCORES), min_size=1, max_size=8)


@given(ANSWERS, REFERENCES, STYLES)
@example("", ["the"], "squad")
@example("。", ["、"], "cmrc")
def test_exact_match_is_at_most_f1(prediction: str, references: list[str], style: AnswerStyle) -> None:
    """An answer that equals a reference overlaps with it fully; both figures stay between 0 and 100."""
    exact, overlap = exact_match(prediction, references, style=style), f1(prediction, references, style=style)
    assert exact in (0, 100)
    assert 0 <= exact <= overlap <= 100


@given(ANSWERS, ANSWERS, STYLES)
def test_f1_is_symmetric(left: str, right: str, style: AnswerStyle) -> None:
    """Against one reference it does not matter which of the two is the answer."""
    assert f1(left, [right], style=style) == f1(right, [left], style=style)


@given(ANSWERS, STYLES)
def test_an_answer_equals_itself(text: str, style: AnswerStyle) -> None:
    """Each answer is fully right against itself."""
    assert exact_match(text, [text], style=style) == f1(text, [text], style=style) == 100


@given(ANSWERS, st.data(), STYLES)
def test_references_have_no_order(prediction: str, data: st.DataObject, style: AnswerStyle) -> None:
    """The figures do not depend on the order of the references, nor on naming one twice."""
    references = data.draw(REFERENCES)
    shuffled = data.draw(st.permutations(references + references[:1]))
    assert exact_match(prediction, references, style=style) == exact_match(prediction, shuffled, style=style)
    assert f1(prediction, references, style=style) == f1(prediction, shuffled, style=style)


@given(texts())
def test_normalizing_leaves_nothing_to_ignore(text: str) -> None:
    """A normalized answer has single blanks, no ASCII punctuation, no article among its words."""
    words = normalize_answer(text).split(" ")
    assert words == [""] or "" not in words
    assert not set(words) & {"a", "an", "the"}
    assert not set("".join(words)) & set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6))
def test_f1_counts_the_words_that_can_be_paired(left: list[str], right: list[str]) -> None:
    """F1 is twice the most pairs of equal words, over the words of both: what 2PR / (P + R) comes to."""
    left, right = [f"{word}x" for word in left], [f"{word}x" for word in right]
    pairs = sum(min(left.count(word), right.count(word)) for word in set(left))
    expected = 100 * 2 * pairs / (len(left) + len(right)) if left + right else 100
    assert f1(" ".join(left), [" ".join(right)]) == pytest.approx(expected)


@given(st.text("北京大学ab ", max_size=8), st.text("北京大学ab ", max_size=8))
def test_f1_of_chinese_counts_the_longest_run(left: str, right: str) -> None:
    """F1 is twice the longest run of segments that both have, over the segments of both."""
    first, second = segments(left), segments(right)
    runs = {tuple(first[i:j]) for i, j in combinations(range(len(first) + 1), 2)}
    others = {tuple(second[i:j]) for i, j in combinations(range(len(second) + 1), 2)}
    longest = max(map(len, runs & others), default=0)
    expected = 100 * 2 * longest / (len(first) + len(second)) if first + second else 100
    assert f1(left, [right], style="cmrc") == pytest.approx(expected)


@given(texts())
def test_segments_lose_no_letter(text: str) -> None:
    """All letters and digits are in the segments, in order; Han characters stand alone."""
    # An apostrophe and its like may be written otherwise; letters may not.
    lower = text.lower()
    letters = [c for c in lower if unicodedata.category(c)[0] in "LN"]
    cut = segments(text)
    assert [c for segment in cut for c in segment if unicodedata.category(c)[0] in "LN"] == letters
    assert all(len(segment) == 1 for segment in cut if any("\u4e00" <= c <= "\u9fa5" for c in segment))


@given(QUESTIONS, STYLES)
def test_groups_add_up(questions: list[tuple[str, list[str], float]], style: AnswerStyle) -> None:
    """The whole is the mean of the questions with an answer and of those without, by their numbers."""
    predictions, references, _ = map(list, zip(*questions, strict=True))
    scores = score_answers(predictions, references, style=style)
    groups = [group for group in (scores.has_answer, scores.no_answer) if group]
    assert scores.total == sum(group.total for group in groups) == len(questions)
    assert scores.f1 * scores.total == pytest.approx(sum(group.f1 * group.total for group in groups))
    assert scores.exact_match <= scores.f1 + 1e-9


@given(QUESTIONS, METRICS)
def test_the_best_threshold_is_the_best_of_all(
    questions: list[tuple[str, list[str], float]], metric: AnswerMetric
) -> None:
    """No number at all, taken as the threshold, gives more than the one found gives; that one gives what it says."""
    predictions, references, null_scores = map(list, zip(*questions, strict=True))

    def figures(threshold: float) -> dict[str, float]:
        given_answers = [
            "" if score > threshold else prediction
            for prediction, score in zip(predictions, null_scores, strict=True)
        ]
        scores = score_answers(given_answers, references)
        return {"exact_match": scores.exact_match, "f1": scores.f1}

    best = best_threshold(predictions, references, null_scores, metric=metric)
    reached = figures(best.threshold)
    assert figures(between_scores(best, null_scores).threshold) == reached
    assert best.exact_match == pytest.approx(reached["exact_match"])
    assert best.f1 == pytest.approx(reached["f1"])
    for threshold in [-math.inf, *null_scores]:  # between two neighbors nothing changes
        assert figures(threshold)[metric] <= reached[metric] + 1e-9


@given(QUESTIONS, METRICS)
def test_the_best_threshold_is_that_of_squad_where_scores_differ(
    questions: list[tuple[str, list[str], float]], metric: AnswerMetric
) -> None:
    """With unlike, positive null scores the sweep that SQuAD 2.0 describes finds the same threshold and figure.

    It begins with no answer anywhere and a threshold of 0, gives the answers one by one, by rising null score,
    and keeps the first of the best totals.
    """
    questions = [
        (
            normalize_answer(prediction),
            [text for text in references if normalize_answer(text)],
            abs(score) + 0.1,
        )
        for prediction, references, score in questions
    ]
    assume(len({score for *_, score in questions}) == len(questions))
    single = {"exact_match": exact_match, "f1": f1}[metric]
    total = best_total = sum(not has_answer(references) for _, references, _ in questions) * 100.0
    threshold = 0.0
    for prediction, references, score in sorted(questions, key=lambda question: question[2]):
        if has_answer(references):
            total += single(prediction, references)
        elif prediction:
            total -= 100
        if total > best_total:
            best_total, threshold = total, score
    best = best_threshold(*map(list, zip(*questions, strict=True)), metric=metric)
    assert best.threshold == threshold
    assert getattr(best, metric) == pytest.approx(best_total / len(questions))
