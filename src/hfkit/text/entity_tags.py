"""Tags of words that mark entities: IOB2, where ``B-`` begins one, ``I-`` goes on, and ``O`` is outside of any."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["first_break"]


def first_break(tags: Sequence[str]) -> str | None:
    """Say where tags first break the rules of IOB2; None where they keep them.

    An entity begins with ``B-``, goes on with ``I-`` of the same kind, and all else is ``O``. Tags of which none begins
    with ``B-`` or ``I-`` mark no entities, and may be anything: parts of speech, for example.

    Source: Tjong Kim Sang and Veenstra 1999, "Representing text chunks", arXiv:cs/9907006.

    >>> first_break(["B-person", "I-person", "O"])
    >>> first_break(["O", "I-person"])
    "'I-person' at word 1 goes on from 'O'"
    >>> first_break(["NOUN", "VERB"])
    """
    if not any(tag.startswith(("B-", "I-")) for tag in tags):
        return None
    before = "O"
    for word, tag in enumerate(tags):
        begins, kind = tag[:2], tag[2:]
        if tag != "O" and (begins not in ("B-", "I-") or not kind):
            return f"{tag!r} at word {word} is none of 'O', 'B-...' and 'I-...'"
        if begins == "I-" and before[2:] != kind:
            return f"{tag!r} at word {word} goes on from {before!r}"
        before = tag
    return None
