"""Tags of words that mark entities: in IOB2 ``B-`` begins one, ``I-`` goes on, and ``O`` is outside of any."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["entity_marks", "first_break"]

# BILOU calls the last word of an entity L, and an entity of one word U.
_LETTERS = {"B": "B", "I": "I", "E": "E", "S": "S", "L": "E", "U": "S"}


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


def entity_marks(labels: Sequence[str]) -> Mapping[str, str] | None:
    """Say what each label of a model marks, as a tag of IOBES, by which entities are found.

    Labels with a letter and a hyphen before them (IOB1, IOB2, IOBES, BILOU) are such tags, and ``O`` is outside of all
    entities. Of labels without letters beside an ``O``, words in a row with the same one are an entity; so are they
    with a label that has no letter among others which have.

    Args:
        labels: all that the model has.

    Returns:
        For each label its tag; None where no word is outside of entities, as with parts of speech: each word is then
        one of its own.

    >>> entity_marks(["O", "B-PER", "L-PER", "X"])
    {'O': 'O', 'B-PER': 'B-PER', 'L-PER': 'E-PER', 'X': 'I-X'}
    >>> entity_marks(["O", "city"])
    {'O': 'O', 'city': 'I-city'}
    >>> entity_marks(["NOUN", "VERB"])
    """
    lettered = any(label.startswith(("B-", "I-")) for label in labels)
    return {label: _mark(label, lettered=lettered) for label in labels} if lettered or "O" in labels else None


def _mark(label: str, *, lettered: bool) -> str:
    letter, hyphen, kind = label.partition("-")
    if lettered and hyphen and letter in _LETTERS:
        return f"{_LETTERS[letter]}-{kind}"
    return label if label == "O" else f"I-{label}"
