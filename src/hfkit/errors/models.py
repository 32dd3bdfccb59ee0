"""What a model folder holds."""

from __future__ import annotations

from .root import HfkitError

__all__ = [
    "CorruptModelError",
    "ModelError",
    "ModelNotFoundError",
    "TokenizerError",
    "TokenizerMismatchError",
    "UnsafeWeightsError",
    "UntrustedCodeError",
    "WeightsNotFoundError",
    "WrongHeadError",
]


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
