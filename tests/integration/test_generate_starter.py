"""Generate with the starter, a real model: what it writes, held to the letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

import hfkit

CAPITAL = " Paris.\n\nThe answer is: 2018-01"
CHAT = [hfkit.Message("user", "What is the capital of France?")]


@pytest.fixture(scope="module")
def generate() -> hfkit.Generate:
    return hfkit.Generate(max_new_tokens=16).load()


def test_a_prompt_goes_on(generate: hfkit.Generate) -> None:
    found = generate("The capital of France is")
    assert found.text == CAPITAL
    assert found.finish_reason == "length"
    assert (found.prompt_tokens, found.new_tokens) == (5, 16)


def test_a_chat_is_answered(generate: hfkit.Generate) -> None:
    found = generate(CHAT)
    assert found.text == "The capital of France is Paris."
    assert found.finish_reason == "eos"
    assert found.prompt.endswith(
        "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert list(generate.stream(CHAT)) == ["The", " capital", " of", " France", " is", " Paris", "."]


def test_a_batch_of_both_is_as_each_alone(generate: hfkit.Generate) -> None:
    found = generate.batch(["The capital of France is", CHAT, "Ein Gedicht über 東京 🙂:"])
    assert [one.text for one in found][:2] == [CAPITAL, "The capital of France is Paris."]
    assert found[2] == generate("Ein Gedicht über 東京 🙂:")


def test_a_stop_string_across_tokens(generate: hfkit.Generate) -> None:
    found = generate.with_(stop=("is.\n\nThe",))("The capital of France is")
    assert (found.text, found.finish_reason) == (" Par", "stop")


@dataclass
class City:
    name: str
    country: Literal["France", "Italy"]


def test_a_value_of_a_type(generate: hfkit.Generate) -> None:
    city = generate.with_(max_new_tokens=64).into(City)([hfkit.Message("user", "Describe Paris as JSON.")])
    assert city.value.country == "France"
    label = generate.into(Literal["positive", "negative"])(
        [hfkit.Message("user", "Is this review positive or negative? 'I loved every minute of it.'")]
    )
    assert label.value == "positive"


def test_guesses_write_the_same_with_fewer_forward_passes(generate: hfkit.Generate) -> None:
    prompt = "one two three four five six. one two three four five six. one two"
    plain, guessed = (generate.with_(prompt_lookup=count).batch([prompt]) for count in (0, 6))
    assert guessed[0] == plain[0]
    assert guessed.statistics.forwards < plain.statistics.forwards
