"""Embed on the fake backend: what a caller sees, without torch."""

from __future__ import annotations

import pickle
import typing
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pandas as pd
import pytest

import hfkit
from hfkit import errors
from hfkit.facades.embed import EmbedSettings

if typing.TYPE_CHECKING:
    from pathlib import Path

TEXT = "it was a very good story"
LONG = "the old city was never dull " * 40


@pytest.fixture
def embed(fake_embedder: Path, fake: hfkit.Runtime) -> hfkit.Embed:
    return hfkit.Embed(fake_embedder, runtime=fake)


def test_a_text_is_one_vector(embed: hfkit.Embed) -> None:
    result = embed(TEXT)
    assert result.vector.dtype == np.float32
    assert result.vector.shape == (embed.size,) == (8,)
    assert result.coverage == hfkit.Coverage(read=len(TEXT), total=len(TEXT), windows=1)
    assert result.source is embed.source
    with pytest.raises(ValueError, match="read-only"):
        result.vector[0] = 1


def test_batch_keeps_order_and_counts_its_work(embed: hfkit.Embed) -> None:
    texts = ["the city", TEXT, "the city", LONG, "no"]
    batch = embed.batch(texts)
    assert isinstance(batch, hfkit.Batch)
    assert np.abs(batch.to_numpy() - np.stack([embed(text).vector for text in texts])).max() < 1e-6
    assert batch[0] == batch[2] != batch[1]
    assert batch.statistics.inputs == 5
    assert batch.statistics.duplicates >= 1
    assert batch.statistics.windows == 4 + batch[3].coverage.windows > 5
    assert batch[1:3].to_numpy().shape == (2, 8)


def test_windows_weigh_as_many_tokens_as_they_have(embed: hfkit.Embed) -> None:
    words = LONG.split()[:10]
    parts = [" ".join(part) for part in (words[:4], words[4:8], words[8:])]
    result = embed.with_(window=6)(" ".join(words))
    assert result.coverage.windows == 3
    expected = np.average([embed(part).vector for part in parts], axis=0, weights=[4, 4, 2])
    assert result.vector == pytest.approx(expected, abs=1e-6)


def test_map_is_lazy_and_bounded(embed: hfkit.Embed) -> None:
    taken = []

    def endless() -> typing.Iterator[str]:
        for number in range(10**9):
            taken.append(number)
            yield f"good movie {number}"

    results = embed.map(endless())
    assert taken == []
    assert next(results).vector.shape == (8,)
    assert len(taken) <= 64


@pytest.mark.parametrize("bad", ["", "\x00\x01"])
def test_map_gives_what_came_before_a_bad_input(embed: hfkit.Embed, bad: str) -> None:
    results = embed.map(["good", "bad", bad, "good"])
    assert next(results) != next(results)
    with pytest.raises(errors.EmptyInputError) as caught:
        next(results)
    assert caught.value.index == 2


def test_empty_batch_is_an_empty_batch_and_opens_nothing() -> None:
    assert hfkit.Embed("no/such-model", runtime=hfkit.Runtime(offline=True)).batch([]) == hfkit.Batch(())


@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        ("", errors.EmptyInputError, "input is empty, must hold something to read"),
        (None, errors.InputTypeError, "input is None, must be a str"),
        (["the", "city"], errors.InputTypeError, "input is a list, must be a str"),
        (hfkit.Pair("a", "b"), errors.InputTypeError, "input is a Pair, must be a str"),
        (
            "x\ud800",
            errors.InputEncodingError,
            "input holds half of a surrogate pair, '\\ud800', at character 1",
        ),
        (
            "good " * 200_001,
            errors.InputTooLongError,
            "input has 1,000,005 characters, at most 1,000,000 are allowed",
        ),
    ],
    ids=["empty", "None", "list", "pair", "surrogate", "long"],
)
def test_bad_input_is_a_typed_error(
    embed: hfkit.Embed, bad: typing.Any, kind: type[errors.InputError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        embed(bad)
    assert caught.value.message == message
    assert caught.value.hint
    assert caught.value.index is None
    with pytest.raises(kind) as caught:
        embed.batch(["good", bad])
    assert caught.value.index == 1
    assert caught.value.message == message.replace("input", "input 1", 1)


@pytest.mark.parametrize("bad", ["good", None, 7, pd.DataFrame({"text": ["a"]})], ids=repr)
def test_what_is_no_collection_is_refused_at_the_call(embed: hfkit.Embed, bad: typing.Any) -> None:
    for many in (embed.batch, embed.map):
        with pytest.raises(errors.InputTypeError, match="must be an iterable of str"):
            many(bad)


def test_overflow_error_says_how_long_the_text_is(embed: hfkit.Embed) -> None:
    with pytest.raises(errors.InputTooLongError) as caught:
        embed.with_(overflow="error")(LONG)
    assert caught.value.message == "input has 240 tokens, at most 62 fit beside 2 special tokens"
    assert embed.with_(overflow="error")(TEXT) == embed(TEXT)


def test_truncate_says_how_much_was_read(embed: hfkit.Embed) -> None:
    result = embed.with_(overflow="truncate")(LONG)
    assert result.coverage.windows == 1
    assert not result.coverage.complete
    assert np.array_equal(result.vector, embed(LONG[: result.coverage.read]).vector)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 0}, "window is 0, must be a whole number, at least 1"),
        ({"max_characters": 0}, "max_characters is 0, must be a whole number, at least 1"),
        (
            {"model": None},
            "model is None, must be a folder or a repository: there is no starter that embeds",
        ),
        ({"model": ""}, "model is '', must be a folder or a repository: there is no starter that embeds"),
        ({"runtime": None}, "runtime is None, must be Runtime"),
        ({"overflow": "cut"}, "overflow 'cut' is not one of ('window', 'error', 'truncate')"),
    ],
    ids=str,
)
def test_bad_settings_are_refused_at_once(settings: dict[str, typing.Any], message: str) -> None:
    with pytest.raises(errors.SettingError) as caught:
        hfkit.Embed(**{"model": "org/model", **settings})
    assert caught.value.message == message


def test_a_window_that_does_not_fit_the_model_is_refused(embed: hfkit.Embed) -> None:
    with pytest.raises(errors.SettingError, match=r"window is 65 tokens, .* reads at most 64"):
        embed.with_(window=65)("good")
    with pytest.raises(
        errors.SettingError, match="a window of 2 tokens leaves no room beside 2 special tokens"
    ):
        embed.with_(window=2)("good")


def test_a_facade_is_a_value(fake_embedder: Path, fake: hfkit.Runtime) -> None:
    one, other = (hfkit.Embed(fake_embedder, window=9, runtime=fake) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != one.with_(window=10)
    assert one.with_(window=10) == replace(one, window=10)
    assert repr(hfkit.Embed("org/model", window=9)) == "Embed('org/model', window=9)"
    with pytest.raises(FrozenInstanceError):
        one.window = 3  # type: ignore[misc]  # the point


def test_equal_models_share_one_session(embed: hfkit.Embed) -> None:
    with embed.load() as opened, embed.with_(window=9).load() as other:
        assert opened.source is other.source
    assert embed("good").vector.any()


def test_pickling_carries_settings_only(embed: hfkit.Embed) -> None:
    embed.load()
    landed = pickle.loads(pickle.dumps(embed))
    assert landed == embed
    assert landed._holder._session is None
    assert landed(TEXT) == embed(TEXT)


def test_with_takes_every_setting_and_no_other() -> None:
    settings = {field.name for field in fields(hfkit.Embed) if field.init}
    assert set(EmbedSettings.__annotations__) == settings
    hints = typing.get_type_hints(hfkit.Embed)
    assert {name: hints[name] for name in settings} == typing.get_type_hints(EmbedSettings)
