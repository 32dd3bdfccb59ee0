"""Answer on the fake backend: what a caller sees, without torch."""

from __future__ import annotations

import itertools
import pickle
import typing
from dataclasses import fields, replace

import pandas as pd
import pytest

import hfkit
from hfkit import errors
from hfkit.facades.answer import AnswerSettings

if typing.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = "the movie was very good and never dull " * 40
ASKED = hfkit.Question("bad movie", context="The story is good. It is a bad movie, never funny. Hate it.")


@pytest.fixture
def answer(fake_reader: Path, fake: hfkit.Runtime) -> hfkit.Answer:
    return hfkit.Answer(fake_reader, runtime=fake)


def test_one_question_gives_its_best_answer_with_offsets_and_evidence(answer: hfkit.Answer) -> None:
    found = answer(ASKED)
    (span,) = found.spans
    assert found.answered
    assert found.best == span
    assert found.text == span.text == ASKED.context[span.start : span.end]
    assert found.score == span.score
    evidence = span.evidence
    assert evidence.text in {"The story is good.", "It is a bad movie, never funny.", "Hate it."}
    assert evidence.text == ASKED.context[evidence.start : evidence.end]
    assert found.coverage == hfkit.Coverage(len(ASKED.context), len(ASKED.context), 1)
    assert found.source.backend == "fake"


def test_top_k_gives_spans_that_share_nothing_unless_asked_to_keep_them(answer: hfkit.Answer) -> None:
    apart = answer.with_(top_k=4)(ASKED).spans
    kept = answer.with_(top_k=4, overlapping="keep")(ASKED).spans
    assert len(apart) == len(kept) == 4
    assert apart[0] == kept[0]
    places = sorted((span.start, span.end) for span in apart)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
    assert kept[1].logit >= apart[1].logit
    assert any(one.start < other.end and other.start < one.end for one in kept for other in kept[1:])


def test_no_answer_is_longer_than_asked(answer: hfkit.Answer) -> None:
    spans = answer.with_(top_k=50, overlapping="keep", max_answer_tokens=2)(ASKED).spans
    assert {len(span.text.split()) for span in spans} <= {1, 2}
    assert len(spans) == 33  # 17 tokens with their full stops and comma, and 16 pairs of neighbors


def test_whole_words_are_given_on_request(answer: hfkit.Answer) -> None:
    asked = hfkit.Question("bad", context="unbelievable 世界和平")
    parts = answer.with_(top_k=30, max_answer_tokens=2)
    latin = {span.text for span in parts(asked).spans if span.text.isascii()}
    whole = parts.with_(whole_words=True)(asked).spans
    assert any(text not in {"unbelievable", ""} for text in latin)
    assert {span.text for span in whole if span.text.isascii()} == {"unbelievable"}
    assert {span.text for span in whole} >= {
        span.text for span in parts(asked).spans if not span.text.isascii()
    }
    for overlapping in ("merge", "keep"):
        spans = parts.with_(whole_words=True, overlapping=overlapping)(asked).spans
        assert len({(span.start, span.end) for span in spans}) == len(spans)


def test_no_answer_may_be_given_where_it_is_allowed(answer: hfkit.Answer) -> None:
    free = answer(ASKED)
    silent = answer.with_(no_answer=True, null_threshold=free.null_score - 1)(ASKED)
    assert not silent.answered
    assert silent.best is None
    assert silent.text == ""
    assert silent.score == silent.null_probability > 0
    assert [span.text for span in silent.spans] == [free.text]
    spoken = answer.with_(no_answer=True, null_threshold=free.null_score)(ASKED)
    assert spoken.text == free.text
    assert spoken.null_score == free.null_score
    assert spoken.score < free.score  # it shares with no answer


def test_a_threshold_is_found_on_labelled_questions(answer: hfkit.Answer) -> None:
    unanswerable = hfkit.Question("plot", context="No, never.")
    found = answer.find_threshold([ASKED, unanswerable], [[answer(ASKED).text], []])
    assert found.exact_match in {50.0, 100.0}
    low, high = sorted(answer(question).null_score for question in (ASKED, unanswerable))
    perfect = answer(ASKED).null_score == low
    assert (found.exact_match == 100.0) == perfect
    assert found.threshold not in {
        low,
        high,
    }  # a score at the threshold would fall on either side by rounding
    assert found.threshold < high
    silent = answer.with_(no_answer=True, null_threshold=-100)  # finds what it would find if it spoke
    assert silent.find_threshold([ASKED, unanswerable], [[answer(ASKED).text], []]) == found


@pytest.mark.parametrize(
    ("references", "settings", "kind", "message"),
    [
        (
            [],
            {},
            errors.InputError,
            "there are 1 questions and 0 lists of references, must be as many of both",
        ),
        ([["a"]], {"metric": "f2"}, errors.SettingError, "metric 'f2' is not one of"),
        ([["a"]], {"style": "drop"}, errors.SettingError, "style 'drop' is not one of"),
        (["a"], {}, errors.InputTypeError, "references are 'a', must be a sequence of texts"),
        ("a", {}, errors.InputTypeError, "references are 'a', must be a sequence of texts for each question"),
        (
            None,
            {},
            errors.InputTypeError,
            "references are None, must be a sequence of texts for each question",
        ),
        (
            [{"text": ["a"]}],
            {},
            errors.InputTypeError,
            "references are {'text': ['a']}, must be a sequence of",
        ),
    ],
    ids=["count", "metric", "style", "one text", "texts", "nothing", "SQuAD"],
)
def test_a_threshold_wants_references_and_says_so_before_the_model_opens(
    references: typing.Any,
    settings: dict[str, typing.Any],
    kind: type[errors.HfkitError],
    message: str,
) -> None:
    with pytest.raises(kind) as caught:
        hfkit.Answer("no/such-model").find_threshold([ASKED], references, **settings)
    assert message in caught.value.message
    with pytest.raises(errors.EmptyInputError):
        hfkit.Answer("no/such-model").find_threshold([], [])
    with pytest.raises(errors.InputTypeError, match="inputs are a Question"):
        hfkit.Answer("no/such-model").find_threshold(typing.cast("typing.Any", ASKED), [["a"]])


def test_batch_keeps_order_and_counts_its_work(answer: hfkit.Answer) -> None:
    questions = [ASKED, hfkit.Question("dull", LONG), ASKED, hfkit.Question("good", LONG)]
    batch = answer.batch(questions)
    assert isinstance(batch, hfkit.Batch)
    assert [found.text for found in batch] == [answer(question).text for question in questions]
    assert batch.statistics.inputs == 4
    assert batch.statistics.duplicates >= 1
    assert batch.statistics.windows == 2 + batch[1].coverage.windows + batch[3].coverage.windows > 6


def test_map_is_lazy_and_bounded(answer: hfkit.Answer) -> None:
    taken = []

    def endless() -> Iterator[hfkit.Question]:
        for number in range(10**9):
            taken.append(number)
            yield hfkit.Question(f"movie {number}", context="a good movie")

    results = answer.map(endless())
    assert taken == []
    assert next(results).text
    assert len(taken) <= 64


def test_very_long_contexts_are_read_a_few_at_a_time(
    answer: hfkit.Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [hfkit.Question("good", LONG), hfkit.Question("bad", LONG), ASKED, ASKED]
    together = answer.batch(questions)
    monkeypatch.setattr("hfkit.engines.answering._MOST_CHARACTERS", 1)
    apart = answer.batch(questions)
    assert list(apart) == list(together)
    assert apart.statistics.forwards > together.statistics.forwards


def test_empty_batch_is_an_empty_batch_and_opens_nothing() -> None:
    assert hfkit.Answer("no/such-model", runtime=hfkit.Runtime(offline=True)).batch([]) == hfkit.Batch(())


@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        (("", "a"), errors.EmptyInputError, "question, its text is empty, must hold something to read"),
        (("a", ""), errors.EmptyInputError, "question, its context is empty, must hold something to read"),
        (("a", " \n"), errors.EmptyInputError, "question, its context is blank: ' \\n', must hold something"),
        ((None, "a"), errors.InputTypeError, "question, its text is None, must be a str"),
        (("a", b"a"), errors.InputTypeError, "question, its context is a bytes, must be a str"),
        (
            ("a", "x\ud800y"),
            errors.InputEncodingError,
            "question, its context holds half of a surrogate pair, '\\ud800', at character 1",
        ),
        (
            ("a", "good " * (2 * 1024 * 1024 + 1)),
            errors.InputTooLongError,
            "question, its context has 10,485,765 characters, at most 1,000,000 are allowed",
        ),
        (("\x00\x01", "a"), errors.EmptyInputError, "question, its text, gives no tokens"),
        (("a", "\x00\x01"), errors.EmptyInputError, "question, its context '\\x00\\x01', gives no tokens"),
        (
            ("good " * 60, "a movie"),
            errors.QuestionTooLongError,
            "question has 60 tokens, which leaves 1 of a window of 64 for its context, must leave at least 30",
        ),
        (
            ("good " * 600, "a movie"),
            errors.QuestionTooLongError,
            "question has 600 tokens, which leaves 0 of a window of 64 for its context, must leave at least 30",
        ),
    ],
    ids=[
        "no question",
        "no context",
        "blank context",
        "None",
        "bytes",
        "surrogate",
        "10MiB",
        "NUL asked",
        "NUL context",
        "long question",
        "endless question",
    ],
)
def test_a_bad_question_is_a_typed_error(
    answer: hfkit.Answer, bad: tuple[typing.Any, typing.Any], kind: type[errors.InputError], message: str
) -> None:
    question = hfkit.Question(*bad)
    with pytest.raises(kind) as caught:
        answer(question)
    assert message in caught.value.message
    assert caught.value.hint
    assert caught.value.index is None
    with pytest.raises(kind) as caught:
        answer.batch([ASKED, question])
    assert caught.value.index == 1
    assert message.replace("question", "question 1", 1) in caught.value.message
    results = answer.map([ASKED, question, ASKED])
    assert next(results).text
    with pytest.raises(kind) as caught:
        next(results)
    assert caught.value.index == 1


@pytest.mark.parametrize("bad", ["Who?", None, ("Who?", "Ada."), hfkit.Pair("Who?", "Ada.")], ids=repr)
def test_what_is_no_question_is_refused(answer: hfkit.Answer, bad: typing.Any) -> None:
    with pytest.raises(errors.InputTypeError, match="must be a Question"):
        answer(bad)


@pytest.mark.parametrize(
    "bad", ["Who?", None, 7, ASKED, {"text": "Who?"}], ids=lambda value: type(value).__name__
)
def test_what_is_no_collection_is_refused_at_the_call(answer: hfkit.Answer, bad: typing.Any) -> None:
    for many in (answer.batch, answer.map):
        with pytest.raises(errors.InputTypeError, match="must be an iterable of Question"):
            many(bad)


def test_a_table_is_refused_and_its_columns_make_questions(answer: hfkit.Answer) -> None:
    frame = pd.DataFrame({"text": [ASKED.text], "context": [ASKED.context]})
    with pytest.raises(errors.InputTypeError) as caught:
        answer.batch(frame)
    assert (
        caught.value.hint
        == "make questions of its columns: map(hfkit.Question, frame['text'], frame['context'])"
    )
    assert answer.batch(map(hfkit.Question, frame["text"], frame["context"]))[0].text == answer(ASKED).text


@pytest.mark.slow
def test_a_context_of_ten_mebibytes_is_read_where_it_is_allowed(answer: hfkit.Answer) -> None:
    context = ("x" * 127 + " ") * 81_920 + "the plot is in the old house"  # each run of letters one token
    found = answer.with_(max_characters=None)(hfkit.Question("plot house", context))
    assert found.coverage.complete
    assert found.coverage.total == 10 * 1024 * 1024 + 28
    assert found.coverage.windows > 2000
    assert "plot" in found.text
    assert found.spans[0].start > 10 * 1024 * 1024


def test_a_context_of_too_many_windows_is_refused(answer: hfkit.Answer) -> None:
    with pytest.raises(
        errors.InputTooLongError, match=r"question makes [\d,]+ windows, at most 8,192 are read"
    ) as caught:
        answer.with_(window=33, max_answer_tokens=29)(hfkit.Question("plot", "good " * 20_000))
    assert caught.value.hint == "use a larger window, or give the context in parts"


@pytest.mark.parametrize("settings", [{"window": 5}, {"max_answer_tokens": 400}], ids=str)
def test_settings_that_leave_no_question_enough_are_at_fault_and_not_the_question(
    answer: hfkit.Answer, settings: typing.Any
) -> None:
    with pytest.raises(errors.SettingError, match="and the shortest question, must leave at least") as caught:
        answer.with_(**settings)(hfkit.Question("good", LONG))
    assert caught.value.hint == "use a larger window, or a smaller max_answer_tokens"


def test_where_a_context_is_cut_anyway_the_longest_answer_need_not_fit(answer: hfkit.Answer) -> None:
    cut = answer.with_(max_answer_tokens=400, overflow="truncate")(hfkit.Question("good", LONG))
    assert cut.answered
    assert not cut.coverage.complete


def test_answers_longer_than_the_text_cost_nothing(answer: hfkit.Answer) -> None:
    endless = answer.with_(max_answer_tokens=10**12, top_k=3)(ASKED)
    assert endless.spans == answer.with_(max_answer_tokens=30, top_k=3)(ASKED).spans


def test_whole_words_that_meet_make_room_for_others(answer: hfkit.Answer) -> None:
    facade = answer.with_(whole_words=True, overlapping="keep")
    all_there_are = facade.with_(top_k=10_000)(ASKED).spans
    assert len(all_there_are) > 20
    for top_k in (1, 5, 20):
        assert facade.with_(top_k=top_k)(ASKED).spans == all_there_are[:top_k]


def test_a_span_that_gives_way_to_a_better_answers_word_takes_no_other_with_it(answer: hfkit.Answer) -> None:
    asked = hfkit.Question("good", context="dull badgood")
    facade = answer.with_(whole_words=True, top_k=5, max_answer_tokens=4)
    assert [span.text for span in facade(asked).spans] == ["badgood", "dull"]


@pytest.mark.parametrize(
    "context",
    [
        "הסרט היה טוב: good movie, מאוד.",
        "كان الفيلم good movie جيدا جدا.",
        "a\x00 good\x00 movie\x00, never dull",
        "é́́ 👩‍👩‍👧 good movie 👍🏽",
        "\ufeffgood movie\r\n\u2028bad",
    ],
    ids=["Hebrew", "Arabic", "NUL", "clusters", "odd blanks"],
)
def test_odd_contexts_keep_their_offsets(answer: hfkit.Answer, context: str) -> None:
    for span in answer.with_(top_k=20)(hfkit.Question("movie", context)).spans:
        assert span.text == context[span.start : span.end] == span.text.strip()
        assert span.evidence.start <= span.start < span.end <= span.evidence.end
    texts = [
        span.text for span in answer.with_(top_k=99, overlapping="keep")(hfkit.Question("m", context)).spans
    ]
    assert "good" in texts


def test_a_long_context_is_read_whole_in_windows(answer: hfkit.Answer) -> None:
    context = LONG + "the plot is in the old house"
    found = answer(hfkit.Question("plot", context))
    assert found.coverage.complete
    assert found.coverage.windows > 1
    narrow = answer.with_(window=48, max_answer_tokens=8)(hfkit.Question("plot", context))
    assert narrow.coverage.windows > found.coverage.windows


def test_overflow_error_says_how_long_the_context_is(answer: hfkit.Answer) -> None:
    with pytest.raises(errors.InputTooLongError) as caught:
        answer.with_(overflow="error")(hfkit.Question("good", LONG))
    assert caught.value.message == "question, its context, has 320 tokens, at most 60 fit beside it"


def test_truncate_says_how_much_was_read(answer: hfkit.Answer) -> None:
    found = answer.with_(overflow="truncate")(hfkit.Question("good", LONG))
    assert found.coverage.windows == 1
    assert not found.coverage.complete
    beginning = answer(hfkit.Question("good", LONG[: found.coverage.read]))
    assert [(span.start, span.end, span.logit) for span in found.spans] == [
        (span.start, span.end, span.logit) for span in beginning.spans
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"top_k": 0}, "top_k is 0, must be a whole number, at least 1"),
        ({"top_k": None}, "top_k is None, must be int"),
        ({"max_answer_tokens": 0}, "max_answer_tokens is 0, must be a whole number, at least 1"),
        ({"max_answer_tokens": True}, "max_answer_tokens is True, must be a whole number, at least 1"),
        ({"window": 0}, "window is 0, must be a whole number, at least 1"),
        ({"overlap": -1}, "overlap is -1, must be a whole number, at least 0"),
        ({"max_characters": 0}, "max_characters is 0, must be a whole number, at least 1"),
        ({"no_answer": 1}, "no_answer is 1, must be bool"),
        ({"whole_words": "yes"}, "whole_words is 'yes', must be bool"),
        ({"null_threshold": "0"}, "null_threshold is '0', must be an int or a float"),
        ({"null_threshold": True}, "null_threshold is True, must be an int or a float"),
        ({"null_threshold": float("nan")}, "null_threshold is nan, must be an int or a float"),
        ({"overlapping": "drop"}, "overlapping 'drop' is not one of ('merge', 'keep')"),
        ({"overflow": "cut"}, "overflow 'cut' is not one of ('window', 'error', 'truncate')"),
        ({"model": ""}, "model is empty, must be a folder or a repository"),
        ({"model": 1}, "model is 1, must be str or PathLike or None"),
        ({"runtime": None}, "runtime is None, must be Runtime"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_bad_settings_are_refused_at_once(settings: AnswerSettings, message: str) -> None:
    with pytest.raises(errors.SettingError) as caught:
        hfkit.Answer(**settings)
    assert caught.value.message == message


def test_a_window_beyond_the_model_is_refused(answer: hfkit.Answer) -> None:
    with pytest.raises(errors.SettingError, match=r"window is 65 tokens, .* reads at most 64"):
        answer.with_(window=65)(ASKED)


def test_a_classifier_is_no_reader(fake_model: Path, fake_reader: Path, fake: hfkit.Runtime) -> None:
    with pytest.raises(errors.WrongHeadError):
        hfkit.Answer(fake_model, runtime=fake)(ASKED)
    with pytest.raises(errors.WrongHeadError):
        hfkit.Classify(fake_reader, runtime=fake)("good")


def test_pickling_carries_settings_only(answer: hfkit.Answer) -> None:
    answer.load()
    landed = pickle.loads(pickle.dumps(answer))
    assert landed == answer
    assert landed._holder._session is None
    assert landed(ASKED) == answer(ASKED)


def test_with_takes_every_setting_and_no_other() -> None:
    settings = {field.name for field in fields(hfkit.Answer) if field.init}
    assert set(AnswerSettings.__annotations__) == settings
    hints = typing.get_type_hints(hfkit.Answer)
    assert {name: hints[name] for name in settings} == typing.get_type_hints(AnswerSettings)


def test_a_bar_counts_questions(answer: hfkit.Answer, capsys: pytest.CaptureFixture[str]) -> None:
    loud = replace(answer.runtime, progress="always")
    answer.with_(runtime=loud).batch([ASKED, hfkit.Question("good", LONG)])
    assert "2/2" in capsys.readouterr().err
