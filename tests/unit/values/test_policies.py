from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hfkit import NoPadding, NoTruncation, PadToLength, PadToLongest, Truncate, Windows
from hfkit.errors import SettingError


def test_policies_are_values() -> None:
    assert NoPadding() == NoPadding()
    assert hash(Windows(9, 2)) == hash(Windows(9, overlap=2))
    assert len({NoTruncation(), Truncate(), NoPadding(), PadToLongest()}) == 4


@pytest.mark.parametrize(
    ("policy", "settings", "message"),
    [
        (PadToLongest, {"multiple_of": 0}, "multiple_of is 0, must be a whole number, at least 1"),
        (PadToLongest, {"side": "top"}, "side 'top' is not one of"),
        (PadToLongest, {"token": ""}, "token is empty"),
        (PadToLength, {"tokens": 0}, "tokens is 0"),
        (PadToLength, {"tokens": None}, "tokens is None, must be a whole number"),
        (PadToLength, {"tokens": 8, "side": "up"}, "side 'up'"),
        (Truncate, {"max_tokens": 0}, "max_tokens is 0"),
        (Truncate, {"cut": "both"}, "cut 'both' is not one of"),
        (Truncate, {"side": "up"}, "side 'up'"),
        (Windows, {"max_tokens": 8, "overlap": 8}, "overlap is 8, must be less than max_tokens, 8"),
        (Windows, {"overlap": -1}, "overlap is -1"),
        (Windows, {"overlap": True}, "overlap is True"),
        (Windows, {"max_tokens": 8.5}, "max_tokens is 8.5"),
        (Windows, {"max_tokens": 2**64}, "max_tokens is 18446744073709551616, must be at most 2,147,483,647"),
        (Windows, {"overlap": 2**64}, "overlap is 18446744073709551616, must be at most"),
        (Truncate, {"max_tokens": 2**64}, "max_tokens is 18446744073709551616, must be at most"),
        (Truncate, {"max_tokens": np.int64(4)}, r"max_tokens is np.int64\(4\), must be an int, at least 1"),
        (PadToLength, {"tokens": 2**62}, "tokens is 4611686018427387904, must be at most 16,777,216"),
        (PadToLongest, {"multiple_of": 2**62}, "multiple_of is 4611686018427387904, must be at most"),
    ],
)
def test_a_bad_policy_is_refused_where_it_is_written(
    policy: Any, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        policy(**settings)


@pytest.mark.parametrize(
    ("tokens", "hint"),
    [(True, "give a number"), (None, "give a number"), (np.int64(4), "convert it: int(number)")],
)
def test_what_has_no_default_is_not_to_be_left_out(tokens: Any, hint: str) -> None:
    with pytest.raises(SettingError) as caught:
        PadToLength(tokens)
    assert caught.value.hint == hint
