from __future__ import annotations

import numpy as np
import pytest

from hfkit.text.spans import Overlapping, TokenSpan, best_spans, character_extents, log_total, span_band
from hfkit.text.windows import Window

LETTERS = np.array([(i, i + 1) for i in range(4)], dtype=np.int64)


def test_the_best_window_of_a_span_counts() -> None:
    low = np.array([[0, 0], [1, 1], [0, 0]], dtype=np.float32)
    high = np.array([[5, 0], [0, 5], [0, 0]], dtype=np.float32)
    band = span_band([Window(0, 3), Window(1, 4)], [low, high], extents=LETTERS, longest=2)
    assert band[1].tolist() == [5, 10]
    assert next(best_spans(band, LETTERS, overlapping="merge")) == TokenSpan(1, 2, 10)


def test_spans_do_not_reach_over_the_end_of_a_window() -> None:
    zeros = np.zeros((2, 2), dtype=np.float32)
    band = span_band([Window(0, 2), Window(2, 4)], [zeros, zeros], extents=LETTERS, longest=3)
    assert np.isfinite(band).tolist() == [[True, True, False], [True, False, False]] * 2


@pytest.mark.parametrize("overlapping", ["merge", "keep"])
def test_of_equal_spans_the_earlier_and_then_the_shorter_is_better(overlapping: Overlapping) -> None:
    band = np.zeros((2, 2), dtype=np.float32)
    band[1, 1] = -np.inf
    best = next(best_spans(band, LETTERS[:2], overlapping=overlapping))
    assert (best.first, best.last) == (0, 0)


def test_one_that_contains_a_better_one_is_merged_into_it_and_may_be_kept() -> None:
    band = np.array([[1, 3], [0, -np.inf]], dtype=np.float32)
    assert list(best_spans(band, LETTERS[:2], overlapping="merge")) == [TokenSpan(0, 1, 3)]
    kept = best_spans(band, LETTERS[:2], overlapping="keep")
    assert [(span.first, span.last) for span in kept] == [(0, 1), (0, 0), (1, 1)]


def test_tokens_of_one_emoji_are_one_answer() -> None:
    bytes_of_an_emoji = np.array([(0, 1)] * 3, dtype=np.int64)
    band = np.array([[1, 2, 0], [1, 4, -np.inf], [0, -np.inf, -np.inf]], dtype=np.float32)
    for overlapping in ("merge", "keep"):
        found = best_spans(band, bytes_of_an_emoji, overlapping=overlapping)
        assert list(found) == [TokenSpan(1, 2, 4)]


def test_nothing_begins_or_ends_at_a_token_without_characters() -> None:
    extents = np.array([(0, 1), (1, 1), (1, 2)], dtype=np.int64)
    band = span_band([Window(0, 3)], [np.zeros((3, 2), dtype=np.float32)], extents=extents, longest=3)
    assert {(s.first, s.last) for s in best_spans(band, extents, overlapping="keep")} == {
        (0, 0),
        (0, 2),
        (2, 2),
    }


@pytest.mark.parametrize("overlapping", ["merge", "keep"])
def test_where_no_span_is_allowed_none_is_given(overlapping: Overlapping) -> None:
    blank = character_extents("  ", [(0, 1), (1, 2)])
    band = span_band([Window(0, 2)], [np.ones((2, 2), dtype=np.float32)], extents=blank, longest=2)
    assert list(best_spans(band, blank, overlapping=overlapping)) == []
    assert log_total(band) == -np.inf
    nothing = np.empty((0, 2), dtype=np.float32)
    assert list(best_spans(nothing, LETTERS[:0], overlapping=overlapping)) == []
    assert log_total(nothing) == -np.inf


def test_large_logits_do_not_overflow() -> None:
    band = np.array([[3e38], [3e38]], dtype=np.float32)
    assert log_total(band) == pytest.approx(3e38)


@pytest.mark.parametrize(
    ("text", "offsets", "extents"),
    [
        ("Jose\u0301 left", [(0, 4), (6, 10)], [[0, 5], [6, 10]]),
        (" e\u0301", [(0, 2), (2, 3)], [[1, 3], [1, 3]]),
        ("a \u0301", [(0, 1), (1, 3)], [[0, 1], [2, 3]]),
        ("साधु", [(0, 1), (1, 2), (2, 3)], [[0, 2], [0, 2], [2, 4]]),
        ("\u2764\ufe0f", [(0, 1)], [[0, 2]]),
    ],
    ids=["dropped accent", "accent apart", "accent on a blank", "vowel signs", "emoji"],
)
def test_what_hangs_on_a_token_belongs_to_it(
    text: str, offsets: list[tuple[int, int]], extents: list[list[int]]
) -> None:
    assert character_extents(text, offsets).tolist() == extents
