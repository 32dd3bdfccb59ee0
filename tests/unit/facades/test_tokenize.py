"""Tokenize on a small BERT tokenizer: what a caller sees."""

from __future__ import annotations

import json
import pickle
import sys
import typing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers  # noqa: F401  # loaded here, so that no test waits for a process that loads it

import hfkit
from hfkit import errors
from hfkit.engines.chats import choose_template
from hfkit.facades.tokenize import TokenizeSettings
from hfkit.testing.tokenizers import write_byte_pairs, write_unigrams, write_word_pieces
from hfkit.values.tools import ToolCall
from hfkit.values.truncation import Truncation

CHAT = [hfkit.Message("user", "a good film?"), hfkit.Message("assistant", "it is dull")]
TEMPLATE = (
    "{% for m in messages %}{{ m.role }} {{ m.content }} [SEP]{% endfor %}"
    "{% if add_generation_prompt %}you{% endif %}"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    write_word_pieces(tmp_path / "m")
    return tmp_path / "m"


@pytest.fixture
def tokenize(folder: Path) -> Iterator[hfkit.Tokenize]:
    with hfkit.Tokenize(folder, runtime=hfkit.Runtime(offline=True, progress="never")) as opened:
        yield opened


@pytest.fixture
def bytewise(folder: Path) -> hfkit.Tokenize:
    """GPT-2's kind: no padding token, no special tokens around texts."""
    write_byte_pairs(folder / "gpt2", family="gpt2")
    return hfkit.Tokenize(folder / "gpt2")


def test_one_text_gives_columns_of_one_length(tokenize: hfkit.Tokenize) -> None:
    result = tokenize("The film, dull!")
    assert result.texts == ("The film, dull!",)
    assert result.tokens == ("[CLS]", "the", "film", ",", "dull", "!", "[SEP]")
    assert result.offsets == ((0, 0), (0, 3), (4, 8), (8, 9), (10, 14), (14, 15), (0, 0))
    assert result.special_mask == (1, 0, 0, 0, 0, 0, 1)
    assert result.word_ids == (None, 0, 1, 2, 3, 4, None)
    assert result.text_ids == (None, 0, 0, 0, 0, 0, None)
    assert result.type_ids == (0,) * 7
    assert result.attention_mask == (1,) * 7
    assert result.length == len(result.ids) == 7
    assert result.coverage == hfkit.Coverage(15, 15, 1)
    assert result.windows == (result,)


def test_a_pair_tells_its_texts_apart(tokenize: hfkit.Tokenize) -> None:
    result = tokenize(hfkit.Pair("a film", "dull"))
    assert result.tokens == ("[CLS]", "a", "film", "[SEP]", "dull", "[SEP]")
    assert result.text_ids == (None, 0, 0, None, 1, None)
    assert result.type_ids == (0, 0, 0, 0, 1, 1)
    assert result.offsets[4] == (0, 4)


def test_blank_texts_give_the_special_tokens(tokenize: hfkit.Tokenize) -> None:
    assert [result.tokens for result in tokenize.batch(["", " \n"])] == [("[CLS]", "[SEP]")] * 2
    assert tokenize(hfkit.Pair("", "")).tokens == ("[CLS]", "[SEP]", "[SEP]")
    assert tokenize.arrays([]).ids.shape == (0, 0)
    assert len(tokenize.batch([])) == 0


def test_a_chat_is_written_with_a_template_that_has_its_own_special_tokens(tokenize: hfkit.Tokenize) -> None:
    facade = tokenize.with_(template=TEMPLATE)
    result = facade(CHAT)
    assert result.texts == ("user a good film? [SEP]assistant it is dull [SEP]you",)
    assert result.tokens[-1] == "##u"
    assert "[CLS]" not in result.tokens
    assert result.tokens.count("[SEP]") == 2
    assert facade.with_(generation_prompt=False)(tuple(CHAT)).texts[0].endswith("[SEP]")
    assert facade.batch(["dull", CHAT, "dull"])[1] == result
    arrays = facade.arrays(["dull", CHAT, hfkit.Pair("a", "b"), CHAT])
    assert arrays.ids[1].tolist() == arrays.ids[3].tolist() == list(result.ids)
    assert facade.count(CHAT) == result.length


def test_templates_of_the_model_go_by_name(folder: Path) -> None:
    config = json.loads((folder / "tokenizer_config.json").read_text())
    entries = [{"name": "default", "template": "first"}, {"name": "tools", "template": "second"}]
    (folder / "tokenizer_config.json").write_text(json.dumps(config | {"chat_template": entries}))
    assert hfkit.Tokenize(folder)(CHAT).texts == ("first",)
    assert hfkit.Tokenize(folder, template="tools")(CHAT).texts == ("second",)
    with pytest.raises(
        errors.SettingError, match=r"template 'tool' is neither .* \['default', 'tools'\]"
    ) as caught:
        hfkit.Tokenize(folder, template="tool")(CHAT)
    assert caught.value.hint == "did you mean 'tools'?"
    (folder / "chat_template.jinja").write_text("{{ sep_token }} file")
    assert hfkit.Tokenize(folder)(CHAT).texts == ("[SEP] file",)


def test_a_message_with_calls_of_tools_is_written_and_checked(tokenize: hfkit.Tokenize) -> None:
    facade = tokenize.with_(template="{% for m in messages %}{{ m.tool_calls[0].function.name }}{% endfor %}")
    call: Any = ToolCall("film", {})
    assert facade([hfkit.Message("assistant", "", tool_calls=(call,))]).texts == ("film",)
    bad: Any
    for bad, given in (([call], "a list"), (call, "a ToolCall"), (("film",), "a tuple")):
        with pytest.raises(
            errors.InputTypeError, match=rf"tool_calls of message 0 are {given}, must be a tuple"
        ):
            facade([hfkit.Message("assistant", "", tool_calls=bad)])
    with pytest.raises(errors.EmptyInputError, match="name of message 0 is empty"):
        facade([hfkit.Message("tool", "8", name="")])


def test_the_template_for_tools_is_taken_where_there_are_some() -> None:
    templates = {"default": "first", "tool_use": "second"}
    assert choose_template(templates, None, model="m") == "first"
    assert choose_template(templates, None, model="m", tools=True) == "second"
    assert choose_template({"default": "first"}, None, model="m", tools=True) == "first"
    assert choose_template(templates, "default", model="m", tools=True) == "first"


def test_a_changed_template_is_noticed_while_another_session_lives(folder: Path) -> None:
    file = folder / "additional_chat_templates" / "tools.jinja"
    file.parent.mkdir()
    file.write_text("{{ 'first' }}")
    first = hfkit.Tokenize(folder, template="tools")
    assert first(CHAT).texts == ("first",)
    file.write_text("{{ 'the second' }}")
    assert hfkit.Tokenize(folder, template="tools")(CHAT).texts == ("the second",)
    assert first(CHAT).texts == ("first",)


def test_several_templates_without_a_default(folder: Path) -> None:
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": {"a": "x", "b": "y"}}))
    with pytest.raises(errors.SettingError, match="several chat templates and no default"):
        hfkit.Tokenize(folder)(CHAT)


def test_a_model_without_template(tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.TokenizerError, match="has no chat template"):
        tokenize(CHAT)


def test_a_template_that_is_no_jinja(tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.TokenizerError, match="no valid Jinja"):
        tokenize.with_(template="{% for %}")(CHAT)


def test_a_chat_that_its_template_refuses_says_where(tokenize: hfkit.Tokenize) -> None:
    facade = tokenize.with_(template="{{ raise_exception('no') if messages[0].content == 'bad' else '' }}")
    with pytest.raises(errors.InputError, match="refuses the chat: no") as caught:
        facade.batch(["a", CHAT, [hfkit.Message("user", "bad")]])
    assert caught.value.index == 2


def test_a_template_cannot_get_out(tokenize: hfkit.Tokenize) -> None:
    for attempt in (
        "{{ messages.__class__.__mro__ }}",
        "{% set n = namespace(__x=1) %}",
        "{{ dict.__init__.__globals__ }}",
    ):
        with pytest.raises(errors.TokenizerError, match="the chat template fails: "):
            tokenize.with_(template=attempt)(CHAT)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ foo.bar }}", "fails: 'foo' is undefined"),
        ("{% include 'other' %}", "fails: no loader"),
        ('{{ "\\ud800" }}', r"writes half of a surrogate pair, '\\ud800'"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "no valid Jinja: maximum recursion"),
    ],
    ids=["undefined", "include", "surrogate", "deep"],
)
def test_a_template_s_own_fault_is_not_the_chat_s(
    template: str, message: str, tokenize: hfkit.Tokenize
) -> None:
    with pytest.raises(errors.TokenizerError, match=message) as caught:
        tokenize.with_(template=template)(CHAT)
    assert caught.value.hint == "give a template of your own: template=..."


def test_jinja2_is_an_extra(tokenize: hfkit.Tokenize, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(errors.MissingDependencyError, match="jinja2 is not installed") as caught:
        tokenize.with_(template=TEMPLATE)(CHAT)
    assert caught.value.hint == "pip install 'hfkit[chat]'"


def test_truncation_says_so(tokenize: hfkit.Tokenize) -> None:
    result = tokenize.with_(truncation=hfkit.Truncate(5))("The film, dull!")
    assert result.tokens == ("[CLS]", "the", "film", ",", "[SEP]")
    assert result.coverage == hfkit.Coverage(read=9, total=15, windows=1)
    left = tokenize.with_(truncation=hfkit.Truncate(5, side="left"))("The film, dull!")
    assert left.tokens == ("[CLS]", ",", "dull", "!", "[SEP]")
    assert left.coverage == hfkit.Coverage(read=7, total=15, windows=1)
    arrays = tokenize.with_(truncation=hfkit.Truncate(5)).arrays(["a", "The film, dull!"])
    assert arrays.cut == (1,)


def test_truncation_without_a_number_is_to_what_the_model_takes(
    tokenize: hfkit.Tokenize, tmp_path: Path
) -> None:
    assert tokenize.max_tokens == 512
    assert tokenize.with_(truncation=hfkit.Truncate())("film " * 600).length == 512
    write_word_pieces(tmp_path / "endless", limit=10**30)
    facade = hfkit.Tokenize(tmp_path / "endless", truncation=hfkit.Truncate())
    assert facade.max_tokens is None
    with pytest.raises(errors.SettingError, match="max_tokens is None"):
        facade("film")


def test_a_text_is_read_once_even_if_it_is_cut(
    tokenize: hfkit.Tokenize, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = tokenize._session
    seen: list[tuple[str, ...]] = []
    encode = session._encoder.encode

    def count(groups: typing.Any, **settings: typing.Any) -> typing.Any:
        seen.extend(groups)
        return encode(groups, **settings)

    monkeypatch.setattr(session._encoder, "encode", count)
    cutting = tokenize.with_(truncation=hfkit.Truncate(4))
    assert [row.coverage.read for row in cutting.batch(["a film", "the dull film is good"])] == [6, 8]
    assert seen == [("a film",), ("the dull film is good",)]
    assert cutting.with_(truncation=hfkit.Truncate(4, side="left"))("the dull film").coverage.read == 9


def test_windows_share_their_overlap(tokenize: hfkit.Tokenize) -> None:
    result = tokenize.with_(truncation=hfkit.Windows(5, overlap=1))("The film, dull!")
    assert [row.tokens[1:-1] for row in result.windows] == [("the", "film", ","), (",", "dull", "!")]
    assert result.coverage == hfkit.Coverage(15, 15, 2)
    assert all(row.coverage is result.coverage for row in result.rest)
    arrays = tokenize.with_(truncation=hfkit.Windows(5, overlap=1)).arrays(["a", "The film, dull!"])
    assert arrays.owner.tolist() == [0, 1, 1]
    assert arrays.cut == ()


@pytest.mark.parametrize("policy", [hfkit.Truncate(1), hfkit.Windows(2), hfkit.Windows(5, overlap=3)])
def test_a_policy_without_room(policy: hfkit.Truncate | hfkit.Windows, tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.SettingError, match="tokens are too few: 2 are special tokens"):
        tokenize.with_(truncation=policy)("a film")


def test_a_pair_that_cannot_be_cut_as_asked_says_where(tokenize: hfkit.Tokenize) -> None:
    long = hfkit.Pair("a", "film " * 20)
    for policy in (hfkit.Truncate(8, cut="first"), hfkit.Windows(8, cut="first")):
        with pytest.raises(errors.InputTooLongError) as caught:
            tokenize.with_(truncation=policy).batch([hfkit.Pair("a", "b"), long])
        assert caught.value.index == 1
        with pytest.raises(errors.InputTooLongError) as caught:
            tokenize.with_(truncation=policy).arrays([hfkit.Pair("a", "b"), long])
        assert caught.value.index == 1
    with pytest.raises(errors.InputTooLongError, match="cut='second' cannot make it"):
        tokenize.with_(truncation=hfkit.Truncate(8, cut="second"))("film " * 20)
    with pytest.raises(errors.InputTooLongError, match="windows of 2, must be more than the overlap, 2"):
        tokenize.with_(truncation=hfkit.Windows(7, overlap=2))(hfkit.Pair("film " * 9, "a " * 9))


def test_a_pair_that_would_fill_the_memory_is_refused(tokenize: hfkit.Tokenize) -> None:
    huge = hfkit.Pair("film " * 4000, "dull " * 4000)
    with pytest.raises(errors.InputTooLongError, match=r"tokens, which make .* windows, at most 8,192"):
        tokenize.with_(truncation=hfkit.Windows(16))(huge)


@pytest.mark.parametrize("limit", [16, 64, 512])
def test_a_pair_of_any_length_is_cut(limit: int, tokenize: hfkit.Tokenize) -> None:
    huge = hfkit.Pair("film " * 3000, "dull " * 3000)
    facade = tokenize.with_(truncation=hfkit.Truncate(limit))
    result = facade(huge)
    assert result.length == limit
    assert result.coverage.read == 5 * result.text_ids.count(0) + 5 * result.text_ids.count(1) - 2
    arrays = facade.arrays(["film", huge, hfkit.Pair("a", "b")])
    assert arrays.ids[1].tolist() == list(result.ids)
    assert arrays.cut == (1,)
    with pytest.raises(errors.InputTooLongError) as caught:
        tokenize.with_(truncation=hfkit.Truncate(limit, cut="first")).batch([hfkit.Pair("a", "b"), huge])
    assert caught.value.index == 1


def test_windows_without_special_tokens_need_no_room_for_them(tokenize: hfkit.Tokenize) -> None:
    plain = tokenize.with_(add_special_tokens=False, truncation=hfkit.Windows(3, overlap=2))
    expected = [("the", "film", "is"), ("film", "is", "dull")]
    assert [row.tokens for row in plain("the film is dull").windows] == expected
    assert plain.arrays(["the film is dull"]).owner.tolist() == [0, 0]
    chat = tokenize.with_(truncation=hfkit.Windows(3, overlap=2), template="{{ 'the film is dull' }}")(CHAT)
    assert [row.tokens for row in chat.windows] == expected
    assert plain(hfkit.Pair("a", "b film")).tokens == ("a", "b", "film")
    kept = tokenize.with_(truncation=hfkit.Truncate(5))("The film, dull!")
    assert kept.tokens == ("[CLS]", "the", "film", ",", "[SEP]")


def test_several_threads_each_get_their_policy(tokenize: hfkit.Tokenize) -> None:
    texts = [f"film {number} is dull and never good" for number in range(40)]
    policies: list[Truncation] = [
        hfkit.NoTruncation(),
        hfkit.Truncate(5),
        hfkit.Windows(5, 1),
        hfkit.Truncate(6, side="left"),
    ]
    facades = [tokenize.with_(truncation=policy) for policy in policies] * 4
    expected = [list(facade.batch(texts)) for facade in facades]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda facade: list(facade.batch(texts)), facades))
    assert found == expected


def test_padding_is_to_the_longest_or_to_a_length(tokenize: hfkit.Tokenize) -> None:
    texts = ["a", "a dull film"]
    assert [row.length for row in tokenize.with_(padding=hfkit.PadToLongest()).batch(texts)] == [5, 5]
    assert [row.length for row in tokenize.with_(padding=hfkit.PadToLongest(multiple_of=4)).batch(texts)] == [
        8,
        8,
    ]
    assert [row.length for row in tokenize.with_(padding=hfkit.PadToLength(4)).map(texts)] == [4, 5]
    row = tokenize.with_(padding=hfkit.PadToLength(5, side="left"))("a")
    assert row.tokens == ("[PAD]", "[PAD]", "[CLS]", "a", "[SEP]")
    assert row.attention_mask == (0, 0, 1, 1, 1)
    assert row.special_mask == (1, 1, 1, 0, 1)


def test_a_stream_has_no_longest(tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.SettingError, match="padding is PadToLongest, must be"):
        tokenize.with_(padding=hfkit.PadToLongest()).map(["a"])


def test_arrays_refuse_what_is_longer_than_their_width(tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.InputTooLongError, match="input 1 has 5 tokens, at most 4") as caught:
        tokenize.with_(padding=hfkit.PadToLength(4)).arrays(["a", "a dull film"])
    assert caught.value.index == 1


def test_a_model_without_padding_token(bytewise: hfkit.Tokenize) -> None:
    assert bytewise.arrays(["a", "a"]).ids.shape == (2, 1)
    for ask in (bytewise.arrays, bytewise.with_(padding=hfkit.PadToLongest()).batch):
        with pytest.raises(errors.SettingError, match="has no padding token") as caught:
            ask(["a", "a dull film"])
        assert caught.value.hint == "name one: PadToLongest(token='<|endoftext|>')"
    facade = bytewise.with_(padding=hfkit.PadToLongest(token="<|endoftext|>"))  # noqa: S106
    assert facade.arrays(["a", "a dull film"]).ids[0, -1] == 0
    with pytest.raises(errors.SettingError, match=r"padding token '<pad>' is not in the vocabulary"):
        bytewise.with_(padding=hfkit.PadToLength(9, token="<pad>"))("a")  # noqa: S106


def test_arrays_cannot_be_written_and_inputs_can(tokenize: hfkit.Tokenize) -> None:
    arrays = tokenize.arrays(["a", "a dull film"])
    assert [str(array.dtype) for array in (arrays.ids, arrays.mask, arrays.type_ids)] == [
        "int32",
        "int8",
        "int8",
    ]
    with pytest.raises(ValueError, match="read-only"):
        arrays.ids[0, 0] = 7
    inputs = arrays.inputs()
    inputs["input_ids"][0, 0] = 7
    assert arrays.ids[0, 0] == 2
    assert arrays.source is tokenize.source


def test_tensors_are_the_inputs(tokenize: hfkit.Tokenize, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = tokenize.arrays(["a", "a dull film"])
    tensors = arrays.to_torch()
    assert {name: tensor.tolist() for name, tensor in tensors.items()} == {
        name: array.tolist() for name, array in arrays.inputs().items()
    }
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(errors.MissingDependencyError, match="torch is not installed") as caught:
        arrays.to_torch()
    assert caught.value.hint == "pip install 'hfkit[torch]'"


def test_map_is_lazy(tokenize: hfkit.Tokenize) -> None:
    taken = []

    def endless() -> typing.Iterator[str]:
        for number in range(10**9):
            taken.append(number)
            yield f"film {number}"

    results = tokenize.map(endless())
    assert taken == []
    assert next(results).tokens[1] == "film"
    assert len(taken) <= 64


def test_batch_counts_its_work(tokenize: hfkit.Tokenize) -> None:
    facade = tokenize.with_(padding=hfkit.PadToLongest(), truncation=hfkit.Windows(5))
    statistics = facade.batch(["a", "a dull film, a good film"]).statistics
    assert (statistics.inputs, statistics.windows) == (2, 4)
    assert (statistics.tokens, statistics.padded_tokens) == (3 + 7 + 2 * 3, 20)


def test_decode_refuses_what_it_does_not_know(tokenize: hfkit.Tokenize) -> None:
    assert tokenize.decode(np.array([2, 6, 3])) == "[CLS] a [SEP]"
    assert tokenize.decode(iter([2, 6, 3]), skip_special_tokens=True) == "a"
    for bad in (-100, 99999):
        with pytest.raises(errors.InputError, match=f"id {bad} is not in the vocabulary"):
            tokenize.decode([2, bad])
    with pytest.raises(errors.InputTypeError, match="id is 'a', must be a whole number"):
        tokenize.decode("a")  # type: ignore[arg-type]
    with pytest.raises(errors.InputTypeError, match=r"id is 1.5"):
        tokenize.decode([1.5])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (5, "ids are a int"),
        (None, "ids are None"),
        (b"ab", "ids are a bytes"),
        (np.array(3), "ids are a ndarray of no dimension"),
        (np.array([[1, 2]]), "id is array"),
        (np.array([1.0]), "id is np.float64"),
        ([True], "id is True"),
        (np.array([True]), "id is np.True_"),
    ],
)
def test_decode_says_what_is_no_id(bad: typing.Any, message: str, tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.InputTypeError, match=message):
        tokenize.decode(bad)


def test_decode_wants_ids_and_a_bool(tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.InputTypeError, match="ids are a Tokens") as caught:
        tokenize.decode(tokenize("film"))  # type: ignore[arg-type]
    assert caught.value.hint == "give the ids of one text: tokens.ids"
    with pytest.raises(errors.InputTypeError, match="skip_special_tokens is 'no', must be a bool"):
        tokenize.decode([2], skip_special_tokens="no")  # type: ignore[arg-type]


def test_two_ids_of_one_text_are_both_known(folder: Path) -> None:
    write_unigrams(folder / "twice")
    file = folder / "twice" / "tokenizer.json"
    content = json.loads(file.read_text())
    pieces = content["model"]["vocab"]
    pieces.append(pieces[-1])
    file.write_text(json.dumps(content))
    tokenize = hfkit.Tokenize(folder / "twice")
    missing = sorted(set(range(len(pieces))) - set(tokenize.vocabulary.values()))
    assert missing
    assert tokenize.decode(missing) == tokenize.decode([len(pieces) - 1])


def test_a_limit_beyond_any_text_is_none(tmp_path: Path, folder: Path) -> None:
    write_word_pieces(tmp_path / "far", limit=3 * 10**19)
    assert hfkit.Tokenize(tmp_path / "far").max_tokens is None
    with pytest.raises(errors.SettingError, match="max_tokens is None"):
        hfkit.Tokenize(tmp_path / "far", truncation=hfkit.Truncate())("film")
    assert hfkit.Tokenize(folder, truncation=hfkit.Truncate(2**31 - 1))("film").length == 3


def test_the_vocabulary_and_its_special_tokens(tokenize: hfkit.Tokenize) -> None:
    assert tokenize.vocabulary["film"] == tokenize("film").ids[1]
    with pytest.raises(TypeError):
        tokenize.vocabulary["new"] = 1  # type: ignore[index]
    special = tokenize.special_tokens
    assert special.cls == hfkit.SpecialToken("[CLS]", 2)
    assert special.pad == hfkit.SpecialToken("[PAD]", 0)
    assert special.bos is None
    assert special.extra == ()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (None, "input is None, must be a str, a Pair or a list of Messages"),
        (b"film", "input is a bytes"),
        (["a", "b"], "input, message 0, is a str, must be a Message"),
        ([{"role": "user", "content": "x"}], "message 0, is a dict"),
        ([hfkit.Message("user", 3)], "message 0 is a int, must be a str"),  # type: ignore[arg-type]
        (hfkit.Pair("a", None), "second text is None"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_input(bad: typing.Any, message: str, tokenize: hfkit.Tokenize) -> None:
    for ask in (tokenize, tokenize.count):
        with pytest.raises(errors.InputTypeError, match=message):
            ask(bad)


def test_an_empty_chat_is_nothing_to_read(tokenize: hfkit.Tokenize) -> None:
    with pytest.raises(errors.EmptyInputError, match="chat without messages"):
        tokenize([])


@pytest.mark.parametrize("many", ["text", b"text", hfkit.Pair("a", "b"), CHAT[0], CHAT, 3, {"text": 1}])
def test_one_input_is_no_batch(many: typing.Any, tokenize: hfkit.Tokenize) -> None:
    for ask in (tokenize.batch, tokenize.map, tokenize.arrays):
        with pytest.raises(errors.InputTypeError, match="must be an iterable of"):
            ask(many)


def test_a_bad_input_says_where_it_stands(tokenize: hfkit.Tokenize) -> None:
    for bad, kind in (
        ("a\ud800", errors.InputEncodingError),
        ("x" * 11, errors.InputTooLongError),
        (4, errors.InputTypeError),
    ):
        for ask in (tokenize.with_(max_characters=10).batch, tokenize.with_(max_characters=10).arrays):
            with pytest.raises(kind) as caught:
                ask(["a", bad])  # type: ignore[list-item]
            assert caught.value.index == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": ""}, "model is empty"),
        ({"padding": True}, "padding is True, must be NoPadding or PadToLongest or PadToLength"),
        ({"truncation": 512}, "truncation is 512"),
        ({"add_special_tokens": 1}, "add_special_tokens is 1"),
        ({"generation_prompt": None}, "generation_prompt is None"),
        ({"template": ""}, "template is empty"),
        ({"max_characters": 0}, "max_characters is 0"),
        ({"runtime": None}, "runtime is None"),
    ],
)
def test_settings_are_checked_where_they_are_written(settings: dict[str, typing.Any], message: str) -> None:
    with pytest.raises(errors.SettingError, match=message):
        hfkit.Tokenize(**settings)


def test_the_facade_is_a_value(tokenize: hfkit.Tokenize) -> None:
    facade = hfkit.Tokenize("org/model", truncation=hfkit.Truncate(9))
    assert (
        repr(facade)
        == "Tokenize('org/model', truncation=Truncate(max_tokens=9, cut='longest_first', side=None))"
    )
    assert facade == replace(hfkit.Tokenize("org/model"), truncation=hfkit.Truncate(9))
    with pytest.raises(FrozenInstanceError):
        facade.model = "other"  # type: ignore[misc]
    there = pickle.loads(pickle.dumps(tokenize))
    assert there == tokenize
    assert there("film") == tokenize("film")
    assert set(TokenizeSettings.__annotations__) == {
        field.name for field in fields(hfkit.Tokenize) if field.init
    }


def test_equal_models_share_a_session(tokenize: hfkit.Tokenize) -> None:
    other = tokenize.with_(truncation=hfkit.Truncate(9), runtime=hfkit.Runtime())
    assert other("film").source is tokenize("film").source


def test_the_source_says_what_ran(tokenize: hfkit.Tokenize, folder: Path) -> None:
    source = tokenize("film").source
    assert source.model == str(folder)
    assert source.revision.startswith("sha256:")
    assert source.tokenizer.startswith("sha256:")
    assert (source.backend, source.device, source.dtype) == ("tokenizers", "cpu", "none")
    assert {"hfkit", "tokenizers", "transformers"} == {name for name, _ in source.versions}


def test_many_texts_are_read_as_one_by_one_is(tokenize: hfkit.Tokenize, bytewise: hfkit.Tokenize) -> None:
    texts = ["The film,\0 dull!", "", "never  good\n", "naïve 世界 👩‍👩‍👧", "x" * 70, "a [SEP] b"] * 200
    for opened in (tokenize, bytewise.with_(padding=hfkit.PadToLongest(token="<|endoftext|>"))):  # noqa: S106
        for facade in (
            opened,
            opened.with_(add_special_tokens=False),
            opened.with_(truncation=hfkit.Truncate(5)),
            opened.with_(truncation=hfkit.Truncate(5, cut="first", side="left")),
        ):
            expected = [facade(text) for text in texts[:6]] * 200
            for _ in range(2):
                arrays = facade.arrays(texts)
                rows = [row[mask == 1].tolist() for row, mask in zip(arrays.ids, arrays.mask, strict=True)]
                assert rows == [list(result.ids) for result in expected]
                assert arrays.cut == tuple(
                    place for place, result in enumerate(expected) if not result.coverage.complete
                )


def test_a_long_text_is_read_as_the_library_reads_it(tokenize: hfkit.Tokenize) -> None:
    text = "the film is dull and never good, " * 32_000
    assert len(text) > 2**20
    ids = tokenize.arrays([text, "dull"]).ids[0].tolist()
    period = list(tokenize("the film is dull and never good,").ids)
    assert ids == [period[0], *period[1:-1] * 32_000, period[-1]]
