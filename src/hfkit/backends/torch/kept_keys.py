"""The keys and values that a decoder remembers, in buffers where rows come, grow and leave without moving the rest.

transformers' own cache makes a new tensor for every token. Here a layer has one buffer with room to spare:
a token is written into it, a row that leaves makes room for the last one, and a new one takes a free row.
All rows end in the same column, so those that are shorter begin later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from transformers.cache_utils import Cache, DynamicLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KeptKeys"]

# Columns are added so many at a time. To copy all of them once for so many tokens is little beside attention, which
# reads all of them for every token.
_COLUMNS = 32


class _KeptLayer(DynamicLayer):
    """Keys and values of one layer.

    Attributes:
        keys: those that there are, ``[rows, heads, columns, size]``; a part of a larger buffer.
        values: as ``keys``.
        columns: how many there are.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.columns = 0
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return 0 if self.keys is None else self.keys.shape[0]

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: object, **__: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write new columns behind those that are there; give all."""
        rows, start, end = key_states.shape[0], self.columns, self.columns + key_states.shape[2]
        states = key_states, value_states
        if self._buffers is None:
            self._make_room(states, rows, end)  # to be joined to others, mostly
        elif self._buffers[0].shape[2] < end:
            own = self._parts()
            self._make_room(states, rows, _with_room(end))
            self._place(own, range(self.rows), start)
        for buffer, state in zip(self._own(), states, strict=True):
            buffer[:rows, :, start:end] = state
        return self._show(rows, end)

    def get_seq_length(self) -> int:
        """Give the number of columns, as transformers asks for it."""
        return self.columns

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Give how many columns there will be, and where they begin."""
        return self.columns + query_length, 0

    def crop(self, tokens_to_remove: int) -> None:
        """Take columns back from the end."""
        if tokens_to_remove:
            self._show(self.rows, self.columns - tokens_to_remove)

    def keep(self, rows: Sequence[int], start: int) -> None:
        """Keep these rows in this order, and the columns from ``start`` on."""
        if self._buffers is None:
            return
        moved = [(to, row) for to, row in enumerate(rows) if to != row]
        if not start and len(rows) <= self.rows and all(row >= len(rows) for _, row in moved):
            for to, row in moved:  # the last rows take the places of those that go; nothing else moves
                for part in self._parts():
                    part[to] = part[row]
        else:
            index = torch.tensor(rows, dtype=torch.int64, device=self._buffers[0].device)
            own = [part[:, :, start:] for part in self._parts()]
            self.columns -= start
            self._make_room(own, len(rows), _with_room(self.columns + 1))
            for buffer, part in zip(self._own(), own, strict=True):
                torch.index_select(part, 0, index, out=buffer[:, :, : self.columns])
        self._show(len(rows), self.columns)

    def join(self, others: Sequence[_KeptLayer], places: Sequence[Sequence[int]]) -> None:
        """Put rows of others in new places behind these; all end in the same column. The others let go of theirs."""
        rows = self.rows + sum(other.rows for other in others)
        columns = max([self.columns, *(other.columns for other in others)])
        if self._buffers is None or len(self._buffers[0]) < rows or columns > self.columns:
            own = self._parts() if self._buffers is not None else None
            self._make_room(others[0]._parts(), rows, _with_room(columns + 1))  # noqa: SLF001
            if own is not None:
                self._place(own, range(self.rows), columns)
        for other, chosen in zip(others, places, strict=True):
            self._place(other._parts(), chosen, columns)  # noqa: SLF001
            other.keys = other.values = other._buffers = None  # noqa: SLF001  # or all would be there twice
        self._show(rows, columns)

    def forked(self, rows: int, more: int) -> _KeptLayer:
        """Make a copy in which the only row stands so many times, with room for more columns."""
        copy = _KeptLayer()
        own = self._parts()
        copy._make_room(own, rows, self.columns + more)
        copy._place(own, slice(None), self.columns)
        copy._show(rows, self.columns)
        return copy

    def _place(self, parts: Sequence[torch.Tensor], rows: Sequence[int] | slice, end: int) -> None:
        """Copy rows into the buffers so that they end in a column, with zeros before them.

        A mask hides what lies there, but what is not finite would show through it.
        """
        chosen = rows if isinstance(rows, slice) else _neighbors(rows)
        for buffer, part in zip(self._own(), parts, strict=True):
            start = end - part.shape[2]
            buffer[chosen, :, :start] = 0
            buffer[chosen, :, start:end] = part

    def _make_room(self, like: Sequence[torch.Tensor], rows: int, columns: int) -> None:
        """Take buffers of so many rows and columns; nothing is in them."""
        keys, values = (part.new_empty((rows, part.shape[1], columns, part.shape[3])) for part in like)
        self._buffers = keys, values

    def _own(self) -> tuple[torch.Tensor, torch.Tensor]:
        return cast("tuple[torch.Tensor, torch.Tensor]", self._buffers)

    def _parts(self) -> tuple[torch.Tensor, torch.Tensor]:
        return cast("tuple[torch.Tensor, torch.Tensor]", (self.keys, self.values))

    def _show(self, rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Show so much of the buffers, where transformers looks for it."""
        self.columns = columns
        self.keys, self.values = (buffer[:rows, :, :columns] for buffer in self._own())
        return self._parts()


def _with_room(columns: int) -> int:
    """Round so many columns up."""
    return -(-columns // _COLUMNS) * _COLUMNS


def _neighbors(rows: Sequence[int]) -> list[int] | slice:
    """Give rows as a slice, if one follows the other: that is copied sooner."""
    chosen = list(rows)
    return slice(chosen[0], chosen[-1] + 1) if chosen == list(range(chosen[0], chosen[-1] + 1)) else chosen


class _KeptCache(Cache):
    """The layers, as transformers asks for them; each is made when it first reads something."""

    def __init__(self) -> None:
        super().__init__(layer_class_to_replicate=_KeptLayer)


class KeptKeys:
    """What all layers of a decoder remember of the rows that it writes.

    Buffers grow within a forward pass, in torch's inference mode. What was made there may be changed only there.
    """

    def __init__(self) -> None:
        self._cache = _KeptCache()

    @property
    def cache(self) -> object:
        """The same as transformers' models take it."""
        return self._cache

    @property
    def columns(self) -> int:
        """Columns that all layers have."""
        return min((layer.columns for layer in self._layers), default=0)

    @property
    def bytes(self) -> int:
        """Memory that the keys and values take, room to spare left out."""
        tensors = [part for layer in self._layers for part in layer._parts()]  # noqa: SLF001
        return sum(part.numel() * part.element_size() for part in tensors)

    @property
    def _layers(self) -> list[_KeptLayer]:
        return cast("list[_KeptLayer]", self._cache.layers)

    def keep(self, rows: Sequence[int], *, start: int = 0) -> None:
        """Keep these rows in this order, and the columns from ``start`` on."""
        with torch.inference_mode():
            for layer in self._layers:
                layer.keep(rows, start)

    def crop_to(self, columns: int) -> None:
        """Take columns back from the end until there are so many."""
        for layer in self._layers:
            layer.crop(layer.columns - columns)

    def join(self, others: Sequence[KeptKeys], places: Sequence[Sequence[int]]) -> None:
        """Put the rows of others behind these, each in its place; all end in the same column.

        The others are empty then, layer by layer: nothing is there twice.

        Args:
            others: one or more.
            places: for each of the others the places of its rows, counted from the first row here.
        """
        parts = list(zip(*(other._layers for other in others), strict=True))  # noqa: SLF001  # its own class
        self._layers.extend(_KeptLayer() for _ in range(len(parts) - len(self._layers)))
        with torch.inference_mode():
            for layer, own in zip(self._layers, parts, strict=True):
                layer.join(own, places)

    def forked(self, rows: int, *, more: int) -> KeptKeys:
        """Make a copy in which the only row stands so many times, with room for more columns."""
        copy = KeptKeys()
        with torch.inference_mode():
            copy._layers.extend(layer.forked(rows, more) for layer in self._layers)
        return copy
