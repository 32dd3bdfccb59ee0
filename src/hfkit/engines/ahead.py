"""Read the next chunk of inputs while the model computes this one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

__all__ = ["read_chunks"]

Input = TypeVar("Input")
T = TypeVar("T")


def read_chunks(
    chunks: Iterable[Sequence[Input]], read: Callable[[Sequence[Input], int], T], *, beside: bool
) -> Iterator[tuple[int, T]]:
    """Read chunk by chunk.

    Args:
        chunks: inputs; pulled from the caller's own thread, which a generator may be bound to.
        read: is given a chunk and the position of its first input among all.
        beside: read a chunk in another thread while the caller is busy with the one before; then one
            more chunk is pulled than the caller has seen. What was pulled before the inputs themselves
            failed is given first; then their error is raised.

    Yields:
        How many inputs a chunk has, and what was read.
    """
    numbered = _numbered(chunks)
    if not beside:
        for index, chunk in numbered:
            yield len(chunk), read(chunk, index)
        return
    failure: list[Exception] = []
    before: tuple[int, Future[T]] | None = None
    pool = ThreadPoolExecutor(1, thread_name_prefix="hfkit")
    try:
        for index, chunk in _until_failure(numbered, failure):
            begun = len(chunk), pool.submit(read, chunk, index)
            if before is not None:
                yield before[0], before[1].result()
            before = begun
        if before is not None:
            yield before[0], before[1].result()
    finally:
        pool.shutdown(cancel_futures=True)
    for error in failure:
        raise error


def _numbered(chunks: Iterable[Sequence[Input]]) -> Iterator[tuple[int, Sequence[Input]]]:
    """Give each chunk with the position of its first input."""
    index = 0
    for chunk in chunks:
        yield index, chunk
        index += len(chunk)


def _until_failure(items: Iterable[T], failure: list[Exception]) -> Iterator[T]:
    """Give items until they fail, and then add the error to a list."""
    try:
        yield from items
    except Exception as error:  # noqa: BLE001  # whatever the caller's inputs raise, to be raised later
        failure.append(error)
