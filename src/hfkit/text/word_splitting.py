"""Cut a text into words as the data are cut that taggers learn from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .abbreviations import BEFORE_NAMES, BEFORE_NUMBERS, SOMETIMES_LAST
from .words import within_word, word_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["split_words"]

_CHUNK = re.compile(r"\S+")

# The rules of within_word for ASCII: most words, in a tenth of the time.
_PLAIN = re.compile(
    r"""
      \w+ (?: (?: (?<=[A-Za-z_])['-](?=[A-Za-z_]) | (?<=[A-Za-z_])-(?=\d)
               | (?<=\d)-(?=[A-Za-z_]) | (?<=\d)[.,'](?=\d) ) \w+ )*
    | \W
    """,
    re.VERBOSE | re.ASCII,
)

# What is one word though signs stand in it. Repetitions are bounded, or a text of nothing else would take forever.
_WHOLE = re.compile(
    r"""
      (?P<address> (?:https?://|www\.)[^\s<>"]{0,2000}[\w/]           # https://example.org/a?b
                 | (?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+ )   # ada@example.org
    | (?P<letters> (?<!\w)(?:[^\W\d_]\.-?){2,10}(?:(?<=-)[^\W\d_]+)?(?![^\W\d_]) )  # U.S., J.-P., U.S.-led
    | (?P<short>   (?<!\w)(?P<word>[^\W\d_]{1,24})\.(?=\s+(?P<following>\w)) )  # Dr. Who
    | (?P<clitic>  (?:(?<=[^\W\d_])|(?<=\.)|(?<!\S))['’](?:s|re|ve|ll|d|m)  # the apostrophes are meant
                 | (?<=[^\W\d_])n['’]t )
    | (?P<between> (?<=[^\W_])[./&@\-‐‑](?=[^\W_]) | (?<=\d):(?=\d) )  # the hyphens too
    | (?P<again>   (?P<sign>[.\-!?*=~'`])(?P=sign)+ )              # ..., --
    """,
    re.VERBOSE | re.IGNORECASE,
)


def split_words(text: str) -> tuple[tuple[int, int], ...]:
    r"""Cut a text into words, as CoNLL-2003 and the Penn Treebank are cut.

    Blanks part words, and a sign is a word of its own, but

    - what :func:`~hfkit.text.words.extend_to_words` takes for one word stays one: *O'Brien*, *well-known*, *1,000*;
    - so do letters and digits with a period, a slash, a hyphen or one of ``&@`` between them (*AT&T*, *1996-08-22*),
      times (*10:30*), addresses of pages and of people;
    - a period belongs to letters that each have one (*U.S.*), and to an initial or a usual abbreviation before more
      text (*J. Smith*, *Dr. Who*, *No. 5*);
    - the endings of English are words: *Germany* *'s*, *did* *n't*;
    - a sign that is repeated is one word: *...*, *--*.

    In scripts without blanks between words each character is one.

    Args:
        text: any text.

    Returns:
        For each word its first character and the one after its last, in order. They share no character, and all that
        is no blank belongs to one.

    Source: the rules that can be read off Tjong Kim Sang and De Meulder 2003, "Introduction to the CoNLL-2003 Shared
    Task", arXiv:cs/0306050, and off the Penn Treebank's script ``tokenizer.sed``.

    >>> text = "Dr. O'Brien didn't leave the U.S. (in 1996)."
    >>> [text[start:end] for start, end in split_words(text)]
    ['Dr.', "O'Brien", 'did', "n't", 'leave', 'the', 'U.S.', '(', 'in', '1996', ')', '.']
    """
    spans: list[tuple[int, int]] = []
    signs = _WHOLE.finditer(text)
    ahead = next(signs, None)
    for chunk in _CHUNK.finditer(text):
        within = []
        while ahead and ahead.start() < chunk.end():
            within.append(ahead)
            ahead = next(signs, None)
        if not within and chunk[0].isascii():
            spans += [word.span() for word in _PLAIN.finditer(text, *chunk.span())]
        else:
            spans += _split(text, *chunk.span(), within)
    return tuple(spans)


def _split(text: str, start: int, end: int, signs: Sequence[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Cut what stands between two blanks."""
    whole: set[int] = set()
    cuts: set[int] = set()
    for found in signs:
        if _is_whole(text, found):
            beside = found.lastgroup == "between"  # what it stands between belongs to it
            whole.update(range(found.start() + (not beside), found.end() + beside))
            if found.lastgroup == "clitic":
                cuts.add(found.start())
    begin = start
    for place in range(start + 1, end):
        if place in cuts or not (place in whole or within_word(text, place)):
            yield begin, place
            begin = place
    yield begin, end


def _is_whole(text: str, found: re.Match[str]) -> bool:
    """Say whether what looks like one word is one."""
    match found.lastgroup:
        case "clitic":
            return not within_word(text, found.end())
        case "between":
            return bool(word_kind(text[found.start() - 1]) and word_kind(text[found.end()]))
        case "short":
            word, following = found["word"], found["following"]
            name = word.lower()
            return (
                name in BEFORE_NAMES
                or (len(word) == 1 and word.isupper())
                or (name in BEFORE_NUMBERS and following.isdigit())
                or (name in SOMETIMES_LAST and following.islower())
            )
        case _:
            return True
