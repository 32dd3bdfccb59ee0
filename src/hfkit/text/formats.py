"""Formats of JSON Schema as patterns, where an engine's own would let through what no reader takes.

The engine's date has a 29th of February in every year and a year 0000, its time a second 60; Python has none of them.
Its host names may be in punycode that stands for nothing. The patterns are narrower than the standards: the plain
half of them, which every reader takes.
"""

from __future__ import annotations

__all__ = ["ENGINE_FORMATS", "FORMAT_PATTERNS", "FREE_FORMATS", "HOST", "naive", "naive_or_aware"]

_YEAR = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_BY_FOUR = "(?:0[48]|[2468][048]|[13579][26])"
_LEAP_YEAR = f"(?:[0-9]{{2}}{_BY_FOUR}|{_BY_FOUR}00)"
_LONG = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FEBRUARY = "02-(?:0[1-9]|1[0-9]|2[0-8])"
_DATE = f"(?:{_YEAR}-(?:{_LONG}|{_SHORT}|{_FEBRUARY})|{_LEAP_YEAR}-02-29)"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_ZONE = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_SPAN = "T(?:[0-9]{1,2}H(?:[0-9]{1,2}M(?:[0-9]{1,2}S)?)?|[0-9]{1,2}M(?:[0-9]{1,2}S)?|[0-9]{1,2}S)"
_LABEL = "[A-Za-z0-9](?:-?[A-Za-z0-9]){0,30}"
_MAILBOX = "[A-Za-z0-9](?:[._+-]?[A-Za-z0-9]){0,30}"

HOST = rf"(?:{_LABEL}\.){{1,3}}[A-Za-z]{{2,12}}"
"""The pattern of a host in the domain name system."""

FORMAT_PATTERNS = {
    "date": f"^{_DATE}$",
    "date-time": f"^{_DATE}T{_TIME}{_ZONE}$",
    "duration": f"^P(?:[0-9]{{1,4}}D(?:{_SPAN})?|{_SPAN})$",
    "email": f"^{_MAILBOX}@{HOST}$",
    "hostname": rf"^(?:{_LABEL}\.){{0,3}}{_LABEL}$",
    "time": f"^{_TIME}{_ZONE}$",
} | {
    f"uuid{version}": f"^[0-9a-f]{{8}}-[0-9a-f]{{4}}-{version}[0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}}$"
    for version in range(1, 9)
}
"""The formats that a pattern stands for."""

ENGINE_FORMATS = frozenset({"ipv4", "ipv6", "uri", "uuid"})
"""The formats that the engine knows."""

FREE_FORMATS = frozenset({"binary", "password", "path"})
"""The formats that say what a text is for, and bind it in nothing."""


def naive(form: str) -> str:
    """Give the pattern of ``date-time`` or ``time`` without a zone."""
    return FORMAT_PATTERNS[form].removesuffix(f"{_ZONE}$") + "$"


def naive_or_aware(form: str) -> str:
    """Give the pattern of ``date-time`` or ``time`` with the zone left open, as Python's own types have it."""
    return FORMAT_PATTERNS[form].removesuffix("$") + "?$"
