"""What other libraries say and raise while a model is trained."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from hfkit.errors import OutOfMemoryError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["quiet_warnings", "running_errors"]

_NO_SPACE = 28  # ENOSPC


@contextmanager
def quiet_warnings() -> Iterator[None]:
    """Leave out warnings that a caller can do nothing about."""
    with warnings.catch_warnings():
        # transformers renames settings, and peft and Trainer itself use the old names yet.
        warnings.filterwarnings("ignore", message=".*gradient_checkpointing", category=FutureWarning)
        # A new head needs no warning: the plan names it.
        warnings.filterwarnings("ignore", message="Found missing adapter keys", category=UserWarning)
        yield


@contextmanager
def running_errors() -> Iterator[None]:
    """Translate what training raises.

    Raises:
        OutOfMemoryError: the device's memory is too small.
        OutputError: the disk is full.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemoryError(
            f"a step does not fit into memory: {str(error).splitlines()[0]}",
            hint="use a smaller batch_size or max_tokens, Lora(), or gradient_checkpointing=True",
        ) from error
    except OSError as error:
        if error.errno != _NO_SPACE:
            raise
        raise OutputError(
            "the disk is full; the last whole checkpoint was kept",
            hint="make room and call again: it goes on",
        ) from error
