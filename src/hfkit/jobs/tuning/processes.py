"""The processes that train together, as torchrun or accelerate launch have started them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from torch import distributed

from .examples import Examples

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

__all__ = ["Processes", "join_processes"]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Processes:
    """What a process knows of those beside it.

    Attributes:
        count: how many there are.
        number: which one this is, from 0.
    """

    count: int = 1
    number: int = 0

    @property
    def first(self) -> bool:
        """Whether this is the one that writes files."""
        return self.number == 0

    def gather(self, value: _Value) -> list[_Value]:
        """Give what each process has, in their order; all of them must ask."""
        if self.count == 1:
            return [value]
        values: list[_Value | None] = [None] * self.count
        distributed.all_gather_object(values, value)
        return cast("list[_Value]", values)

    def on_first(self, work: Callable[[], _Value]) -> _Value:
        """Do something in the first process, while the others wait for it.

        Returns:
            What it gave, in all of them.

        Raises:
            Exception: what it raised, in all of them.
        """
        if self.count == 1:
            return work()
        outcome: list[_Value | Exception | None] = [None]
        if self.first:
            try:
                outcome = [work()]
            except Exception as error:  # noqa: BLE001  # raised below, where the others raise it too
                outcome = [error]
        distributed.broadcast_object_list(outcome, src=0)
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return cast("_Value", outcome[0])

    def share_out(self, examples: Examples, run: Callable[[Examples], list[_Value]]) -> list[_Value]:
        """Run on examples, each process on some of them.

        Returns:
            What was found of each example, in their order, in all processes.
        """
        if self.count == 1:
            return run(examples)
        found: list[_Value | None] = [None] * len(examples)
        own = run(Examples(examples.examples[self.number :: self.count]))
        for number, part in enumerate(self.gather(own)):
            found[number :: self.count] = part
        return cast("list[_Value]", found)


def join_processes(device: torch.device) -> Processes:
    """Meet the processes that were started together with this one; none if it was started alone.

    Args:
        device: where it computes: the processor's processes speak over gloo, those of accelerators over their own ways.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Processes()
    from accelerate import PartialState

    state = PartialState(cpu=device.type == "cpu")
    return Processes(state.num_processes, state.process_index)
