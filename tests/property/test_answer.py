from __future__ import annotations

import json
from itertools import islice, pairwise
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from hfkit import Answer, Question, Runtime
from hfkit.errors import EmptyInputError
from hfkit.metrics.scores import score_answers
from hfkit.testing.strategies import readable_texts
from hfkit.text.clusters import within_cluster
from hfkit.text.spans import Overlapping

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from hfkit import Answers, AnswerSpan

CONTEXTS = readable_texts(max_size=40)
QUESTIONS = st.lists(
    st.builds(Question, readable_texts(max_size=5), st.sampled_from(("good", "a bad movie 世界")) | CONTEXTS),
    max_size=8,
)
HYPHENATED = st.lists(st.sampled_from(("good", "bad", "movie", "-", " ")), max_size=9).map(
    lambda parts: "".join(["dull", *parts])
)
BUDGETS = st.integers(1, 600)
NO_TOKENS = "\a"  # no blank, so it is found out only once it is tokenized


def alike(one: Answers, other: Answers) -> bool:
    """Whether two results say the same, to the rounding of float32."""
    places = [(span.start, span.end, span.text, span.evidence) for span in one.spans]
    numbers = [number for span in one.spans for number in (span.logit, span.score)] + [one.null_score]
    others = [number for span in other.spans for number in (span.logit, span.score)] + [other.null_score]
    return (
        places == [(span.start, span.end, span.text, span.evidence) for span in other.spans]
        and numbers == pytest.approx(others, abs=1e-4)
        and (one.answered, one.coverage) == (other.answered, other.coverage)
    )


def settings(budget: int) -> Runtime:
    """The fake backend with a budget of tokens."""
    return Runtime(backend="fake", progress="never", batch_tokens=budget)


@pytest.fixture(scope="session")
def answer(fake_reader: Path) -> Answer:
    """A facade over the fake backend, its model open, with windows of a few tokens."""
    facade = Answer(fake_reader, top_k=3, max_answer_tokens=4, window=40, overlap=6)
    return facade.with_(runtime=Runtime(backend="fake", progress="never")).load()


@given(text=readable_texts(max_size=5), context=readable_texts(max_size=20), longest=st.integers(1, 8))
def test_the_best_answer_is_that_of_the_models_own_logits(
    answer: Answer, fake_reader: Path, text: str, context: str, longest: int
) -> None:
    """The best span of one window is found by hand, by the library, the table and two loops; only marks are added."""
    row = Tokenizer.from_file(str(fake_reader / "tokenizer.json")).encode(text, context)
    assume(len(row.ids) <= 64)
    table = load_file(fake_reader / "model.safetensors")["spans"]
    asked = {id_ for id_, kind in zip(row.ids, row.type_ids, strict=True) if kind == 0}
    logits = [table[id_] + np.float32(id_ in asked) for id_ in row.ids]
    inside = [place for place, sequence in enumerate(row.sequence_ids) if sequence == 1]
    best = max(
        (logits[first][0] + logits[last][1], -first, -last)
        for first in inside
        for last in range(first, min(first + longest, inside[-1] + 1))
    )
    found = answer.with_(window=64, max_answer_tokens=longest)(Question(text, context))
    span = found.spans[0]
    assert span.logit == best[0]
    start, end = row.offsets[-best[1]][0], row.offsets[-best[2]][1]
    assert span.start <= start < end <= span.end
    added = (*range(span.start + 1, start + 1), *range(end, span.end))
    assert all(within_cluster(context, place) for place in added)
    assert found.null_score == pytest.approx(float(logits[0].sum() - best[0]), abs=1e-5)


@given(
    questions=QUESTIONS,
    overlapping=st.sampled_from(get_args(Overlapping)),
    whole=st.booleans(),
    no_answer=st.booleans(),
)
def test_every_offset_reads_back_as_its_text(
    answer: Answer, questions: list[Question], overlapping: Overlapping, *, whole: bool, no_answer: bool
) -> None:
    """Answers and evidence are parts of the context, evidence holds its answer, and the best comes first."""
    facade = answer.with_(overlapping=overlapping, whole_words=whole, no_answer=no_answer)
    for question, found in zip(questions, facade.batch(questions), strict=True):
        assert 1 <= len(found.spans) <= 3
        for span in found.spans:
            assert span.text == question.context[span.start : span.end] == span.text.strip() != ""
            evidence = span.evidence
            assert evidence.text == question.context[evidence.start : evidence.end]
            assert evidence.start <= span.start < span.end <= evidence.end
        assert list(found.spans) == sorted(found.spans, key=lambda span: -span.logit)
        assert sum(span.score for span in found.spans) + found.null_probability <= 1 + 1e-6
        assert len({(span.start, span.end) for span in found.spans}) == len(found.spans)
        if overlapping == "merge":
            places = sorted((span.start, span.end) for span in found.spans)
            assert all(end <= start for (_, end), (start, _) in pairwise(places))


@given(
    questions=QUESTIONS | st.lists(st.builds(Question, st.just("good"), HYPHENATED), max_size=8),
    whole=st.booleans(),
)
def test_merged_answers_are_the_kept_ones_that_share_nothing_with_a_better_one(
    answer: Answer, questions: list[Question], *, whole: bool
) -> None:
    """Whole words or not, an answer is left out only if it shares characters with a better one that is given."""
    kept = answer.with_(top_k=10_000, whole_words=whole, overlapping="keep").batch(questions)
    merged = answer.with_(top_k=10_000, whole_words=whole).batch(questions)
    for all_there_are, found in zip(kept, merged, strict=True):
        expected: list[AnswerSpan] = []
        for span in all_there_are.spans:
            if all(span.end <= other.start or other.end <= span.start for other in expected):
                expected.append(span)
        assert list(found.spans) == expected


@given(questions=QUESTIONS, budget=BUDGETS)
def test_answers_do_not_depend_on_batching(answer: Answer, questions: list[Question], budget: int) -> None:
    """A question gets the same answers in a batch of any size as alone."""
    facade = answer.with_(runtime=settings(budget))
    together = facade.batch(questions)
    assert len(together) == len(questions)
    assert all(alike(facade(question), one) for question, one in zip(questions, together, strict=True))


@given(questions=QUESTIONS, random=st.randoms(use_true_random=False), budget=BUDGETS)
def test_answers_follow_their_questions_in_any_order(
    answer: Answer, questions: list[Question], random: Random, budget: int
) -> None:
    """Shuffling the questions shuffles the answers the same way."""
    facade = answer.with_(runtime=settings(budget))
    order = random.sample(range(len(questions)), len(questions))
    straight = facade.batch(questions)
    shuffled = facade.batch([questions[position] for position in order])
    assert all(alike(straight[position], one) for position, one in zip(order, shuffled, strict=True))


@given(questions=QUESTIONS)
def test_map_gives_what_batch_gives(answer: Answer, questions: list[Question]) -> None:
    """A stream of questions gets the same answers, one by one, in the same order."""
    pairs = zip(answer.map(iter(questions)), answer.batch(questions), strict=True)
    assert all(alike(one, other) for one, other in pairs)


@given(context=CONTEXTS, question=readable_texts(max_size=5), window=st.integers(32, 64))
def test_windows_laid_over_each_other_find_what_one_window_would(
    answer: Answer, context: str, question: str, window: int
) -> None:
    """The fake reads no order, so the layout of the windows changes no span and no logit."""
    asked = Question(question, context)
    one, other = answer.with_(window=window, overlap=3)(asked), answer.with_(window=64, overlap=0)(asked)
    places = [(span.start, span.end, span.logit) for span in one.spans]
    assert places == [(span.start, span.end, span.logit) for span in other.spans]


@given(before=st.integers(0, 120))
def test_answers_before_a_bad_question_are_given_and_its_error_says_where(
    answer: Answer, before: int
) -> None:
    """A stream gives the answers to all ahead of the first bad question; the error has its position."""
    stream = answer.map([Question("good", "a movie")] * before + [Question("good", NO_TOKENS)])
    assert len(list(islice(stream, before))) == before
    with pytest.raises(EmptyInputError) as caught:
        next(stream)
    assert caught.value.index == before


@given(questions=QUESTIONS, times=st.integers(2, 3))
def test_equal_questions_are_computed_once(answer: Answer, questions: list[Question], times: int) -> None:
    """Repeating the questions repeats the answers and costs no token more."""
    once, again = answer.batch(questions), answer.batch(questions * times)
    assert list(once) * times == list(again)
    assert again.statistics.tokens == once.statistics.tokens
    assert again.statistics.windows == once.statistics.windows * times


@given(questions=QUESTIONS, threshold=st.floats(-20, 20))
def test_a_threshold_decides_by_the_null_score(
    answer: Answer, questions: list[Question], threshold: float
) -> None:
    """No answer is given exactly where the null score is above it; the spans stay to be looked at."""
    always = answer.batch(questions)
    facade = answer.with_(no_answer=True, null_threshold=threshold)
    for free, found in zip(always, facade.batch(questions), strict=True):
        assert free.answered
        assert found.answered == (found.null_score <= threshold)
        assert (found.text == "") == (found.best is None) == (not found.answered)
        assert [span.text for span in found.spans] == [span.text for span in free.spans]
        assert free.null_probability == 0 < found.null_probability < 1


@given(questions=QUESTIONS, data=st.data())
def test_a_found_threshold_gives_the_figures_it_promises(
    answer: Answer, questions: list[Question], data: st.DataObject
) -> None:
    """Answering the same questions with the threshold scores what was said, by the metrics themselves."""
    assume(questions)
    some = st.lists(st.sampled_from(("good", "0", "movie")), max_size=2)
    references = [data.draw(some) for _ in questions]
    promised = answer.find_threshold(questions, references)
    facade = answer.with_(no_answer=True, null_threshold=promised.threshold)
    scores = score_answers([found.text for found in facade.batch(questions)], references)
    assert (scores.exact_match, scores.f1) == pytest.approx((promised.exact_match, promised.f1))


@given(questions=QUESTIONS)
def test_answers_are_json(answer: Answer, questions: list[Question]) -> None:
    """The JSON of answers, read again, is the dicts of the answers, whatever the texts were."""
    found = answer.batch(questions)
    assert json.loads(found.to_json()) == found.to_dicts()
