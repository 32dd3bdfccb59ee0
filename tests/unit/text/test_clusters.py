from __future__ import annotations

import pytest
import regex  # type: ignore[import-untyped]  # it ships no types

from hfkit.text.clusters import widen_to_clusters, within_cluster

TEXTS = {
    "no marks": "plain words, 3.14!",
    "accents apart": "Jose\u0301 Cafe\u0301s, Mu\u0308ller",
    "Hindi": "साधु और पानी",
    "Thai": "ที่นี่",
    "Arabic": "مُحَمَّدٌ",
    "Hebrew": "שָׁלוֹם",
    "Vietnamese": "Vie\u0323\u0302t",
    "emoji": "a❤️ 👍🏽 👩\u200d👩\u200d👧x 🇨🇭🇩🇪🇨 1️⃣",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_clusters_end_where_unicodes_do(text: str) -> None:
    ends = {match.end() for match in regex.finditer(r"\X", text)}
    assert {place for place in range(1, len(text) + 1) if not within_cluster(text, place)} == ends


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_span_is_widened_to_the_nearest_ends(text: str) -> None:
    ends = [0, *(match.end() for match in regex.finditer(r"\X", text))]
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            outer = (
                max(place for place in ends if place <= start),
                min(place for place in ends if place >= end),
            )
            assert widen_to_clusters(text, start, end) == outer


def test_nothing_hangs_on_a_blank_or_over_the_ends_of_a_text() -> None:
    assert not within_cluster(" \u0301", 1)
    assert not within_cluster("\u0301", 0)
    assert not within_cluster("a", 1)


def test_more_marks_than_any_writing_has_are_no_cluster() -> None:
    assert widen_to_clusters("a" + "\u0301" * 100, 0, 1) == (0, 101)
    assert widen_to_clusters("a" + "\u0301" * 101, 0, 1) == (0, 1)
    assert widen_to_clusters("a" + "\u0301" * 101, 101, 102) == (101, 102)
