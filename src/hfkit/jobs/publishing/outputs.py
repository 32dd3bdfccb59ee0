"""What a model gives on a few inputs, or which rows data have, to compare the folder with what arrived from the hub."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from itertools import zip_longest
from typing import TYPE_CHECKING, Protocol, cast

from hfkit._lazy import reach
from hfkit.errors import HfkitError
from hfkit.hub.tokenizer_files import TOKENIZER_MARKS
from hfkit.jobs.quantizing.own_probes import OWN_TEXTS
from hfkit.jobs.quantizing.probes import read_probes
from hfkit.jobs.quantizing.subjects import open_subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hfkit.jobs.quantizing.probes import GivenProbes
    from hfkit.values.runtime import Runtime

    from .subject import FolderSubject

__all__ = ["Outputs", "outputs_of", "rows_of_data"]

# The same numbers in the same order differ by nothing; other threads may add them up in another.
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a model gives.

    Attributes:
        verb: the facade that opened it.
        decisions: one for each input.
        scores: for each input, by what they are of; empty where there are none.
    """

    verb: str
    decisions: tuple[object, ...]
    scores: tuple[Mapping[object, float], ...] = ()

    def differs_at(self, other: Outputs) -> int | None:
        """Give the first input on which another one gives something else; None if there is none."""
        for place, (one, two) in enumerate(zip_longest(self.decisions, other.decisions)):
            if one != two:
                return place
        for place, (one_scores, two_scores) in enumerate(zip(self.scores, other.scores, strict=True)):
            if any(
                abs(score - two_scores.get(key, float("inf"))) > _TOLERANCE
                for key, score in one_scores.items()
            ):
                return place
        return None


class _Tokens(Protocol):
    @property
    def ids(self) -> Sequence[int]: ...


class _Tokenizer(Protocol):
    def __call__(self, text: str, /) -> _Tokens: ...


def outputs_of(folder: Path, subject: FolderSubject, probes: GivenProbes, runtime: Runtime) -> Outputs | None:
    """Open a folder and give it the probes; None if no facade is known that opens it.

    Raises:
        HfkitError: it cannot be opened, or a probe cannot be read.
    """
    if subject.verb is not None:
        inputs = read_probes(probes, subject.verb, foreseen=False).inputs
        decided = open_subject(str(folder), subject.verb, runtime, no_answer=False).decide(inputs)
        return Outputs(subject.verb, decided.decisions, decided.scores)
    if subject.is_model or not any(any(folder.glob(mark)) for mark in TOKENIZER_MARKS):
        return None
    opens = cast("type[object]", reach("hfkit.facades.tokenize", "Tokenize"))
    tokenize = cast("_Tokenizer", opens(str(folder)))  # type: ignore[call-arg]  # its settings are the facade's
    return Outputs("Tokenize", tuple(tuple(tokenize(text).ids) for text in OWN_TEXTS))


def rows_of_data(folder: Path) -> Outputs | None:
    """Open a folder of data; None if Splits does not take it, such as pictures, or its package is missing.

    Returns:
        Of each split its name and the hash of its rows.
    """
    if not find_spec("datasets"):
        return None
    from hfkit.data.splits import Splits

    try:
        splits = Splits.load(folder)
        return Outputs("Splits.load", tuple((name, table.fingerprint) for name, table in splits.items()))
    except HfkitError:  # for other readers than hfkit: its bytes are compared
        return None
