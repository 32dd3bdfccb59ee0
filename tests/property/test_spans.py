from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.clusters import within_cluster
from hfkit.text.spans import Overlapping, TokenSpan, best_spans, character_extents, log_total, span_band
from hfkit.text.windows import Window, windows

if TYPE_CHECKING:
    from hfkit.text.arrays import FloatArray, IntArray

# Few values, so that spans tie; sums of halves are exact.
LOGITS = st.integers(-6, 6).map(lambda number: number / 2)


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


@given(case=scored())
def test_kept_spans_are_those_of_brute_force(case: Scored) -> None:
    """With ``"keep"`` they are all spans in order, one for each group with the same characters."""
    expected: dict[tuple[int, int], TokenSpan] = {}
    for span in case.brute_force():
        expected.setdefault(case.characters(span.first, span.last), span)
    found = best_spans(case.band, case.extents, overlapping="keep")
    assert list(found) == list(expected.values())


@given(case=scored())
def test_merged_spans_are_those_of_brute_force(case: Scored) -> None:
    """With ``"merge"`` each is the best that shares no character with a better one."""
    expected: list[TokenSpan] = []
    taken: list[tuple[int, int]] = []
    for span in case.brute_force():
        start, end = case.characters(span.first, span.last)
        if all(end <= other_start or other_end <= start for other_start, other_end in taken):
            expected.append(span)
            taken.append((start, end))
    assert list(best_spans(case.band, case.extents, overlapping="merge")) == expected


@given(
    case=scored(),
    size=st.integers(1, 6),
    most=st.integers(0, 3),
    overlapping=st.sampled_from(get_args(Overlapping)),
)
def test_widened_spans_are_those_of_brute_force(
    case: Scored, size: int, most: int, overlapping: Overlapping
) -> None:
    """It is what spans are widened to that must differ, or share nothing, wherever their own characters are.

    Here words have ``size`` characters, and a side that would grow by more than ``most`` stays as it is.
    """

    def widen(start: int, end: int) -> tuple[int, int]:
        left, right = start % size, -end % size
        return start - left * (left <= most), end + right * (right <= most)

    expected: list[TokenSpan] = []
    taken: list[tuple[int, int]] = []
    for span in case.brute_force():
        start, end = widen(*case.characters(span.first, span.last))
        if overlapping == "keep":
            free = (start, end) not in taken
        else:
            free = all(end <= other_start or other_end <= start for other_start, other_end in taken)
        if free:
            expected.append(span)
            taken.append((start, end))
    assert list(best_spans(case.band, case.extents, overlapping=overlapping, widen=widen)) == expected


@given(case=scored(), overlapping=st.sampled_from(get_args(Overlapping)))
def test_a_search_leaves_the_band_as_it_was(case: Scored, overlapping: Overlapping) -> None:
    """The same band can be searched again, and for something else."""
    band = case.band
    assert list(best_spans(band, case.extents, overlapping=overlapping)) == list(
        best_spans(band, case.extents, overlapping=overlapping)
    )
    assert np.array_equal(band, case.band)


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
def test_extents_are_offsets_without_blanks_at_their_ends_and_with_what_hangs_on_them(
    text: str, data: st.DataObject
) -> None:
    """An extent neither begins nor ends with a blank, nor between characters that hang together; it has all the
    other characters of its token, and none beyond them but such as hang on them."""
    places = st.integers(0, len(text))
    pairs = data.draw(st.lists(st.tuples(places, places).map(sorted), max_size=6))
    offsets = [(start, end) for start, end in pairs]
    for (start, end), (left, right) in zip(offsets, character_extents(text, offsets).tolist(), strict=True):
        bare = text[start:end].strip()
        assert (left < right) == bool(bare)
        if bare:
            first = text.index(bare, start)
            last = first + len(bare)
            assert left <= first < last <= right
            assert not within_cluster(text, left)
            assert not within_cluster(text, right)
            hanging = [place for place in range(left, right + 1) if place <= first or place >= last]
            assert all(within_cluster(text, place) for place in hanging if place not in {left, right})
