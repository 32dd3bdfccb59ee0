from __future__ import annotations

import pytest

from hfkit.errors import SettingError
from hfkit.text.patterns import escape, whole_match, within

HINT = "write it with characters, classes, groups, | and repeats alone"


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("^a$", "a"),
        (r"\Aa\Z", "a"),
        ("a.", r"a[^\n]"),
        ("[^a]", "[^a]"),
        ("[^ab]", "[^ab]"),
        ("[a-f_]", r"[a-f\x{5F}]"),
        (r"\d+?", "[0-9]{1,}"),
        ("(ab)?", "(?:ab){0,1}"),
        ("(?:ab)*", "(?:ab){0,}"),
        ("a|bc", "(?:a|bc)"),
        (r"\w", r"[\p{L}\p{Nd}_]"),
        (r"\D", r"[[^\p{Nd}]]"),
        (r"[^\d]", r"[^\p{Nd}]"),
        (r"[^\D]", "[^[^0-9]]"),
        ("é", r"\x{E9}"),
    ],
)
def test_a_pattern_is_written_in_the_engines_words(pattern: str, written: str) -> None:
    assert whole_match(pattern) == written


def test_words_are_ascii_for_a_validator_and_of_all_scripts_for_python() -> None:
    assert within(r"^\w$") == "^[0-9A-Za-z_]$"
    assert within(r"^\w$", reader="python") == r"^[\p{L}\p{Nd}_]$"


def test_an_escaped_text_has_no_marks() -> None:
    assert escape("a-b/ü") == r"a\x{2D}b\x{2F}\x{FC}"


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(?=a)b", "a look around, (?=...) or (?<=...)"),
        ("(?<!a)b", "a look around, (?!...) or (?<!...)"),
        (r"(a)\1", "a back reference"),
        ("(a)?(?(1)b|c)", "a condition, (?(...)...)"),
        ("a++", "a possessive repeat, *+ or ++"),
        ("(?>a)", "an atomic group, (?>...)"),
        (r"a\b", r"\b"),
        ("a^b", "^ or $ inside"),
        ("(?i)a", "flags"),
        ("(?i:a)", "flags"),
        ("a\ud800", "half of a surrogate pair"),
    ],
)
def test_what_the_engine_has_no_words_for_is_refused_by_name(pattern: str, what: str) -> None:
    with pytest.raises(SettingError) as caught:
        whole_match(pattern)
    assert caught.value.message == f"the pattern {pattern!r} holds {what}, which is not supported"
    assert caught.value.hint == HINT


@pytest.mark.parametrize("pattern", ["(", r"\p{L}", "a{99999999999}"])
def test_what_python_cannot_read_is_refused(pattern: str) -> None:
    with pytest.raises(SettingError, match="is no regular expression of Python's"):
        within(pattern)
