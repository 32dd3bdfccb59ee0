"""Tag on the fake backend: what a caller sees, without torch."""

from __future__ import annotations

import pickle
import typing
from dataclasses import FrozenInstanceError, fields, replace

import pandas as pd
import pytest

import hfkit
from hfkit import errors
from hfkit.facades.tag import TagSettings
from hfkit.testing import write_fake_tagger

if typing.TYPE_CHECKING:
    from pathlib import Path

TEXT = "It isn't\nthe old city,  it's New York."
LONG = "the old city was never dull " * 40


@pytest.fixture
def tag(fake_tagger: Path, fake: hfkit.Runtime) -> hfkit.Tag:
    return hfkit.Tag(fake_tagger, runtime=fake)


def labelled(folder: Path, fake: hfkit.Runtime, *labels: str) -> hfkit.Tag:
    return hfkit.Tag(write_fake_tagger(folder / "_".join(labels), tags=labels), runtime=fake)


def test_a_text_is_cut_and_each_word_has_a_label(tag: hfkit.Tag) -> None:
    result = tag(TEXT)
    words = ["It", "is", "n't", "the", "old", "city", ",", "it", "'s", "New", "York", "."]
    assert [word.text for word in result.words] == words
    assert result.labels == tuple(word.label for word in result.words)
    assert set(result.labels) <= set(tag.labels)
    assert all(0 < word.score <= 1 for word in result.words)
    assert result.coverage == hfkit.Coverage(read=len(TEXT), total=len(TEXT), windows=1)
    assert result.text == TEXT
    assert result.source == tag.source


def test_a_text_is_read_as_its_words(tag: hfkit.Tag) -> None:
    result = tag(TEXT)
    same = tag(hfkit.Words([word.text for word in result.words]))
    assert same.labels == result.labels
    assert same.text == "It is n't the old city , it 's New York ."
    for one in (*result.entities, *result.words):
        assert TEXT[one.start : one.end] == one.text
    for one in (*same.entities, *same.words):
        assert same.text[one.start : one.end] == one.text


def test_an_entity_is_its_words_and_the_mean_of_their_scores(tag: hfkit.Tag) -> None:
    seen = 0
    for entity in tag(LONG).entities:
        parts = [word for word in tag(LONG).words if entity.start <= word.start < entity.end]
        seen = max(seen, len(parts))
        assert (parts[0].start, parts[-1].end) == (entity.start, entity.end)
        assert {part.label[2:] for part in parts} == {entity.label} <= {"person", "place"}
        assert entity.score == pytest.approx(sum(part.score for part in parts) / len(parts))
    assert seen > 1


def test_labels_without_letters_mark_words_in_a_row(tmp_path: Path, fake: hfkit.Runtime) -> None:
    result = labelled(tmp_path, fake, "O", "place")(LONG)
    assert {entity.label for entity in result.entities} == {"place"}
    assert sum(len(entity.text.split()) for entity in result.entities) == result.labels.count("place")
    assert all(
        one.end + 1 < other.start for one, other in zip(result.entities, result.entities[1:], strict=False)
    )


@pytest.mark.parametrize("labels", [("NOUN", "VERB"), ("LABEL_0", "LABEL_1")])
def test_where_nothing_is_outside_each_word_is_one(
    tmp_path: Path, fake: hfkit.Runtime, labels: tuple[str, str]
) -> None:
    tag = labelled(tmp_path, fake, *labels)
    result = tag(TEXT)
    assert result.entities == result.words
    generic = ("labels are generic (LABEL_0, LABEL_1): the model's config does not name them",)
    assert result.source.notes == (generic if labels[0] == "LABEL_0" else ())


def test_batch_keeps_order_and_counts_its_work(tag: hfkit.Tag) -> None:
    texts: list[str | hfkit.Words] = ["the city", TEXT, hfkit.Words(["the", "city"]), LONG]
    batch = tag.batch(texts)
    assert isinstance(batch, hfkit.Batch)
    assert [result.labels for result in batch] == [tag(text).labels for text in texts]
    assert batch.statistics.inputs == 4
    assert batch.statistics.duplicates >= 1
    assert batch.statistics.windows == 3 + batch[3].coverage.windows > 4


def test_map_is_lazy_and_bounded(tag: hfkit.Tag) -> None:
    taken = []

    def endless() -> typing.Iterator[str]:
        for number in range(10**9):
            taken.append(number)
            yield f"good movie {number}"

    results = tag.map(endless())
    assert taken == []
    assert next(results).words[2].text == "0"
    assert len(taken) <= 64


@pytest.mark.parametrize("bad", ["", "\x00\x01"])
def test_map_gives_what_came_before_a_bad_input(tag: hfkit.Tag, bad: str) -> None:
    results = tag.map(["good", "bad", bad, "good"])
    assert next(results).words
    assert next(results).words
    with pytest.raises(errors.EmptyInputError) as caught:
        next(results)
    assert caught.value.index == 2


def test_empty_batch_is_an_empty_batch_and_opens_nothing() -> None:
    assert hfkit.Tag("no/such-model", runtime=hfkit.Runtime(offline=True)).batch([]) == hfkit.Batch(())


@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        ("", errors.EmptyInputError, "input is empty, must hold something to read"),
        (" \n\t", errors.EmptyInputError, "input is blank: ' \\n\\t', must hold something to read"),
        (hfkit.Words([]), errors.EmptyInputError, "input is empty, must hold something to read"),
        (hfkit.Words(["", ""]), errors.EmptyInputError, "input is blank: ' ', must hold something to read"),
        (None, errors.InputTypeError, "input is None, must be a str or Words"),
        (["the", "city"], errors.InputTypeError, "input is a list, must be a str or Words"),
        (hfkit.Pair("a", "b"), errors.InputTypeError, "input is a Pair, must be a str or Words"),
        (
            hfkit.Words(["x", "\ud800y"]),
            errors.InputEncodingError,
            "input holds half of a surrogate pair, '\\ud800', at character 2",
        ),
        (
            "good " * 200_001,
            errors.InputTooLongError,
            "input has 1,000,005 characters, at most 1,000,000 are allowed",
        ),
    ],
    ids=["empty", "blank", "no words", "empty words", "None", "list", "pair", "surrogate", "long"],
)
def test_bad_input_is_a_typed_error(
    tag: hfkit.Tag, bad: typing.Any, kind: type[errors.InputError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        tag(bad)
    assert caught.value.message == message
    assert caught.value.hint
    assert caught.value.index is None
    with pytest.raises(kind) as caught:
        tag.batch(["good", bad])
    assert caught.value.index == 1
    assert caught.value.message == message.replace("input", "input 1", 1)


def test_a_table_is_refused_before_its_columns_are_tagged(tag: hfkit.Tag) -> None:
    frame = pd.DataFrame({"tokens": [["the", "city"], ["dull"]], "other": ["x", "y"]})
    with pytest.raises(errors.InputTypeError) as caught:
        tag.batch(frame)
    assert caught.value.message == "inputs are a DataFrame, must be an iterable of str or Words"
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("map(hfkit.Words, frame['tokens'])")
    assert [len(result.words) for result in tag.batch(map(hfkit.Words, frame["tokens"]))] == [2, 1]


@pytest.mark.parametrize("bad", ["good", None, 7, hfkit.Words(["a"])], ids=repr)
def test_what_is_no_collection_is_refused_at_the_call(tag: hfkit.Tag, bad: typing.Any) -> None:
    for many in (tag.batch, tag.map):
        with pytest.raises(errors.InputTypeError, match="must be an iterable of str or Words"):
            many(bad)


def test_overflow_error_says_how_long_the_text_is(tag: hfkit.Tag) -> None:
    with pytest.raises(errors.InputTooLongError) as caught:
        tag.with_(overflow="error")(LONG)
    assert caught.value.message == "input has 240 tokens, at most 62 fit beside 2 special tokens"
    assert caught.value.hint
    assert tag.with_(overflow="error")(TEXT) == tag(TEXT)


def test_truncate_says_how_much_was_read(tag: hfkit.Tag) -> None:
    result = tag.with_(overflow="truncate")(LONG)
    assert result.coverage.windows == 1
    assert not result.coverage.complete
    assert result.words[-1].end == result.coverage.read
    assert result.words == tag(LONG[: result.coverage.read]).words
    assert tag.with_(overflow="truncate")(TEXT) == tag(TEXT)


def test_a_word_that_is_cut_has_its_label_and_counts_as_far_as_it_was_read(tag: hfkit.Tag) -> None:
    text = "the unhappily"
    result = tag.with_(overflow="truncate", window=5)(text)  # the first letters of the second word
    assert [word.text for word in result.words] == ["the", "unhappily"]
    assert 4 < result.coverage.read < len(text)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 0}, "window is 0, must be a whole number, at least 1"),
        ({"max_characters": 0}, "max_characters is 0, must be a whole number, at least 1"),
        (
            {"model": None},
            "model is None, must be a folder or a repository: there is no starter that tags",
        ),
        ({"model": ""}, "model is '', must be a folder or a repository: there is no starter that tags"),
        ({"runtime": None}, "runtime is None, must be Runtime"),
        ({"overflow": "cut"}, "overflow 'cut' is not one of ('window', 'error', 'truncate')"),
    ],
    ids=str,
)
def test_bad_settings_are_refused_at_once(settings: dict[str, typing.Any], message: str) -> None:
    with pytest.raises(errors.SettingError) as caught:
        hfkit.Tag(**{"model": "org/model", **settings})
    assert caught.value.message == message


def test_a_window_that_does_not_fit_the_model_is_refused(tag: hfkit.Tag) -> None:
    with pytest.raises(errors.SettingError, match=r"window is 65 tokens, .* reads at most 64"):
        tag.with_(window=65)("good")
    with pytest.raises(
        errors.SettingError, match="a window of 2 tokens leaves no room beside 2 special tokens"
    ):
        tag.with_(window=2)("good")


def test_a_facade_is_a_value(fake_tagger: Path, fake: hfkit.Runtime) -> None:
    one, other = (hfkit.Tag(fake_tagger, window=9, runtime=fake) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != one.with_(window=10)
    assert one.with_(window=10) == replace(one, window=10)
    assert repr(hfkit.Tag("org/model", window=9)) == "Tag('org/model', window=9)"
    with pytest.raises(FrozenInstanceError):
        one.window = 3  # type: ignore[misc]  # the point


def test_equal_models_share_one_session(tag: hfkit.Tag) -> None:
    with tag.load() as opened, tag.with_(window=9).load() as other:
        assert opened.source is other.source
    assert tag("good").words


def test_pickling_carries_settings_only(tag: hfkit.Tag) -> None:
    tag.load()
    landed = pickle.loads(pickle.dumps(tag))
    assert landed == tag
    assert landed._holder._session is None
    assert landed(TEXT) == tag(TEXT)


def test_with_takes_every_setting_and_no_other() -> None:
    settings = {field.name for field in fields(hfkit.Tag) if field.init}
    assert set(TagSettings.__annotations__) == settings
    hints = typing.get_type_hints(hfkit.Tag)
    assert {name: hints[name] for name in settings} == typing.get_type_hints(TagSettings)


def test_a_bar_is_drawn_when_asked_for(tag: hfkit.Tag, capsys: pytest.CaptureFixture[str]) -> None:
    tag.batch(["good", "bad"])
    assert capsys.readouterr().err == ""
    loud = replace(tag.runtime, progress="always")
    tag.with_(runtime=loud).batch(["good", "bad", LONG])
    assert "3/3" in capsys.readouterr().err


def test_results_become_a_table(tag: hfkit.Tag) -> None:
    frame = tag.batch([TEXT, "the city"]).to_pandas()
    assert list(frame["text"]) == [TEXT, "the city"]
    assert frame["words"][1][0]["text"] == "the"
