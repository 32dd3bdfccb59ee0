"""Hypothesis strategies: texts however strange, and the arrays of a model's inputs and outputs.

Needs hypothesis, so nothing in hfkit imports this module; whoever tests a backend does.

>>> from hypothesis import find
>>> find(texts(), str.isupper)
'A'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hfkit.values.inputs import Pair

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.inputs import TextInput

__all__ = ["inputs", "lengths", "logits", "pairs", "readable_texts", "texts"]

_WORDS = ("the", "very", "good", "Bad", "movie", "don't", "naïve", "ﬁancé", "straße", "世界", "привет", "٣١٤")

# What has broken tokenizers before: several code points for one character, none at all for the
# eye, letters that grow or join when normalized, writing from the right, ends of lines, names of special tokens.
_STRANGE = (
    " ",
    "  ",
    "\u3000",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\x85",
    "\xa0",
    "\xad",
    "e\u0301",
    "a\u0323\u0302",
    "\u0915\u094d\u0937\u093f",
    "\u1112\u1161\u11ab",
    "\u30ab\u3099",
    "\u0130",
    "\ufdfa",
    "\u33ce",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f44d\U0001f3fd",
    "\U0001f1e9\U0001f1ea",
    "\u2764\ufe0f",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u0645\u0631\u062d\u0628\u0627",
    "\u202eabc\u202c",
    "\u200b",
    "\u2028",
    "\ufeff",
    "\ufffd",
    "\U0010ffff",
    "[SEP]",
    "[MASK]",
    "</s>",
    "<mask>",
    "<|endoftext|>",
    "\u2581",
    "##s",
)


def texts(*, max_size: int = 60) -> SearchStrategy[str]:
    """Draw any Unicode text, the empty one included, often with what has broken tokenizers before.

    Args:
        max_size: the most pieces of a text; a piece is a word, a letter or an odd sequence.
    """
    pieces = st.sampled_from(_WORDS) | st.sampled_from(_STRANGE) | st.text(max_size=2)
    return st.text(max_size=max_size) | st.lists(pieces, max_size=max_size).map("".join)


def readable_texts(*, max_size: int = 60) -> SearchStrategy[str]:
    """Draw texts that hold a digit or a letter, in which every tokenizer finds something to read.

    Args:
        max_size: as for :func:`texts`.
    """
    plain = st.text("0123456789abc XYZ", min_size=1, max_size=max_size).filter(
        lambda text: not text.isspace()
    )
    around = texts(max_size=max_size // 2)
    return plain | st.builds("{}{}{}".format, around, st.sampled_from("0aZ"), around)


def pairs(*, max_size: int = 60) -> SearchStrategy[Pair]:
    """Draw pairs of readable texts, of unlike lengths as often as not.

    Args:
        max_size: as for :func:`texts`.
    """
    return st.builds(Pair, readable_texts(max_size=max_size), readable_texts(max_size=max_size))


def inputs(*, max_size: int = 60) -> SearchStrategy[TextInput]:
    """Draw what a facade takes: a readable text, or a pair of them.

    Args:
        max_size: as for :func:`texts`.
    """
    return readable_texts(max_size=max_size) | pairs(max_size=max_size)


def lengths(*, most: int = 200, max_size: int = 40) -> SearchStrategy[IntArray]:
    """Draw lengths of sequences, shape ``[sequences]``, all at least 1; there may be no sequence.

    Args:
        most: the most tokens of a sequence.
        max_size: the most sequences.
    """
    return st.lists(st.integers(1, most), max_size=max_size).map(
        lambda drawn: np.array(drawn, dtype=np.int64)
    )


def logits(*, bound: float = 30.0, rows: int = 8, labels: int = 6) -> SearchStrategy[FloatArray]:
    """Draw what a scorer may give: finite float32, shape ``[rows, labels]``, neither of them 0.

    Args:
        bound: the largest magnitude.
        rows: the most rows.
        labels: the most labels.
    """
    limit = float(np.float32(bound))
    elements = st.floats(-limit, limit, width=32)
    shapes = st.tuples(st.integers(1, rows), st.integers(1, labels))
    return shapes.flatmap(lambda shape: hnp.arrays(np.float32, shape, elements=elements))
