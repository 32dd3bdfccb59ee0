from __future__ import annotations

from typing import Any

import pytest

from hfkit import Classes, errors


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a"], r"names is \['a'\], must be a tuple of texts"),
        ("ab", "names is 'ab', must be a tuple of texts"),
        ((1, 2), r"names is \(1, 2\), must be a tuple of texts"),
        (("a", ""), "names holds an empty text"),
        (("a", "a"), r"names are \('a', 'a'\), must be different and at least one"),
        ((), r"names are \(\), must be different and at least one"),
    ],
)
def test_names_are_a_tuple_of_different_texts(names: Any, message: str) -> None:
    with pytest.raises(errors.SettingError, match=message):
        Classes(names)


def test_classes_are_values() -> None:
    assert Classes(("a", "b")) == Classes(names=("a", "b"))
    assert Classes().names is None
