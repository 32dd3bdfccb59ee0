from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from hfkit.errors import InputTypeError
from hfkit.values.inputs import Pair, Words


def test_a_pair_is_ordered() -> None:
    assert Pair("a", "b") == Pair("a", "b") != Pair("b", "a")
    assert len({Pair("a", "b"), Pair("a", "b"), Pair("b", "a")}) == 2


def test_a_pair_is_no_tuple() -> None:
    plain: object = ("a", "b")
    assert Pair("a", "b") != plain


@pytest.mark.parametrize("name", ["first", "second"])
def test_a_pair_cannot_be_changed(name: str) -> None:
    with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(Pair("a", "b"), name, "c")


def test_repr_shows_which_is_which() -> None:
    assert repr(Pair("a", "b")) == "Pair(first='a', second='b')"


def test_words_are_a_value() -> None:
    words = Words(["Marie", "Curie"])
    assert words == Words(("Marie", "Curie")) != Words(["Marie Curie"])
    assert len({words, Words(("Marie", "Curie"))}) == 1
    assert words.words == ("Marie", "Curie")
    assert words.text == "Marie Curie"
    assert repr(words) == "Words(['Marie', 'Curie'])"
    assert pickle.loads(pickle.dumps(words)) == words
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'words'"):
        words.words = ()  # type: ignore[misc]  # the point


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("Marie", "Words is given 'Marie', must be a sequence of words"),
        (None, "Words is given None, must be a sequence of words"),
        (["in", 1903], "word 1 of Words is 1903, must be a str"),
    ],
)
def test_what_is_no_words_is_refused(bad: Any, message: str) -> None:
    with pytest.raises(InputTypeError) as caught:
        Words(bad)
    assert caught.value.message == message
    assert caught.value.hint
