from __future__ import annotations

from decimal import ROUND_CEILING, Decimal, localcontext

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from hfkit.errors import SettingError
from hfkit.text.numbers import narrow_bounds

REACH = 2**53
FINITE = st.floats(-1e22, 1e22)
BOUNDS = st.dictionaries(
    st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]),
    st.integers(-(2**70), 2**70)
    | FINITE
    | st.floats(-10, 10)
    | st.sampled_from([0, 0.1, 1, 10, 0.30000000000000004]),
    min_size=1,
)
SHARES = st.integers(0, 10**40).map(lambda part: Decimal(part).scaleb(-40))


def _valid(number: float, bounds: dict[str, float]) -> bool:
    return (
        number >= bounds.get("minimum", number)
        and number <= bounds.get("maximum", number)
        and number > bounds.get("exclusiveMinimum", float("-inf"))
        and number < bounds.get("exclusiveMaximum", float("inf"))
    )


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(BOUNDS, SHARES)
@example({"exclusiveMaximum": 10}, Decimal(1))
@example({"exclusiveMinimum": 0}, Decimal(0))
@example({"exclusiveMaximum": 5e-324}, Decimal(1))
@example({"exclusiveMinimum": -5e-324}, Decimal(0))
@example({"exclusiveMinimum": -95599898844825500001}, Decimal(0))
@example({"exclusiveMaximum": 95599898844825500001}, Decimal(1))
def test_digits_within_the_narrow_bounds_are_read_within_the_wide_ones(
    bounds: dict[str, float], share: Decimal
) -> None:
    """However many digits a number has, double precision carries it across no bound."""
    try:
        narrow = narrow_bounds(bounds, whole=False, at="")
    except SettingError:
        assume(False)  # noqa: FBT003
    with localcontext(prec=1200):
        low = Decimal(repr(narrow.get("minimum", -1e23)))
        high = Decimal(repr(narrow.get("maximum", 1e23)))
        digits = low + (high - low) * share
    assert _valid(float(digits), bounds)
    whole = int(digits.to_integral_value(ROUND_CEILING))
    if whole <= high:  # without a point it is read as it stands
        assert _valid(whole, bounds)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(BOUNDS, SHARES)
def test_whole_numbers_within_the_narrow_bounds_are_within_the_wide_ones(
    bounds: dict[str, float], share: Decimal
) -> None:
    """The bounds of whole numbers hold no other than the schema's, and 64 bits hold all of them."""
    try:
        narrow = narrow_bounds(bounds, whole=True, at="")
    except SettingError:
        assume(False)  # noqa: FBT003
    low, high = int(str(narrow["minimum"])), int(str(narrow["maximum"]))
    with localcontext(prec=1200):
        number = low + int((high - low) * share)
    assert _valid(number, bounds)
    assert -(2**63) <= number < 2**63
    assert float(low) == low
    assert float(high) == high


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(BOUNDS, st.integers(-REACH, REACH))
def test_no_whole_number_of_53_bits_is_lost(bounds: dict[str, float], number: int) -> None:
    """Whole numbers that double precision holds stay allowed, all of them."""
    assume(_valid(number, bounds))
    narrow = narrow_bounds(bounds, whole=True, at="")
    assert int(str(narrow["minimum"])) <= number <= int(str(narrow["maximum"]))


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(BOUNDS, st.integers(-(10**15), 10**15), st.integers(0, 10))
def test_no_number_of_15_digits_is_lost(bounds: dict[str, float], digits: int, places: int) -> None:
    """Numbers of 15 digits, down to a billionth of a millionth, stay allowed between bounds of as many digits."""
    bounds = {keyword: float(f"{bound:.14g}") for keyword, bound in bounds.items()}
    number = Decimal(digits).scaleb(-places)
    assume(_valid(float(number), bounds))
    narrow = narrow_bounds(bounds, whole=False, at="")
    assert Decimal(repr(narrow.get("minimum", -1e23))) <= number <= Decimal(repr(narrow.get("maximum", 1e23)))
