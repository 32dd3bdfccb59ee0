"""Questions about contexts, with their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hfkit.errors import DataError, EmptyInputError, MisalignedAnswerError
from hfkit.text.squad import AnswerText, SquadExample, answer_characters
from hfkit.values.inputs import Pair

from .checks.column_rules import ColumnRule
from .checks.readings import Fault, RowReading, joined_faults, text_faults
from .checks.task_rules import TaskRules
from .squad_file import load_squad_file
from .task import TaskData

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .given import Rows
    from .library import TableRow
    from .table import Table

__all__ = ["Squad"]

# What no row needs to be without.
_HARMLESS = frozenset({"without_answer", "repeated_answer"})


@dataclass(frozen=True, slots=True, init=False)
class Squad(TaskData):
    """Questions about contexts, with answers as SQuAD writes them: their text, and where it starts.

    A question whose answers are empty is one that its context does not answer, as in SQuAD 2.0.

    Attributes:
        train: what a model learns from.
        validation: what is looked at while it learns; None if there is none.
        test: what tells how good it has become; None if there is none.
        question: the column of questions.
        context: the column of contexts.
        answers: the column of answers: ``{"text": [...], "answer_start": [...]}``, starts in characters.

    Raises:
        InputTypeError: a split is no table, and nothing that can be made one.
        SettingError: the name of a column is no text.

    >>> answers = {"text": ["1914"], "answer_start": [3]}
    >>> data = Squad(train=[{"question": "When?", "context": "in 1914 .", "answers": answers}])
    >>> data.check().errors
    ()
    """

    question: str
    context: str
    answers: str

    def __init__(
        self,
        *,
        train: Rows,
        validation: Rows | None = None,
        test: Rows | None = None,
        question: str = "question",
        context: str = "context",
        answers: str = "answers",
    ) -> None:
        settings = {"question": question, "context": context, "answers": answers}
        self._take(train, validation, test, settings)

    @staticmethod
    def load(
        train: str | os.PathLike[str],
        /,
        *,
        validation: str | os.PathLike[str] | None = None,
        test: str | os.PathLike[str] | None = None,
    ) -> Squad:
        """Read JSON files as SQuAD publishes them: articles, paragraphs, questions.

        Files of SQuAD 1.1 and 2.0, XQuAD, MLQA and CMRC 2018 are of this form.

        Args:
            train: the file to learn from.
            validation: the file to look at meanwhile.
            test: the file to tell how good the model has become.

        Raises:
            DataNotFoundError: there is no such file.
            CorruptDataError: a file is no JSON, or not of that form.
        """
        return Squad(
            train=load_squad_file(train),
            validation=None if validation is None else load_squad_file(validation),
            test=None if test is None else load_squad_file(test),
        )

    def examples(self, table: Table) -> Iterator[SquadExample]:
        """Give the rows of a split as questions with their answers.

        Raises:
            DataError: a row has no question or context, or an answer that is not where it should be.
        """
        for number, (row, reading) in enumerate(zip(table, self.readings(table), strict=True)):
            wrong = [fault for fault in reading.faults if fault.kind not in _HARMLESS]
            if wrong:
                raise DataError(
                    f"row {number} cannot be used: {wrong[0].kind} in column {wrong[0].column!r} {wrong[0].detail}",
                    hint="check() tells of all such rows; leave them out with table.filter(...)",
                )
            answers, _ = self._answers(row[self.answers])
            yield SquadExample(
                cast("str", row[self.question]), cast("str", row[self.context]), tuple(dict.fromkeys(answers))
            )

    def _rules(self) -> TaskRules:
        return TaskRules(
            task="Squad",
            columns=(
                ColumnRule("question", self.question, "text"),
                ColumnRule("context", self.context, "text"),
                ColumnRule("answers", self.answers, "answers"),
            ),
            measured=(f"{self.question} + {self.context}",),
            compared="question and context",
            near="context",
            reader=self._reader,
            cuts=False,
        )

    def _reader(self, table: Table) -> Callable[[TableRow], RowReading]:  # noqa: ARG002 - as for the other tasks
        return self._read

    def _read(self, row: TableRow) -> RowReading:
        question, context = (cast("str | None", row[name]) for name in (self.question, self.context))
        wrong = text_faults(self.question, question) + text_faults(self.context, context)
        if question is None or context is None or wrong:
            return RowReading(faults=wrong)
        answers, uneven = self._answers(row[self.answers])
        example = SquadExample(question, context, answers)
        return RowReading(
            faults=joined_faults(uneven, self._answer_faults(example)),
            inputs=(Pair(question, context),),
            key=(question, context),
            near=(context,),
            answer=frozenset(answer.text.strip() for answer in answers),
        )

    def _answers(self, value: object) -> tuple[tuple[AnswerText, ...], tuple[Fault, ...]]:
        """Read the answers of a row, as lists of texts and starts or as a list of both; bad ones are left out."""
        if value is None:
            return (), (Fault("missing_value", self.answers),)
        if isinstance(value, list):
            pairs = [(each["text"], each["answer_start"]) for each in value if each is not None]
            even = len(pairs) == len(value)
        else:
            both = cast("Mapping[str, Sequence[object] | None]", value)
            texts, starts = both["text"] or (), both["answer_start"] or ()
            pairs, even = list(zip(texts, starts, strict=False)), len(texts) == len(starts)
        whole = [AnswerText(text, start) for text, start in pairs if text is not None and start is not None]
        bad = () if even and len(whole) == len(pairs) else (Fault("uneven_answers", self.answers),)
        return tuple(whole), bad

    def _answer_faults(self, example: SquadExample) -> tuple[Fault, ...]:
        if not example.answers:
            return (Fault("without_answer", self.answers),)
        faults = []
        if len(set(example.answers)) < len(example.answers):
            faults.append(Fault("repeated_answer", self.answers))
        for answer in example.answers:
            try:
                answer_characters(example.context, answer)
            except MisalignedAnswerError as error:
                faults.append(Fault("misaligned_answer", self.answers, f"{error.message}; {error.hint}"))
            except EmptyInputError:
                faults.append(Fault("blank_answer", self.answers))
        return tuple(faults)
