"""What a call was given."""

from __future__ import annotations

from .root import HfkitError

__all__ = [
    "EmptyInputError",
    "InputEncodingError",
    "InputError",
    "InputTooLongError",
    "InputTypeError",
    "MisalignedAnswerError",
    "QuestionTooLongError",
]


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
