from __future__ import annotations

import pytest

from hfkit.metrics.cmrc import segments

# What cmrc2018_evaluate.py with the word tokenizer of NLTK gives, but for how it writes quotation marks.
CASES = {
    "《三体》": ["三", "体"],
    "iPhone 15手机": ["iphone", "15", "手", "机"],
    "It's Mr. Li's.": ["it", "'s", "mr.", "li", "'s", "."],
    "don't can't": ["do", "n't", "ca", "n't"],
    "(1,000.5)元, 约$3.88": ["(", "1,000.5", ")", "元", ",", "约", "$", "3.88"],
    "I cannot, I'm gonna": ["i", "can", "not", ",", "i", "'m", "gon", "na"],
    "''tis more'n that''": ["''", "tis", "more", "'n", "that", "''"],
    "a...b": ["a", "...", "b"],
    '说"U.S."了': ["说", "``", "u.s", ".", '"', "了"],
    "the dogs' 'big' house": ["the", "dogs", "'", "'", "big", "'", "house"],
    "タワー スカイ": ["タワー", "スカイ"],
    "。、": [],
    "  ": [],
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_segments(text: str, expected: list[str]) -> None:
    assert segments(text) == expected
