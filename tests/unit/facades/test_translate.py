"""Translate on a small language model in numpy: what a caller sees."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

import hfkit
from hfkit import errors
from hfkit.facades.translate import TranslateSettings
from hfkit.testing.fake_writers import write_fake_writer

TEXT = " The film was good.  It is a sad story, and the actor was very bad!\n\nNever the best.\n"
TEMPLATE = "{% for m in messages %}{{ m.content }}\n{% endfor %}bot:"
RUNTIME = hfkit.Runtime(backend="fake", offline=True, progress="never")
TASKS = {
    "translation_en_to_de": {"prefix": "to German: "},
    "translation_en_to_fr": {"prefix": "to French: "},
}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_fake_writer(tmp_path_factory.mktemp("encoder") / "m", encodes=True)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"task_specific_params": TASKS}))
    return folder


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_writer(tmp_path_factory.mktemp("decoder") / "m")


@pytest.fixture(scope="module")
def translate(encoder: Path) -> Iterator[hfkit.Translate]:
    facade = hfkit.Translate(encoder, source="en", target="de", max_new_tokens=60, runtime=RUNTIME)
    with facade as opened:
        yield opened.load()


@pytest.fixture(scope="module")
def generate(encoder: Path) -> hfkit.Generate:
    return hfkit.Generate(encoder, max_new_tokens=60, runtime=RUNTIME)


def test_each_sentence_is_translated_and_blanks_stay(
    translate: hfkit.Translate, generate: hfkit.Generate
) -> None:
    translation = translate(TEXT)
    sentences = ["The film was good.", "It is a sad story, and the actor was very bad!", "Never the best."]
    assert [TEXT[passage.start : passage.end] for passage in translation.passages] == sentences
    written = [generate("to German: " + sentence) for sentence in sentences]
    texts = [one.text.strip() for one in written]
    assert [passage.text for passage in translation.passages] == texts
    assert translation.text == f" {texts[0]}  {texts[1]}\n\n{texts[2]}\n"
    assert (translation.source_language, translation.target_language) == ("en", "de")
    assert translation.coverage == hfkit.Coverage(len(TEXT), len(TEXT), 3)
    assert translation.prompt_tokens == sum(one.prompt_tokens for one in written)
    assert translation.new_tokens == sum(one.new_tokens for one in written)
    reasons = [one.finish_reason for one in written]
    assert translation.finish_reason == ("length" if "length" in reasons else reasons[-1])


def test_a_translation_that_was_cut_says_so(translate: hfkit.Translate) -> None:
    cut = translate.with_(max_new_tokens=4)("The film was good.")
    assert cut.finish_reason == "length"
    assert len(cut.passages) > 1  # a passage is at most half as long as its translation may be


def test_sentences_that_are_too_long_are_cut_after_clauses(translate: hfkit.Translate) -> None:
    text = "It is a sad story, and the actor was very bad!"
    found = translate.with_(window=10)(text).passages
    assert text[found[0].start : found[0].end] == "It is a sad story,"


def test_many_texts_are_translated_as_each_alone(translate: hfkit.Translate) -> None:
    texts = ["The film was good.", TEXT, "It is a sad story.", TEXT]
    batch = translate.batch(texts)
    assert list(batch) == [translate(text) for text in texts] == list(translate.map(iter(texts)))
    assert batch.statistics.inputs == 4
    assert batch.statistics.duplicates == 4
    assert len(translate.batch([])) == 0


def test_codes_of_other_kinds_mean_the_same(translate: hfkit.Translate) -> None:
    expected = translate("Never.").text
    assert translate.with_(source=None)("Never.").text == expected
    found = translate.with_(source="eng_Latn", target="deu")("Never.")
    assert (found.text, found.source_language, found.target_language) == (expected, "en", "de")


def test_languages_that_the_model_does_not_know_are_refused(translate: hfkit.Translate) -> None:
    with pytest.raises(errors.SettingError, match=r"^target 'it' is no language of .*, which knows de, fr\n"):
        translate.with_(target="it")("Never.")
    with pytest.raises(errors.SettingError, match=r"knows 2 languages, and target names none\n"):
        translate.with_(target=None)("Never.")


def test_an_instruction_stands_for_the_model_s_own_words(
    translate: hfkit.Translate, generate: hfkit.Generate
) -> None:
    told = translate.with_(instruction="on: ", source=None, target="Klingon")("Never.")
    assert told.text == generate("on: Never.").text.strip()
    assert (told.source_language, told.target_language) == (None, "Klingon")


def test_a_model_that_chats_is_asked_by_the_languages_names(decoder: Path) -> None:
    generate = hfkit.Generate(decoder, max_new_tokens=6, template=TEMPLATE, runtime=RUNTIME)
    facade = hfkit.Translate(decoder, target="de", template=TEMPLATE, max_new_tokens=6, runtime=RUNTIME)
    asked = "Translate the following text into German. Answer with the translation only.\n\nSo."
    with pytest.raises(errors.SettingError, match="leave no room for one"):  # the model reads 64 tokens
        facade("So.")
    short = facade.with_(instruction="German:", max_new_tokens=20)
    written = generate.with_(max_new_tokens=20)([hfkit.Message("user", "German:\n\nSo. Yes.")])
    translation = short("So. Yes.")
    assert translation.text == written.text.strip()
    assert translation.prompt_tokens == written.prompt_tokens
    assert len(translation.passages) == 1  # a chat reads several sentences at once
    assert (translation.source_language, translation.target_language) == (None, "de")
    prompt = facade.with_(source="pt-BR")._session._plan(facade.with_(source="pt-BR")._order()).prefix
    assert prompt == asked.partition("\n")[0].replace("text into", "text from Portuguese (BR) into")
    with pytest.raises(
        errors.SettingError, match=r"^target 'xx' is no code of a language that hfkit knows\n"
    ):
        facade.with_(target="xx")("So.")
    with pytest.raises(
        errors.SettingError, match=r"^target names no language, and .* could translate into any\n"
    ):
        facade.with_(target=None)("So.")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (3, errors.InputTypeError, r"^input is a int, must be a str\n"),
        ("", errors.EmptyInputError, r"^input is empty"),
        ("x" * 30, errors.InputTooLongError, r"^input has 30 characters, at most 20 are allowed\n"),
    ],
)
def test_what_is_no_text_is_refused(
    given: Any, error: type[Exception], message: str, translate: hfkit.Translate
) -> None:
    with pytest.raises(error, match=message):
        translate.with_(max_characters=20)(given)
    calls: list[Callable[[Any], object]] = [translate.batch, translate.map]
    for call in calls:
        with pytest.raises(errors.InputTypeError, match="must be an iterable of str"):
            call("Never.")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": None}, "model is None, must be str or PathLike"),
        ({"model": ""}, "model is empty"),
        ({"source": ""}, "source is empty"),
        ({"target": 3}, "target is 3, must be str"),
        ({"max_new_tokens": 0}, "max_new_tokens is 0"),
        ({"instruction": ""}, "instruction is empty"),
        ({"template": 1}, "template is 1"),
        ({"window": 0}, "window is 0"),
        ({"decoding": None}, "decoding is None"),
        ({"max_characters": 0}, "max_characters is 0"),
        ({"runtime": 1}, "runtime is 1"),
    ],
)
def test_settings_are_checked(settings: Any, message: str) -> None:
    with pytest.raises(errors.SettingError, match=message):
        hfkit.Translate(**({"model": "m"} | settings))


def test_the_facade_is_a_value() -> None:
    facade = hfkit.Translate("m", source="en", target="de")
    assert facade == hfkit.Translate("m").with_(source="en", target="de")
    assert repr(facade) == "Translate('m', source='en', target='de')"
    assert pickle.loads(pickle.dumps(facade)) == facade
    assert {field.name for field in fields(facade) if field.init} == set(TranslateSettings.__annotations__)
    name = "target"
    with pytest.raises(FrozenInstanceError):
        setattr(facade, name, "fr")


def test_a_translation_is_json(translate: hfkit.Translate) -> None:
    plain = json.loads(json.dumps(translate(TEXT).to_dict()))
    assert plain["source_language"] == "en"
    assert plain["source"]["model"]
    assert plain["passages"][0].keys() == {"start", "end", "text", "finish_reason"}
