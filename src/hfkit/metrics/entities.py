"""Entities in tagged words, and how good they are: a span counts only if both ends and its type are right.

The rules are those of CoNLL-2000's evaluation script, as seqeval has them, oddities included: an ``I-`` that does not
go on with an entity begins one, ``B`` without a type is of the type ``_``. With the scheme ``"IOB2"`` they are
seqeval's strict ones: only ``B-`` begins an entity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never, get_args

import numpy as np

from hfkit.errors import InputError, InputTypeError
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.constraints import require_choice
from hfkit.values.tag_scores import Entity, TagScores

from .bootstrap import intervals_of_sums
from .labels import require_rows
from .precision_recall import label_figures, precision_recall_f1

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hfkit.text.arrays import DoubleArray

__all__ = ["TagScheme", "find_entities", "score_entities", "tag_scheme"]

TagScheme: TypeAlias = Literal["conll", "IOB2", "words"]
"""How tags make entities: by the lenient rules of CoNLL's script, for tags B, I, E, S and O in any order; or strictly,
for tags B, I and O, where an entity begins with a B; or not at all: each word is one, of its tag, as for parts of
speech."""

_PREFIXES: dict[TagScheme, str] = {"conll": "BIES", "IOB2": "BI"}


def tag_scheme(names: Iterable[str]) -> TagScheme:
    """Tell from all tags that there are whether they mark entities: some begin with ``B-`` or ``I-`` if so.

    >>> tag_scheme(["O", "B-PER", "I-PER"]), tag_scheme(["NOUN", "VERB"])
    ('conll', 'words')
    """
    return "conll" if any(name.startswith(("B-", "I-")) for name in names) else "words"


def find_entities(tags: Sequence[str], *, scheme: TagScheme = "conll") -> tuple[Entity, ...]:
    """Find the entities of one row, in their order.

    Args:
        tags: one a word: ``O``, or a letter, a hyphen and a type, as ``B-PER``.
        scheme: how tags make entities.

    Raises:
        InputTypeError: ``tags`` is no sequence of texts.
        InputError: a tag is none of the scheme.
        SettingError: there is no such scheme.

    Source: Tjong Kim Sang and Buchholz 2000, "Introduction to the CoNLL-2000 Shared Task"; the lenient and strict
    modes of seqeval 1.2.

    >>> find_entities(["B-PER", "I-PER", "O", "I-LOC"])
    (Entity(start=0, end=2, type='PER'), Entity(start=3, end=4, type='LOC'))
    >>> find_entities(["B-PER", "I-PER", "O", "I-LOC"], scheme="IOB2")
    (Entity(start=0, end=2, type='PER'),)
    """
    require_choice("scheme", scheme, get_args(TagScheme))
    _require_tags(tags, scheme, name="tags")
    match scheme:
        case "conll":
            return _lenient(tags)
        case "IOB2":
            return _strict(tags)
        case "words":
            return tuple(Entity(place, place + 1, tag) for place, tag in enumerate(tags))
        case _ as unreachable:
            assert_never(unreachable)


def score_entities(
    predictions: Sequence[Sequence[str]],
    references: Sequence[Sequence[str]],
    *,
    scheme: TagScheme = "conll",
    bootstrap: Bootstrap | None = None,
) -> TagScores:
    """Score tags of words by the entities that they make, and word by word.

    Args:
        predictions: the tags of each row, as the model says.
        references: the tags of each row, as they are.
        scheme: how tags make entities.
        bootstrap: how intervals are drawn; None for the usual way.

    Raises:
        InputError: there are not as many tags of both, or none, or a tag is none of the scheme; a subclass says which.
        SettingError: there is no such scheme.

    >>> scores = score_entities([["B-PER", "O", "B-LOC"]], [["B-PER", "I-PER", "B-LOC"]])
    >>> scores.averages.micro.f1.value, round(scores.accuracy.value, 3)
    (0.5, 0.667)
    """
    require_choice("scheme", scheme, get_args(TagScheme))
    require_rows(predictions, references, of="a list of tags")
    said, expected = [], []
    for number, (found, wanted) in enumerate(zip(predictions, references, strict=True)):
        _require_tags(found, scheme, name=f"predictions[{number}]")
        _require_tags(wanted, scheme, name=f"references[{number}]")
        if len(found) != len(wanted):
            raise InputError(
                f"predictions[{number}] has {len(found)} tags and references[{number}] {len(wanted)}, "
                "must be as many of both",
                hint="give each word one tag",
            )
        said.append(frozenset(find_entities(found, scheme=scheme)))
        expected.append(frozenset(find_entities(wanted, scheme=scheme)))
    types = tuple(sorted({entity.type for row in (*said, *expected) for entity in row}))
    size = len(types)
    both = [left & right for left, right in zip(said, expected, strict=True)]
    words = [
        (sum(map(str.__eq__, found, wanted)), len(wanted))
        for found, wanted in zip(predictions, references, strict=True)
    ]

    def figures(sums: DoubleArray) -> DoubleArray:
        hits, predicted, wanted = np.moveaxis(sums[:, 2:].reshape(len(sums), 3, size), 1, 0)
        right = sums[:, :1] / np.maximum(sums[:, 1:2], 1)
        rest = precision_recall_f1(hits, predicted, wanted).reshape(len(sums), -1)
        return np.concatenate((right, rest), axis=1)

    support = _count(expected, types)
    rows = np.concatenate((words, _count(both, types), _count(said, types), support), axis=1)
    estimates = intervals_of_sums(rows, figures, bootstrap or Bootstrap())
    each, averages = label_figures(types, support.sum(axis=0).astype(np.int64).tolist(), estimates[1:])
    return TagScores(len(references), estimates[0], averages, each)


def _count(rows: Sequence[frozenset[Entity]], types: Sequence[str]) -> DoubleArray:
    """Count the entities of each type, shape ``[rows, types]``."""
    places = {name: place for place, name in enumerate(types)}
    counts = np.zeros((len(rows), len(types)))
    for number, row in enumerate(rows):
        for entity in row:
            counts[number, places[entity.type]] += 1
    return counts


def _require_tags(tags: object, scheme: TagScheme, *, name: str) -> None:
    if isinstance(tags, str) or not isinstance(tags, Sequence):
        raise InputTypeError(f"{name} are {tags!r}, must be a sequence of tags", hint="give each word a tag")
    prefixes = _PREFIXES.get(scheme)
    for place, tag in enumerate(tags):
        if not isinstance(tag, str):
            raise InputTypeError(
                f"{name}[{place}] is {tag!r}, must be a tag", hint="give tags by name, not by number"
            )
        if prefixes and tag != "O" and not (tag[:1] in prefixes and tag and tag[1:2] in ("", "-")):
            raise InputError(
                f"{name}[{place}] is {tag!r}, must be O or begin with one of {', '.join(prefixes)} and a hyphen",
                hint="a tag is the place in an entity, a hyphen and its type: B-PER",
            )


def _lenient(tags: Sequence[str]) -> tuple[Entity, ...]:
    found, start = [], 0
    before, type_before = "O", ""
    for place, tag in enumerate((*tags, "O")):
        letter, kind = tag[0], tag[1:].split("-", maxsplit=1)[-1] or "_"
        changed = kind != type_before
        if before != "O" and (before in "ES" or letter in "BSO" or changed):
            found.append(Entity(start, place, type_before))
        if letter != "O" and (letter in "BS" or before in "ESO" or changed):
            start = place
        before, type_before = letter, kind
    return tuple(found)


def _strict(tags: Sequence[str]) -> tuple[Entity, ...]:
    found: list[Entity] = []
    open_ = False
    for place, tag in enumerate(tags):
        kind = tag[1:].strip("-") or "_"
        if tag[0] == "B":
            found.append(Entity(place, place + 1, kind))
            open_ = True
        elif open_ and tag[0] == "I" and found[-1].type == kind:
            found[-1] = Entity(found[-1].start, place + 1, kind)
        else:
            open_ = False
    return tuple(found)
