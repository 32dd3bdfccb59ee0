from __future__ import annotations

import pytest

from hfkit.text.passages import passages

# "|" marks where a passage of at most 16 characters ends.
MARKED = {
    "sentences": "It is. It was.| It will be so.| Yes.",
    "a paragraph that fills half": "It was here.|\n\nIt is.| It will be here.",
    "a paragraph that does not": "No.\n\nIt was now.| It will be here.",
    "a clause": "It was, he says,| some time ago.",
    "words": "A longest word| supercalifragili|stic.",
    "lines": "one two three|\nfour five six|\nseven",
    "Chinese sentences": "他走了。我也走了。她也走了。|我们都走了。",
    "Chinese clauses": "我们昨天去了北京的长城，|然后去了故宫和天坛公园，|大家很累。",
    "Japanese": "彼は昨日東京へ行きました。|そして京都へも行きました。|とても良い。",
    "Thai": "สวัสดีครับ| ผมชื่อสมชาย| ยินดีที่รู้จัก",
    "Arabic": "ذهبت إلى البيت،| ثم عدت. جاء.| نعم؟",
    "marks stay on their bases": "e\u0301" * 8 + "|" + "e\u0301" * 3,
    "blanks around": "  \n It is. \n\nIt was. \t ",
}


@pytest.mark.parametrize("marked", MARKED.values(), ids=MARKED)
def test_passages_end_where_it_hurts_least(marked: str) -> None:
    text = marked.replace("|", "")
    found = [text[start:end] for start, end in passages(text, budget=16, count=len)]
    assert found == [part.strip() for part in marked.split("|")]


def test_sentences_can_stay_alone() -> None:
    text = "It is. It was. And it will be for ever and ever."
    found = [text[start:end] for start, end in passages(text, budget=16, count=len, together=False)]
    assert found == ["It is.", "It was.", "And it will be", "for ever and", "ever."]


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_to_read_has_no_passages(text: str) -> None:
    assert list(passages(text, budget=16, count=len)) == []


@pytest.mark.parametrize("text", ["e\u0301" * 30, "👩‍👩‍👧" * 9, " \n" * 30, "abc" * 20])
@pytest.mark.parametrize("together", [True, False])
def test_what_has_no_words_or_no_tokens_is_cut_too(text: str, *, together: bool) -> None:
    for count in (len, lambda part: len(part.strip()), lambda _: 0):
        spans = list(passages(text, budget=3, count=count, together=together))
        assert all(start < end for start, end in spans)
