"""Bounds of numbers in a JSON schema, drawn in so far that no rounding can carry a number across them.

An engine compares the digits that it lets through with bounds that it holds as double precision. A reader turns the
digits into double precision too: ``9.99999999999999999`` is less than ten and is read as ten. So bounds that do not
include themselves become ones that do, a step of 15 digits inside: as many digits as double precision keeps apart.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from hfkit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BOUNDS", "is_exact", "narrow_bounds"]

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
"""The keywords that are about numbers."""

_Number: TypeAlias = int | float

_DIGITS = 15
_DIGITS_KEPT = Context(prec=_DIGITS)

# What is nearer to 0 no text is likely to tell from it.
_LEAST = Decimal("1e-15")

# From here on double precision leaves out whole numbers.
_EXACT = 2**53

# Powers of ten beyond it have no exact value in double precision.
_POWERS = 22
_FURTHEST = 1e22

# The outermost whole numbers of 64 bits that double precision holds exactly.
_WIDEST_WHOLE = 2**63 - 1024


def narrow_bounds(schema: Mapping[str, object], *, whole: bool, at: str) -> dict[str, object]:
    """Give the keywords that bound a number so that whatever an engine lets through is valid once it is read.

    Args:
        schema: the schema that the keywords stand in.
        whole: whether only whole numbers are meant; they are kept to 64 bits.
        at: where the schema stands, as a JSON pointer.

    Returns:
        The keywords of ``BOUNDS`` anew.

    Raises:
        SettingError: a bound is no number, no number lies between them, or there is a divisor that is too fine.

    >>> narrow_bounds({"exclusiveMinimum": 0, "exclusiveMaximum": 7}, whole=True, at="")
    {'minimum': 1, 'maximum': 6}
    >>> narrow_bounds({"exclusiveMaximum": 10}, whole=False, at="")
    {'maximum': 9.99999999999999}
    """
    bounds = _Bounds(*(_number(schema, keyword, at) for keyword in BOUNDS))
    lowers, uppers = _whole_ends(bounds) if whole else _ends(bounds)
    narrowed: dict[str, object] = {}
    if bounds.divisor is not None:
        narrowed["multipleOf"] = bounds.divisor
        reach = _reach_of(Decimal(repr(bounds.divisor)), at)
        if not whole:
            lowers.append(-reach)
            uppers.append(reach)
    lower, upper = max(lowers, default=None), min(uppers, default=None)
    if lower is not None and upper is not None and _first_multiple(lower, bounds.divisor) > upper:
        raise SettingError(f"no number lies between the bounds at {at or 'the root'}", hint="widen them")
    if lower is not None:
        narrowed["minimum"] = lower
    if upper is not None:
        narrowed["maximum"] = upper
    return narrowed


def is_exact(number: float) -> bool:
    """Tell whether any reader takes the digits of a number for the same: few of them, near to the point.

    >>> is_exact(0.1), is_exact(0.30000000000000004), is_exact(1e-30)
    (True, False, False)
    """
    _, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    return len(digits) <= _DIGITS and isinstance(exponent, int) and abs(exponent) <= _POWERS


class _Bounds(NamedTuple):
    """What a schema says of a number, in the order of ``BOUNDS``."""

    least: _Number | None
    most: _Number | None
    above: _Number | None
    below: _Number | None
    divisor: _Number | None


def _number(schema: Mapping[str, object], keyword: str, at: str) -> _Number | None:
    value = schema.get(keyword)
    if keyword in schema and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise SettingError(
            f"{keyword} at {at or 'the root'} is {value!r}, must be a number",
            hint="see https://json-schema.org/draft/2020-12",
        )
    if isinstance(value, int | float) and abs(value) > _FURTHEST:
        raise SettingError(f"{keyword} at {at or 'the root'} is {value}, too far from 0", hint="leave it out")
    return cast("_Number | None", value)


def _whole_ends(bounds: _Bounds) -> tuple[list[_Number], list[_Number]]:
    lowers, uppers = [-_WIDEST_WHOLE], [_WIDEST_WHOLE]
    if bounds.least is not None:
        lowers.append(math.ceil(bounds.least))
    if bounds.above is not None:
        lowers.append(math.floor(bounds.above) + 1)
    if bounds.most is not None:
        uppers.append(math.floor(bounds.most))
    if bounds.below is not None:
        uppers.append(math.ceil(bounds.below) - 1)
    return [_held(bound, upwards=True) for bound in lowers], [_held(bound, upwards=False) for bound in uppers]


def _ends(bounds: _Bounds) -> tuple[list[_Number], list[_Number]]:
    lowers: list[_Number] = []
    uppers: list[_Number] = []
    if bounds.least is not None:
        lowers.append(_inside(bounds.least, upwards=True))
    if bounds.above is not None:
        lowers.append(_step(bounds.above, upwards=True))
    if bounds.most is not None:
        uppers.append(_inside(bounds.most, upwards=False))
    if bounds.below is not None:
        uppers.append(_step(bounds.below, upwards=False))
    return lowers, uppers


def _held(bound: int, *, upwards: bool) -> int:
    """Give the nearest whole number on one side that double precision holds."""
    near = float(bound)
    if (near < bound) if upwards else (near > bound):
        near = math.nextafter(near, math.inf if upwards else -math.inf)
    return int(near)


def _inside(bound: _Number, *, upwards: bool) -> _Number:
    """Give a bound of 15 digits at most, not beyond another: an engine that reads more may read them amiss."""
    # From 2**53 on the digits of double precision are not its value.
    exact = Decimal(bound) if abs(bound) >= _EXACT else Decimal(repr(bound))
    if 0 < abs(exact) < _LEAST:
        return float(_LEAST) if upwards and bound > 0 else -float(_LEAST) if bound < 0 and not upwards else 0
    near = exact.normalize(Context(prec=_DIGITS, rounding=ROUND_CEILING if upwards else ROUND_FLOOR))
    while (float(near) < bound) if upwards else (float(near) > bound):
        near = _next(near, upwards=upwards)
    return bound if near == exact else float(near)


def _step(bound: _Number, *, upwards: bool) -> _Number:
    """Give a bound that includes itself for one that does not."""
    if abs(bound) < _LEAST:  # a step of 15 digits from there may be none in double precision
        past = bound >= 0 if upwards else bound <= 0
        return 0 if not past else float(_LEAST if upwards else -_LEAST)
    near = _next(Decimal(repr(bound)), upwards=upwards)
    while (float(near) <= bound) if upwards else (float(near) >= bound):
        near = _next(near, upwards=upwards)
    return _inside(float(near), upwards=upwards)


def _next(number: Decimal, *, upwards: bool) -> Decimal:
    return _DIGITS_KEPT.next_plus(number) if upwards else _DIGITS_KEPT.next_minus(number)


def _first_multiple(lower: _Number, divisor: _Number | None) -> _Number | Fraction:
    if divisor is None:
        return lower
    step = Fraction(repr(divisor))
    return math.ceil(Fraction(repr(lower)) / step) * step


def _reach_of(divisor: Decimal, at: str) -> float:
    """Tell how far multiples go before they have more than 15 digits."""
    exponent = divisor.normalize().as_tuple().exponent
    if divisor <= 0 or not isinstance(exponent, int) or not -_DIGITS < exponent < _DIGITS:
        raise SettingError(
            f"multipleOf at {at or 'the root'} is {divisor}, must be a decimal number above 0",
            hint="leave it out",
        )
    return float(Decimal(10) ** (_DIGITS + min(exponent, 0) - 1))
