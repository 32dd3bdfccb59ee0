"""The scheduler: which sequences share a forward pass.

A batch is computed as a rectangle, as wide as its longest row. Sorting by length and filling up to
a budget of *tokens* instead of a number of rows keeps the rectangle full::

    waste  <=  budget * ln(longest / shortest)

tokens of padding in all, however many texts there are. (For a batch of ``n`` rows between ``a``
and ``b`` tokens, ``n * b <= budget``, so it wastes at most ``n * (b - a) <= budget * (1 - a / b)
<= budget * ln(b / a)``; sorted batches do not overlap, so the logarithms add up to the whole range.)
Where few texts differ much that is still a lot, so a batch ends before the budget is full where that
costs less than its padding: of all ways to cut the sorted texts, the cheapest is taken.
A model that takes its sequences packed, end to end, computes no padding at all.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import islice, pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from hfkit.errors import OutOfMemoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from .arrays import IntArray

__all__ = ["computed_tokens", "cut_by_weight", "distinct", "look_ahead", "plan_batches", "run_batches"]

T = TypeVar("T")

# What a forward pass costs beside its tokens, in tokens: the weights are read anew. About so much on a processor.
_PASS_COST = 16


def computed_tokens(lengths: IntArray, *, packed: bool = False) -> int:
    """Count the tokens that a model computes for one batch.

    Args:
        lengths: tokens of each sequence of the batch, shape ``[sequences]``.
        packed: the model takes them end to end, not padded to the longest.

    >>> computed_tokens(np.array([5, 3])), computed_tokens(np.array([5, 3]), packed=True)
    (10, 8)
    """
    return int(lengths.sum()) if packed else len(lengths) * int(lengths.max())


def plan_batches(
    lengths: IntArray, *, budget: int, equal: bool = False, packed: bool = False
) -> list[IntArray]:
    """Group sequences so that what is computed for each group stays within a budget of tokens.

    Args:
        lengths: tokens of each sequence, shape ``[sequences]``, all at least 1.
        budget: the most tokens of one batch, padding included; a longer sequence is a batch alone.
        equal: put only sequences of one length together, for a model that sees its padding.
        packed: the model takes sequences end to end, and there is no padding.

    Returns:
        Positions in ``lengths``, a batch an array, the longest sequences first: if memory is short,
        the first batch tells.

    >>> [batch.tolist() for batch in plan_batches(np.array([3, 9, 4, 4]), budget=12)]
    [[1], [2, 3, 0]]
    """
    order = np.argsort(-lengths, kind="stable")
    ends = (
        _packed_ends(lengths[order], budget) if packed else _padded_ends(lengths[order], budget, equal=equal)
    )
    return [order[start:end] for start, end in pairwise([0, *ends])]


def _packed_ends(lengths: IntArray, budget: int) -> list[int]:
    """Fill each batch in turn: give where each ends, lengths falling."""
    sums = lengths.cumsum()
    ends = [0]
    while ends[-1] < len(lengths):
        start = ends[-1]
        room = int(sums[start]) - int(lengths[start]) + budget
        ends.append(max(start + 1, int(np.searchsorted(sums, room, side="right"))))
    return ends[1:]


def _padded_ends(lengths: IntArray, budget: int, *, equal: bool) -> list[int]:
    """Cut where the least is computed: give where each batch ends, lengths falling.

    ``costs[n]`` is the least that all sequences from the ``n``-th on can cost: a batch, and the least of what
    is behind its end. A batch that ends between sequences of its longest length would cost no more with the
    next of them; so it ends where it is full, or at a shorter sequence. Those ends are compared once for each
    length, which keeps the work small however large the budget is.
    """
    costs = np.zeros(len(lengths) + 1, dtype=np.int64)
    ends: list[int] = [0] * len(lengths)
    edges = [0, *(np.flatnonzero(np.diff(lengths)) + 1).tolist(), len(lengths)] if len(lengths) else [0]
    for begin, stop in reversed(list(pairwise(edges))):
        longest = int(lengths[begin])
        most = max(1, budget // longest)
        shorter = costs[stop : stop + (1 if equal else most)]
        asked = shorter + longest * np.arange(len(shorter))
        cheapest = asked == np.minimum.accumulate(asked)
        best = stop + np.maximum.accumulate(np.where(cheapest, np.arange(len(asked)), 0))
        for start in range(stop - 1, begin - 1, -1):
            full = start + most
            ends[start] = full if full < stop else int(best[min(full - stop, len(best) - 1)])
            costs[start] = costs[ends[start]] + _PASS_COST + longest * (ends[start] - start)
    cuts = [0]
    while cuts[-1] < len(lengths):
        cuts.append(ends[cuts[-1]])
    return cuts[1:]


def run_batches(
    lengths: IntArray,
    *,
    budget: int,
    run: Callable[[IntArray], T],
    equal: bool = False,
    packed: bool = False,
    begin: Callable[[Callable[[], T]], Callable[[], T]] = lambda job: job,
    ahead: int = 1,
) -> Iterator[tuple[IntArray, T, int]]:
    """Run every planned batch; when memory runs out, halve the budget and go on, one batch at a time.

    Args:
        lengths: tokens of each sequence, shape ``[sequences]``.
        budget: the most tokens of one batch to begin with.
        run: computes one batch, given as positions in ``lengths``.
        equal: put only sequences of one length together.
        packed: the model takes sequences end to end.
        begin: is given a batch's work, may begin it elsewhere, and gives what waits for its outcome.
        ahead: the most batches that have begun and not been waited for.

    Yields:
        The positions, what ``run`` gave for them, and the budget now in force; in the order of the plan.

    Raises:
        OutOfMemoryError: one sequence alone is too much.
    """
    pending = deque(plan_batches(lengths, budget=budget, equal=equal, packed=packed))
    begun: deque[tuple[IntArray, Callable[[], T]]] = deque()
    refused: list[IntArray] = []
    while pending or begun:
        while pending and len(begun) < ahead and not refused:
            batch = pending.popleft()
            begun.append((batch, begin(partial(run, batch))))
        batch, finish = begun.popleft()
        try:
            outcome = finish()
        except OutOfMemoryError:
            if len(batch) == ahead == 1:
                raise
            refused.append(batch)
        else:
            yield batch, outcome, budget
        if refused and not begun:  # what had begun beside it is waited for: memory is counted anew
            ahead = 1
            least = min(computed_tokens(lengths[batch], packed=packed) for batch in refused)
            budget = min(budget, least // 2)
            rest = np.concatenate([*refused, *pending])
            again = plan_batches(lengths[rest], budget=budget, equal=equal, packed=packed)
            pending, refused = deque(rest[batch] for batch in again), []


def distinct(keys: Sequence[Hashable]) -> tuple[IntArray, IntArray]:
    """Find the first of each group of equal keys.

    Returns:
        ``(first, inverse)``: positions of first occurrences, shape ``[groups]``, and for each key
        its group, shape ``[keys]``, so that ``keys[first[inverse[i]]] == keys[i]``.

    >>> first, inverse = distinct(["a", "b", "a"])
    >>> first.tolist(), inverse.tolist()
    ([0, 1], [0, 1, 0])
    """
    groups: dict[Hashable, int] = {}
    first: list[int] = []
    inverse = np.empty(len(keys), dtype=np.int64)
    for position, key in enumerate(keys):
        group = groups.setdefault(key, len(first))
        if group == len(first):
            first.append(position)
        inverse[position] = group
    return np.array(first, dtype=np.int64), inverse


def cut_by_weight(items: Sequence[T], weight: Callable[[T], int], *, most: int) -> Iterator[list[T]]:
    """Cut a sequence where its items get too heavy together; one that is too heavy alone stays alone.

    Args:
        items: what to cut.
        weight: how heavy an item is, such as the characters of a text.
        most: the heaviest that a part may be.

    >>> list(cut_by_weight(["aa", "b", "cccc", "d"], len, most=3))
    [['aa', 'b'], ['cccc'], ['d']]
    """
    part: list[T] = []
    total = 0
    for item in items:
        heavy = weight(item)
        if part and total + heavy > most:
            yield part
            part, total = [], 0
        part.append(item)
        total += heavy
    if part:
        yield part


def look_ahead(items: Iterable[T], *, first: int = 32, most: int = 1024) -> Iterator[list[T]]:
    """Cut a stream into growing chunks: the first result comes soon, later chunks sort well.

    What was read before the stream itself failed is yielded first; then its error is raised.

    Args:
        items: anything that can be iterated once.
        first: items of the first chunk; each next chunk is twice as large.
        most: items of the largest chunk, which bounds the memory.

    >>> [len(chunk) for chunk in look_ahead(range(10), first=2, most=4)]
    [2, 4, 4]
    """
    iterator = iter(items)
    size = min(first, most)
    while True:
        chunk: list[T] = []
        try:
            chunk.extend(islice(iterator, size))
        except Exception:
            if chunk:
                yield chunk
            raise
        if not chunk:
            return
        yield chunk
        size = min(size * 2, most)
