"""Words that a tokenizer has read, with their ids: most words of a text have been met before."""

from __future__ import annotations

import threading
from itertools import chain, repeat
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import TokenizerError

from .blanks import find_parting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt
    import tokenizers

    from hfkit.text.arrays import IntArray

    from .blanks import Parting

__all__ = ["WordMemory", "open_memory"]

# What is kept takes about 15 MiB then; it is forgotten, and the memory filled again.
_MOST = 65_536

# Longer words hardly come twice.
_LONGEST = 64

# Alone, a word costs the library three to four times what it costs within a text. So many are tried out
# in any case; after them at least three words of four must be known for the others to be worth it.
_TRIED = 16_384
_NEW = 4

# Contractions, whitespace of all kinds, marks that join, digits, controls, scripts without blanks, case that grows.
_PROBES = (
    "The film's plot, 3.14 nai\u0308ve \ufb01ance\u0301s: Привет 世界 👩‍👩‍👧 don't_stop now!",
    "e\u0301 \u0301a a\tb x\n'se 'll (it) 12 345678 ǅ \u0130x ß\u00ad \u200bok a\u00a0b \u3000 c\x00d \x1ce",
    " two  blanks\n and more ",
)

# How many added tokens are tried between words: some tokenizers have a thousand.
_ADDED = 16

# The number of a word that does not stand alone: the library reads its text whole.
_WHOLE = 0


def open_memory(
    tokenizer: tokenizers.Tokenizer, encode: Callable[[Sequence[str]], Sequence[tokenizers.Encoding]]
) -> WordMemory | None:
    """Give a memory for a tokenizer; None if its texts cannot be parted, or are not read alike when they are.

    Args:
        tokenizer: says what a word is.
        encode: reads texts with it without putting special tokens around them.
    """
    parting = find_parting(tokenizer)
    if parting is None:
        return None
    added = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    probes = [*_PROBES, " ".join(added[:_ADDED]), "a".join(added[:_ADDED])]
    try:
        read = WordMemory(parting, encode).read(probes)
        expected = [encoding.ids for encoding in encode(probes)]
    except TokenizerError:  # it has no tokens for some of them
        return None
    alike = read is not None and read[0].tolist() == list(chain.from_iterable(expected))
    return WordMemory(parting, encode) if alike else None


class WordMemory:
    """The ids of words, kept from call to call; safe to use from several threads.

    All ids come from the library: it reads each new word once, and whole texts where a word does not stand alone.

    Args:
        parting: what a word is.
        encode: reads texts without putting special tokens around them.
    """

    def __init__(
        self, parting: Parting, encode: Callable[[Sequence[str]], Sequence[tokenizers.Encoding]]
    ) -> None:
        self._parting = parting
        self._encode = encode
        self._lock = threading.Lock()
        self._forget()

    def read(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int32], IntArray] | None:
        """Give the ids of one or more texts end to end, and how many each has; None if most words are new."""
        with self._lock:
            parts = [text.split(" ") for text in texts]
            counts = np.fromiter(map(len, parts), np.int64, len(parts))
            starts = counts.cumsum() - counts
            words = list(chain.from_iterable(parts))
            is_first = np.zeros(len(words), dtype=np.bool_)
            is_first[starts] = self._parting.leading
            numbers = self._look_up(words, is_first)
            unknown = np.flatnonzero(numbers == _WHOLE)
            if len(unknown):
                new = [words[place] for place in unknown.tolist()]
                if not self._learn(new, is_first[unknown], among=len(words)):
                    return None
                numbers[unknown] = self._look_up(new, is_first[unknown])
            return self._lay(texts, numbers, counts)

    def _forget(self) -> None:
        self._inner: dict[str, int] = {}
        # A text's first word has no blank before it; where blanks are dropped that makes no difference.
        self._first: dict[str, int] = {} if self._parting.leading else self._inner
        nothing = np.zeros(1, dtype=np.int64)
        self._lengths, self._ends, self._ids = nothing, nothing, np.empty(0, dtype=np.int32)

    def _look_up(self, words: Sequence[str], is_first: npt.NDArray[np.bool_]) -> IntArray:
        """Give the number of each word."""
        numbers = np.fromiter(map(self._inner.get, words, repeat(_WHOLE)), np.int64, len(words))
        places = np.flatnonzero(is_first)
        firsts = map(words.__getitem__, places.tolist())
        numbers[places] = np.fromiter(map(self._first.get, firsts, repeat(_WHOLE)), np.int64, len(places))
        return numbers

    def _learn(self, words: Sequence[str], is_first: npt.NDArray[np.bool_], *, among: int) -> bool:
        """Read words that are not known; say whether that was worth it.

        Args:
            words: the words, each as often as it came.
            is_first: which of them began a text that has other words of its own.
            among: how many words came with them.
        """
        pairs = list(zip(words, is_first.tolist(), strict=True))
        inner = self._alone(word for word, begins in pairs if not begins)
        first = self._alone(word for word, begins in pairs if begins)
        count, known = len(inner) + len(first), len(self._lengths) - 1
        if known + count > _TRIED and count * _NEW > among:
            return False
        if known + count > _MOST:
            self._forget()
            return False
        if count:
            blank = " " if self._parting.leading else ""
            self._keep(inner, self._inner, self._encode([blank + word for word in inner]))
            self._keep(first, self._first, self._encode(first))
        return True

    def _alone(self, words: Iterable[str]) -> list[str]:
        """Give the different words among some that the library reads alike alone and in a text."""
        kept = {word for word in words if len(word) <= _LONGEST}
        if not self._parting.leading:
            return list(kept)
        # All whitespace but the blank is unprintable, whoever's table one asks.
        return [word for word in kept if word and word[0].isprintable() and word[-1].isprintable()]

    def _keep(
        self, words: Sequence[str], numbers: dict[str, int], encodings: Sequence[tokenizers.Encoding]
    ) -> None:
        ids = [encoding.ids for encoding in encodings]
        if self._parting.greedy:
            kept = [place for place, own in enumerate(ids) if self._parting.greedy.isdisjoint(own)]
            words, ids = [words[place] for place in kept], [ids[place] for place in kept]
        lengths = np.fromiter(map(len, ids), np.int64, len(ids))
        flat = np.fromiter(chain.from_iterable(ids), np.int32, int(lengths.sum()))
        new = range(len(self._lengths), len(self._lengths) + len(words))
        ends = np.concatenate([self._ends, len(self._ids) + lengths.cumsum()])
        lengths, flat = np.concatenate([self._lengths, lengths]), np.concatenate([self._ids, flat])
        # Whatever breaks in, Ctrl-C too, finds these alike; a word gets its number once it is there.
        self._lengths, self._ends, self._ids = lengths, ends, flat
        numbers.update(zip(words, new, strict=True))

    def _lay(
        self, texts: Sequence[str], numbers: IntArray, counts: IntArray
    ) -> tuple[npt.NDArray[np.int32], IntArray]:
        """Lay the ids of words end to end, and those of texts that are read whole between them."""
        starts = counts.cumsum() - counts
        whole = np.logical_or.reduceat(numbers == _WHOLE, starts)
        if whole.any():
            numbers = numbers[np.repeat(~whole, counts)]
        sizes = self._lengths[numbers]
        behind = sizes.cumsum()
        total = int(behind[-1]) if len(behind) else 0
        ids = self._ids[np.repeat(self._ends[numbers] - behind, sizes) + np.arange(total)]
        if not whole.any():
            return ids, np.add.reduceat(sizes, starts)
        lengths = np.empty(len(texts), dtype=np.int64)
        own = counts[~whole]
        if len(own):
            lengths[~whole] = np.add.reduceat(sizes, own.cumsum() - own)
        read = [
            encoding.ids
            for encoding in self._encode([texts[place] for place in np.flatnonzero(whole).tolist()])
        ]
        lengths[whole] = np.fromiter(map(len, read), np.int64, len(read))
        laid = np.empty(int(lengths.sum()), dtype=np.int32)
        by_word = np.repeat(~whole, lengths)
        laid[by_word] = ids
        laid[~by_word] = np.fromiter(chain.from_iterable(read), np.int32, len(laid) - len(ids))
        return laid, lengths
