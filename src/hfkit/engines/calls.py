"""The three ways to call a facade, over one function from chunks of inputs to results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from hfkit.text.batching import look_ahead
from hfkit.values.batch import Batch
from hfkit.values.jsonable import Result
from hfkit.values.statistics import Statistics

from .progress import ignore_progress, progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.values.runtime import Progress

__all__ = ["Compute", "call_batch", "call_map", "call_one"]

# Enough to sort well; bounds what is tokenized at a time.
_BATCH_CHUNK = 8192

Input = TypeVar("Input")
Input_contra = TypeVar("Input_contra", contravariant=True)
ResultT = TypeVar("ResultT", bound=Result)
Result_co = TypeVar("Result_co", bound=Result, covariant=True)


class Compute(Protocol[Input_contra, Result_co]):
    """What a facade does with checked inputs."""

    def __call__(
        self, chunks: Iterable[Sequence[Input_contra]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[Sequence[Result_co], Statistics]]:
        """Give each chunk's results and what they cost.

        Args:
            chunks: checked inputs.
            advance: is told how many inputs were done, in parts of one.
            single: there is only one input, and errors need no position.
        """
        ...


def call_one(item: Input, compute: Compute[Input, ResultT]) -> ResultT:
    """Give the result of one input."""
    results, _ = next(compute([[item]], advance=ignore_progress, single=True))
    return results[0]


def call_batch(
    items: Iterable[Input], compute: Compute[Input, ResultT], *, progress: Progress, unit: str
) -> Batch[ResultT]:
    """Give the results of many inputs; all are checked before the first is computed.

    Args:
        items: inputs that are checked as they are taken.
        compute: what to do with them.
        progress: when a progress bar is drawn.
        unit: what an input is called beside the bar.
    """
    inputs = list(items)
    if not inputs:
        return Batch(())
    results: list[ResultT] = []
    statistics = Statistics()
    with progress_bar(len(inputs), mode=progress, unit=unit) as advance:
        chunks = look_ahead(inputs, first=_BATCH_CHUNK, most=_BATCH_CHUNK)
        for found, cost in compute(chunks, advance=advance, single=False):
            results += found
            statistics += cost
    return Batch(results, statistics=statistics)


def call_map(items: Iterator[Input], compute: Compute[Input, ResultT]) -> Iterator[ResultT]:
    """Give the results of a stream lazily, in order, in bounded memory."""
    for found, _ in compute(look_ahead(items), advance=ignore_progress, single=False):
        yield from found
