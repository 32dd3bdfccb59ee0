from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.errors import SettingError
from hfkit.testing.strategies import texts
from hfkit.text.clusters import within_cluster
from hfkit.text.passages import passages
from hfkit.text.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

_PIECES = (
    *("One", "two", "Dr.", "e.g.", "3.14", "The", "however", "x" * 30, "."),
    *(".", "!", "?", "…", "。", "！", "।", "؟", "۔", ",", "，", "、", ";", ":", '"', "」", "[1]"),
    *(" ", " ", " ", "  ", "\n", "\n\n", "\r\n\r\n", "\n- ", "\t", "\u3000", "\u2029"),
    *("你好", "我们走", "です", "とても", "ครับ", "ไทยแลนด์", "यह", "नमस्ते", "سلام", "e\u0301", "👩‍👩‍👧", "🇩🇪"),
)
PROSE = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join) | texts(max_size=120)
BUDGETS = st.integers(4, 40)

_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u9fff]|\w+|[^\w\s]")
COUNTS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "bytes": lambda text: len(text.encode()),
    "words": lambda text: len(_WORD.findall(text)),
    "quarters": lambda text: -(-len(text) // 4),
}
EVERY_COUNT = pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)


@EVERY_COUNT
@given(text=PROSE, budget=BUDGETS, together=st.booleans())
def test_passages_and_the_blanks_between_them_are_the_text(
    count: Callable[[str], int],
    text: str,
    budget: int,
    together: bool,  # noqa: FBT001
) -> None:
    """They come in order without sharing characters, none is empty, and only blanks are in none."""
    at = 0
    for start, end in passages(text, budget=budget, count=count, together=together):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end].strip() == text[start:end]
        at = end
    assert not text[at:].strip()


@EVERY_COUNT
@given(text=PROSE, budget=BUDGETS, together=st.booleans())
def test_no_passage_is_over_its_budget(
    count: Callable[[str], int],
    text: str,
    budget: int,
    together: bool,  # noqa: FBT001
) -> None:
    """The text of each passage, counted by itself, has at most as many tokens as it may."""
    for start, end in passages(text, budget=budget, count=count, together=together):
        assert count(text[start:end]) <= budget


@EVERY_COUNT
@given(text=PROSE, budget=BUDGETS)
def test_a_passage_ends_at_the_best_place_that_fits(
    count: Callable[[str], int], text: str, budget: int
) -> None:
    """With a sentence where one fits, else with a word where one fits, else with a character."""
    ends = [end for _, end in sentences(text, longest=max(64, 2 * len(text)))]
    for start, end in passages(text, budget=budget, count=count):
        sentence = min(place for place in ends if place > start)
        if end in ends:
            continue
        assert count(text[start:sentence]) > budget
        blank = re.compile(r"\s").search(text, start)
        if text[end].isspace() or text[end - 1] in ",;:，；：、،؛":
            continue
        assert blank is None or count(text[start : blank.start()]) > budget
        cluster = next(place for place in range(start + 1, len(text) + 1) if not within_cluster(text, place))
        assert not within_cluster(text, end) or count(text[start:cluster]) > budget


@EVERY_COUNT
@given(text=PROSE, budget=BUDGETS)
def test_a_passage_is_as_long_as_it_can_be(count: Callable[[str], int], text: str, budget: int) -> None:
    """The next sentence would not fit, unless a paragraph ends and half of the room is filled."""
    ends = [end for _, end in sentences(text, longest=max(64, 2 * len(text)))]
    found = list(passages(text, budget=budget, count=count))
    for (start, end), (following, _) in pairwise(found):
        if end not in ends:
            continue
        paragraph = re.search(r"\n\s*\n|\r\s*\r|[\f\v\u2029]", text[end:following])
        if paragraph and 2 * count(text[start:end]) >= budget:
            continue
        more = min(place for place in ends if place > end)
        assert count(text[start:more]) > budget


@EVERY_COUNT
@given(text=PROSE, budget=BUDGETS)
def test_alone_each_sentence_has_passages_of_its_own(
    count: Callable[[str], int], text: str, budget: int
) -> None:
    """Not together, no passage touches two sentences, and one that fits is one passage."""
    spans = list(sentences(text, longest=max(64, 2 * len(text))))
    found = list(passages(text, budget=budget, count=count, together=False))
    for start, end in spans:
        inside = [part for part in found if start <= part[0] < end]
        assert inside[0][0] == start
        assert inside[-1][1] == end
        if count(text[start:end]) <= budget:
            assert inside == [(start, end)]


def test_a_character_that_does_not_fit_is_refused() -> None:
    with pytest.raises(SettingError, match=r"^'😀' alone takes 4 tokens, more than the budget, 3\n"):
        list(passages("So 😀", budget=3, count=lambda text: len(text.encode())))
    for budget in (0, None, 2.5, True):
        with pytest.raises(SettingError, match=r"^budget is"):
            list(passages("So", budget=budget, count=len))  # type: ignore[arg-type]


def test_few_parts_of_a_text_are_measured() -> None:
    """Not much more is counted than the text is long, so that reading a book takes as long as reading it."""
    counted = []

    def count(text: str) -> int:
        counted.append(len(text))
        return -(-len(text) // 4)

    text = "".join(f"This is sentence {number}, and it is not long. " for number in range(5000))
    found = list(passages(text, budget=1000, count=count))
    assert len(found) == -(-len(text.rstrip()) // 4000) or len(found) == -(-len(text) // 4000) + 1
    assert sum(counted) < 8 * len(text)
