"""The order of training as torch's loader takes it: each process reads its own parts of every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.utils.data import DataLoader, Dataset, Sampler

from hfkit.text.epochs import plan_steps, share_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import torch

    from hfkit.text.arrays import IntArray

    from .examples import Example, Examples

__all__ = ["StepLoader", "StepSampler"]


class StepSampler(Sampler[list[int]]):
    """Gives the positions of examples, a forward pass at a time.

    Args:
        examples: what is trained on.
        rows: examples of a step, those of all processes together.
        parts: forward passes that each process makes for a step.
        processes: how many there are.
        process: which one this is.
        seed: of the run.
    """

    def __init__(
        self, examples: Examples, *, rows: int, parts: int, processes: int, process: int, seed: int
    ) -> None:
        self._lengths = examples.lengths
        self._rows = rows
        self._parts = parts
        self._processes = processes
        self._process = process
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Go on with the order of this epoch."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[list[int]]:
        for step in self._steps():
            for part in share_step(step, processes=self._processes, parts=self._parts)[self._process]:
                yield part.tolist()

    def __len__(self) -> int:
        return len(self._steps()) * self._parts

    def _steps(self) -> list[IntArray]:
        least = self._processes * self._parts
        return plan_steps(self._lengths, rows=self._rows, least=least, seed=self._seed, epoch=self._epoch)


class StepLoader(DataLoader[dict[str, "torch.Tensor"]]):
    """Reads examples as a :class:`StepSampler` says; knows of epochs, as Trainer asks for it."""

    def __init__(
        self,
        examples: Examples,
        sampler: StepSampler,
        collate: Callable[[Sequence[Example]], dict[str, torch.Tensor]],
    ) -> None:
        self._epoch = _Epoch(examples)
        super().__init__(self._epoch, batch_sampler=sampler, collate_fn=collate)  # type: ignore[arg-type]
        self._sampler = sampler

    def set_epoch(self, epoch: int) -> None:
        """Go on with the order of this epoch, and with its draws."""
        self._sampler.set_epoch(epoch)
        self._epoch.number = epoch


class _Epoch(Dataset["Example"]):
    """Examples as they are read in one pass: also by the loader that Trainer makes to go on in the middle of it.

    Attributes:
        number: of the pass.
    """

    def __init__(self, examples: Examples) -> None:
        self._examples = examples
        self.number = 0

    def __getitem__(self, position: int) -> Example:
        return self._examples.in_epoch(position, self.number)

    def __len__(self) -> int:
        return len(self._examples)
