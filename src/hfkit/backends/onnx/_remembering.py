"""Let transformers' own code run with a memory that is ONNX Runtime's: attention becomes one node of the graph.

transformers asks a registered function to attend, and a cache to remember. Here the two work together: the
cache hands on what is new, and the node gets that and the buffers of what is remembered, into which it
writes in place. Rows are of different lengths there, each counted from the first column of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from transformers import AttentionInterface
from transformers.cache_utils import Cache, DynamicLayer, EncoderDecoderCache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch.onnx._internal.torchscript_exporter.jit_utils import GraphContext

__all__ = ["IMPLEMENTATION", "Memory", "SourceMemory", "columns_remembered", "remembering"]

IMPLEMENTATION = "hfkit_memory"
"""The name under which transformers knows this way to attend."""

_memory: ContextVar[Memory] = ContextVar("memory")

# Rows, tokens and the numbers of all heads.
_FLAT_AXES = 3

# What a mask lays on what is hidden; finite, so that a row with nothing to see is no row of nan.
_HIDDEN = -1e30


@dataclass(frozen=True, slots=True)
class _How:
    """How a layer attends.

    Attributes:
        heads: of queries.
        key_heads: of keys and values, each for several queries.
        scale: what products are multiplied with.
        window: how many tokens each sees, itself included; -1 for all.
        softcap: what products are squashed to; 0 for no bound.
    """

    heads: int
    key_heads: int
    scale: float
    window: int = -1
    softcap: float = 0.0


class _Attend(torch.autograd.Function):
    """A node that writes new keys and values behind those of each row, and attends to all of them."""

    @staticmethod
    def forward(
        _: object, how: _How, query: torch.Tensor, *others: torch.Tensor | None
    ) -> tuple[torch.Tensor, ...]:
        """Give something of the right shapes: only the graph counts."""
        del how
        return query.clone(), *(kept.clone() for kept in others[2:4] if kept is not None)

    @staticmethod
    def symbolic(
        g: GraphContext, how: _How, query: torch.Value, *others: torch.Value | None
    ) -> tuple[torch.Value, ...]:
        """Write the node.

        Args:
            g: the graph.
            how: see there.
            query: ``[rows, tokens, numbers]``.
            others: new keys and values; the buffers of keys and values; the last place of each row; columns; how
                many new tokens each row has; and what is added before the softmax, or None.
        """
        none = _nothing(g)
        key, value, keys, values, lasts, columns, counts, bias = (other or none for other in others)
        # Left out are rotation, which models do themselves, and scales and norms of other kinds of memory.
        given = [query, key, value, keys, values, lasts, columns, none, none, none, bias]
        found = g.op(
            "com.microsoft::GroupQueryAttention",
            *given,
            *[none] * 5,
            counts,
            num_heads_i=how.heads,
            kv_num_heads_i=how.key_heads,
            scale_f=how.scale,
            local_window_size_i=how.window,
            softcap_f=how.softcap,
            outputs=3,
        )
        made = cast("tuple[torch.Value, ...]", tuple(found))
        for one, like in zip(made, (query, keys, values), strict=True):
            _set_kind(one, like)
        return made


class _LookAt(torch.autograd.Function):
    """A node that attends to sources, of which a mask says where tokens are."""

    @staticmethod
    def forward(_: object, how: _How, query: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        """Give something of the right shape: only the graph counts."""
        del how, others
        return query.clone()

    @staticmethod
    def symbolic(g: GraphContext, how: _How, query: torch.Value, *others: torch.Value) -> torch.Value:
        """Write the node.

        Args:
            g: the graph.
            how: see there.
            query: ``[rows, tokens, numbers]``.
            others: keys, values and the mask.
        """
        keys, values, mask = others
        found = g.op(
            "com.microsoft::MultiHeadAttention",
            query,
            keys,
            values,
            _nothing(g),
            mask,
            num_heads_i=how.heads,
            scale_f=how.scale,
            mask_filter_value_f=_HIDDEN,
        )
        output = cast("torch.Value", found)
        _set_kind(output, query)
        return output


class Memory(Cache):
    """What a decoder remembers of its rows, while it is traced.

    Args:
        buffers: keys and values of each layer in turns, ``[rows, heads, columns, size]``.
        lasts: the last place of each row once what is new has been written, ``[rows]``.
        counts: how many new tokens each row has, ``[rows]``.
        starts: places of each row before what is new, ``[rows, 1]``, for models that ask the cache where they
            are; any number for the others.
        mask: where sources have tokens, ``[rows, columns]``, if there are sources beside.

    Attributes:
        columns: how many columns the buffers have.
    """

    def __init__(
        self,
        buffers: Sequence[torch.Tensor],
        lasts: torch.Tensor,
        counts: torch.Tensor,
        starts: torch.Tensor | int,
        mask: torch.Tensor | None = None,
    ) -> None:
        super().__init__(layers=[])
        self._buffers = buffers
        self._lasts = lasts
        self._counts = counts
        self._starts = starts
        self._writing: int | None = None
        self._mask = mask
        self.columns: torch.Tensor = torch.as_tensor(buffers[0].shape[2])
        self._present: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *_: object, **__: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Hand on what is new; the attention that follows writes it into this layer's buffers."""
        self._writing = layer_idx
        return key_states, value_states

    def get_seq_length(self, layer_idx: int = 0) -> int:  # noqa: ARG002
        """Say where the rows are; a tensor in the guise of a number, as tracing has it."""
        return cast("int", self._starts)

    def buffers(self) -> list[torch.Tensor]:
        """Give the buffers after the step.

        Raises:
            NotImplementedError: not every layer attended to what it remembers.
        """
        if sorted(self._present) != list(range(len(self._buffers) // 2)):
            raise NotImplementedError(
                "not all of its layers attend as transformers lets others attend for them"
            )
        return [part for layer in sorted(self._present) for part in self._present[layer]]

    def attend(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        *,
        bias: torch.Tensor | None,
        scale: float,
        window: int | None,
        softcap: float | None,
    ) -> torch.Tensor:
        """Attend to all that a layer remembers; or to the sources, if nothing new came before.

        Args:
            query: ``[rows, heads, tokens, size]``, as are keys and values.
            key: see there.
            value: see there.
            bias: what is added before the softmax.
            scale: what products are multiplied with.
            window: how many tokens each sees, itself included; None for all.
            softcap: what products are squashed to; None for no bound.

        Returns:
            Shape ``[rows, tokens, heads * size]``.
        """
        how = _How(
            heads=int(query.shape[1]),
            key_heads=int(key.shape[1]),
            scale=scale,
            window=-1 if window is None else window,
            softcap=softcap or 0.0,
        )
        if self._writing is None:
            if self._mask is None:
                raise NotImplementedError("it attends to something that it does not remember")
            return cast("torch.Tensor", _LookAt.apply(how, _flat(query), key, value, self._mask))  # type: ignore[no-untyped-call]
        layer, self._writing = self._writing, None
        output, keys, values = _Attend.apply(  # type: ignore[no-untyped-call]
            how,
            *(_flat(heads) for heads in (query, key, value)),
            *self._buffers[2 * layer : 2 * layer + 2],
            self._lasts,
            self.columns.to(torch.int32),
            self._counts,
            bias,
        )
        self._present[layer] = keys, values
        return cast("torch.Tensor", output)


class SourceMemory(EncoderDecoderCache):
    """A memory beside which there are sources, whose keys and values are known."""

    def __init__(self, memory: Memory, sources: Sequence[torch.Tensor]) -> None:
        layers = [_layer(*sources[place : place + 2]) for place in range(0, len(sources), 2)]
        super().__init__(memory, Cache(layers=[*layers]))
        self.is_updated: dict[int, bool] = dict.fromkeys(
            range(len(layers)), True
        )  # else a model makes them itself

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Say where the rows are."""
        return self.self_attention_cache.get_seq_length(layer_idx)


def _layer(keys: torch.Tensor, values: torch.Tensor) -> DynamicLayer:
    layer = DynamicLayer()  # type: ignore[no-untyped-call]
    layer.keys, layer.values, layer.is_initialized = keys, values, True
    return layer


@contextmanager
def remembering(memory: Memory) -> Iterator[None]:
    """Let attention go to a memory."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


def columns_remembered() -> torch.Tensor:
    """Say how many columns the buffers have that are in use."""
    return _memory.get().columns


def _nothing(g: GraphContext) -> torch.Value:
    """Leave an input out."""
    nothing = cast("torch.Value", g.op("prim::Constant"))
    nothing.setType(torch._C.OptionalType.ofTensor())  # noqa: SLF001  # as torch's own functions do
    return nothing


def _set_kind(made: torch.Value, like: torch.Value) -> None:
    """Say that a value is like another, of any length: torch would take the lengths of the trace for given."""
    kind = cast("torch._C.TensorType", like.type())  # noqa: SLF001  # in name only
    sizes = kind.sizes() or []
    made.setType(
        kind.with_sizes([None, None, *sizes[2:]] if len(sizes) == _FLAT_AXES else [None] * len(sizes))
    )


def _flat(heads: torch.Tensor) -> torch.Tensor:
    rows, number, tokens, size = heads.shape
    return heads.transpose(1, 2).reshape(rows, tokens, int(number) * int(size))


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    position_bias: torch.Tensor | None = None,
    **settings: object,
) -> tuple[torch.Tensor, None]:
    """Attend as transformers asks for it; what else a model sets shows in the comparison, if it matters."""
    del module, attention_mask, settings
    size = int(query.shape[3])
    output = _memory.get().attend(
        query,
        key,
        value,
        bias=position_bias,
        scale=float(size**-0.5 if scaling is None else scaling),
        window=sliding_window,
        softcap=softcap,
    )
    return output.reshape(query.shape[0], query.shape[2], int(query.shape[1]), size), None


AttentionInterface.register(IMPLEMENTATION, _attend)
