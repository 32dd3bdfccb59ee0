"""Architectures: what is refused, and what follows from the rest."""

from __future__ import annotations

from typing import Any

import pytest

from hfkit import Architecture
from hfkit.errors import SettingError


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        (
            {"family": "bart-large"},
            "family 'bart-large' is not one of ('bert', 'distilbert',",
            "name one of them",
        ),
        ({"layers": 0}, "layers is 0, must be a whole number, at least 1", "give a number"),
        ({"hidden": None}, "hidden is None, must be a whole number, at least 1", "give a number"),
        ({"heads": 0}, "heads is 0, must be a whole number, at least 1", "leave it out for the default"),
        ({"intermediate": 0}, "intermediate is 0, must be a whole number", "leave it out for the default"),
        ({"vocabulary": 256}, "vocabulary is 256, must be a whole number, at least 300", "give a number"),
        ({"max_tokens": 4}, "max_tokens is 4, must be a whole number, at least 8", "give a number"),
        (
            {"heads": 5},
            "hidden is 128 with heads 5, must be an even multiple of them",
            "choose another hidden",
        ),
        (
            {"hidden": 63},
            "hidden is 63 with heads 1, must be an even multiple of them",
            "choose another hidden",
        ),
    ],
)
def test_what_cannot_be_built_is_refused(settings: dict[str, Any], message: str, hint: str) -> None:
    whole: dict[str, Any] = {"family": "bert", "layers": 2, "hidden": 128}
    with pytest.raises(SettingError) as caught:
        Architecture(**(whole | settings))
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("hidden", "heads"), [(32, 1), (64, 1), (128, 2), (200, 2), (320, 5), (384, 6), (768, 12), (1000, 10)]
)
def test_heads_fit_the_width(hidden: int, heads: int) -> None:
    assert Architecture(family="bert", layers=1, hidden=hidden).attention_heads == heads


def test_what_was_given_holds() -> None:
    small = Architecture(family="gpt2", layers=1, hidden=64, heads=4, intermediate=100)
    assert (small.attention_heads, small.inner_width) == (4, 100)
    assert Architecture(family="gpt2", layers=1, hidden=64).inner_width == 256


def test_it_is_written_as_it_was_given() -> None:
    assert repr(Architecture(family="t5", layers=2, hidden=64, vocabulary=500)) == (
        "Architecture(family='t5', layers=2, hidden=64, vocabulary=500)"
    )
