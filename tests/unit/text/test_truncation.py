from __future__ import annotations

import pytest

from hfkit.text.truncation import longest_first


@pytest.mark.parametrize(
    ("first", "second", "room", "kept"),
    [
        pytest.param(3, 4, 7, (3, 4), id="both fit"),
        pytest.param(10, 3, 8, (5, 3), id="only the first is longer"),
        pytest.param(3, 10, 8, (3, 5), id="only the second is longer"),
        pytest.param(10, 10, 8, (4, 4), id="both are cut to halves"),
        pytest.param(10, 10, 7, (3, 4), id="the odd token goes to the second of equal texts"),
        pytest.param(10, 9, 7, (4, 3), id="the odd token goes to the longer text"),
        pytest.param(10, 10, 1, (0, 1), id="room for one token"),
        pytest.param(10, 10, 0, (0, 0), id="no room"),
        pytest.param(0, 10, 4, (0, 4), id="nothing in the first"),
    ],
)
def test_longest_first(first: int, second: int, room: int, kept: tuple[int, int]) -> None:
    assert longest_first(first, second, room=room) == kept
