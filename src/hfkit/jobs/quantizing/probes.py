"""The inputs on which a smaller model is compared with the one that it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from hfkit.data.labelled import Labelled
from hfkit.data.squad import Squad
from hfkit.data.tagged import Tagged
from hfkit.data.texts import Texts
from hfkit.engines.cut_texts import check_tag_inputs
from hfkit.engines.inputs import check_documents, check_inputs, check_questions
from hfkit.errors import EmptyInputError, InputError, InputTypeError
from hfkit.jobs.evaluating_answers import squad_questions
from hfkit.jobs.evaluating_labels import labelled_inputs
from hfkit.jobs.evaluating_tags import tagged_inputs
from hfkit.jobs.evaluation import choose_rows
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.inputs import Question, TagInput, TextInput
from hfkit.values.layout import counted

from .own_probes import OWN_QUESTIONS, OWN_TEXTS

if TYPE_CHECKING:
    from hfkit.jobs.evaluation import Split

    from .verbs import Verb

__all__ = ["GivenProbes", "Probe", "Probes", "read_probes"]

Probe: TypeAlias = TextInput | Question | TagInput
"""One input."""

GivenProbes: TypeAlias = (
    Sequence[TextInput] | Sequence[Question] | Sequence[TagInput] | Labelled | Squad | Tagged | Texts | None
)
"""Inputs, or the data of a task, whose right answers are then known; None for hfkit's own few."""


class _Check(Protocol):
    """Checks many inputs as they are taken."""

    def __call__(self, items: object, *, max_characters: int | None) -> Iterator[Probe]: ...


_FITTING: dict[Verb, tuple[type, ...]] = {
    "Classify": (Labelled, Texts),
    "Answer": (Squad,),
    "Tag": (Tagged, Texts),
    "Embed": (Texts,),
    "Generate": (Texts,),
}


_CHECKS: dict[Verb, _Check] = {
    "Classify": check_inputs,
    "Answer": check_questions,
    "Tag": check_tag_inputs,
    "Embed": check_documents,
    "Generate": check_documents,
}


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """What two models are compared on.

    Attributes:
        inputs: all of them, at least one.
        data: where right answers are known, the data with them.
        split: the rows of the data that they are.
        notes: what a careful reader should know of them.
        foreseen: whether the inputs are texts whose perplexity is the metric.
    """

    inputs: tuple[Probe, ...]
    data: Labelled | Squad | Tagged | None = None
    split: Split = "test"
    notes: tuple[str, ...] = ()
    foreseen: bool = False

    @property
    def measured(self) -> bool:
        """Whether there is a metric of them."""
        return self.foreseen or self.data is not None


def read_probes(given: GivenProbes, verb: Verb, *, foreseen: bool) -> Probes:
    """Read probes for the models of a facade.

    Args:
        given: the probes.
        verb: the facade.
        foreseen: whether its models give each token of a text a probability.

    Raises:
        InputTypeError: they are not for this facade.
        InputError: one of them cannot be read, or there are too few to embed.
        EmptyInputError: there are none.
        SplitError: the data have no rows.
    """
    if given is None:
        own: tuple[Probe, ...] = OWN_QUESTIONS if verb == "Answer" else OWN_TEXTS
        note = f"compared on hfkit's own {counted(len(own), 'probe')}, not on yours: give some like those you will meet"
        return Probes(own, notes=(note,), foreseen=foreseen)
    if isinstance(given, Labelled | Squad | Tagged | Texts):
        return _read_data(given, verb, foreseen=foreseen)
    inputs = tuple(_CHECKS[verb](given, max_characters=None))
    if not inputs:
        raise EmptyInputError(
            "there are no probes, must be at least one", hint="leave them out for hfkit's own"
        )
    return Probes(_enough(inputs, verb), foreseen=foreseen)


def _enough(inputs: tuple[Probe, ...], verb: Verb) -> tuple[Probe, ...]:
    """Refuse a single text to embed: it has no neighbor."""
    if verb == "Embed" and len(inputs) == 1:
        raise InputError(
            "there is 1 probe, must be at least 2: what is compared is which text is nearest to which",
            hint="give more texts, or leave them out for hfkit's own",
        )
    return inputs


def _read_data(data: Labelled | Squad | Tagged | Texts, verb: Verb, *, foreseen: bool) -> Probes:
    if not isinstance(data, _FITTING[verb]):
        fitting = " or ".join(kind.__name__ for kind in _FITTING[verb])
        raise InputTypeError(
            f"probes are {type(data).__name__}, must be {fitting}, or inputs of {verb}",
            hint=f"the model is one for {verb}",
        )
    split: Split = next(name for name in ("test", "validation", "train") if name in data.splits)
    table = choose_rows(data, split, Bootstrap()).table
    notes = (f"the probes are the {counted(len(table), 'row')} of {split}",)
    match data:
        case Labelled():
            return Probes(tuple(labelled_inputs(data, table)), data, split, notes)
        case Squad():
            return Probes(tuple(squad_questions(data, table)), data, split, notes)
        case Tagged():
            return Probes(tuple(tagged_inputs(data, table)), data, split, notes)
        case _:
            texts = cast("list[str]", table.column(data.text))
            return Probes(_enough(tuple(texts), verb), None, split, notes, foreseen=foreseen)
