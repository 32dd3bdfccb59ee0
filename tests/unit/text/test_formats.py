from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from pydantic import TypeAdapter

from hfkit.text.formats import FORMAT_PATTERNS, naive, naive_or_aware


def test_the_dates_are_those_of_pythons_calendar() -> None:
    matched = re.compile(FORMAT_PATTERNS["date"]).match
    for year in (1, 4, 99, 100, 400, 1900, 2000, 2023, 2024, 2100, 9999):
        for month in range(14):
            for day in range(33):
                try:
                    there = bool(date(year, month, day))
                except ValueError:
                    there = False
                assert bool(matched(f"{year:04}-{month:02}-{day:02}")) == there
    assert not matched("0000-01-01")


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        ("date-time", ["2024-02-29T23:59:59Z", "0001-01-01T00:00:00.123456-23:59"]),
        ("time", ["00:00:00Z", "23:59:59.9+01:30"]),
        ("duration", ["P1D", "P9999DT99H99M99S", "PT1M", "PT5S"]),
        ("email", ["a@b.de", "first.last+tag@mail.example-site.com"]),
        ("hostname", ["localhost", "a-b.example"]),
        ("uuid4", ["2eb8aa08-aa98-41ea-b4aa-73b441d16380"]),
    ],
)
def test_what_a_format_is(form: str, texts: list[str]) -> None:
    assert all(re.search(FORMAT_PATTERNS[form], text) for text in texts)


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        (
            "date-time",
            ["2023-02-29T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01T00:00:60Z", "2023-01-01T00:00:00"],
        ),
        ("time", ["00:00:00", "24:00:00Z", "00:00:00+24:00"]),
        ("duration", ["P", "PT", "P1Y", "P1DT"]),
        ("email", ["a@b", "@b.de", "a b@c.de", "a..b@c.de"]),
        ("hostname", ["-a", "a-", "xn--a", "a..b"]),
        ("uuid4", ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"]),
    ],
)
def test_what_a_format_is_not(form: str, texts: list[str]) -> None:
    assert not any(re.search(FORMAT_PATTERNS[form], text) for text in texts)


@pytest.mark.parametrize("text", ["P1D", "P9999DT99H99M99S", "PT1M"])
def test_durations_are_read(text: str) -> None:
    assert TypeAdapter(timedelta).validate_python(text)


def test_zones_are_left_open_or_out() -> None:
    for form, read, text in (
        ("date-time", datetime.fromisoformat, "2024-02-29T23:59:59"),
        ("time", time.fromisoformat, "23:59:59"),
    ):
        assert re.search(naive(form), text)
        assert not re.search(naive(form), f"{text}Z")
        for zone in ("", "Z", "-11:30"):
            assert re.search(naive_or_aware(form), text + zone)
            assert read(text + zone).isoformat() == (text + zone).replace("Z", "+00:00")
