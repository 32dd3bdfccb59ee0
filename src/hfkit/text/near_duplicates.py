"""Which texts are nearly the same, found without comparing each with each.

Two texts are as similar as their sets of five-character pieces: the size of what both have over that of what either
has (Jaccard). Characters and not words: so a slip of the pen changes little, and scripts without blanks have
pieces too.

Each text is sketched: for each of 64 orders of all pieces, the low 16 bits of its first one. Two texts agree in such an
entry about as often as they are similar. Texts that agree in four neighboring entries, one of 16 bands, are
candidates; how many of the 64 agree tells the likely from the others, and the likely are compared piece by piece. So
**what is reported is exact**, and what is missed is a matter of chance: a pair as similar as 0.8 is a candidate with a
probability of 0.9998, and passes the estimate with one of 0.9998.

The work is bounded whatever the texts are: a text meets at most eight others in a band, of which four are compared
piece by piece. Where thousands of texts are alike but for a word, one may so miss its closest neighbor, and still
finds another.

Source: Broder 1997, "On the resemblance and containment of documents"; bands are of Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .arrays import IntArray

__all__ = ["NearMatch", "Signatures", "jaccard", "matches_among", "matches_within", "sketch"]

Signatures: TypeAlias = npt.NDArray[np.uint64]
"""Sketches of texts, shape ``[texts, 16]``: 128 bytes each, however long the text is."""

_PIECE = 5
_BANDS = 16
_BAND = 4  # entries of 16 bits: a band is one number of 64
_ENTRIES = _BANDS * _BAND

_MOST_MET = 8  # others in one band
_MOST_COMPARED = 4  # of those that a text may be like
_DEVIATIONS = 3.5  # how far an estimate may be below the threshold

_AT_A_TIME = 2**16  # characters sketched, and pairs estimated: what a processor's caches hold


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A text and another that is nearly the same.

    Attributes:
        place: the text.
        other: the other one.
        similarity: the share of their pieces that both have, from the threshold to 1.
    """

    place: int
    other: int
    similarity: float


def jaccard(first: str, second: str) -> float:
    """Give the share of the five-character pieces of two texts that both have, from 0 to 1.

    A text of fewer characters is one piece.

    >>> round(jaccard("the film is dull", "the film was dull"), 2)
    0.39
    >>> jaccard("no", "no"), jaccard("no", "on")
    (1.0, 0.0)
    """
    return _share(_pieces(first), _pieces(second))


def _share(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _pieces(text: str) -> set[str]:
    return {text[start : start + _PIECE] for start in range(max(1, len(text) - _PIECE + 1))}


def sketch(texts: Sequence[str]) -> Signatures:
    """Sketch texts; each by itself, so that parts of a long list can be sketched one after the other.

    Args:
        texts: any texts, best without what does not matter: see :func:`~hfkit.text.duplicates.normalized`.

    >>> one, same, other = sketch(["the film is dull", "the film is dull", "never good"])
    >>> bool((one == same).all()), bool((one == other).any())
    (True, False)
    """
    signatures = np.empty((len(texts), _ENTRIES), dtype=np.uint16)
    done = 0
    for some in _portions(texts):
        hashes, starts = _hashes(some)
        for entry, (flip, factor) in enumerate(_ORDERS):
            first = np.minimum.reduceat((hashes ^ flip) * factor, starts)
            signatures[done : done + len(some), entry] = first & _LOW
        done += len(some)
    return signatures.view(np.uint64)


def _portions(texts: Sequence[str]) -> Iterator[list[str]]:
    some: list[str] = []
    characters = 0
    for text in texts:
        some.append(text)
        characters += len(text)
        if characters >= _AT_A_TIME:
            yield some
            some, characters = [], 0
    if some:
        yield some


def _hashes(texts: list[str]) -> tuple[npt.NDArray[np.uint64], IntArray]:
    """Hash the pieces of texts, end to end, and say where those of each text start."""
    filled = [text.ljust(_PIECE, "\0") for text in texts]
    lengths = np.array([len(text) for text in filled], dtype=np.int64)
    codes = np.frombuffer("".join(filled).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).copy()
    for start, text in zip((np.cumsum(lengths) - lengths).tolist(), texts, strict=True):
        if len(text) < _PIECE:
            codes[start + len(text) : start + _PIECE] = _NO_CHARACTER
    places = len(codes) - _PIECE + 1
    hashes = np.zeros(places, dtype=np.uint64)
    for shift in range(_PIECE):
        hashes = hashes * _FACTOR + codes[shift : places + shift]
    ends = np.repeat(np.cumsum(lengths), lengths)[:places]
    hashes = _mixed(hashes[np.arange(_PIECE, places + _PIECE) <= ends])
    return hashes, np.concatenate(([0], np.cumsum(lengths - _PIECE + 1)[:-1]))


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread numbers over 64 bits: the last steps of SplitMix64 (Steele, Lea and Flood 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


_NO_CHARACTER = (
    0x110000  # the first number that is none: a short text is not that of another with NULs behind it
)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LOW = np.uint64(0xFFFF)
_ORDERS = tuple(
    (flip, factor | np.uint64(1))  # an odd factor loses no number
    for flip, factor in _mixed(np.arange(1, 2 * _ENTRIES + 1, dtype=np.uint64) * _FACTOR).reshape(-1, 2)
)


def matches_within(
    signatures: Signatures, text_of: Callable[[int], str], *, threshold: float = 0.8
) -> list[NearMatch]:
    """Find the texts that are nearly the same as an earlier one.

    Args:
        signatures: of the texts, from :func:`sketch`. Equal texts are best left out but for one.
        text_of: gives the text at a place, as it was sketched; asked for few of them.
        threshold: how similar two texts must be, above 0 and at most 1.

    Returns:
        At most one match for each text, in their order; ``other`` is the earlier place.

    Raises:
        ValueError: the threshold is out of its range.

    >>> texts = ["the film is dull and never good", "a story", "the film is dull and never so good"]
    >>> [(match.place, match.other) for match in matches_within(sketch(texts), texts.__getitem__, threshold=0.7)]
    [(2, 0)]
    """
    _require_threshold(threshold)
    likeliest = _Likeliest(signatures, signatures, threshold)
    for band in range(_BANDS):
        keys = signatures[:, band]
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        for distance in range(1, min(_MOST_MET + 1, len(keys))):
            same = ordered[distance:] == ordered[:-distance]
            if not same.any():
                break
            likeliest.add(order[distance:][same], order[:-distance][same])
    return _compared(likeliest, text_of, text_of, threshold)


def matches_among(
    signatures: Signatures,
    others: Signatures,
    text_of: Callable[[int], str],
    other_text_of: Callable[[int], str],
    *,
    threshold: float = 0.8,
) -> list[NearMatch]:
    """Find the texts that are nearly the same as one of others.

    Args:
        signatures: of the texts.
        others: of the others.
        text_of: gives the text at a place, as it was sketched.
        other_text_of: gives the other text at a place.
        threshold: how similar two texts must be, above 0 and at most 1.

    Returns:
        At most one match for each text, in their order; ``other`` is a place among the others.

    Raises:
        ValueError: the threshold is out of its range.
    """
    _require_threshold(threshold)
    likeliest = _Likeliest(signatures, others, threshold)
    for band in range(_BANDS):
        keys = others[:, band]
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        starts = np.searchsorted(ordered, signatures[:, band])
        for distance in range(min(_MOST_MET, len(keys))):
            at = np.minimum(starts + distance, len(keys) - 1)
            same = (ordered[at] == signatures[:, band]) & (starts + distance < len(keys))
            if not same.any():
                break
            likeliest.add(np.flatnonzero(same), order[at[same]])
    return _compared(likeliest, text_of, other_text_of, threshold)


def _require_threshold(threshold: float) -> None:
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}, must be above 0 and at most 1")


class _Likeliest:
    """For each text the few others whose sketches agree with its own in most entries.

    Attributes:
        others: their places, -1 for none, shape ``[texts, 4]``.
        agreeing: in how many entries they agree, at least what the threshold makes likely, shape ``[texts, 4]``.
    """

    def __init__(self, signatures: Signatures, others: Signatures, threshold: float) -> None:
        self._entries = signatures.view(np.uint16)
        self._other_entries = others.view(np.uint16)
        deviation = sqrt(threshold * (1 - threshold) / _ENTRIES)
        least = (threshold - _DEVIATIONS * deviation) * _ENTRIES
        self.others = np.full((len(signatures), _MOST_COMPARED), -1, dtype=np.int64)
        self.agreeing = np.full((len(signatures), _MOST_COMPARED), least, dtype=np.float32)

    def add(self, places: IntArray, others: IntArray) -> None:
        """Take candidates, at most one for each text."""
        step = _AT_A_TIME // 8
        for start in range(0, len(places), step):
            self._add(places[start : start + step], others[start : start + step])

    def _add(self, places: IntArray, others: IntArray) -> None:
        agreeing = np.count_nonzero(self._entries[places] == self._other_entries[others], axis=1)
        worst = self.agreeing[places].argmin(axis=1)
        better = agreeing >= self.agreeing[places, worst]
        better &= (self.others[places] != others[:, None]).all(axis=1)
        kept, slots = places[better], worst[better]
        self.others[kept, slots] = others[better]
        self.agreeing[kept, slots] = agreeing[better]


def _compared(
    likeliest: _Likeliest,
    text_of: Callable[[int], str],
    other_text_of: Callable[[int], str],
    threshold: float,
) -> list[NearMatch]:
    found: list[NearMatch] = []
    for place in np.flatnonzero(likeliest.others.max(axis=1) >= 0).tolist():
        own = _pieces(text_of(place))
        for slot in np.argsort(-likeliest.agreeing[place], kind="stable"):
            other = int(likeliest.others[place, slot])
            similarity = _share(own, _pieces(other_text_of(other))) if other >= 0 else 0.0
            if similarity >= threshold:
                found.append(NearMatch(place, other, similarity))
                break
    return found
