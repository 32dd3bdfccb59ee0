from __future__ import annotations

import json
from enum import Enum

import pytest

from hfkit.errors import NoValueError, RefusedValueError
from hfkit.values.batch import Batch
from hfkit.values.chat import Message
from hfkit.values.generation import Continuation, Generation
from hfkit.values.provenance import Coverage, Source
from hfkit.values.tools import ToolCall


class Color(Enum):
    RED = "red"


@pytest.fixture
def source() -> Source:
    return Source(
        model="m", revision="r", tokenizer="t", backend="b", device="cpu", dtype="float32", versions=()
    )


def test_the_first_continuation_is_the_main_answer(source: Source) -> None:
    calls = (ToolCall("look", {"at": 1}),)
    first = Continuation("a", "eos", (5, 6), tool_calls=calls)
    result = Generation("p", (first, Continuation("b", "length", (7,))), 1, Coverage(1, 1, 1), source)
    assert (result.text, result.finish_reason, result.new_tokens) == ("a", "eos", 2)
    assert (result.tool_calls, result.value, result.has_value) == (calls, None, True)


def test_a_value_that_is_not_there_says_why(source: Source) -> None:
    cut = Continuation("47", "length", (5, 6), has_value=False)
    result = Generation("p", (cut,), 1, Coverage(1, 1, 1), source)
    assert not result.has_value
    with pytest.raises(NoValueError) as caught:
        _ = result.value
    assert caught.value.message == "the text ended after 2 tokens ('length') before its value was whole"
    assert caught.value.hint == "give more max_new_tokens, or look at .has_value first"


def test_a_value_that_is_refused_says_why() -> None:
    refused = Continuation("47", "stop", (5,), has_value=False, refusal="47 is odd")
    with pytest.raises(RefusedValueError, match="47 is odd"):
        _ = refused.value


def test_a_batch_of_values_is_json_and_a_table(source: Source) -> None:
    red = Continuation("red", "stop", (5,), parsed=Color.RED)
    batch = Batch([Generation("p", (red,), 1, Coverage(1, 1, 1), source)])
    (plain,) = json.loads(batch.to_json())
    assert plain["continuations"][0]["parsed"] == "red"
    assert batch.to_polars()["text"].to_list() == ["red"]


def test_a_turn_of_the_chat_says_what_stands_beside_its_calls() -> None:
    call = ToolCall("now", {})
    asked = Continuation("Let me see. <call>", "eos", (1,), tool_calls=(call,), said="Let me see.")
    assert asked.message == Message("assistant", "Let me see.", tool_calls=(call,))
    assert Continuation("Hi", "eos", (1,)).message == Message("assistant", "Hi")


def test_a_result_s_turn_is_that_of_its_best_continuation(source: Source) -> None:
    best = Continuation("Hi", "eos", (1,))
    result = Generation("p", (best, Continuation("Ho", "eos", (2,))), 1, Coverage(1, 1, 1), source)
    assert result.message == best.message


def test_one_of_a_given_type_can_be_made(source: Source) -> None:
    one = Continuation[int]("4", "eos", (5,), parsed=4)
    assert one == Continuation("4", "eos", (5,), parsed=4)
    assert Generation[int]("p", (one,), 1, Coverage(1, 1, 1), source).value == 4
