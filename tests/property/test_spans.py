from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.spans import Overlapping, TokenSpan, best_spans, character_extents, log_total, span_band
from hfkit.text.windows import Window, windows

if TYPE_CHECKING:
    from hfkit.text.arrays import FloatArray, IntArray

# Few values, so that spans tie; sums of halves are exact.
LOGITS = st.integers(-6, 6).map(lambda number: number / 2)
COUNTS = st.integers(1, 8)


@dataclass(frozen=True, eq=False)
class Scored:
    """The windows of a text and what a model gave for them."""

    spans: tuple[Window, ...]
    logits: list[FloatArray]
    extents: IntArray
    longest: int

    @property
    def band(self) -> FloatArray:
        """What is tested."""
        return span_band(self.spans, self.logits, extents=self.extents, longest=self.longest)

    def characters(self, first: int, last: int) -> tuple[int, int]:
        """The characters of a span of tokens."""
        return int(self.extents[first, 0]), int(self.extents[last, 1])

    def brute_force(self) -> list[TokenSpan]:
        """Every allowed span with its best logit, best first, written out with loops."""
        best: dict[tuple[int, int], float] = {}
        for span, scores in zip(self.spans, self.logits, strict=True):
            for first in range(span.start, span.stop):
                for last in range(first, min(first + self.longest, span.stop)):
                    (start, stop), (begin, end) = self.extents[first], self.extents[last]
                    if start < stop and begin < end:
                        logit = float(scores[first - span.start, 0] + scores[last - span.start, 1])
                        best[first, last] = max(best.get((first, last), -np.inf), logit)
        found = [TokenSpan(first, last, logit) for (first, last), logit in best.items()]
        return sorted(found, key=lambda span: (-span.logit, span.first, span.last))


@st.composite
def extents(draw: st.DrawFn, *, count: int) -> IntArray:
    """Characters of tokens in order: apart, next to each other, on the same character, or none at all."""
    places = []
    start = end = 0
    for kind in draw(st.lists(st.sampled_from(("next", "apart", "same", "none")), min_size=count)):
        if kind != "same":
            start = end + (kind == "apart")
            end = start if kind == "none" else start + draw(st.integers(1, 3))
        places.append((start, end))
    return np.array(places[:count], dtype=np.int64).reshape(-1, 2)


@st.composite
def scored(draw: st.DrawFn) -> Scored:
    """A text of a few tokens in windows that overlap as they like."""
    count, size, longest = draw(st.integers(1, 20)), draw(st.integers(1, 12)), draw(st.integers(1, 8))
    spans = windows(count, size=size, overlap=draw(st.integers(0, size - 1)))
    logits = [
        np.array(draw(st.lists(st.tuples(LOGITS, LOGITS), min_size=len(span), max_size=len(span))), "f4")
        for span in spans
    ]
    return Scored(spans, logits, draw(extents(count=count)), longest)


@given(case=scored())
def test_the_band_holds_every_allowed_span_and_no_other(case: Scored) -> None:
    """A cell is the best logit of its span over all windows; what no window holds whole is minus infinity."""
    expected = np.full((len(case.extents), case.longest), -np.inf, dtype="f4")
    for span in case.brute_force():
        expected[span.first, span.last - span.first] = span.logit
    assert np.array_equal(case.band, expected)


@given(case=scored(), count=COUNTS)
def test_kept_spans_are_the_best_of_brute_force(case: Scored, count: int) -> None:
    """With ``"keep"`` they are the first of all spans in order, one for each group with the same characters."""
    expected: dict[tuple[int, int], TokenSpan] = {}
    for span in case.brute_force():
        expected.setdefault(case.characters(span.first, span.last), span)
    found = best_spans(case.band, case.extents, count=count, overlapping="keep")
    assert found == list(expected.values())[:count]


@given(case=scored(), count=COUNTS)
def test_merged_spans_are_the_best_of_brute_force(case: Scored, count: int) -> None:
    """With ``"merge"`` each is the best that shares no character with a better one."""
    expected: list[TokenSpan] = []
    taken: list[tuple[int, int]] = []
    for span in case.brute_force():
        start, end = case.characters(span.first, span.last)
        if all(end <= other_start or other_end <= start for other_start, other_end in taken):
            expected.append(span)
            taken.append((start, end))
    assert best_spans(case.band, case.extents, count=count, overlapping="merge") == expected[:count]


@given(case=scored(), count=COUNTS, overlapping=st.sampled_from(get_args(Overlapping)))
def test_asking_for_fewer_spans_gives_the_first_of_them(
    case: Scored, count: int, overlapping: Overlapping
) -> None:
    """A smaller ``count`` changes no span, and the band is left as it was."""
    band, before = case.band, case.band
    many = best_spans(band, case.extents, count=20, overlapping=overlapping)
    assert best_spans(band, case.extents, count=count, overlapping=overlapping) == many[:count]
    assert np.array_equal(band, before)


@given(case=scored())
def test_the_scores_of_all_spans_add_up_to_one(case: Scored) -> None:
    """``exp(logit - log_total)`` is a softmax over all spans."""
    found = case.brute_force()
    total = log_total(case.band)
    if found:
        assert sum(np.exp(span.logit - total) for span in found) == pytest.approx(1, abs=1e-5)
    else:
        assert total == -np.inf


@given(text=texts(), data=st.data())
def test_extents_are_offsets_without_blanks_at_their_ends(text: str, data: st.DataObject) -> None:
    """An extent lies in its token's characters, and neither begins nor ends with a blank, nor leaves out more."""
    places = st.integers(0, len(text))
    pairs = data.draw(st.lists(st.tuples(places, places).map(sorted), max_size=6))
    offsets = [(start, end) for start, end in pairs]
    for (start, end), (left, right) in zip(offsets, character_extents(text, offsets).tolist(), strict=True):
        assert start <= left <= right <= end
        assert text[left:right] == text[start:end].strip()
