"""Answers in Chinese, compared as CMRC 2018's evaluator compares them.

The rules are those of the official script for the data in the form of SQuAD (Cui and others, "A Span-Extraction
Dataset for Chinese Machine Reading Comprehension", 2019), with two differences:

- Runs of other letters are cut into words by the rules of the Penn Treebank, as there, but no model finds
  sentences in them first: only the period at the end of a run is a word of its own.
- Two answers without any segment agree fully. There their exact match is 1, but their F1 is 0.
"""

from __future__ import annotations

import re

__all__ = ["cmrc_exact_match", "cmrc_f1", "segments"]

# The script also lists the two characters of a Chinese ellipsis as one, which no single character equals.
_PUNCTUATION = "-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』"  # noqa: RUF001  # meant as they are
_WITHOUT_PUNCTUATION = str.maketrans("", "", _PUNCTUATION)
_HAN_OR_RUN = re.compile(r"[\u4e00-\u9fa5]|[^\u4e00-\u9fa5]+")

_SYMBOL = re.compile(r"""\.{2,}|''|[;@#$%&?!()\[\]{}<>"«»\u2018„\u2012-\u2015]|,(?!\d)""")
_OPENING_QUOTES = re.compile(r"""(?:^|(?<=[ (\[{<]))(?:"|(?<!^)'')""")
_OPENING_QUOTE = re.compile(r"(?<!\w)'(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)")
_LAST_PERIOD = re.compile(r"""(?<=[^.])\.(?=[\])}>"'»\s]*$)""")
_CONTRACTED = re.compile(
    r"\b(?:can(?=not\b)|gon(?=na\b)|got(?=ta\b)|gim(?=me\b)|lem(?=me\b)|wan(?=na\s)|d(?='ye\b)|more(?='n\b))"
    r"|(?<=\s)'t(?=(?:is|was)\b)"
)
_CLITIC = re.compile(r"(?<=[^'\s])('(?:s|m|d|ll|re|ve)?|n't)(?=\s|$)")


def segments(text: str) -> list[str]:
    """Cut a text as CMRC 2018 does: each Han character alone, other writing in words, no punctuation.

    >>> segments("《三体》是 Liu Cixin 的 3.5 万字小说")
    ['三', '体', '是', 'liu', 'cixin', '的', '3.5', '万', '字', '小', '说']
    """
    return [
        segment
        for run in _HAN_OR_RUN.findall(_plain(text))
        for segment in ([run] if "\u4e00" <= run <= "\u9fa5" else _words(run))
    ]


def cmrc_exact_match(prediction: str, reference: str) -> float:
    """Say whether two answers are the same but for case and punctuation: 1 or 0.

    >>> cmrc_exact_match("《三体》", "三体")
    1.0
    """
    return float(_plain(prediction) == _plain(reference))


def cmrc_f1(prediction: str, reference: str) -> float:
    """Give the harmonic mean of precision and recall of the longest run of segments that two answers share.

    >>> cmrc_f1("北京大学", "北京")
    0.6666666666666666
    """
    predicted, expected = segments(prediction), segments(reference)
    if not predicted or not expected:
        return float(predicted == expected)
    shared = _longest_common_run(predicted, expected)
    if not shared:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(expected)
    return 2 * precision * recall / (precision + recall)


def _plain(text: str) -> str:
    return text.lower().strip().translate(_WITHOUT_PUNCTUATION)


def _words(run: str) -> list[str]:
    """Cut a run without Han characters into words, as the Penn Treebank does."""
    opened = _OPENING_QUOTE.sub("' ", _OPENING_QUOTES.sub(" `` ", run))
    spaced = _SYMBOL.sub(r" \g<0> ", _LAST_PERIOD.sub(" . ", opened))
    return _CONTRACTED.sub(r"\g<0> ", _CLITIC.sub(r" \1", f" {spaced} ")).split()


def _longest_common_run(left: list[str], right: list[str]) -> int:
    """Count the segments of the longest run, without gaps, that stands in both."""
    longest = 0
    ending = [0] * (len(right) + 1)
    for segment in left:
        ending = [
            0,
            *(before + 1 if segment == other else 0 for before, other in zip(ending, right, strict=False)),
        ]
        longest = max(longest, *ending)
    return longest
