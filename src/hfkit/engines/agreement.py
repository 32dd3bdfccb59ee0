"""Compare the decisions of two facades on texts that somebody cares about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar, overload

from hfkit.errors import InputError
from hfkit.values.agreement import Agreement
from hfkit.values.answers import Answers
from hfkit.values.classification import Classification
from hfkit.values.tagging import Tagging

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hfkit.values.batch import Batch
    from hfkit.values.inputs import Question, TagInput, TextInput

__all__ = ["Decides", "measure_agreement"]

Input = TypeVar("Input")
Input_contra = TypeVar("Input_contra", contravariant=True)
Result = TypeVar("Result", Classification, Answers, Tagging)
Result_co = TypeVar("Result_co", Classification, Answers, Tagging, covariant=True)


class Decides(Protocol[Input_contra, Result_co]):
    """What a facade does that decides: Classify, Answer and Tag."""

    def __call__(self, item: Input_contra, /) -> Result_co:
        """Decide on one input."""
        ...

    def batch(self, items: Iterable[Input_contra], /) -> Batch[Result_co]:
        """Decide on many inputs."""
        ...


@overload
def measure_agreement(
    reference: Decides[TextInput, Classification],
    candidate: Decides[TextInput, Classification],
    inputs: Iterable[TextInput],
    /,
) -> Agreement: ...
@overload
def measure_agreement(
    reference: Decides[Question, Answers],
    candidate: Decides[Question, Answers],
    inputs: Iterable[Question],
    /,
) -> Agreement: ...
@overload
def measure_agreement(
    reference: Decides[TagInput, Tagging],
    candidate: Decides[TagInput, Tagging],
    inputs: Iterable[TagInput],
    /,
) -> Agreement: ...
def measure_agreement(
    reference: Decides[Input, Result], candidate: Decides[Input, Result], inputs: Iterable[Input], /
) -> Agreement:
    """Measure how far a candidate, such as one in 8 bits, decides as a reference does.

    Both are given all inputs together; the candidate then each alone as well. A decision is the labels that
    hold, the text of the best answer, or the entities. The candidate so runs twice, once of them text by text.

    Args:
        reference: a :class:`~hfkit.Classify`, an :class:`~hfkit.Answer` or a :class:`~hfkit.Tag`.
        candidate: another of the same verb.
        inputs: what both are to decide on, at least one.

    Raises:
        InputError: an input cannot be read, or there is none.
    """
    many = list(inputs) if isinstance(inputs, Iterator) else inputs
    expected = reference.batch(many)  # refuses what is itself one input
    items = list(many)
    if not items:
        raise InputError("inputs are 0, must be at least 1", hint="give texts like those you will meet")
    found = candidate.batch(items)
    alone = [candidate(item) for item in items]
    pairs = list(zip(expected, found, strict=True))
    differing = tuple(
        position for position, (one, other) in enumerate(pairs) if _decision(one) != _decision(other)
    )
    moved = sum(_decision(one) != _decision(other) for one, other in zip(found, alone, strict=True))
    return Agreement(
        inputs=len(items),
        agreement=(len(items) - len(differing)) / len(items),  # divided once: 1 - 0.8 is less than 0.2
        largest_change=max(_change(_scores(one), _scores(other)) for one, other in pairs),
        changed_by_batching=moved / len(items),
        differing=differing,
    )


def _decision(result: Classification | Answers | Tagging) -> object:
    match result:
        case Classification():
            return frozenset(result.labels)
        case Answers():
            return result.answered, result.text
        case Tagging():
            return tuple((entity.start, entity.end, entity.label) for entity in result.entities)


def _scores(result: Classification | Answers | Tagging) -> dict[object, float]:
    """Give scores by what they are of."""
    match result:
        case Classification():
            return {entry.label: entry.score for entry in result.scores}
        case Answers():
            return {(span.start, span.end): span.score for span in result.spans}
        case Tagging():
            return {(word.start, word.label): word.score for word in result.words}


def _change(one: dict[object, float], other: dict[object, float]) -> float:
    return max((abs(one[key] - other[key]) for key in one.keys() & other.keys()), default=0.0)
