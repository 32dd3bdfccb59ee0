"""Trace an encoder-decoder: what reads sources, and one step of what writes beside them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import torch
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from ._remembering import IMPLEMENTATION, Memory, SourceMemory, remembering
from .row_positions import positions_by_row
from .trace import write_onnx
from .trace_decoder import buffer_names, cache_argument, only, step_axes

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel

__all__ = ["trace_encoded"]

# Rows, columns of sources, tokens and columns of the step that is traced.
_ROWS, _SOURCES, _TOKENS, _COLUMNS = 2, 4, 3, 5


def trace_encoded(model: PreTrainedModel, encoder: Path, decoder: Path) -> None:
    """Write the two parts of an encoder-decoder as ONNX.

    The encoder takes ``ids`` and ``mask``, both ``[rows, source]``, and gives what each layer of the decoder is to
    remember of the sources: ``source.0.keys``, ``source.0.values`` and so on, ``[rows, heads, source, size]``. A step
    of the decoder is as :func:`hfkit.backends.onnx.trace_decoder.trace_decoder` has it, with these and their
    ``source_mask`` as further inputs.

    Raises:
        NotImplementedError: the model does not remember keys and values in every layer.
    """
    with suppress(ValueError, AttributeError):  # some have one implementation only
        model.set_attn_implementation("eager")
    ids = torch.ones(_ROWS, _SOURCES, dtype=torch.int64)
    mask = torch.ones(_ROWS, _SOURCES, dtype=torch.int64)
    mask[0, -1] = 0
    with torch.inference_mode():
        known = _remember_sources(model, ids, mask)
    sources = buffer_names(len(known[1]) // 2, "source")
    write_onnx(
        _Encoder(model).eval(),
        {"ids": ids, "mask": mask},
        encoder,
        outputs=sources,
        axes={name: {0: "rows", 1: "source"} for name in ("ids", "mask")}
        | {name: {0: "rows", 2: "source"} for name in sources},
    )
    buffers = [part.new_zeros(_ROWS, part.shape[1], _COLUMNS, part.shape[3]) for part in known[0]]
    past, present = (buffer_names(len(buffers) // 2, kind) for kind in ("past", "present"))
    inputs = {
        "ids": torch.ones(_ROWS, _TOKENS, dtype=torch.int64),
        "lasts": torch.full((_ROWS,), _TOKENS - 1, dtype=torch.int32),
        "counts": torch.full((_ROWS,), _TOKENS, dtype=torch.int32),
        "wanted": torch.arange(_ROWS),
        "source_mask": mask.to(torch.int32),
        **dict(zip(past, buffers, strict=True)),
        **dict(zip(sources, (part.clone() for part in known[1]), strict=True)),
    }
    model.set_attn_implementation(IMPLEMENTATION)
    with positions_by_row(model):
        write_onnx(
            _Step(model, len(buffers)).eval(),
            inputs,
            decoder,
            outputs=["logits", *present],
            axes=step_axes(past, present)
            | {"source_mask": {0: "rows", 1: "source"}}
            | {name: {0: "rows", 2: "source"} for name in sources},
        )


def _remember_sources(
    model: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Give what a decoder remembers of one token, and of sources: keys and values of each layer in turns."""
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    arguments = {
        "encoder_outputs": (model.get_encoder()(input_ids=ids, attention_mask=mask)[0],),
        "attention_mask": mask,
        "decoder_input_ids": ids[:, :1],
        "use_cache": True,
        cache_argument(model): cache,
    }
    model(**arguments)
    written, sources = (
        [getattr(layer, part, None) for layer in kind.layers for part in ("keys", "values")]
        for kind in (cache.self_attention_cache, cache.cross_attention_cache)
    )
    found = [[part for part in kind if isinstance(part, torch.Tensor)] for kind in (written, sources)]
    if not found[0] or [len(found[0]), len(found[1])] != [len(written), len(written)]:
        raise NotImplementedError("not all of its layers remember keys and values")
    return found[0], found[1]


class _Encoder(torch.nn.Module):
    """Reads sources; gives what a decoder is to remember of them."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self._model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(_remember_sources(self._model, ids, mask)[1])


class _Step(torch.nn.Module):
    """One step of a decoder that writes beside sources."""

    def __init__(self, model: PreTrainedModel, past: int) -> None:
        super().__init__()
        self._model = model
        self._past = past
        self._cache = cache_argument(model)

    def forward(
        self,
        ids: torch.Tensor,
        lasts: torch.Tensor,
        counts: torch.Tensor,
        wanted: torch.Tensor,
        mask: torch.Tensor,
        *buffers: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        past, sources = buffers[: self._past], buffers[self._past :]
        starts = (lasts + 1 - counts).to(torch.int64)[:, None]
        memory = Memory(past, lasts, counts, starts, mask)
        arguments = {
            # No layer looks at it: what it would give is remembered.
            "encoder_outputs": (sources[0][:, 0],),
            "attention_mask": mask,
            "decoder_input_ids": ids,
            # Given, since models would make one of a single length.
            "decoder_attention_mask": torch.ones_like(ids),
            "use_cache": True,
            self._cache: SourceMemory(memory, sources),
        }
        with remembering(memory), only(self._model, wanted):
            logits = self._model(**arguments)["logits"]
        return (logits[0], *memory.buffers())
