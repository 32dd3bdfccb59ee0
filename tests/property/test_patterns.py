from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from hfkit.engines.guides import Guides
from hfkit.errors import InputError, SettingError
from hfkit.testing.tokenizers import write_byte_pairs
from hfkit.text.patterns import escape, whole_match, within
from hfkit.text.shapes import PatternGrammar, Shape, regex_shape
from hfkit.values.structure import Regex

# Where dialects differ: words and digits of other scripts, blanks, the end of a line, marks of regular expressions.
CHARACTERS = "ab_-9é٣ \n\t\u00a0\u0301[]&~^$."
ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "é",
        ".",
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        "[a-b]",
        "[^a]",
        r"[\w-]",
        r"[^\d_]",
        r"[^\W]",
        r"[\[&~]",
    ]
)
REPEATS = st.sampled_from(["", "*", "+?", "?", "{2}", "{1,2}", "{2,}"])


def _join(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(children, min_size=1, max_size=3).map("".join)
        | st.lists(children, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})")
        | st.builds(lambda part, repeat: f"(?:{part}){repeat}", children, REPEATS)
    )


PATTERNS = st.recursive(st.builds("{}{}".format, ATOMS, REPEATS), _join, max_leaves=4)
TEXTS = st.text(st.sampled_from(CHARACTERS), max_size=5)


@pytest.fixture(scope="module")
def guides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokenizer, Guides]:
    folder = tmp_path_factory.mktemp("guides")
    size = write_byte_pairs(folder, family="gpt2")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return tokenizer, Guides(tokenizer, vocabulary=size, ends=[0])


def _takes(guides: tuple[Tokenizer, Guides], shape: Shape[str], text: str) -> bool:
    tokenizer, makes = guides
    try:
        guide = makes.start(shape)
        for token in tokenizer.encode(text, add_special_tokens=False).ids:
            guide.accept(token)
    except InputError:
        return False
    except SettingError:  # nothing matches it, which the engine says
        return False
    return guide.complete


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(PATTERNS, TEXTS)
def test_what_the_engine_takes_python_matches(
    guides: tuple[Tokenizer, Guides], pattern: str, text: str
) -> None:
    """A text that may be written under a pattern is matched by it as a whole."""
    assume(_takes(guides, regex_shape(Regex(pattern)), text))
    assert re.fullmatch(pattern, text)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(PATTERNS, TEXTS)
def test_what_python_matches_in_ascii_the_engine_takes(
    guides: tuple[Tokenizer, Guides], pattern: str, text: str
) -> None:
    """A text in ASCII without odd blanks that a pattern matches as a whole may be written under it."""
    assume(text.isascii() and re.fullmatch(pattern, text))
    assert _takes(guides, regex_shape(Regex(pattern)), text)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(PATTERNS, TEXTS)
def test_what_is_found_within_is_found_by_python(
    guides: tuple[Tokenizer, Guides], pattern: str, text: str
) -> None:
    """A text in which the engine finds a pattern is one in which Python finds it."""
    found = f"(?s:.)*(?:{within(pattern)})(?s:.)*"
    assume(_takes(guides, Shape(PatternGrammar(found), str), text))
    assert re.search(pattern, text)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), TEXTS)
def test_an_escaped_text_matches_itself_alone(
    guides: tuple[Tokenizer, Guides], text: str, other: str
) -> None:
    """Of two texts the escaped one is matched by the pattern, the other only where it is the same."""
    assume("\x00" not in text)
    shape = Shape(PatternGrammar(escape(text)), str)
    assert _takes(guides, shape, text)
    assert _takes(guides, shape, other) == (text == other)


@given(PATTERNS)
def test_anchors_around_a_whole_match_change_nothing(pattern: str) -> None:
    """A pattern that is to match the whole text may say so itself."""
    assert whole_match(f"^{pattern}$") == whole_match(f"\\A{pattern}\\Z") == whole_match(pattern)
