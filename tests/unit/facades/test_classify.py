"""Classify on the fake backend: what a caller sees, without torch."""

from __future__ import annotations

import pickle
import typing
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pandas as pd
import pytest

import hfkit
from hfkit import errors
from hfkit.facades.classify import ClassifySettings
from hfkit.testing import write_fake_model

LONG = "the movie was very good and never dull " * 40


@pytest.fixture
def classify(fake_model: Path, fake: hfkit.Runtime) -> hfkit.Classify:
    return hfkit.Classify(fake_model, runtime=fake)


def test_one_text_gives_one_result_best_label_first(classify: hfkit.Classify) -> None:
    result = classify("a good movie")
    assert result.scores[0].label == result.label
    assert (
        {entry.label for entry in result.scores}
        == set(classify.labels)
        == {"negative", "neutral", "positive"}
    )
    assert sum(entry.score for entry in result.scores) == pytest.approx(1)
    assert [entry.score for entry in result.scores] == sorted((e.score for e in result.scores), reverse=True)
    assert result.labels == (result.label,)
    assert result.coverage == hfkit.Coverage(read=12, total=12, windows=1)


def test_batch_keeps_order_and_counts_its_work(classify: hfkit.Classify) -> None:
    texts = ["good", "a bad movie", "good", LONG]
    batch = classify.batch(texts)
    assert isinstance(batch, hfkit.Batch)
    assert [result.label for result in batch] == [classify(text).label for text in texts]
    assert batch.statistics.inputs == 4
    assert batch.statistics.duplicates >= 1
    assert batch.statistics.windows == 3 + batch[3].coverage.windows > 4


def test_map_is_lazy_and_bounded(classify: hfkit.Classify) -> None:
    taken = []

    def endless() -> typing.Iterator[str]:
        for number in range(10**9):
            taken.append(number)
            yield f"good movie {number}"

    results = classify.map(endless())
    assert taken == []
    first = next(results)
    assert first.label in classify.labels
    assert len(taken) <= 64


def test_map_gives_what_came_before_a_bad_input(classify: hfkit.Classify) -> None:
    results = classify.map(["good", "bad", "", "good"])
    assert next(results).label
    assert next(results).label
    with pytest.raises(errors.EmptyInputError) as caught:
        next(results)
    assert caught.value.index == 2


def test_an_input_that_only_the_tokenizer_finds_empty_stops_map_in_its_place(
    classify: hfkit.Classify,
) -> None:
    results = classify.map(["good", "\x00\x01", "good"])
    assert next(results).label
    with pytest.raises(errors.EmptyInputError, match="gives no tokens") as caught:
        next(results)
    assert caught.value.index == 1


def test_empty_batch_is_an_empty_batch_and_opens_nothing() -> None:
    assert hfkit.Classify("no/such-model", runtime=hfkit.Runtime(offline=True)).batch([]) == hfkit.Batch(())


@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        ("", errors.EmptyInputError, "input is empty, must hold something to read"),
        (" \n\t", errors.EmptyInputError, "input is blank: ' \\n\\t', must hold something to read"),
        (None, errors.InputTypeError, "input is None, must be a str or a Pair"),
        (b"good", errors.InputTypeError, "input is a bytes, must be a str or a Pair"),
        (7, errors.InputTypeError, "input is a int, must be a str or a Pair"),
        (["good"], errors.InputTypeError, "input is a list, must be a str or a Pair"),
        (("a", "b"), errors.InputTypeError, "input is a tuple, must be a str or a Pair"),
        (
            "x\ud800y",
            errors.InputEncodingError,
            "input holds half of a surrogate pair, '\\ud800', at character 1",
        ),
        (
            "good " * (2 * 1024 * 1024 + 1),
            errors.InputTooLongError,
            "input has 10,485,765 characters, at most 1,000,000 are allowed",
        ),
        (
            hfkit.Pair("a", ""),
            errors.EmptyInputError,
            "input, second text is empty, must hold something to read",
        ),
        (
            hfkit.Pair("a", None),  # type: ignore[arg-type]  # the point
            errors.InputTypeError,
            "input, second text is None, must be a str",
        ),
    ],
    ids=[
        "empty",
        "blank",
        "None",
        "bytes",
        "int",
        "list",
        "tuple",
        "surrogate",
        "10MiB",
        "half pair",
        "None in pair",
    ],
)
def test_bad_input_is_a_typed_error(
    classify: hfkit.Classify, bad: str, kind: type[errors.InputError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        classify(bad)
    assert caught.value.message == message
    assert caught.value.hint
    assert caught.value.index is None
    with pytest.raises(kind) as caught:
        classify.batch(["good", bad])
    assert caught.value.index == 1
    assert caught.value.message == message.replace("input", "input 1", 1)


def test_a_table_is_refused_before_its_columns_are_labeled(classify: hfkit.Classify) -> None:
    frame = pd.DataFrame({"text": ["good", "bad"], "other": ["x", "y"]})
    with pytest.raises(errors.InputTypeError) as caught:
        classify.batch(frame)
    assert caught.value.message == "inputs are a DataFrame, must be an iterable of str or Pair"
    assert caught.value.hint == "give one column of it: facade.batch(frame['text'])"
    assert [result.label for result in classify.batch(frame["text"])] == [
        classify(t).label for t in frame["text"]
    ]


@pytest.mark.parametrize("bad", ["good", b"good", None, 7, {"text": "good"}, hfkit.Pair("a", "b")], ids=repr)
def test_what_is_no_collection_is_refused_at_the_call(classify: hfkit.Classify, bad: typing.Any) -> None:
    for many in (classify.batch, classify.map):
        with pytest.raises(errors.InputTypeError, match="must be an iterable of str or Pair"):
            many(bad)


def test_a_long_text_is_read_whole_in_windows(classify: hfkit.Classify) -> None:
    result = classify(LONG)
    assert result.coverage.complete
    assert result.coverage.windows > 1


def test_overflow_error_says_how_long_the_text_is(classify: hfkit.Classify) -> None:
    with pytest.raises(errors.InputTooLongError) as caught:
        classify.with_(overflow="error")(LONG)
    assert caught.value.message == "input has 320 tokens, at most 62 fit beside 2 special tokens"


def test_truncate_says_how_much_was_read(classify: hfkit.Classify) -> None:
    result = classify.with_(overflow="truncate")(LONG)
    assert result.coverage.windows == 1
    assert not result.coverage.complete
    assert result.label == classify(LONG[: result.coverage.read]).label


def test_windows_of_a_pair_read_every_part(classify: hfkit.Classify) -> None:
    long = classify(hfkit.Pair(LONG, "good"))
    both = classify(hfkit.Pair(LONG, LONG))
    assert long.coverage.complete
    assert both.coverage.complete
    assert both.coverage.windows > long.coverage.windows > 1


def test_a_pair_that_makes_too_many_windows_is_refused(classify: hfkit.Classify) -> None:
    text = "good " * 20_000
    with pytest.raises(errors.InputTooLongError, match=r"input makes .* windows, at most 8,192 are read"):
        classify(hfkit.Pair(text, text))


def test_max_pooling_takes_each_labels_highest_window(classify: hfkit.Classify) -> None:
    text = "good " * 100 + "bad " * 100
    mean, highest = classify(text), classify.with_(pooling="max")(text)
    assert all(highest.score_of(label) >= mean.score_of(label) for label in classify.labels)


def test_several_labels_hold_from_the_threshold_on(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(tmp_path / "m", labels=["a", "b", "c"], problem="multi_label_classification")
    classify = hfkit.Classify(folder, runtime=fake)
    scores = {entry.label: entry.score for entry in classify("a good movie").scores}
    middle = sorted(scores.values())[1]
    result = classify.with_(threshold=middle)("a good movie")
    assert set(result.labels) == {label for label, score in scores.items() if score >= middle}
    assert classify.with_(threshold=1.0)("a good movie").labels == ()
    everything = classify.with_(threshold=0.0, top_k=1)("a good movie")
    assert set(everything.labels) == {"a", "b", "c"}  # top_k cuts the scores that are shown, not what holds
    assert len(everything.scores) == 1


def test_activation_may_be_asked_for(classify: hfkit.Classify) -> None:
    plain = classify.with_(activation="none")("good")
    sigmoid = classify.with_(activation="sigmoid")("good")
    assert plain.label == sigmoid.label == classify("good").label
    assert not 0 <= min(e.score for e in plain.scores) <= max(e.score for e in plain.scores) <= 1


def test_top_k_keeps_the_best(classify: hfkit.Classify) -> None:
    assert classify.with_(top_k=1)("good").scores == classify("good").scores[:1]
    assert classify.with_(top_k=99)("good").scores == classify("good").scores


def test_a_misspelled_label_names_the_close_one(classify: hfkit.Classify) -> None:
    with pytest.raises(errors.UnknownLabelError) as caught:
        classify("good").score_of("postive")
    assert caught.value.hint == "did you mean 'positive'?"


def test_generic_labels_are_noted_in_the_source(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(tmp_path / "m", labels=["LABEL_0", "LABEL_1"])
    result = hfkit.Classify(folder, runtime=fake)("good")
    assert result.source.notes == (
        "labels are generic (LABEL_0, LABEL_1): the model's config does not name them",
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"top_k": 0}, "top_k is 0, must be a whole number, at least 1"),
        ({"window": 0}, "window is 0, must be a whole number, at least 1"),
        ({"overlap": -1}, "overlap is -1, must be a whole number, at least 0"),
        ({"max_characters": 0}, "max_characters is 0, must be a whole number, at least 1"),
        ({"top_k": True}, "top_k is True, must be a whole number, at least 1"),
        ({"window": 10.0}, "window is 10.0, must be a whole number, at least 1"),
        ({"threshold": None}, "threshold is None, must be int or float"),
        ({"model": 123}, "model is 123, must be str or PathLike or None"),
        ({"model": b"m"}, "model is b'm', must be str or PathLike or None"),
        ({"model": ""}, "model is empty, must be a folder or a repository"),
        ({"runtime": None}, "runtime is None, must be Runtime"),
        ({"threshold": 1.5}, "threshold is 1.5, must be from 0 to 1"),
        ({"activation": "relu"}, "activation 'relu' is not one of ('auto', 'softmax', 'sigmoid', 'none')"),
        ({"overflow": "cut"}, "overflow 'cut' is not one of ('window', 'error', 'truncate')"),
        ({"pooling": "min"}, "pooling 'min' is not one of ('mean', 'max')"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_settings_are_refused_at_once(settings: ClassifySettings, message: str) -> None:
    with pytest.raises(errors.SettingError) as caught:
        hfkit.Classify(**settings)
    assert caught.value.message == message


def test_a_window_beyond_the_model_is_refused(classify: hfkit.Classify) -> None:
    with pytest.raises(errors.SettingError, match=r"window is 65 tokens, .* reads at most 64"):
        classify.with_(window=65)("good")


def test_a_window_without_room_is_refused(classify: hfkit.Classify) -> None:
    with pytest.raises(
        errors.SettingError, match="a window of 2 tokens leaves no room beside 2 special tokens"
    ):
        classify.with_(window=2)("good")


def test_a_misspelled_backend_names_the_close_one(fake_model: Path) -> None:
    with pytest.raises(errors.UnknownBackendError) as caught:
        hfkit.Classify(fake_model, runtime=hfkit.Runtime(backend="troch"))("good")
    assert caught.value.hint == "did you mean 'torch'?"


def test_a_facade_is_a_value(fake_model: Path, fake: hfkit.Runtime) -> None:
    one, other = (hfkit.Classify(fake_model, top_k=2, runtime=fake) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != one.with_(top_k=1)
    assert one.with_(top_k=1) == replace(one, top_k=1)
    assert repr(hfkit.Classify("org/model", top_k=2)) == "Classify('org/model', top_k=2)"
    assert repr(hfkit.Classify()) == "Classify()"
    with pytest.raises(FrozenInstanceError):
        one.top_k = 3  # type: ignore[misc]  # the point


def test_pickling_carries_settings_only(classify: hfkit.Classify) -> None:
    classify.load()
    landed = pickle.loads(pickle.dumps(classify))
    assert landed == classify
    assert landed._holder._session is None
    assert landed("good") == classify("good")


def test_with_takes_every_setting_and_no_other() -> None:
    settings = {field.name for field in fields(hfkit.Classify) if field.init}
    assert set(ClassifySettings.__annotations__) == settings
    hints = typing.get_type_hints(hfkit.Classify)
    assert {name: hints[name] for name in settings} == typing.get_type_hints(ClassifySettings)


def test_a_bar_is_drawn_when_asked_for(classify: hfkit.Classify, capsys: pytest.CaptureFixture[str]) -> None:
    classify.batch(["good", "bad"])
    assert capsys.readouterr().err == ""
    loud = replace(classify.runtime, progress="always")
    classify.with_(runtime=loud).batch(["good", "bad", LONG])
    assert "3/3" in capsys.readouterr().err
