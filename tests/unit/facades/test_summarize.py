"""Summarize on a small language model in numpy: what a caller sees."""

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
from hfkit.facades.summarize import SummarizeSettings
from hfkit.testing.fake_writers import write_fake_writer

TEXT = "The film was good. It is a sad story, and the actor was very bad! Never the best. " * 6
SHORT = "The film was good."
TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}bot:"
RUNTIME = hfkit.Runtime(backend="fake", offline=True, progress="never")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_writer(tmp_path_factory.mktemp("encoder") / "m", encodes=True)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_writer(tmp_path_factory.mktemp("decoder") / "m")


@pytest.fixture(scope="module")
def summarize(encoder: Path) -> Iterator[hfkit.Summarize]:
    with hfkit.Summarize(encoder, max_new_tokens=10, runtime=RUNTIME) as opened:
        yield opened.load()


@pytest.fixture(scope="module")
def generate(encoder: Path) -> hfkit.Generate:
    return hfkit.Generate(encoder, max_new_tokens=10, runtime=RUNTIME)


def test_a_short_text_is_read_at_once(summarize: hfkit.Summarize, generate: hfkit.Generate) -> None:
    summary = summarize(SHORT)
    written = generate(SHORT)
    assert summary.text == written.text.strip()
    assert summary.finish_reason == written.finish_reason
    assert summary.passages == (hfkit.Passage(0, len(SHORT), summary.text, summary.finish_reason),)
    assert summary.rounds == 1
    assert summary.coverage == hfkit.Coverage(len(SHORT), len(SHORT), 1)
    assert (summary.prompt_tokens, summary.new_tokens) == (written.prompt_tokens, written.new_tokens)
    assert summary.source is summarize.source


def test_a_long_text_is_read_in_passages_that_are_whole_sentences(summarize: hfkit.Summarize) -> None:
    summary = summarize(TEXT)
    assert summary.coverage == hfkit.Coverage(len(TEXT), len(TEXT), len(summary.passages))
    assert len(summary.passages) > 1
    at = 0
    for passage in summary.passages:
        assert not TEXT[at : passage.start].strip()
        assert TEXT[passage.start : passage.end].endswith((".", "!"))
        alone = summarize(TEXT[passage.start : passage.end])
        assert (passage.text, passage.finish_reason) == (alone.text, alone.finish_reason)
        at = passage.end
    assert not TEXT[at:].strip()


def test_summaries_are_summarized_until_there_is_one(summarize: hfkit.Summarize) -> None:
    parts = summarize.with_(merge=False)(TEXT)
    assert parts.rounds == 1
    assert parts.text == "\n\n".join(passage.text for passage in parts.passages if passage.text)
    whole = summarize(TEXT)
    assert whole.passages == parts.passages
    again = summarize(parts.text)
    assert whole.text == again.text
    assert whole.rounds == 1 + again.rounds >= 2
    assert whole.prompt_tokens == parts.prompt_tokens + again.prompt_tokens
    assert whole.new_tokens == parts.new_tokens + again.new_tokens


def test_summaries_that_get_no_shorter_are_left_as_they_are(encoder: Path) -> None:
    """A model that writes as much as it reads would be asked for ever."""
    facade = hfkit.Summarize(encoder, max_new_tokens=60, min_new_tokens=60, window=8, runtime=RUNTIME)
    summary = facade(TEXT[:200])
    assert summary.rounds == 1
    assert summary.text == "\n\n".join(passage.text for passage in summary.passages)
    assert summary.finish_reason == "length"


def test_many_texts_are_summarized_as_each_alone(summarize: hfkit.Summarize) -> None:
    texts = [SHORT, TEXT, TEXT[90:400], SHORT]
    batch = summarize.batch(texts)
    assert list(batch) == [summarize(text) for text in texts] == list(summarize.map(iter(texts)))
    assert batch.statistics.inputs == 4
    assert batch.statistics.windows > 4
    assert batch.statistics.duplicates > 0
    assert len(summarize.batch([])) == 0


def test_a_model_s_own_words_come_first(encoder: Path, tmp_path: Path, generate: hfkit.Generate) -> None:
    folder = _copy(encoder, tmp_path / "m")
    config = json.loads((folder / "config.json").read_text())
    tasks = {"summarization": {"prefix": "summarize: ", "max_length": 200}, "translation_en_to_de": {}}
    (folder / "config.json").write_text(json.dumps(config | {"task_specific_params": tasks}))
    summarize = hfkit.Summarize(folder, max_new_tokens=10, runtime=RUNTIME)
    assert summarize(SHORT).text == generate("summarize: " + SHORT).text.strip()
    assert summarize.with_(instruction="tl;dr ")(SHORT).text == generate("tl;dr " + SHORT).text.strip()


def test_a_model_that_chats_is_asked_in_its_template(decoder: Path) -> None:
    generate = hfkit.Generate(decoder, template=TEMPLATE, max_new_tokens=10, runtime=RUNTIME)
    summarize = hfkit.Summarize(
        decoder, instruction="Say it shortly.", template=TEMPLATE, max_new_tokens=10, runtime=RUNTIME
    )
    asked = [hfkit.Message("user", "Say it shortly.\n\nSo.")]
    summary, written = summarize("So."), generate(asked)
    assert (summary.text, summary.prompt_tokens) == (written.text.strip(), written.prompt_tokens)
    long = summarize.with_(max_new_tokens=2)(SHORT * 4)
    assert len(long.passages) > 1


def test_what_leaves_no_room_is_refused(decoder: Path, summarize: hfkit.Summarize) -> None:
    with pytest.raises(
        errors.SettingError, match=r"^window is 65, and .* has room for 64 tokens of a passage\n"
    ):
        summarize.with_(window=65)(SHORT)
    with pytest.raises(
        errors.SettingError, match=r"reads 64 tokens, and \d+ around a passage leave no room for one\n"
    ):
        summarize.with_(instruction="the film " * 40)(SHORT)
    chat = hfkit.Summarize(decoder, template=TEMPLATE, max_new_tokens=60, runtime=RUNTIME)
    with pytest.raises(
        errors.SettingError, match=r"around a passage and 60 to be written leave no room for one\n"
    ):
        chat(SHORT)


def test_a_model_that_neither_encodes_nor_chats_is_refused(decoder: Path) -> None:
    with pytest.raises(errors.TokenizerError, match="has no chat template"):
        hfkit.Summarize(decoder, max_new_tokens=4, runtime=RUNTIME)(SHORT)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (b"film", errors.InputTypeError, r"^input is a bytes, must be a str\n"),
        (["film"], errors.InputTypeError, r"^input is a list, must be a str\n"),
        (" \n", errors.EmptyInputError, r"^input is blank"),
        ("\ud800", errors.InputEncodingError, r"^input holds half of a surrogate pair"),
        ("x" * 30, errors.InputTooLongError, r"^input has 30 characters, at most 20 are allowed\n"),
    ],
)
def test_what_is_no_text_is_refused(
    given: Any, error: type[Exception], message: str, summarize: hfkit.Summarize
) -> None:
    with pytest.raises(error, match=message):
        summarize.with_(max_characters=20)(given)


def test_many_are_no_text(summarize: hfkit.Summarize) -> None:
    calls: list[Callable[[Any], object]] = [summarize.batch, summarize.map]
    for call in calls:
        with pytest.raises(errors.InputTypeError, match="must be an iterable of str"):
            call(SHORT)
    with pytest.raises(errors.EmptyInputError, match="input 1 is empty") as caught:
        summarize.batch([SHORT, ""])
    assert caught.value.index == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": ""}, "model is empty"),
        ({"max_new_tokens": 0}, "max_new_tokens is 0"),
        ({"max_new_tokens": None}, "max_new_tokens is None"),
        ({"min_new_tokens": 200}, "min_new_tokens is 200, must be at most 128"),
        ({"instruction": ""}, "instruction is empty"),
        ({"template": ""}, "template is empty"),
        ({"window": 0}, "window is 0"),
        ({"merge": 1}, "merge is 1, must be bool"),
        ({"decoding": "greedy"}, "decoding is 'greedy'"),
        ({"max_characters": 0}, "max_characters is 0"),
        ({"runtime": None}, "runtime is None"),
    ],
)
def test_settings_are_checked(settings: Any, message: str) -> None:
    with pytest.raises(errors.SettingError, match=message):
        hfkit.Summarize(**settings)


def test_the_facade_is_a_value(encoder: Path) -> None:
    facade = hfkit.Summarize(encoder, window=20)
    assert facade == hfkit.Summarize(encoder).with_(window=20)
    assert repr(hfkit.Summarize("m", merge=False)) == "Summarize('m', merge=False)"
    assert pickle.loads(pickle.dumps(facade)) == facade
    assert {field.name for field in fields(facade) if field.init} == set(SummarizeSettings.__annotations__)
    name = "window"
    with pytest.raises(FrozenInstanceError):
        setattr(facade, name, 3)


def test_a_summary_is_json(summarize: hfkit.Summarize) -> None:
    plain = json.loads(json.dumps(summarize(TEXT).to_dict()))
    assert list(plain) == [
        "text",
        "finish_reason",
        "passages",
        "rounds",
        "coverage",
        "prompt_tokens",
        "new_tokens",
        "source",
    ]
    assert plain["passages"][0].keys() == {"start", "end", "text", "finish_reason"}


def _copy(source: Path, target: Path) -> Path:
    target.mkdir()
    for file in source.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target
