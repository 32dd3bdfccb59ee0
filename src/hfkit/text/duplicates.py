"""Which examples say the same: equal but for case, punctuation, blanks and ways to write a character."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

__all__ = ["contradictions", "digest", "first_places", "normalized", "repeats"]

T = TypeVar("T", bound="Hashable")


def normalized(text: str) -> str:
    """Take off a text what two copies of it may differ in.

    Characters are taken in Unicode's form NFKC and without case; punctuation and blanks become one blank, or none at
    the ends. Signs that are no punctuation stay, such as ``$``, ``+`` and emoji, and so does the punctuation of
    a text that holds nothing else: ``:)`` is not ``:(``.

    Source: NFKC is Unicode's Standard Annex 15; punctuation are its general categories P.

    >>> normalized("  The FILM, dull!"), normalized("It costs $5.")
    ('the film dull', 'it costs $5')
    """
    if text.isascii():  # the same, ten times as fast
        plain = text.lower()
        return " ".join(plain.translate(_ASCII_SIGNS).split()) or " ".join(plain.split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _between_words().sub(" ", folded).strip() or " ".join(folded.split())


# Of string.punctuation what Unicode calls punctuation, and not a symbol.
_ASCII_SIGNS = str.maketrans(dict.fromkeys("!\"#%&'()*,-./:;?@[\\]_{}", " "))


@cache
def _between_words() -> re.Pattern[str]:
    """Give the pattern of what stands between words; made when first asked for, since it looks at all of Unicode."""
    signs = "".join(
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character).startswith("P")
    )
    return re.compile(rf"[\s{re.escape(signs)}]+")


def digest(parts: Sequence[str]) -> bytes:
    """Hash what an example is told from others by: 16 bytes, however long it is.

    The parts do not run together: ``("ab", "c")`` is not ``("a", "bc")``. Half of a surrogate pair counts as any other
    character.

    >>> digest(("ab", "c")) == digest(("a", "bc")), len(digest(("ab", "c")))
    (False, 16)
    """
    hashed = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        hashed.update(len(data).to_bytes(8, "little"))
        hashed.update(data)
    return hashed.digest()


def first_places(keys: Iterable[T | None]) -> dict[T, int]:
    """Give the first place of each key; None is no key.

    >>> first_places(["a", None, "b", "a"])
    {'a': 0, 'b': 2}
    """
    places: dict[T, int] = {}
    for place, key in enumerate(keys):
        if key is not None:
            places.setdefault(key, place)
    return places


def repeats(keys: Sequence[T | None], among: Mapping[T, int] | None = None) -> list[tuple[int, int]]:
    """Give each place whose key stands elsewhere, with the first place there.

    Args:
        keys: what the examples are told from others by; None is equal to nothing.
        among: the first places of other keys, from :func:`first_places`; None for the keys themselves, of which
            the first then repeats nothing.

    >>> repeats(["a", "b", "a", None, None])
    [(2, 0)]
    >>> repeats(["a", "c"], among={"c": 7})
    [(1, 7)]
    """
    places = first_places(keys) if among is None else among
    own = among is None
    return [
        (place, places[key])
        for place, key in enumerate(keys)
        if key is not None and key in places and not (own and places[key] == place)
    ]


def contradictions(keys: Sequence[T | None], answers: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Give each place where an earlier key comes again with another answer than it had at first.

    Args:
        keys: what the examples are told from others by; None is equal to nothing.
        answers: what each example teaches.

    Returns:
        The place, and the first place of its key.

    Raises:
        ValueError: there are more of the one than of the other.

    >>> contradictions(["a", "a", "a", "b"], ["yes", "no", "yes", "no"])
    [(1, 0)]
    """
    if len(keys) != len(answers):
        raise ValueError(f"there are {len(keys)} keys and {len(answers)} answers, must be as many of both")
    return [(place, first) for place, first in repeats(keys) if answers[place] != answers[first]]
