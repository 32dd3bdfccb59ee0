"""Rows that are alike: within a split, and between what is learned and what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.text.duplicates import contradictions, first_places, repeats
from hfkit.text.near_duplicates import matches_among, matches_within
from hfkit.values.data_report import Finding, FindingKind

from .examination import MOST_ROWS
from .fault_findings import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .examination import Examination
    from .likeness import Likeness
    from .task_rules import TaskRules

__all__ = ["leaks", "twins"]


def twins(split: str, rules: TaskRules, examined: Examination) -> Iterator[Finding]:
    """Find the rows of a split that are like an earlier one: equal, nearly so, or equal with another answer."""
    own, what = examined.likeness, rules.compared
    pairs = _Pairs(split, split)
    yield from pairs.finding(
        "exact_duplicates",
        repeats(own.keys),
        words=f"with the {what} of an earlier one",
        hint="leave them out, or they count twice",
    )
    yield from pairs.finding(
        "contradiction",
        contradictions(own.taught, own.answers),
        words=f"with the {what} of an earlier one and another answer",
        hint="find out which is right, or leave both out: a model can learn only one",
    )
    matches = matches_within(own.signatures, own.near_text)
    yield from pairs.finding(
        "near_duplicates",
        [(own.near_rows[match.place], own.near_rows[match.other]) for match in matches],
        words=f"with nearly the {rules.near or what} of an earlier one",
        hint="look whether they tell the model anything new",
    )


def leaks(rules: TaskRules, examined: Mapping[str, Examination]) -> Iterator[Finding]:
    """Find the rows of later splits that an earlier one has too, where they tell less than they seem to."""
    splits = list(examined)
    for position, split in enumerate(splits):
        for earlier in splits[:position]:
            pairs = _Pairs(split, earlier, share_of=examined[split].rows)
            yield from _leaks(rules, pairs, examined[split].likeness, examined[earlier].likeness)


def _leaks(rules: TaskRules, pairs: _Pairs, own: Likeness, theirs: Likeness) -> Iterator[Finding]:
    what, near, earlier = rules.compared, rules.near or rules.compared, pairs.other_split
    yield from pairs.finding(
        "leakage",
        repeats(own.keys, first_places(theirs.keys)),
        words=f"whose {what} {earlier} has too",
        hint=f"leave them out of {earlier}, or what is measured on {pairs.split} is too good",
    )
    known = first_places(theirs.near_keys)
    if rules.near:
        yield from pairs.finding(
            "shared_context",
            repeats(own.near_keys, known),
            words=f"whose {near} {earlier} has too",
            hint=f"keep all rows of one {near} in one split",
        )
    matches = matches_among(own.signatures, theirs.signatures, own.near_text, theirs.near_text)
    rows = [(own.near_rows[match.place], theirs.near_rows[match.other]) for match in matches]
    yield from pairs.finding(
        "near_leakage",
        [(row, other) for row, other in rows if own.near_keys[row] not in known],
        words=f"whose {near} is nearly one of {earlier}",
        hint=f"look at them: what is measured on {pairs.split} may be too good",
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows of one split that are like rows of a split, the same or another.

    Attributes:
        split: where the rows are.
        other_split: where the rows are that they are like.
        share_of: the rows of which their share is to be said; None to say none.
    """

    split: str
    other_split: str
    share_of: int | None = None

    def finding(
        self, kind: FindingKind, pairs: Sequence[tuple[int, int]], *, words: str, hint: str
    ) -> Iterator[Finding]:
        """Give the finding, if there are such rows."""
        if not pairs:
            return
        rows, others = zip(*pairs[:MOST_ROWS], strict=True)
        share = "" if self.share_of is None else f", {len(pairs) / self.share_of:.1%} of all"
        yield Finding(
            kind=kind,
            severity="note" if kind in ("exact_duplicates", "near_duplicates") else "warning",
            split=self.split,
            count=len(pairs),
            rows=rows,
            others=others,
            other_split=self.other_split,
            message=f"{many(len(pairs))} {words}{share}",
            hint=hint,
        )
