"""Generate on the fake backend: what a caller sees, without torch."""

from __future__ import annotations

import json
import pickle
import typing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace

import pytest

import hfkit
from hfkit import errors
from hfkit.facades.generate import GenerateSettings
from hfkit.testing import write_fake_writer

if typing.TYPE_CHECKING:
    from pathlib import Path

PROMPT = "the cat sat on a mat"
PROMPTS = ["the cat", "a", "dogs run far away from the cat", "naïve 東京 🙂", "the cat sat", "x y z"]
TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<me>{% endif %}"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_fake_writer(tmp_path / "writer")


@pytest.fixture
def generate(folder: Path, fake: hfkit.Runtime) -> hfkit.Generate:
    return hfkit.Generate(folder, max_new_tokens=12, runtime=fake)


def test_a_result_keeps_prompt_and_continuation_apart(generate: hfkit.Generate) -> None:
    found = generate(PROMPT)
    (only,) = found.continuations
    assert found.prompt == PROMPT
    assert not found.text.startswith(PROMPT)
    assert found.text == only.text
    assert found.finish_reason == only.finish_reason
    assert found.new_tokens == len(only.tokens) <= 12
    assert found.prompt_tokens > 0
    assert only.logprobs is None
    assert only.score is None
    assert found.tool_calls == ()
    assert found.value is None
    assert found.coverage == hfkit.Coverage(len(PROMPT), len(PROMPT), 1)
    assert found.source.backend == "fake"
    assert generate.source == found.source
    assert json.loads(json.dumps(found.to_dict()))["text"] == found.text


def test_many_are_as_one_by_one(generate: hfkit.Generate) -> None:
    alone = [generate(prompt) for prompt in PROMPTS]
    assert list(generate.batch(PROMPTS)) == alone
    assert list(generate.map(iter(PROMPTS))) == alone
    assert list(generate.batch(PROMPTS[::-1])) == alone[::-1]


def test_equal_prompts_are_written_once(generate: hfkit.Generate) -> None:
    batch = generate.batch([PROMPT, "a", PROMPT])
    assert batch[0] == batch[2]
    assert batch.statistics.duplicates == 1
    assert batch.statistics.inputs == 3
    free = generate.with_(decoding=hfkit.Sample(temperature=3.0)).batch([PROMPT] * 3)
    assert free.statistics.duplicates == 0
    assert len({one.text for one in free}) > 1


def test_a_text_is_cut_at_the_most_tokens(generate: hfkit.Generate) -> None:
    found = generate.with_(max_new_tokens=3, min_new_tokens=3)(PROMPT)
    assert found.finish_reason == "length"
    assert found.new_tokens == 3


def test_the_model_ends_a_text_itself(generate: hfkit.Generate) -> None:
    found = [one for one in generate.with_(max_new_tokens=40).batch(PROMPTS) if one.finish_reason == "eos"]
    assert found
    end = found[0].continuations[0].tokens[-1]
    late = generate.with_(max_new_tokens=40, min_new_tokens=found[0].new_tokens)(found[0].prompt)
    assert late.continuations[0].tokens[found[0].new_tokens - 1] != end
    assert all(end not in one.continuations[0].tokens[:-1] for one in found)


def test_a_stop_string_ends_a_text_wherever_tokens_part(generate: hfkit.Generate) -> None:
    whole = generate(PROMPT).text
    assert len(whole) > 6
    for start in range(len(whole) - 2):
        stop = whole[start : start + 3]
        found = generate.with_(stop=(stop, "never there"))(PROMPT)
        assert found.text == whole[: whole.find(stop)]
        assert found.finish_reason == "stop"
        assert "".join(generate.with_(stop=(stop,)).stream(PROMPT)) == found.text


def test_banned_strings_never_appear(generate: hfkit.Generate) -> None:
    for decoding in (
        hfkit.Greedy(),
        hfkit.Greedy(alternatives=3),
        hfkit.Sample(temperature=1.5, seed=1),
        hfkit.Beam(beams=3),
    ):
        free = generate.with_(decoding=decoding, max_new_tokens=20)
        letters = free(PROMPT).text.strip()
        banned = (letters[:2], letters[4:5])
        found = free.with_(banned=banned)(PROMPT)
        for one in found.continuations:
            assert one.text
            assert not any(string in one.text for string in banned)


def test_a_bias_makes_a_token_come(generate: hfkit.Generate) -> None:
    wanted = next(iter(generate(PROMPTS[2]).continuations[0].tokens))
    found = generate.with_(bias=((wanted, 1e4),), max_new_tokens=4)(PROMPT)
    assert set(found.continuations[0].tokens) == {wanted}
    never = generate.with_(bias=((generate(PROMPT).continuations[0].tokens[0], -1e4),))(PROMPT)
    assert never.continuations[0].tokens[0] != generate(PROMPT).continuations[0].tokens[0]


def test_a_bias_names_one_token(generate: hfkit.Generate) -> None:
    with pytest.raises(errors.SettingError, match=r"tokens of .*, must be one"):
        generate.with_(bias=(("two words here", 1.0),))(PROMPT)
    with pytest.raises(errors.SettingError, match="must be below"):
        generate.with_(bias=((10**6, 1.0),))(PROMPT)


def test_log_probabilities_are_told_on_request(generate: hfkit.Generate) -> None:
    (only,) = generate.with_(logprobs=3)(PROMPT).continuations
    assert only.logprobs is not None
    assert [entry.id for entry in only.logprobs] == list(only.tokens)
    assert all(len(entry.top) == 3 for entry in only.logprobs)
    assert all(entry.top[0].id == entry.id for entry in only.logprobs)  # greedy
    assert only.score == pytest.approx(sum(entry.logprob for entry in only.logprobs))
    (bare,) = generate.with_(logprobs=0)(PROMPT).continuations
    assert bare.logprobs is not None
    assert all(entry.top == () for entry in bare.logprobs)


@pytest.mark.parametrize(
    "decoding",
    [
        hfkit.Greedy(alternatives=3),
        hfkit.Sample(temperature=2.0, seed=3, alternatives=3),
        hfkit.Beam(beams=4, alternatives=3),
    ],
    ids=lambda decoding: type(decoding).__name__,
)
def test_every_decoding_gives_alternatives(generate: hfkit.Generate, decoding: hfkit.Greedy) -> None:
    found = generate.with_(decoding=decoding)(PROMPT)
    assert len(found.continuations) == 3
    assert len({one.tokens for one in found.continuations}) == 3
    scores = [one.score for one in found.continuations if one.score is not None]
    assert len(scores) == 3
    if decoding == hfkit.Greedy(alternatives=3):
        assert found.text == generate(PROMPT).text
    else:
        assert scores == sorted(scores, reverse=True)
    assert generate.with_(decoding=decoding).batch(PROMPTS)[2] == generate.with_(decoding=decoding)(
        PROMPTS[2]
    )
    assert "".join(generate.with_(decoding=decoding).stream(PROMPT)) == found.text


def test_pieces_add_up_and_hold_whole_characters(generate: hfkit.Generate) -> None:
    for prompt in PROMPTS:
        for decoding in (hfkit.Greedy(), hfkit.Sample(temperature=2.0, seed=4)):
            facade = generate.with_(decoding=decoding, max_new_tokens=30)
            pieces = list(facade.stream(prompt))
            assert "".join(pieces) == facade(prompt).text
            assert "" not in pieces


def test_a_stream_may_be_left(generate: hfkit.Generate) -> None:
    stream = generate.with_(min_new_tokens=12).stream(PROMPT)
    first = next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator's
    assert generate.with_(min_new_tokens=12)(PROMPT).text.startswith(first)


def test_a_stream_checks_at_the_call(generate: hfkit.Generate) -> None:
    with pytest.raises(errors.InputTypeError):
        generate.stream(b"bytes")  # type: ignore[arg-type]


def test_a_stream_raises_what_the_model_raises(generate: hfkit.Generate) -> None:
    stream = generate.with_(min_new_tokens=12).stream(PROMPT)
    next(stream)
    generate._session._writer.close()
    with pytest.raises(errors.SessionClosedError):
        list(stream)


def test_two_threads_share_a_session(generate: hfkit.Generate) -> None:
    expected = [generate(prompt) for prompt in PROMPTS]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(generate, PROMPTS * 4)) == expected * 4
        streams = pool.map(lambda prompt: "".join(generate.stream(prompt)), PROMPTS * 4)
        assert list(streams) == [one.text for one in expected] * 4


def test_an_empty_prompt_begins_from_nothing(generate: hfkit.Generate) -> None:
    found = generate("")
    assert found.prompt == ""
    assert found.prompt_tokens == 1
    assert found.coverage.complete


def test_a_prompt_beyond_the_context_is_refused_or_loses_its_beginning(generate: hfkit.Generate) -> None:
    long = "the cat sat on a mat " * 20
    with pytest.raises(errors.InputTooLongError, match="at most 63 and one must be left") as caught:
        generate.batch(["a", long])
    assert caught.value.index == 1
    found = generate.with_(overflow="keep_end")(long)
    assert found.prompt_tokens == 64 - 12
    assert long.endswith(found.prompt)
    assert found.coverage == hfkit.Coverage(len(found.prompt), len(long), 1)
    assert found.text == generate(found.prompt).text
    greedy_for_room = generate.with_(overflow="keep_end", max_new_tokens=500)(long)
    assert greedy_for_room.prompt_tokens == 64 // 2


def test_a_full_context_ends_a_text(generate: hfkit.Generate) -> None:
    found = generate.with_(max_new_tokens=500, min_new_tokens=100)(PROMPT)
    assert found.finish_reason == "length"
    assert found.prompt_tokens + found.new_tokens == 64


def test_a_model_that_encodes_writes_another_text(tmp_path: Path, fake: hfkit.Runtime) -> None:
    generate = hfkit.Generate(
        write_fake_writer(tmp_path / "encodes", encodes=True), max_new_tokens=9, runtime=fake
    )
    alone = [generate(prompt) for prompt in PROMPTS]
    assert len({one.text for one in alone}) > 1
    assert list(generate.batch(PROMPTS)) == alone
    assert ["".join(generate.stream(prompt)) for prompt in PROMPTS] == [one.text for one in alone]


def test_chats_are_written_with_a_template(generate: hfkit.Generate) -> None:
    chat = [hfkit.Message("user", "hello")]
    with pytest.raises(errors.TokenizerError, match="has no chat template"):
        generate(chat)
    found = generate.with_(template=TEMPLATE)(chat)
    assert found.prompt == "<user>hello<me>"
    assert found.text == generate("<user>hello<me>").text
    assert list(generate.with_(template=TEMPLATE).batch([chat, "a"])) == [
        found,
        generate.with_(template=TEMPLATE)("a"),
    ]


def test_bad_prompts_are_named(generate: hfkit.Generate) -> None:
    with pytest.raises(errors.InputTypeError, match="must be a str"):
        generate(hfkit.Pair("a", "b"))  # type: ignore[arg-type]
    with pytest.raises(errors.InputTypeError):
        generate.batch("one")
    with pytest.raises(errors.InputEncodingError):
        generate("half \ud83d")
    with pytest.raises(errors.InputTooLongError, match="characters"):
        generate.with_()("a" * 1_000_001)
    with pytest.raises(errors.InputError) as caught:
        generate.batch(["a", 3])  # type: ignore[list-item]
    assert caught.value.index == 1
    taken = generate.map(["a", 3])  # type: ignore[list-item]
    assert next(taken).prompt == "a"
    with pytest.raises(errors.InputTypeError):
        next(taken)


@pytest.mark.parametrize(
    "settings",
    [
        {"max_new_tokens": 0},
        {"max_new_tokens": None},
        {"min_new_tokens": 13},
        {"stop": "text"},
        {"stop": ("",)},
        {"banned": [1]},
        {"bias": (("a",),)},
        {"bias": {"a": 1.0}},
        {"logprobs": -1},
        {"decoding": "greedy"},
        {"tools": ("search",)},
        {"overflow": "truncate"},
        {"template": 3},
    ],
    ids=str,
)
def test_bad_settings_are_refused_where_they_are_written(
    generate: hfkit.Generate, settings: GenerateSettings
) -> None:
    with pytest.raises(errors.SettingError):
        generate.with_(**settings)


@pytest.mark.parametrize(
    "make",
    [
        lambda: hfkit.Sample(temperature=0),
        lambda: hfkit.Sample(top_k=0),
        lambda: hfkit.Sample(top_p=0),
        lambda: hfkit.Sample(top_p=1.1),
        lambda: hfkit.Sample(min_p=1.0),
        lambda: hfkit.Sample(typical_p=0.0),
        lambda: hfkit.Sample(seed=-1),
        lambda: hfkit.Beam(beams=1),
        lambda: hfkit.Beam(beams=2, alternatives=3),
        lambda: hfkit.Beam(early_stopping=True),  # type: ignore[arg-type]
        lambda: hfkit.Greedy(alternatives=0),
        lambda: hfkit.Greedy(repetition_penalty=0.0),
        lambda: hfkit.Greedy(no_repeat_ngram_size=-1),
    ],
)
def test_bad_decodings_are_refused(make: typing.Callable[[], object]) -> None:
    with pytest.raises(errors.SettingError):
        make()


def test_a_facade_is_a_value(generate: hfkit.Generate) -> None:
    assert generate == generate.with_()
    assert hash(generate) == hash(replace(generate))
    assert generate != generate.with_(decoding=hfkit.Beam())
    again = pickle.loads(pickle.dumps(generate.with_(decoding=hfkit.Sample(seed=1))))
    assert again == generate.with_(decoding=hfkit.Sample(seed=1))
    assert again(PROMPT) == generate.with_(decoding=hfkit.Sample(seed=1))(PROMPT)
    assert repr(hfkit.Generate("m", stop=("x",))) == "Generate('m', stop=('x',))"


def test_with_takes_every_setting() -> None:
    names = {field.name for field in fields(hfkit.Generate) if field.init} - {"form"}
    assert set(typing.get_type_hints(GenerateSettings)) == names


@dataclass(frozen=True)
class Point:
    x: int
    sure: bool


def test_values_are_whole_or_not_there(generate: hfkit.Generate) -> None:
    found = generate.with_(max_new_tokens=40).into(Point)
    for decoding in (
        hfkit.Greedy(),
        hfkit.Sample(temperature=2.0, seed=2, alternatives=2),
        hfkit.Beam(beams=2),
    ):
        for result in found.with_(decoding=decoding).batch(PROMPTS):
            for one in result.continuations:
                if one.has_value:
                    assert isinstance(one.value, Point)
                else:
                    assert one.finish_reason == "length"
                    with pytest.raises(errors.NoValueError, match="before its value was whole"):
                        _ = one.value
    cut = generate.with_(max_new_tokens=2).into(Point)(PROMPT)
    assert cut.finish_reason == "length"
    with pytest.raises(errors.NoValueError):
        _ = cut.value


def test_one_of_several_texts_is_chosen(generate: hfkit.Generate) -> None:
    found = generate.into(hfkit.Choice(("positive", "negative")))
    values = {result.value for result in found.batch(PROMPTS)}
    assert values <= {"positive", "negative"}
    assert {result.finish_reason for result in found.batch(PROMPTS)} <= {"stop", "eos"}
    assert "".join(found.stream(PROMPT)).strip() == found(PROMPT).value


def test_a_type_that_cannot_be_is_refused_before_a_model_is_opened() -> None:
    with pytest.raises(errors.SettingError):
        hfkit.Generate("no/such-model").into(complex)
    with pytest.raises(errors.SettingError, match="uniqueItems"):
        hfkit.Generate("no/such-model").into(hfkit.JsonSchema({"type": "array", "uniqueItems": True}))


def test_a_stop_string_within_a_value_leaves_none(generate: hfkit.Generate) -> None:
    found = generate.with_(stop=("ga",)).into(hfkit.Choice(("negative",)))(PROMPT)
    assert found.text.strip() == "ne"
    assert found.finish_reason == "stop"
    assert not found.has_value
