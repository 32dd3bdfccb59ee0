"""Evaluate on the fake backend: what a caller sees, without torch."""

from __future__ import annotations

import json
import pickle
import re
import typing
from dataclasses import fields, replace

import pytest

import hfkit
from hfkit import errors
from hfkit.facades.evaluate import EvaluateSettings
from hfkit.metrics.classification import score_labels
from hfkit.metrics.scores import score_answers
from hfkit.testing import write_fake_model, write_fake_tagger, write_fake_writer
from hfkit.values.classification_report import WrongLabel

if typing.TYPE_CHECKING:
    from pathlib import Path

QUICK = hfkit.Bootstrap(resamples=20)
LABELS = ("negative", "neutral", "positive")
TEXTS = ["good movie", "a bad story", "never dull", "the best film", "no", "old city house"]


@pytest.fixture
def classify(fake_model: Path, fake: hfkit.Runtime) -> hfkit.Classify:
    return hfkit.Classify(fake_model, runtime=fake)


@pytest.fixture
def labelled(classify: hfkit.Classify) -> hfkit.Labelled:
    """Rows of which the model gets all right but the second and the last."""
    rows = [{"text": text, "label": classify(text).label} for text in TEXTS]
    for place in (1, 5):
        rows[place]["label"] = LABELS[(LABELS.index(rows[place]["label"]) + 1) % 3]
    return hfkit.Labelled(train=rows, test=rows, names=LABELS)


def test_a_classifier_on_labelled_rows(classify: hfkit.Classify, labelled: hfkit.Labelled) -> None:
    report = hfkit.Evaluate(classify, bootstrap=QUICK)(labelled)
    assert report.accuracy.value == pytest.approx(4 / 6)
    assert [wrong.row for wrong in report.mistakes] == [1, 5]
    second = classify(TEXTS[1])
    assert labelled.test is not None
    assert replace(report.mistakes[0], score=0) == WrongLabel(
        1, second.label, str(labelled.test[1]["label"]), 0
    )
    assert report.mistakes[0].score == pytest.approx(second.score)
    said = [result.label for result in classify.batch(TEXTS)]
    expected = [str(row["label"]) for row in labelled.test]
    assert report.scores == score_labels(said, expected, labels=LABELS, bootstrap=QUICK)
    assert report.calibration is not None
    assert report.source == second.source
    assert report.data.task == "Labelled"
    assert (report.data.split, report.data.rows) == ("test", 6)
    assert report.data.fingerprint == labelled.test.fingerprint
    assert report.speed.statistics.inputs == 6
    assert report.speed.rows_per_second > 0


def test_a_folder_is_opened_with_the_verb_of_the_data_and_closed_again(
    fake_model: Path, fake: hfkit.Runtime, classify: hfkit.Classify, labelled: hfkit.Labelled
) -> None:
    by_folder = hfkit.Evaluate(fake_model, bootstrap=QUICK, runtime=fake)(labelled)
    assert by_folder.scores == hfkit.Evaluate(classify, bootstrap=QUICK)(labelled).scores


def test_a_facade_keeps_all_its_labels_whatever_its_top_k(
    classify: hfkit.Classify, labelled: hfkit.Labelled
) -> None:
    whole = hfkit.Evaluate(classify, bootstrap=QUICK)(labelled)
    assert hfkit.Evaluate(classify.with_(top_k=1), bootstrap=QUICK)(labelled).scores == whole.scores


def test_rows_are_taken_some_at_a_time(
    classify: hfkit.Classify, labelled: hfkit.Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = hfkit.Evaluate(classify, bootstrap=QUICK)(labelled)
    monkeypatch.setattr("hfkit.jobs.evaluation._CHUNK", 4)
    parts = hfkit.Evaluate(classify, bootstrap=QUICK)(labelled)
    assert parts.scores == whole.scores
    assert parts.mistakes == whole.mistakes
    assert parts.speed.statistics.forwards > whole.speed.statistics.forwards
    assert parts.speed.statistics.inputs == 6


def test_pairs_are_read_as_pairs(classify: hfkit.Classify) -> None:
    rows = [
        {
            "premise": "good movie",
            "claim": "bad story",
            "label": classify(hfkit.Pair("good movie", "bad story")).label,
        }
    ]
    data = hfkit.Labelled(train=rows, test=rows, text="premise", second="claim")
    assert hfkit.Evaluate(classify, bootstrap=QUICK)(data).accuracy.value == 1.0


def test_labels_of_another_name_are_refused_with_the_cure(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(tmp_path / "model", labels=("LABEL_0", "LABEL_1"))
    rows = [
        {"text": text, "label": label}
        for text, label in zip(TEXTS, ["negative", "positive"] * 3, strict=True)
    ]
    data = hfkit.Labelled(train=rows, test=rows)
    evaluate = hfkit.Evaluate(folder, bootstrap=QUICK, runtime=fake)
    message = f"the data have the label 'negative', {folder} has ['LABEL_0', 'LABEL_1']"
    with pytest.raises(errors.UnknownLabelError, match=f"^{re.escape(message)}\n") as caught:
        evaluate(data)
    cure = {"LABEL_0": "negative", "LABEL_1": "positive"}
    assert caught.value.hint == f"if that is what they mean, say so: labels={cure}"
    report = evaluate.with_(labels=cure)(data)
    assert {label.label for label in report.scores.labels} == {"negative", "positive"}


def test_a_label_that_only_the_model_has_is_noted(classify: hfkit.Classify) -> None:
    rows = [{"text": "good movie", "label": "positive"}, {"text": "no", "label": "negative"}]
    report = hfkit.Evaluate(classify, bootstrap=QUICK)(hfkit.Labelled(train=rows, test=rows))
    assert report.notes == ("of the model's labels these never are the right one here: neutral",)


def test_any_number_of_labels(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(
        tmp_path / "model", labels=("a", "b", "c"), problem="multi_label_classification"
    )
    classify = hfkit.Classify(folder, runtime=fake)
    rows = [{"text": text, "label": sorted(classify(text).labels)} for text in TEXTS]
    wrong = ["a"] if rows[0]["label"] != ["a"] else ["b"]
    rows[0]["label"] = wrong
    data = hfkit.Labelled(train=rows, test=rows, names=("a", "b", "c"))
    report = hfkit.Evaluate(classify, bootstrap=QUICK).label_sets(data)
    assert report.subset_accuracy.value == pytest.approx(5 / 6)
    assert [(one.row, one.expected) for one in report.mistakes] == [(0, tuple(wrong))]
    assert report.macro_f1 == report.scores.averages.macro.f1


def test_one_label_and_any_number_are_not_mixed_up(
    classify: hfkit.Classify, labelled: hfkit.Labelled
) -> None:
    rows = [{"text": "good movie", "label": ["positive"]}]
    evaluate = hfkit.Evaluate(classify, bootstrap=QUICK)
    with pytest.raises(
        errors.InputError, match=r"^column 'label' holds lists of labels, must hold one label a row\n"
    ):
        evaluate(hfkit.Labelled(train=rows, test=rows))
    with pytest.raises(
        errors.InputError, match=r"^column 'label' holds one label a row, must hold lists of labels\n"
    ):
        evaluate.label_sets(labelled)


def test_scores_that_are_no_probabilities_have_no_calibration(
    classify: hfkit.Classify, labelled: hfkit.Labelled, tmp_path: Path
) -> None:
    report = hfkit.Evaluate(classify.with_(activation="none"), bootstrap=QUICK)(labelled)
    assert report.calibration is None
    assert "calibration" not in str(report)
    with pytest.raises(errors.SettingError, match=r"^the report has no calibration: "):
        report.plot_reliability(tmp_path / "reliability.png")


def test_a_reader_on_questions(fake_reader: Path, fake: hfkit.Runtime) -> None:
    answer = hfkit.Answer(fake_reader, runtime=fake)
    context = "The story is good. It is a bad movie, never funny. Hate it."
    asked = [hfkit.Question(text, context=context) for text in ("bad movie", "good story", "hate")]
    found = [result.text for result in answer.batch(asked)]
    answers = [found[0], "nothing like it", found[2]]
    rows = [
        {"question": one.text, "context": context, "answers": {"text": [text], "answer_start": [0]}}
        for one, text in zip(asked, answers, strict=True)
    ]
    report = hfkit.Evaluate(answer, bootstrap=QUICK)(hfkit.Squad(train=rows, test=rows))
    assert report.scores == score_answers(found, [[text] for text in answers])
    assert report.exact_match.value == report.scores.exact_match
    assert report.f1.value == pytest.approx(report.scores.f1)
    assert [(wrong.row, wrong.said, wrong.expected) for wrong in report.mistakes] == [
        (1, found[1], ("nothing like it",))
    ]
    assert report.threshold is None
    assert report.notes == ()


def test_questions_without_an_answer(fake_reader: Path, fake: hfkit.Runtime) -> None:
    context = "The story is good. It is a bad movie, never funny. Hate it."
    rows = [
        {"question": "bad movie", "context": context, "answers": {"text": [], "answer_start": []}},
        {"question": "good story", "context": context, "answers": {"text": ["story"], "answer_start": [4]}},
    ]
    data = hfkit.Squad(train=rows, test=rows)
    always = hfkit.Evaluate(hfkit.Answer(fake_reader, runtime=fake), bootstrap=QUICK)(data)
    assert always.notes[0].startswith("1 question without an answer, and the model had to give one: ")
    assert always.threshold is not None
    assert always.threshold.exact_match >= always.scores.exact_match
    by_folder = hfkit.Evaluate(fake_reader, bootstrap=QUICK, runtime=fake)(data)
    assert by_folder.notes == ()
    careful = hfkit.Answer(fake_reader, no_answer=True, null_threshold=1e9, runtime=fake)
    assert hfkit.Evaluate(careful, bootstrap=QUICK)(data).scores.no_answer == always.scores.no_answer


def test_answers_as_a_list_of_both(fake_reader: Path, fake: hfkit.Runtime) -> None:
    rows = [
        {
            "question": "bad movie",
            "context": "It is a bad movie.",
            "answers": [{"text": "bad movie", "answer_start": 8}, {"text": "movie", "answer_start": 12}],
        }
    ]
    report = hfkit.Evaluate(fake_reader, bootstrap=QUICK, runtime=fake)(hfkit.Squad(train=rows, test=rows))
    assert report.scores.total == 1


def test_a_writer_foresees_texts(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_writer(tmp_path / "writer")
    rows = [{"text": text} for text in (*TEXTS, "x", "a longer text " * 30)]
    data = hfkit.Texts(train=rows, test=rows)
    report = hfkit.Evaluate(folder, bootstrap=QUICK, runtime=fake)(data)
    assert (report.window, report.stride) == (64, 32)
    assert report.scores.tokens == sum(
        len(hfkit.Tokenize(folder, runtime=fake)(row["text"]).ids) - 1 for row in rows
    )
    assert report.losses[6] is None
    assert report.scores.rows == 7
    assert report.notes == ("1 text of one token not counted: nothing stands before it",)
    assert report.perplexity.low < report.perplexity.value < report.perplexity.high
    narrow = hfkit.Evaluate(folder, bootstrap=QUICK, window=16, stride=4, runtime=fake)(data)
    assert narrow.scores.tokens == report.scores.tokens
    assert narrow.speed.statistics.windows > report.speed.statistics.windows


def test_a_writer_on_parallel_texts(tmp_path: Path, fake: hfkit.Runtime) -> None:
    generate = hfkit.Generate(write_fake_writer(tmp_path / "writer"), max_new_tokens=8, runtime=fake)
    rows = [{"source": text, "target": generate(text).text} for text in TEXTS]
    rows[2]["target"] = "something else"
    report = hfkit.Evaluate(generate, bootstrap=QUICK)(hfkit.Parallel(train=rows, test=rows))
    assert [wrong.row for wrong in report.mistakes] == [2]
    assert report.mistakes[0].expected == "something else"
    assert 0 < report.chrf.value <= 100
    assert report.bleu == report.scores.bleu


def test_texts_that_were_cut_are_noted(tmp_path: Path, fake: hfkit.Runtime) -> None:
    generate = hfkit.Generate(
        write_fake_writer(tmp_path / "writer"), max_new_tokens=4, min_new_tokens=4, runtime=fake
    )
    rows = [{"source": "good", "target": "bad"}]
    report = hfkit.Evaluate(generate, bootstrap=QUICK)(hfkit.Parallel(train=rows, test=rows))
    assert report.notes == ("1 text cut at the greatest length: raise max_new_tokens",)


def test_every_report_is_json_and_fits_on_a_screen(
    classify: hfkit.Classify, labelled: hfkit.Labelled, fake_reader: Path, tmp_path: Path, fake: hfkit.Runtime
) -> None:
    context = "The story is good. It is a bad movie, never funny."
    questions = [
        {
            "question": "bad movie",
            "context": context,
            "answers": {"text": text, "answer_start": [0] * len(text)},
        }
        for text in ([], ["The story"], ["a bad movie"])
    ]
    texts = [{"text": text} for text in TEXTS]
    writer = hfkit.Generate(write_fake_writer(tmp_path / "writer"), max_new_tokens=8, runtime=fake)
    pairs = [{"source": "good", "target": "bad"}]
    many = write_fake_model(tmp_path / "many", labels=("a", "b"), problem="multi_label_classification")
    sets = [{"text": text, "label": ["a"]} for text in TEXTS]
    reports = [
        hfkit.Evaluate(classify, bootstrap=QUICK)(labelled),
        hfkit.Evaluate(fake_reader, bootstrap=QUICK, runtime=fake)(
            hfkit.Squad(train=questions, test=questions)
        ),
        hfkit.Evaluate(writer, bootstrap=QUICK)(hfkit.Texts(train=texts, test=texts)),
        hfkit.Evaluate(writer, bootstrap=QUICK)(hfkit.Parallel(train=pairs, test=pairs)),
        hfkit.Evaluate(many, bootstrap=QUICK, runtime=fake).label_sets(hfkit.Labelled(train=sets, test=sets)),
    ]
    for report in reports:
        plain = json.loads(report.to_json())
        assert plain == json.loads(json.dumps(report.to_dict()))
        assert plain["source"]["model"] == report.source.model
        assert plain["speed"]["rows_per_second"] == report.speed.rows_per_second
        lines = str(report).splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines[1:])) <= 120
        assert pickle.loads(pickle.dumps(report)) == report


def test_another_split_is_never_taken_in_its_place(
    classify: hfkit.Classify, labelled: hfkit.Labelled
) -> None:
    data = hfkit.Labelled(train=labelled.train, validation=labelled.train, names=LABELS)
    message = "the Labelled data have no split 'test'; there are 'train', 'validation'"
    with pytest.raises(errors.SplitError, match=f"^{re.escape(message)}\n") as caught:
        hfkit.Evaluate(classify)(data)
    assert caught.value.hint == (
        "give Labelled(..., test=...), or say which is meant: Evaluate(..., split='validation')"
    )
    report = hfkit.Evaluate(classify, split="validation", bootstrap=QUICK)(data)
    assert report.data.split == "validation"


def test_a_split_has_rows(classify: hfkit.Classify, labelled: hfkit.Labelled) -> None:
    data = hfkit.Labelled(train=labelled.train, test=labelled.train[:0], names=LABELS)
    with pytest.raises(errors.SplitError, match=r"^split 'test' has no rows, must have one at least\n"):
        hfkit.Evaluate(classify)(data)


def test_a_facade_of_another_verb_is_refused(
    fake_reader: Path, fake: hfkit.Runtime, labelled: hfkit.Labelled
) -> None:
    answer = hfkit.Answer(fake_reader, runtime=fake)
    message = f"model is {answer!r}, must be hfkit.Classify for Labelled data"
    with pytest.raises(errors.SettingError, match=f"^{re.escape(message)}\n"):
        hfkit.Evaluate(answer)(labelled)


def test_data_are_those_of_a_task(classify: hfkit.Classify, labelled: hfkit.Labelled) -> None:
    with pytest.raises(
        errors.InputTypeError, match=r"^data is a Table, must be Labelled, Squad, Tagged, Texts or Parallel\n"
    ):
        hfkit.Evaluate(classify)(labelled.train)  # type: ignore[call-overload]  # that is the point


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"text": "good", "label": None}, {"text": "bad", "label": "a"}],
            "row 0 of test: column 'label' has no label",
        ),
        (
            [{"text": "good", "label": "neutrel"}],
            f"row 0 of test: column 'label' has the label 'neutrel', which is none of {LABELS}",
        ),
    ],
)
def test_rows_without_a_label_are_named(
    classify: hfkit.Classify, rows: list[dict[str, str]], message: str
) -> None:
    data = hfkit.Labelled(train=rows, test=rows, names=LABELS)
    with pytest.raises(errors.DataError, match=f"^{re.escape(message)}\n") as caught:
        hfkit.Evaluate(classify)(data)
    assert caught.value.hint == "data.check() lists all rows that cannot be used, with the cause"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("split", "dev", "split 'dev' is not one of ('test', 'validation', 'train')"),
        ("bins", 0, "bins is 0, must be a whole number, at least 1"),
        ("window", 1, "window is 1, must be a whole number, at least 2"),
        ("labels", {0: "a"}, "labels is {0: 'a'}, must map labels of the model to those of the data"),
        ("labels", "a", "labels is 'a', must map labels of the model to those of the data"),
        ("bootstrap", 100, "bootstrap is 100, must be Bootstrap"),
        ("words", "spm", "words 'spm' is not one of ('13a', 'intl', 'zh', 'char')"),
        ("style", "nq", "style 'nq' is not one of ('squad', 'cmrc')"),
    ],
)
def test_settings_are_in_their_ranges(name: str, value: object, message: str) -> None:
    with pytest.raises(errors.SettingError, match=f"^{re.escape(message)}\n"):
        hfkit.Evaluate("m", **{name: value})  # type: ignore[arg-type]  # that is the point


def test_it_is_a_value(classify: hfkit.Classify) -> None:
    evaluate = hfkit.Evaluate("org/model", labels={"LABEL_0": "no"})
    assert evaluate == hfkit.Evaluate("org/model", labels={"LABEL_0": "no"})
    assert hash(evaluate) == hash(hfkit.Evaluate("org/model", labels={"LABEL_0": "no"}))
    assert replace(evaluate, split="train") == evaluate.with_(split="train")
    assert repr(evaluate) == "Evaluate('org/model', labels={'LABEL_0': 'no'})"
    assert pickle.loads(pickle.dumps(hfkit.Evaluate(classify))) == hfkit.Evaluate(classify)


def test_with_takes_every_setting() -> None:
    assert list(EvaluateSettings.__annotations__) == [setting.name for setting in fields(hfkit.Evaluate)]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (None, "row 1 of test: column 'answers' is empty"),
        (
            {"text": [None], "answer_start": [0]},
            "row 1 of test: column 'answers' has an answer without a text",
        ),
    ],
)
def test_rows_without_answers_are_named(
    fake_reader: Path, fake: hfkit.Runtime, answers: object, message: str
) -> None:
    whole = {"text": ["good"], "answer_start": [13]}
    rows = [
        {"question": "good", "context": "The story is good.", "answers": one}
        for one in (whole, answers, whole)
    ]
    with pytest.raises(errors.DataError, match=f"^{re.escape(message)}\n"):
        hfkit.Evaluate(fake_reader, runtime=fake)(hfkit.Squad(train=rows, test=rows))


def test_rows_without_a_text_to_compare_with_are_named(tmp_path: Path, fake: hfkit.Runtime) -> None:
    rows = [{"source": "good", "target": "bad"}, {"source": "good", "target": None}]
    with pytest.raises(errors.DataError, match=r"^row 1 of test: column 'target' is None, must be a text\n"):
        hfkit.Evaluate(write_fake_writer(tmp_path / "writer"), runtime=fake)(
            hfkit.Parallel(train=rows, test=rows)
        )


def test_texts_of_one_token_alone_tell_nothing(tmp_path: Path, fake: hfkit.Runtime) -> None:
    rows = [{"text": "x"}]
    with pytest.raises(
        errors.EmptyInputError, match=r"^no text has more than one token, of which all but the first"
    ):
        hfkit.Evaluate(write_fake_writer(tmp_path / "writer"), runtime=fake)(
            hfkit.Texts(train=rows, test=rows)
        )


def test_plots_are_drawn_of_the_report(
    classify: hfkit.Classify, labelled: hfkit.Labelled, tmp_path: Path
) -> None:
    report = hfkit.Evaluate(classify, bootstrap=QUICK)(labelled)
    for path in (
        report.plot_confusion(tmp_path / "confusion.png"),
        report.plot_reliability(str(tmp_path / "reliability.svg")),
    ):
        assert path.stat().st_size > 1000


@pytest.fixture
def tagged(tmp_path: Path, fake: hfkit.Runtime) -> tuple[Path, list[dict[str, object]]]:
    """A tagger and rows of which it gets all right but the second."""
    folder = write_fake_tagger(tmp_path / "tagger", tags=("O", "B-x", "I-x", "B-y"))
    words = [text.split() for text in TEXTS]
    results = hfkit.Tag(folder, runtime=fake).batch(map(hfkit.Words, words))
    rows: list[dict[str, object]] = [
        {"tokens": one, "ner_tags": list(other.labels)} for one, other in zip(words, results, strict=True)
    ]
    rows[1]["ner_tags"] = ["B-y", "B-y", "B-y"]
    return folder, rows


def test_a_tagger_on_words(tagged: tuple[Path, list[dict[str, object]]], fake: hfkit.Runtime) -> None:
    folder, rows = tagged
    report = hfkit.Evaluate(folder, bootstrap=QUICK, runtime=fake)(hfkit.Tagged(train=rows, test=rows))
    assert [wrong.row for wrong in report.mistakes] == [1]
    assert [entity.type for entity in report.mistakes[0].expected] == ["y", "y", "y"]
    assert 0 < report.f1.value < 1
    assert report.notes == ()
    assert report.speed.statistics.inputs == 6
    assert str(report).splitlines()[1].startswith("entity F1 ")


def test_tags_that_mark_no_entities_count_word_by_word(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_tagger(tmp_path / "tagger", tags=("NOUN", "VERB"))
    rows = [{"tokens": text.split(), "ner_tags": ["NOUN"] * len(text.split())} for text in TEXTS]
    report = hfkit.Evaluate(folder, bootstrap=QUICK, runtime=fake)(hfkit.Tagged(train=rows, test=rows))
    assert report.f1 == report.scores.accuracy
    assert report.notes == ("the tags mark no entities: each word counts as one, of its tag",)


def test_a_tagger_is_evaluated_as_it_is_set_up(
    tagged: tuple[Path, list[dict[str, object]]], fake: hfkit.Runtime
) -> None:
    folder, rows = tagged
    data = hfkit.Tagged(train=rows, test=rows)
    with hfkit.Tag(folder, window=4, runtime=fake) as tag:
        report = hfkit.Evaluate(tag, bootstrap=QUICK)(data)
        assert report.speed.statistics.windows > len(rows)
        assert report.source is tag.source  # it stays open
        with pytest.raises(
            errors.SettingError, match=r"^overflow is 'truncate', must be 'window' or 'error'"
        ):
            hfkit.Evaluate(tag.with_(overflow="truncate"))(data)
    renamed = hfkit.Evaluate(folder, labels={"B-y": "B-z"}, bootstrap=QUICK, runtime=fake)
    other = [{**row, "ner_tags": [str(one).replace("B-y", "B-z") for one in row["ner_tags"]]} for row in rows]  # type: ignore[attr-defined]
    scores = renamed(hfkit.Tagged(train=other, test=other)).scores
    assert (
        scores.accuracy.value
        == hfkit.Evaluate(folder, bootstrap=QUICK, runtime=fake)(data).scores.accuracy.value
    )


def test_tags_need_a_tagger(classify: hfkit.Classify) -> None:
    rows = [{"tokens": ["good"], "ner_tags": ["O"]}]
    data = hfkit.Tagged(train=rows, test=rows)
    message = f"model is {classify!r}, must be hfkit.Tag for Tagged data"
    with pytest.raises(errors.SettingError, match=f"^{re.escape(message)}\n"):
        hfkit.Evaluate(classify)(data)
    with pytest.raises(
        errors.SettingError, match=r"^model is None, must be a folder or a repository: there is no starter"
    ):
        hfkit.Evaluate()(data)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"tokens": ["a", "b"], "ner_tags": ["O"]}, "row 1 of test: there are 2 words and 1 tags"),
        ({"tokens": ["a"], "ner_tags": None}, "row 1 of test: a word or a tag is missing"),
        ({"tokens": ["a"], "ner_tags": [None]}, "row 1 of test: a word or a tag is missing"),
        ({"tokens": ["a"], "ner_tags": ["B-z"]}, "row 1 of test: tag 'B-z' is none of ('O', 'B-x')"),
    ],
)
def test_rows_whose_tags_do_not_fit_are_named(row: dict[str, object], message: str) -> None:
    rows = [{"tokens": ["a"], "ner_tags": ["O"]}, row]
    with pytest.raises(errors.DataError, match=f"^{re.escape(message)}\n"):
        hfkit.Evaluate("m")(hfkit.Tagged(train=rows, test=rows, names=("O", "B-x")))


def test_figures_that_mislead_are_noted(tmp_path: Path, fake: hfkit.Runtime) -> None:
    generate = hfkit.Generate(write_fake_writer(tmp_path / "writer"), max_new_tokens=64, runtime=fake)
    rows = [{"source": "good", "target": "灯塔建于一八七一年，高三十四米，现在是一座博物馆。"}]
    data = hfkit.Parallel(train=rows, test=rows)
    rouge = "ROUGE reads letters and digits of ASCII alone: nothing of 1 reference"
    bleu = "1 reference without blanks, between which BLEU looks for words: words='zh' or words='char'"
    notes = hfkit.Evaluate(generate, bootstrap=QUICK)(data).notes
    assert notes[-2] == rouge
    assert notes[-1].startswith(bleu)
    assert hfkit.Evaluate(generate, bootstrap=QUICK, words="zh")(data).notes[-1] == rouge
