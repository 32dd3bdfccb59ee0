"""What open models of every kind do with that which runs them."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

__all__ = ["HeldModel", "RunningModel"]


class RunningModel(Protocol):
    """What runs forward passes."""

    def use_threads(self, threads: int | None) -> int:
        """Run forward passes with so many threads from now on; give how many that are."""
        ...

    def close(self) -> None:
        """Let go of the model."""
        ...


_Model = TypeVar("_Model", bound=RunningModel)


class HeldModel(Generic[_Model]):
    """An open model.

    Args:
        model: what runs it.

    Attributes:
        changes_threads_at_once: whether threads are set for each forward pass; else the model is opened again.
    """

    changes_threads_at_once: bool = False

    def __init__(self, model: _Model) -> None:
        self._model = model

    def use_threads(self, threads: int | None, /) -> int:
        """Run forward passes with so many threads from now on; give how many that are."""
        return self._model.use_threads(threads)

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()
