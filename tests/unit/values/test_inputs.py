from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from hfkit.values.inputs import Pair


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
