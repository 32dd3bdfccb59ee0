from __future__ import annotations

import pytest

from hfkit.errors import SettingError
from hfkit.text.numbers import narrow_bounds

WIDEST = 2**63 - 1024


@pytest.mark.parametrize(
    ("given", "narrowed"),
    [
        ({}, {"minimum": -WIDEST, "maximum": WIDEST}),
        ({"minimum": 0.5, "maximum": 2.5}, {"minimum": 1, "maximum": 2}),
        ({"exclusiveMinimum": 0.5, "exclusiveMaximum": 2.5}, {"minimum": 1, "maximum": 2}),
        ({"maximum": 2**63 - 1}, {"minimum": -WIDEST, "maximum": WIDEST}),
        ({"minimum": 0, "maximum": 2**53 + 1}, {"minimum": 0, "maximum": 2**53}),
        ({"minimum": 0, "maximum": 9, "multipleOf": 3}, {"multipleOf": 3, "minimum": 0, "maximum": 9}),
    ],
)
def test_bounds_of_whole_numbers(given: dict[str, object], narrowed: dict[str, object]) -> None:
    assert narrow_bounds(given, whole=True, at="") == narrowed


@pytest.mark.parametrize(
    ("given", "narrowed"),
    [
        ({}, {}),
        ({"minimum": 0.5}, {"minimum": 0.5}),
        ({"exclusiveMinimum": 0}, {"minimum": 1e-15}),
        ({"exclusiveMaximum": 0}, {"maximum": -1e-15}),
        ({"exclusiveMinimum": 1, "minimum": 0}, {"minimum": 1.00000000000001}),
        (
            {"minimum": 0.30000000000000004, "maximum": 0.9999999999999999},
            {"minimum": 0.300000000000001, "maximum": 0.999999999999999},
        ),
        ({"minimum": 1e-100}, {"minimum": 1e-15}),
        ({"minimum": -1e-100}, {"minimum": 0}),
        ({"maximum": 1e-100}, {"maximum": 0}),
        ({"maximum": -1e-100}, {"maximum": -1e-15}),
        ({"maximum": 2**53 + 1}, {"maximum": 9007199254740990.0}),
        ({"maximum": 4.391612750747421e16}, {"maximum": 4.39161275074742e16}),
        ({"minimum": 4.391612750747421e16}, {"minimum": 4.39161275074743e16}),
        ({"maximum": 95599898844825500000}, {"maximum": 9.55998988448254e19}),
        ({"exclusiveMinimum": -95599898844825500001}, {"minimum": -9.55998988448254e19}),
        ({"multipleOf": 0.01}, {"multipleOf": 0.01, "minimum": -1e12, "maximum": 1e12}),
    ],
)
def test_bounds_of_other_numbers(given: dict[str, object], narrowed: dict[str, object]) -> None:
    assert narrow_bounds(given, whole=False, at="") == narrowed


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"minimum": "1"}, "minimum at /a is '1', must be a number"),
        ({"maximum": True}, "maximum at /a is True, must be a number"),
        ({"maximum": None}, "maximum at /a is None, must be a number"),
        ({"maximum": 1e23}, r"maximum at /a is 1e\+23, too far from 0"),
        ({"minimum": 2, "maximum": 1}, "no number lies between the bounds at /a"),
        ({"minimum": 1, "maximum": 4.5, "multipleOf": 5}, "no number lies between the bounds at /a"),
        ({"multipleOf": 0}, "multipleOf at /a is 0, must be a decimal number above 0"),
        ({"multipleOf": -0.5}, r"multipleOf at /a is -0.5, must be a decimal number above 0"),
        ({"multipleOf": 1e-20}, "multipleOf at /a is 1E-20, must be a decimal number above 0"),
    ],
)
def test_what_bounds_nothing_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        narrow_bounds(given, whole=False, at="/a")


def test_the_root_has_a_name() -> None:
    with pytest.raises(SettingError, match="no number lies between the bounds at the root"):
        narrow_bounds({"exclusiveMinimum": 1, "exclusiveMaximum": 2}, whole=True, at="")
