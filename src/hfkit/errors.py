"""Every error hfkit raises, under one root.

::

    HfkitError
    ├── InputError (ValueError)             what a call was given
    │   ├── InputTypeError (TypeError)      not a text, a pair, or a list of them
    │   ├── EmptyInputError                 nothing to read
    │   ├── InputEncodingError              half of a surrogate pair: no valid Unicode
    │   ├── InputTooLongError               longer than the settings allow
    │   │   └── QuestionTooLongError        a question that leaves no room for its context
    │   └── MisalignedAnswerError           the context does not hold an answer where it should
    ├── SettingError (ValueError)           how a facade was set up
    │   ├── UnknownBackendError
    │   └── UnknownLabelError
    ├── MissingDependencyError (ImportError)  an extra is not installed
    ├── ModelError                          what a model folder holds
    │   ├── ModelNotFoundError (FileNotFoundError)
    │   ├── WeightsNotFoundError
    │   ├── UnsafeWeightsError              pickle only
    │   ├── CorruptModelError               truncated or unreadable files
    │   ├── WrongHeadError                  the task's head is not in the weights
    │   ├── TokenizerError                  no usable tokenizer
    │   │   └── TokenizerMismatchError      not the tokenizer that the model was pinned to
    │   └── UntrustedCodeError              the model wants to run code of its own
    ├── DataError                           what a table of examples holds
    │   ├── DataNotFoundError (FileNotFoundError)
    │   ├── CorruptDataError                lines or files that cannot be read
    │   ├── ColumnError (KeyError)          no such column, or one of another type
    │   ├── SplitError                      the rows cannot be split as was asked
    │   │   └── UnknownSplitError (KeyError)
    │   └── FaultyDataError (ValueError)    examples that cannot be trained on as they are
    ├── HubError                            where models come from
    │   ├── OfflineError (ConnectionError)
    │   └── HashMismatchError               not the bytes that were pinned
    ├── BackendError                        while a model ran
    │   ├── DeviceError
    │   ├── OutOfMemoryError (MemoryError)
    │   └── SessionClosedError
    ├── TrainingError                       a loss that is no number, a merge that changes the model
    ├── FailedProofError                    a smaller model that is not as good as was asked
    ├── PublishError                        between a folder and its repository on the hub
    │   ├── RefusedFolderError              something in it must be put right first
    │   ├── OvertakenError                  the repository or the folder changed since the plan
    │   └── UnprovenPublicationError        what arrived is not what was sent
    ├── OutputError (FileExistsError)       the output folder holds something else, or the disk is full
    └── NoValueError (ValueError)           a text was cut before its value was whole
        └── RefusedValueError               its type's own checks refuse a value that fits the schema

A message names the value and what was allowed; ``hint`` says what to do about it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "BackendError",
    "ColumnError",
    "CorruptDataError",
    "CorruptModelError",
    "DataError",
    "DataNotFoundError",
    "DeviceError",
    "EmptyInputError",
    "FailedProofError",
    "FaultyDataError",
    "HashMismatchError",
    "HfkitError",
    "HubError",
    "InputEncodingError",
    "InputError",
    "InputTooLongError",
    "InputTypeError",
    "MisalignedAnswerError",
    "MissingDependencyError",
    "ModelError",
    "ModelNotFoundError",
    "NoValueError",
    "OfflineError",
    "OutOfMemoryError",
    "OutputError",
    "OvertakenError",
    "PublishError",
    "QuestionTooLongError",
    "RefusedFolderError",
    "RefusedValueError",
    "SessionClosedError",
    "SettingError",
    "SplitError",
    "TokenizerError",
    "TokenizerMismatchError",
    "TrainingError",
    "UnknownBackendError",
    "UnknownLabelError",
    "UnknownSplitError",
    "UnprovenPublicationError",
    "UnsafeWeightsError",
    "UntrustedCodeError",
    "WeightsNotFoundError",
    "WrongHeadError",
]


class HfkitError(Exception):
    """The root: ``except hfkit.HfkitError`` catches all that hfkit raises on purpose.

    Attributes:
        message: the value at fault and what was allowed.
        hint: what to do about it.
    """

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}"

    def __reduce__(self) -> tuple[Callable[[str], HfkitError], tuple[str], dict[str, object]]:
        """Pickle with the hint: errors travel between worker processes."""
        return partial(type(self), hint=self.hint), (self.message,), self.__dict__


class InputError(HfkitError, ValueError):
    """A call was given something it cannot read.

    Attributes:
        index: the position of the input in its batch, or None for a single input.
    """

    index: int | None = None


class InputTypeError(InputError, TypeError):
    """The input is not of a type that the call takes."""


class EmptyInputError(InputError):
    """The input holds nothing to read."""


class InputEncodingError(InputError):
    """The input is no valid Unicode: it holds one half of a surrogate pair."""


class InputTooLongError(InputError):
    """The input is longer than the settings allow."""


class QuestionTooLongError(InputTooLongError):
    """The question takes so much of a window that an answer might not fit beside it."""


class MisalignedAnswerError(InputError):
    """The context does not read as the answer does where the answer is said to start."""


class SettingError(HfkitError, ValueError):
    """A facade or a runtime was set up with a value that it does not know."""


class UnknownBackendError(SettingError):
    """No backend of that name is installed."""


class UnknownLabelError(SettingError):
    """The model has no label of that name."""


class MissingDependencyError(HfkitError, ImportError):
    """An optional package is not installed; the hint is the line that installs it."""


class ModelError(HfkitError):
    """A model cannot be opened as it lies there."""


class ModelNotFoundError(ModelError, FileNotFoundError):
    """There is no such model folder or repository."""


class WeightsNotFoundError(ModelError):
    """The folder holds no weights."""


class UnsafeWeightsError(ModelError):
    """The folder holds pickled weights only, and unpickling runs code."""


class CorruptModelError(ModelError):
    """A file of the model is truncated or cannot be read."""


class WrongHeadError(ModelError):
    """The weights lack the task's head: answers would be random."""


class TokenizerError(ModelError):
    """The folder holds no tokenizer that can be opened."""


class TokenizerMismatchError(TokenizerError):
    """The tokenizer gives other ids than the one that was pinned beside the model."""


class UntrustedCodeError(ModelError):
    """The model wants to run code from its repository, and was not trusted by name and commit."""


class DataError(HfkitError):
    """A table of examples cannot be read, or does not hold what it must."""


class DataNotFoundError(DataError, FileNotFoundError):
    """There is no such file, folder or repository of examples."""


class CorruptDataError(DataError):
    """Lines of a file, or all of it, cannot be read.

    Attributes:
        file: the file, or None for examples that lie in no file.
        line: the first line at fault, from 1; None if the file as a whole is.
        lines: all lines at fault, from 1, in order; at most the first 1,000.
        count: how many there are.
    """

    file: str | None = None
    line: int | None = None
    lines: tuple[int, ...] = ()
    count: int = 0


class ColumnError(DataError, KeyError):
    """A table has no column of that name, or one that holds something else.

    Attributes:
        column: the name that was asked for.
    """

    column: str | None = None


class SplitError(DataError):
    """The rows cannot be split as was asked."""


class UnknownSplitError(SplitError, KeyError):
    """There is no split of that name."""


class ChecksData(Protocol):
    """A report on data; ``hfkit.DataReport`` is one."""

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        ...


class FaultyDataError(DataError, ValueError):
    """Examples cannot be trained on as they are.

    Attributes:
        report: all that was found; ``print(error.report)`` shows it.
    """

    report: ChecksData | None = None


class HubError(HfkitError):
    """Something between here and where models are kept."""


class OfflineError(HubError, ConnectionError):
    """The model is not on this machine and the hub cannot be reached."""


class HashMismatchError(HubError):
    """The bytes that arrived are not the bytes that were pinned."""


class BackendError(HfkitError):
    """A backend failed while it ran a model."""


class DeviceError(BackendError):
    """The device that was asked for is not there."""


class OutOfMemoryError(BackendError, MemoryError):
    """One single sequence, or one layer of the model, does not fit into the device's memory."""


class SessionClosedError(BackendError):
    """What was opened has been closed."""


class TrainingError(HfkitError):
    """Training came to no good."""


class ProvesModel(Protocol):
    """A report on a smaller model; ``hfkit.QuantizeReport`` is one."""

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        ...


class FailedProofError(HfkitError):
    """A model that was made smaller is not as good as was asked, and was thrown away.

    Attributes:
        report: all that was measured; ``print(error.report)`` shows it.
    """

    report: ProvesModel | None = None


class TellsPublication(Protocol):
    """A plan, or what was published; ``hfkit.PublishPlan`` and ``hfkit.Publication`` are two."""

    def to_dict(self) -> dict[str, object]:
        """Give it as a dict of JSON values."""
        ...


class PublishError(HfkitError):
    """A folder cannot be published as it was asked."""


class RefusedFolderError(PublishError):
    """Something in a folder must be put right before anybody else may see it; nothing was sent.

    Attributes:
        plan: what would have been done, and all that was found; ``print(error.plan)`` shows it.
    """

    plan: TellsPublication | None = None


class OvertakenError(PublishError):
    """The repository or the folder is no longer what it was when the plan was made; nothing was committed.

    Attributes:
        plan: what would be done now.
    """

    plan: TellsPublication | None = None


class UnprovenPublicationError(PublishError):
    """A commit was made, and what arrives from it is not what was sent, or gives other outputs.

    Attributes:
        publication: what was committed.
    """

    publication: TellsPublication | None = None


class OutputError(HfkitError, FileExistsError):
    """The result cannot be put where it should be."""


class NoValueError(HfkitError, ValueError):
    """A text that was to hold a value was cut before it was whole."""


class RefusedValueError(NoValueError):
    """A text fits the schema of its type, and checks that the schema does not tell of refuse it."""
