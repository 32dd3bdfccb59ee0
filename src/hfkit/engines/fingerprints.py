"""Tell tokenizers apart by what they do to a fixed text, by their vocabulary, and by the order of their rules."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from hfkit.errors import TokenizerError
from hfkit.hub.tokenizer_files import tokenizer_owner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.hub.folder import ModelFolder

__all__ = ["FIXED_TEXT", "OTHER_TEXT", "fingerprint", "read_rules"]

FIXED_TEXT = "The Quick brown fox, 3.14 naïve ﬁancés: Привет 世界 👩‍👩‍👧 don't_stop\tnow!"
"""Cased and uncased letters, digits, accents, a ligature, three scripts, an emoji of several code points."""

OTHER_TEXT = "A second text?"
"""The second of a pair."""


def fingerprint(
    one: Sequence[int], two: Sequence[int], *, vocabulary: Mapping[str, int], rules: Sequence[object]
) -> str:
    """Hash all that tells one tokenizer from another: ``sha256:`` and the digits.

    The rest of a definition is left out: libraries and their versions write the same one in several ways.

    Args:
        one: the ids of the fixed text, special tokens included.
        two: the ids of the pair.
        vocabulary: the id of every token, added ones included.
        rules: what :func:`read_rules` gives.
    """
    content = json.dumps([list(one), list(two), sorted(vocabulary.items()), rules], separators=(",", ":"))
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def read_rules(folder: ModelFolder) -> Sequence[object]:
    """Read what a vocabulary leaves open off a model's ``tokenizer.json``: byte pairs' merges, unigrams' scores.

    Whatever runs a tokenizer takes them from that file, so that all find the same. None of them for
    other kinds, and where there is no such file.

    Raises:
        CorruptModelError: the file is no JSON object.
    """
    try:
        model = tokenizer_owner(folder).read_json("tokenizer.json").get("model")
    except TokenizerError:  # a backend that needs no files of one
        return ()
    merges, pieces = (model.get("merges"), model.get("vocab")) if isinstance(model, dict) else (None, None)
    if isinstance(merges, list):
        # Written as "a b" before tokenizers 0.20, and as ["a", "b"] since.
        return [merge.split(" ", 1) if isinstance(merge, str) else merge for merge in merges]
    return pieces if isinstance(pieces, list) else ()
