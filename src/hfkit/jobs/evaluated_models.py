"""The models that are evaluated: facades that somebody set up, or folders and names that a job opens."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from hfkit._lazy import reach
from hfkit.errors import SettingError
from hfkit.values.jsonable import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hfkit.values.answers import Answers
    from hfkit.values.batch import Batch
    from hfkit.values.classification import Classification
    from hfkit.values.inputs import Question, TagInput, TextInput
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.tagging import Tagging

__all__ = [
    "AnswersQuestions",
    "Evaluable",
    "GoesOn",
    "LabelsTexts",
    "Model",
    "TagsWords",
    "WritesTexts",
    "WrittenText",
    "open_evaluated",
]


class Evaluable(Protocol):
    """A facade that can be evaluated: Classify, Answer, Tag, Generate, Summarize or Translate."""

    @property
    def runtime(self) -> Runtime:
        """Where and how its model runs."""
        ...

    def load(self) -> object:
        """Open its model now."""
        ...

    def close(self) -> None:
        """Let go of its model."""
        ...


Model: TypeAlias = str | os.PathLike[str] | Evaluable | None
"""A facade, or a folder, ``"org/name"`` or ``"org/name@revision"``; None for the starter of the verb."""


class LabelsTexts(Evaluable, Protocol):
    """What is asked of Classify."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The model's labels."""
        ...

    @property
    def source(self) -> Source:
        """Which model it is."""
        ...

    def batch(self, texts: Iterable[TextInput], /) -> Batch[Classification]:
        """Label many texts."""
        ...

    def with_(self, *, top_k: int | None) -> LabelsTexts:
        """Give one that keeps so many labels."""
        ...


class AnswersQuestions(Evaluable, Protocol):
    """What is asked of Answer."""

    @property
    def no_answer(self) -> bool:
        """Whether it may give no answer."""
        ...

    @property
    def source(self) -> Source:
        """Which model it is."""
        ...

    def batch(self, questions: Iterable[Question], /) -> Batch[Answers]:
        """Answer many questions."""
        ...

    def with_(self, *, no_answer: bool) -> AnswersQuestions:
        """Give one that may give no answer, or may not."""
        ...


class TagsWords(Evaluable, Protocol):
    """What is asked of Tag."""

    @property
    def overflow(self) -> str:
        """What becomes of texts that are longer than a window."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The model's labels."""
        ...

    @property
    def source(self) -> Source:
        """Which model it is."""
        ...

    def batch(self, texts: Iterable[TagInput], /) -> Batch[Tagging]:
        """Tag many texts."""
        ...


class GoesOn(Evaluable, Protocol):
    """What is asked of Generate where its model foresees texts."""

    @property
    def model(self) -> str | os.PathLike[str] | None:
        """The model."""
        ...


class WrittenText(Result, Protocol):
    """What is asked of a text that was written."""

    @property
    def text(self) -> str:
        """The text."""
        ...

    @property
    def finish_reason(self) -> str:
        """Why it ended."""
        ...

    @property
    def source(self) -> Source:
        """Which model wrote it."""
        ...


class WritesTexts(Evaluable, Protocol):
    """What is asked of Generate, Summarize and Translate."""

    def batch(self, texts: Iterable[str], /) -> Batch[WrittenText]:
        """Write to many texts."""
        ...


class _Opens(Protocol):
    """A facade's class."""

    def __call__(self, model: str | os.PathLike[str] | None, /, *, runtime: Runtime) -> Evaluable: ...


@contextmanager
def open_evaluated(
    model: Model, verb: str, /, *others: str, task: str, runtime: Runtime
) -> Iterator[tuple[Evaluable, bool]]:
    """Open the facade that is to be evaluated; one that is made here is closed again.

    Args:
        model: the facade, or what to open.
        verb: the facade that opens a folder.
        others: further facades that fit the data.
        task: the type of the data, for the message.
        runtime: where and how a folder's model runs.

    Yields:
        The facade, and whether it was made here.

    Raises:
        SettingError: the model is a facade of another verb.
        HfkitError: it cannot be opened; a subclass says why.
    """
    facades = {name: reach(f"hfkit.facades.{name.lower()}", name) for name in (verb, *others)}
    if model is None or isinstance(model, str | os.PathLike):
        facade = cast("_Opens", facades[verb])(model, runtime=runtime)
        facade.load()
        try:
            yield facade, True
        finally:
            facade.close()
        return
    if not isinstance(model, cast("tuple[type[Evaluable], ...]", tuple(facades.values()))):
        fitting = " or ".join(f"hfkit.{name}" for name in facades)
        raise SettingError(
            f"model is {model!r}, must be {fitting} for {task} data",
            hint="give the facade that fits the data, or the model's folder",
        )
    model.load()
    yield model, False
