from __future__ import annotations

from typing import Any

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
        (PadToLength, {"tokens": None}, "tokens is None, must be int"),
        (PadToLength, {"tokens": 8, "side": "up"}, "side 'up'"),
        (Truncate, {"max_tokens": 0}, "max_tokens is 0"),
        (Truncate, {"cut": "both"}, "cut 'both' is not one of"),
        (Truncate, {"side": "up"}, "side 'up'"),
        (Windows, {"max_tokens": 8, "overlap": 8}, "overlap is 8, must be less than max_tokens, 8"),
        (Windows, {"overlap": -1}, "overlap is -1"),
        (Windows, {"overlap": True}, "overlap is True"),
        (Windows, {"max_tokens": 8.5}, "max_tokens is 8.5"),
    ],
)
def test_a_bad_policy_is_refused_where_it_is_written(
    policy: Any, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        policy(**settings)
